// SPDX-License-Identifier: MIT
#include "cli/cli.h"

#include "build_config.h"
#include "config/config.h"
#include "store/query.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_CONFIG_PATH SKYWITNESS_CONFIGURATION_DIRECTORY "/skywitness.json"

// Messages may quote what came from outside: nothing in them may steer a terminal.
static void make_harmless(char *text)
{
    for (; *text != '\0'; text++)
        if (((unsigned char)*text < 0x20 && *text != '\n') || *text == 0x7f)
            *text = '?';
}

void cli_say(const struct cli *cli, const char *format, ...)
{
    char message[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    make_harmless(message);
    fprintf(cli->talk, "skywitness: %s\n", message);
}

static enum exit_status status_of(int code)
{
    switch (code) {
    case -EBADMSG:
    case -EINVAL:
    case -EPROTO:
    case -E2BIG:
    case -EILSEQ:
        return EXIT_STATUS_BAD_DATA;
    case 0:
    case -EIO:
    case -ENOMEM:
        return EXIT_STATUS_SOFTWARE;
    default: // away, refused, missing, full
        return EXIT_STATUS_UNAVAILABLE;
    }
}

int cli_fail(const struct cli *cli, const struct error *error)
{
    cli_say(cli, "%s", error->message);
    return status_of(error->code);
}

const char *cli_config_path(const struct cli *cli)
{
    if (cli->config_path != NULL)
        return cli->config_path;
    const char *environment = getenv("SKYWITNESS_CONFIG");
    return environment != NULL && environment[0] != '\0' ? environment : DEFAULT_CONFIG_PATH;
}

static void say_problems(const struct cli *cli, const struct config_problems *problems)
{
    AUTO_FREE char *lines = memory_copy_string(problems->lines.bytes != NULL ? problems->lines.bytes
                                                                             : "no reason given");
    size_t length = strlen(lines);
    while (length > 0 && lines[length - 1] == '\n')
        lines[--length] = '\0';
    make_harmless(lines);
    fprintf(cli->talk, "%s\n", lines);
}

int cli_config(struct cli *cli, const struct config **ret_config)
{
    if (cli->config == NULL) {
        const char *path = cli_config_path(cli);
        struct config_problems problems;
        config_problems_init(&problems);
        int result = config_load(path, &cli->config, &problems);
        if (result < 0) {
            say_problems(cli, &problems);
            cli_say(cli, "the configuration %s cannot be used%s", path,
                    result == -ENOENT ? "; name one with --config FILE or $SKYWITNESS_CONFIG" : "");
        }
        config_problems_done(&problems);
        if (result < 0)
            return EXIT_STATUS_BAD_CONFIGURATION;
    }
    *ret_config = cli->config;
    return EXIT_STATUS_GOOD;
}

int cli_config_if_any(struct cli *cli, const struct config **ret_config)
{
    const char *path = cli_config_path(cli);
    *ret_config = NULL;
    if (cli->database != NULL && cli->config_path == NULL && access(path, F_OK) != 0)
        return EXIT_STATUS_GOOD;
    return cli_config(cli, ret_config);
}

int cli_database(struct cli *cli, const char **ret_database, char **ret_password)
{
    *ret_password = NULL;
    if (cli->database != NULL) {
        *ret_database = cli->database;
        return EXIT_STATUS_GOOD;
    }
    const struct config *config;
    int status = cli_config(cli, &config);
    if (status != EXIT_STATUS_GOOD)
        return status;
    struct error error = {0};
    if (config->database_password.kind != CREDENTIAL_NONE &&
        credential_read(&config->database_password, ret_password, &error) < 0) {
        error_prefix(&error, "database_password");
        cli_say(cli, "%s", error.message);
        return EXIT_STATUS_BAD_CONFIGURATION;
    }
    *ret_database = config->database;
    return EXIT_STATUS_GOOD;
}

int cli_connect(struct cli *cli, struct query_connection **ret_connection)
{
    const char *database = NULL;
    char *password = NULL;
    int status = cli_database(cli, &database, &password);
    if (status != EXIT_STATUS_GOOD)
        return status;
    struct error error = {0};
    int result = query_connect(database, password, ret_connection, &error);
    if (result < 0)
        status = cli_fail(cli, &error);
    if (result == -EINVAL) // no connection string at all
        status = cli->database != NULL ? EXIT_STATUS_USAGE : EXIT_STATUS_BAD_CONFIGURATION;
    if (password != NULL)
        explicit_bzero(password, strlen(password));
    free(password);
    return status;
}

int cli_open(struct cli *cli, const struct config **ret_config,
             struct query_connection **ret_connection)
{
    int status = cli_config_if_any(cli, ret_config);
    return status == EXIT_STATUS_GOOD ? cli_connect(cli, ret_connection) : status;
}

struct output *cli_output(const struct cli *cli, const struct output_column *columns, size_t count)
{
    return output_begin(cli->out, cli->format, columns, count);
}

static int judge_writing(const struct cli *cli, bool failed)
{
    if (!failed)
        return EXIT_STATUS_GOOD;
    cli_say(cli, "cannot write to standard output: %s", strerror(errno));
    return EXIT_STATUS_UNAVAILABLE;
}

int cli_output_end(const struct cli *cli, struct output *output)
{
    return judge_writing(cli, output_end(output) < 0);
}

int cli_flush(const struct cli *cli)
{
    return judge_writing(cli, fflush(cli->out) != 0 || ferror(cli->out));
}

void cli_done(struct cli *cli)
{
    config_free(cli->config);
    cli->config = NULL;
}
