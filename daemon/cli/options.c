// SPDX-License-Identifier: MIT
#include "cli/options.h"

#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define CANDIDATES_MAX 64
#define SPAN_DIGITS_MAX 6

// Rows of the options that every command takes.
struct global_options {
    struct option_row rows[3];
};

static struct global_options global_options(struct cli *cli)
{
    return (struct global_options){{
        {"config", 0, OPTION_TEXT, &cli->config_path, "FILE",
         "configuration to read; else $SKYWITNESS_CONFIG, else the installed one", 0, 0},
        {"db", 0, OPTION_TEXT, &cli->database, "URI",
         "database to ask, as libpq reads it; else the configuration's", 0, 0},
        {"format", 0, OPTION_FORMAT, cli, "FORMAT", "table (default), json or csv", 0, 0},
    }};
}

#define GLOBAL_COUNT (sizeof((struct global_options *)NULL)->rows / sizeof(struct option_row))

struct parse {
    struct cli *cli;
    const struct command *command; // NULL before the command's name
    const struct option_table *options;
    struct global_options global;
    int argc;
    char **argv;
    int at;
    int status;
};

const char *options_nearest(const char *word, const char *const *candidates, size_t count)
{
    const char *nearest = NULL;
    unsigned least = (unsigned)strlen(word) / 3 + 1; // a slip in three letters, and one more
    for (size_t i = 0; i < count; i++) {
        unsigned distance = text_distance(word, candidates[i]);
        bool begins = strlen(word) >= 2 && strncmp(word, candidates[i], strlen(word)) == 0;
        if (distance <= least && (nearest == NULL || distance < least)) {
            nearest = candidates[i];
            least = distance;
        } else if (nearest == NULL && begins) {
            nearest = candidates[i];
        }
    }
    return nearest;
}

static int read_span(const char *text, utc_us now, utc_us *ret_time)
{
    static const struct {
        char letter;
        utc_us length;
    } units[] = {{'s', UTC_SECOND}, {'m', UTC_MINUTE}, {'h', UTC_HOUR}, {'d', UTC_DAY}};
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > SPAN_DIGITS_MAX || strlen(text) != digits + 1)
        return -EINVAL;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (text[digits] == units[i].letter) {
            *ret_time = now - strtoll(text, NULL, 10) * units[i].length;
            return 0;
        }
    }
    return -EINVAL;
}

int options_read_time(const char *text, utc_us now, bool is_end, utc_us *ret_time)
{
    if (strcmp(text, "now") == 0) {
        *ret_time = now;
        return 0;
    }
    if (read_span(text, now, ret_time) == 0)
        return 0;
    bool is_day = false;
    int result = utc_parse_day_or_time(text, ret_time, &is_day);
    if (result == 0 && is_day && is_end)
        *ret_time += UTC_DAY;
    return result;
}

static void say_where_help_is(const struct cli *cli, const struct command *command)
{
    fprintf(cli->talk, "Try `skywitness %s%s--help`.\n", command != NULL ? command->name : "",
            command != NULL ? " " : "");
}

int options_usage(const struct cli *cli, const struct command *command, const char *format, ...)
{
    struct error error = {0};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error.message, sizeof error.message, format, arguments);
    va_end(arguments);
    if (command != NULL)
        error_prefix(&error, "%s", command->name);
    cli_say(cli, "%s", error.message);
    say_where_help_is(cli, command);
    return EXIT_STATUS_USAGE;
}

static const struct option_row *find(const struct option_row *rows, size_t count, const char *name,
                                     size_t length)
{
    for (size_t i = 0; i < count; i++) {
        bool is_letter = length == 1 && rows[i].letter != 0 && rows[i].letter == name[0];
        bool is_name = strncmp(rows[i].name, name, length) == 0 && rows[i].name[length] == '\0';
        if (is_letter || (is_name && length > 1))
            return &rows[i];
    }
    return NULL;
}

static size_t command_rows(const struct parse *parse, const struct option_row **ret_rows)
{
    *ret_rows = parse->options != NULL ? parse->options->rows : NULL;
    return parse->options != NULL ? parse->options->count : 0;
}

static void refuse_unknown(struct parse *parse, const char *word, size_t length)
{
    const char *candidates[CANDIDATES_MAX] = {"help"};
    size_t count = 1;
    const struct option_row *rows;
    size_t row_count = command_rows(parse, &rows);
    for (size_t i = 0; i < row_count && count < CANDIDATES_MAX; i++)
        candidates[count++] = rows[i].name;
    for (size_t i = 0; i < GLOBAL_COUNT && count < CANDIDATES_MAX; i++)
        candidates[count++] = parse->global.rows[i].name;

    char name[65];
    text_copy_bytes(name, sizeof name, word, length);
    const char *bare = name + strspn(name, "-");
    const char *nearest = options_nearest(bare, candidates, count);
    if (nearest != NULL)
        parse->status = options_usage(parse->cli, parse->command,
                                      "unknown option %s; did you mean --%s?", name, nearest);
    else
        parse->status = options_usage(parse->cli, parse->command, "unknown option %s", name);
}

static bool take_format(struct parse *parse, struct cli *cli, const char *value)
{
    if (output_format_from_name(value, &cli->format)) {
        cli->format_given = true;
        return true;
    }
    const char *names[OUTPUT_FORMAT_COUNT];
    for (int i = 0; i < OUTPUT_FORMAT_COUNT; i++)
        names[i] = output_format_name((enum output_format)i);
    const char *nearest = options_nearest(value, names, OUTPUT_FORMAT_COUNT);
    parse->status =
        options_usage(parse->cli, parse->command, "--format %s: no such format; did you mean %s?",
                      value, nearest != NULL ? nearest : "table, json or csv");
    return false;
}

static bool take_count(struct parse *parse, const struct option_row *row, const char *value)
{
    char *end = NULL;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    bool is_number = end != value && *end == '\0' && errno == 0 && value[0] != ' ';
    if (!is_number || number < row->minimum || number > row->maximum) {
        parse->status =
            options_usage(parse->cli, parse->command,
                          "--%s: expected a whole number from %lld to %lld, got \"%s\"", row->name,
                          (long long)row->minimum, (long long)row->maximum, value);
        return false;
    }
    *(int64_t *)row->target = number;
    return true;
}

static bool take_time(struct parse *parse, const struct option_row *row, const char *value)
{
    bool is_end = row->kind == OPTION_TIME_END;
    if (options_read_time(value, parse->cli->now, is_end, row->target) == 0)
        return true;
    parse->status = options_usage(
        parse->cli, parse->command,
        "--%s: expected a UTC time such as 2025-10-26 or 2025-10-26T08:00Z, or a span before now "
        "such as 6h or 2d, got \"%s\"",
        row->name, value);
    return false;
}

static bool take_value(struct parse *parse, const struct option_row *row, const char *value)
{
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)row->target = true;
        return true;
    case OPTION_TEXT:
        *(const char **)row->target = value;
        return true;
    case OPTION_COUNT:
        return take_count(parse, row, value);
    case OPTION_TIME:
    case OPTION_TIME_END:
        return take_time(parse, row, value);
    case OPTION_FORMAT:
        return take_format(parse, row->target, value);
    }
    return false;
}

// Reads the option at parse->at, with its value. False when it is wrong.
static bool read_option(struct parse *parse)
{
    char *word = parse->argv[parse->at++];
    bool is_long = word[1] == '-';
    char *name = word + (is_long ? 2 : 1);
    size_t length = is_long ? strcspn(name, "=") : 1;
    const char *attached = is_long ? (name[length] == '=' ? name + length + 1 : NULL)
                                   : (name[1] != '\0' ? name + 1 : NULL);

    const struct option_row *rows;
    size_t count = command_rows(parse, &rows);
    const struct option_row *row = find(rows, count, name, length);
    if (row == NULL)
        row = find(parse->global.rows, GLOBAL_COUNT, name, length);
    if (row == NULL || (is_long && length == 1)) {
        refuse_unknown(parse, word, (size_t)(name - word) + length);
        return false;
    }
    if (row->kind == OPTION_FLAG) {
        if (attached == NULL)
            return take_value(parse, row, NULL);
        parse->status = options_usage(parse->cli, parse->command, "--%s takes no value, got \"%s\"",
                                      row->name, attached);
        return false;
    }
    if (attached == NULL && parse->at >= parse->argc) {
        parse->status = options_usage(parse->cli, parse->command, "--%s needs a value (%s)",
                                      row->name, row->value);
        return false;
    }
    return take_value(parse, row, attached != NULL ? attached : parse->argv[parse->at++]);
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0'; // "-" alone is a word: standard input
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static void explain_rows(FILE *file, const struct option_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char left[64], letter[8] = "";
        if (rows[i].letter != 0)
            snprintf(letter, sizeof letter, "-%c, ", rows[i].letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, rows[i].name,
                 rows[i].value != NULL ? " " : "", rows[i].value != NULL ? rows[i].value : "");
        fprintf(file, "  %-24s %s\n", left, rows[i].help);
    }
}

void options_explain_global(FILE *file)
{
    struct cli none = {0};
    struct global_options global = global_options(&none);
    explain_rows(file, global.rows, GLOBAL_COUNT);
}

static void explain(const struct parse *parse)
{
    FILE *file = parse->cli->out;
    const struct command *command = parse->command;
    fprintf(file, "Usage: skywitness %s%s%s\n\n%s.\n", command->name,
            command->usage[0] != '\0' ? " " : "", command->usage, command->summary);
    if (parse->options->count > 0) {
        fputs("\nOptions:\n", file);
        explain_rows(file, parse->options->rows, parse->options->count);
    }
    if (parse->options->notes != NULL)
        fprintf(file, "\n%s\n", parse->options->notes);
    fputs("\nOptions of every command:\n", file);
    explain_rows(file, parse->global.rows, GLOBAL_COUNT);
    if (command->formats == COMMAND_FORMATS_ROWS_AND_TRACKS)
        fputs("                           or, for the tracks: geojson, kml, gpx, readsb\n", file);
}

// Whether the command can write what --format asks for.
static bool check_format(struct parse *parse)
{
    struct cli *cli = parse->cli;
    if (!cli->format_given || parse->command->formats == COMMAND_FORMATS_ROWS_AND_TRACKS ||
        cli->format <= OUTPUT_CSV)
        return true;
    parse->status = options_usage(cli, parse->command,
                                  "--format %s is for tracks (skywitness sightings); "
                                  "here it is table, json or csv",
                                  output_format_name(cli->format));
    return false;
}

static bool check_argument_count(struct parse *parse, size_t count)
{
    const struct option_table *options = parse->options;
    if (count < options->arguments_min) {
        parse->status = options_usage(parse->cli, parse->command, "expected: skywitness %s %s",
                                      parse->command->name, parse->command->usage);
        return false;
    }
    if (count > options->arguments_max) {
        parse->status = options_usage(parse->cli, parse->command, "unexpected argument \"%s\"",
                                      parse->argv[options->arguments_max]);
        return false;
    }
    return true;
}

bool options_parse(struct cli *cli, const struct command *command,
                   const struct option_table *options, int argc, char **argv, int *ret_count,
                   int *ret_status)
{
    struct parse parse = {.cli = cli,
                          .command = command,
                          .options = options,
                          .global = global_options(cli),
                          .argc = argc,
                          .argv = argv};
    int kept = 0;
    bool only_words = false; // after "--"
    *ret_status = EXIT_STATUS_GOOD;
    while (parse.at < argc) {
        char *word = argv[parse.at];
        if (!only_words && is_help(word)) {
            explain(&parse);
            return false;
        }
        if (!only_words && strcmp(word, "--") == 0) {
            only_words = true;
            parse.at++;
        } else if (only_words || !is_option(word)) {
            argv[kept++] = word;
            parse.at++;
        } else if (!read_option(&parse)) {
            *ret_status = parse.status;
            return false;
        }
    }
    if (!check_format(&parse) || !check_argument_count(&parse, (size_t)kept)) {
        *ret_status = parse.status;
        return false;
    }
    *ret_count = kept;
    return true;
}

bool options_parse_global(struct cli *cli, int argc, char **argv, int *ret_used, bool *ret_help,
                          bool *ret_version)
{
    struct parse parse = {.cli = cli, .global = global_options(cli), .argc = argc, .argv = argv};
    while (parse.at < argc && is_option(argv[parse.at])) {
        const char *word = argv[parse.at];
        if (is_help(word) || strcmp(word, "--version") == 0) {
            *(is_help(word) ? ret_help : ret_version) = true;
            parse.at++;
        } else if (!read_option(&parse)) {
            return false;
        }
    }
    *ret_used = parse.at;
    return true;
}
