// SPDX-License-Identifier: MIT
// `skywitness webhook list|replay|enable|secret`.
#include "alert/control.h"
#include "alert/signature.h"
#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/options.h"
#include "config/config.h"
#include "store/query.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

// --- list -----------------------------------------------------------------------------------------

static const struct output_column columns[] = {
    {"alert_id", "alert", OUTPUT_TEXT, 36}, {"webhook", "webhook", OUTPUT_TEXT, 16},
    {"state", "state", OUTPUT_TEXT, 0},     {"type", "type", OUTPUT_TEXT, 0},
    {"subject", "about", OUTPUT_TEXT, 12},  {"found_at", "found", OUTPUT_TIME, 0},
    {"attempt", "tries", OUTPUT_NUMBER, 0}, {"due_at", "due", OUTPUT_TIME, 0},
    {"delivered_at", NULL, OUTPUT_TIME, 0}, {"last_status", "code", OUTPUT_NUMBER, 0},
    {"reason", "reason", OUTPUT_TEXT, 48},
};

static const char list_sql[] =
    "SELECT * FROM (SELECT d.alert_id, d.endpoint, d.state, d.type, a.subject, d.found_at, d.attempt,"
    " d.due_at, d.delivered_at, d.last_status, d.reason"
    " FROM skywitness.delivery d LEFT JOIN skywitness.alert a USING (alert_id)"
    " WHERE ($1::text IS NULL OR d.state = ANY (string_to_array($1, ',')))"
    " AND ($1::text IS NOT NULL OR d.state <> 'not_sent')"
    " AND ($2::text IS NULL OR d.endpoint = $2)"
    " ORDER BY d.found_at DESC NULLS LAST, d.alert_id, d.endpoint LIMIT $3::bigint) newest"
    " ORDER BY found_at, alert_id, endpoint";

static void write_delivery(struct output *output, const struct query *query)
{
    for (size_t column = 0; column < sizeof columns / sizeof *columns; column++) {
        if (columns[column].kind == OUTPUT_TIME)
            output_time(output, query_time(query, column));
        else if (columns[column].kind == OUTPUT_NUMBER && query_text(query, column) != NULL)
            output_integer(output, query_integer(query, column, 0));
        else if (columns[column].kind == OUTPUT_NUMBER)
            output_unknown(output);
        else
            output_text(output, query_text(query, column));
    }
    output_row_end(output);
}

static int list(struct cli *cli, struct query_connection *connection, const char *state,
                const char *webhook, int64_t limit)
{
    char limit_text[24];
    struct error error = {0};
    struct query *query = NULL;
    snprintf(limit_text, sizeof limit_text, "%" PRId64, limit);
    const char *parameters[] = {state, webhook, limit > 0 ? limit_text : NULL};
    if (query_start(connection, list_sql, parameters, 3, &query, &error) < 0)
        return cli_fail(cli, &error);
    struct output *output = cli_output(cli, columns, sizeof columns / sizeof *columns);
    int result;
    while ((result = query_next(query, &error)) == 1)
        write_delivery(output, query);
    query_finish(query);
    if (result == 0)
        return cli_output_end(cli, output);
    output_end_failed(output);
    return cli_fail(cli, &error);
}

int command_webhook_list(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const char *state = NULL, *webhook = NULL;
    int64_t limit = 100;
    const struct option_row rows[] = {
        {"state", 0, OPTION_TEXT, &state, "STATE,...",
         "queued, delivered, dead, not_sent, cancelled (all but not_sent unless told otherwise)", 0,
         0},
        {"webhook", 0, OPTION_TEXT, &webhook, "ID", "this webhook only", 0, 0},
        {"limit", 0, OPTION_COUNT, &limit, "N", "the newest N; 0 for all", 0, INT64_MAX},
    };
    const struct option_table options = {
        OPTION_ROWS(rows),
        .notes =
            "What the database knows, a second or two behind the daemon. The reason says why an\n"
            "alert was (not) sent, or what the last try met.",
    };
    struct query_connection *connection = NULL;
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    status = cli_connect(cli, &connection);
    if (status == EXIT_STATUS_GOOD)
        status = list(cli, connection, state, webhook, limit);
    query_close(connection);
    return status;
}

// --- replay, enable -------------------------------------------------------------------------------

static int ask_daemon(struct cli *cli, const char *line)
{
    const struct config *config;
    char path[512], answer[CONTROL_LINE_SIZE];
    struct error error = {0};
    int status = cli_config(cli, &config);
    if (status != EXIT_STATUS_GOOD)
        return status;
    snprintf(path, sizeof path, "%s/" CONTROL_SOCKET_NAME, config->state_directory);
    if (alert_control_ask(path, line, answer, &error) < 0) {
        cli_say(cli, "%s", error.message);
        return EXIT_STATUS_UNAVAILABLE;
    }
    if (strncmp(answer, "ok", 2) == 0) {
        cli_say(cli, "done%s%s%s", answer[2] != '\0' ? ": queued for" : "", answer + 2,
                answer[2] == '\0'             ? ""
                : strcmp(answer, "ok 1") == 0 ? " webhook"
                                              : " webhooks");
        return EXIT_STATUS_GOOD;
    }
    cli_say(cli, "%s", strncmp(answer, "error ", 6) == 0 ? answer + 6 : answer);
    return EXIT_STATUS_WANTING;
}

int command_webhook_replay(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const char *webhook = NULL;
    const struct option_row rows[] = {
        {"webhook", 0, OPTION_TEXT, &webhook, "ID", "to this webhook only", 0, 0},
    };
    const struct option_table options = {
        OPTION_ROWS(rows),
        .arguments_min = 1,
        .arguments_max = 1,
        .notes =
            "Sends an alert once more, under its own id and with the same bytes, to the webhooks\n"
            "that were to have it. Asks the running daemon through its state directory.",
    };
    char line[CONTROL_LINE_SIZE];
    uint8_t alert_id[DIGEST_UUID_SIZE];
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    if (!digest_uuid_parse(argv[0], alert_id))
        return options_usage(cli, command, "\"%.40s\" is no alert's id", argv[0]);
    snprintf(line, sizeof line, "replay %s %.32s", argv[0], webhook != NULL ? webhook : "");
    return ask_daemon(cli, line);
}

int command_webhook_enable(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const struct option_table options = {
        .arguments_min = 1,
        .arguments_max = 1,
        .notes =
            "Sends again to a webhook that answered 410 Gone. Asks the running daemon through its\n"
            "state directory.",
    };
    char line[CONTROL_LINE_SIZE];
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    snprintf(line, sizeof line, "enable %.64s", argv[0]);
    return ask_daemon(cli, line);
}

// --- secret ---------------------------------------------------------------------------------------

int command_webhook_secret(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const struct option_table options = {
        .notes =
            "A new signing secret, from the system's random numbers. Put it into a file or a systemd\n"
            "credential that the webhook's \"secret\" names, and into the receiver. Make the file first, so\n"
            "that nobody else can read it: install -m 640 -g skywitness /dev/null FILE",
    };
    struct signature_secret secret = {.length = SIGNATURE_SECRET_BYTES_NEW};
    char text[SIGNATURE_SECRET_TEXT_SIZE];
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    if (getrandom(secret.bytes, secret.length, 0) != (ssize_t)secret.length) {
        cli_say(cli, "the system gives no random numbers: %s", strerror(errno));
        return EXIT_STATUS_UNAVAILABLE;
    }
    signature_secret_format(&secret, text);
    fprintf(cli->out, "%s\n", text);
    explicit_bzero(&secret, sizeof secret);
    explicit_bzero(text, sizeof text);
    return cli_flush(cli);
}
