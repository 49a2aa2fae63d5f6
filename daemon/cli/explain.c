// SPDX-License-Identifier: MIT
#include "cli/explain.h"

#include "cli/command.h"
#include "cli/explain_id.h"
#include "cli/options.h"
#include "config/config.h"
#include "store/query.h"
#include "track/aircraft_type.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int explain_each(struct explanation *explanation, const char *sql, const char *const *parameters,
                 size_t parameter_count, void (*take)(void *data, const struct query *query),
                 void *data, struct error *error)
{
    struct query *query = NULL;
    int result =
        query_start(explanation->connection, sql, parameters, parameter_count, &query, error);
    while (result >= 0 && (result = query_next(query, error)) == 1)
        take(data, query);
    query_finish(query);
    return result;
}

static void take_name(void *data, const struct query *query)
{
    if (query_text(query, 0) != NULL)
        text_copy(data, EXPLAIN_PLACE_SIZE, query_text(query, 0));
}

const char *explain_place_name(struct explanation *explanation, const char *id,
                               char buffer[EXPLAIN_PLACE_SIZE])
{
    char name[EXPLAIN_PLACE_SIZE] = "";
    const struct place *place =
        explanation->config != NULL ? config_place(explanation->config, id) : NULL;
    if (place != NULL)
        text_copy(name, sizeof name, place->name);
    else // a name is no reason to fail
        explain_each(explanation, "SELECT name FROM skywitness.place WHERE place = $1", &id, 1,
                     take_name, name, NULL);
    if (name[0] != '\0' && strcmp(name, id) != 0)
        snprintf(buffer, EXPLAIN_PLACE_SIZE, "%.80s (%.40s)", name, id);
    else
        text_copy(buffer, EXPLAIN_PLACE_SIZE, id);
    return buffer;
}

const char *explain_type_name(const char *type_code)
{
    if (type_code == NULL)
        return "aircraft";
    const struct aircraft_type *type = aircraft_type_find(type_code);
    return type->code[0] != '\0' ? type->name : type_code;
}

const char *explain_article(const char *type_name)
{
    return type_name[0] != '\0' && strchr("AEIOUaeiou8", type_name[0]) != NULL ? "An" : "A";
}

void explain_add_text(cJSON *object, const char *name, const char *text)
{
    if (text != NULL)
        cJSON_AddStringToObject(object, name, text);
    else
        cJSON_AddNullToObject(object, name);
}

void explain_add_number(cJSON *object, const char *name, double number)
{
    if (isfinite(number))
        cJSON_AddNumberToObject(object, name, number);
    else
        cJSON_AddNullToObject(object, name);
}

void explain_add_rounded(cJSON *object, const char *name, double number, int decimals)
{
    double scale = pow(10, decimals);
    explain_add_number(object, name, round(number * scale) / scale);
}

void explain_add_time(cJSON *object, const char *name, utc_us time)
{
    char text[UTC_TEXT_SIZE];
    explain_add_text(object, name, time != UTC_UNKNOWN ? utc_format(time, text) : NULL);
}

void explain_add_list(cJSON *object, const char *name, const char *items)
{
    cJSON *array = cJSON_AddArrayToObject(object, name);
    AUTO_FREE char *copy = memory_copy_string(items != NULL ? items : "");
    for (char *rest = copy, *item; (item = strsep(&rest, (char[]){OUTPUT_LIST_SEPARATOR, '\0'}));)
        if (*item != '\0')
            cJSON_AddItemToArray(array, cJSON_CreateString(item));
}

int explain_write_json(const struct explanation *explanation, cJSON *object, struct error *error)
{
    char *printed = cJSON_Print(object);
    cJSON_Delete(object);
    if (printed == NULL)
        return error_set(error, -ENOMEM, "the explanation is too long");
    fprintf(explanation->cli->out, "%s\n", printed);
    cJSON_free(printed);
    return 0;
}

typedef int (*explain_kind)(struct explanation *explanation, const char *id, struct error *error);

static int explain_found(struct explanation *explanation, const char *kind, const char *word,
                         explain_kind explain)
{
    struct error error = {0};
    char id[EXPLAIN_ID_SIZE];
    int result = explain_id_find(explanation, kind, word, id, &error);
    if (result >= 0)
        result = explain(explanation, id, &error);
    return result < 0 ? cli_fail(explanation->cli, &error) : cli_flush(explanation->cli);
}

static int run(struct cli *cli, const struct command *command, int argc, char **argv,
               explain_kind explain)
{
    const struct option_table options = {
        .arguments_min = 1,
        .arguments_max = 1,
        .notes = "ID may be cut to what tells it from others, six characters at least. With\n"
                 "--format json the explanation is one object."};
    struct explanation explanation = {.cli = cli};
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    if (cli->format == OUTPUT_CSV)
        return options_usage(cli, command, "--format csv: an explanation is words or json");
    if (!explain_id_is_one(argv[0]))
        return options_usage(cli, command,
                             "\"%.40s\" is no id: expected six hexadecimal digits of one or more",
                             argv[0]);
    status = cli_open(cli, &explanation.config, &explanation.connection);
    if (status == EXIT_STATUS_GOOD)
        status = explain_found(&explanation, strchr(command->name, ' ') + 1, argv[0], explain);
    query_close(explanation.connection);
    return status;
}

int command_explain_sighting(struct cli *cli, const struct command *command, int argc, char **argv)
{
    return run(cli, command, argc, argv, explain_sighting);
}

int command_explain_visit(struct cli *cli, const struct command *command, int argc, char **argv)
{
    return run(cli, command, argc, argv, explain_visit);
}

int command_explain_alert(struct cli *cli, const struct command *command, int argc, char **argv)
{
    return run(cli, command, argc, argv, explain_alert);
}
