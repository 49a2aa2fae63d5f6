// SPDX-License-Identifier: MIT
// `skywitness db where`: which database is used, taken apart, for scripts that have something to do
// there with other rights (skywitness-setup-database). Connects to nothing and reads no secret.
#include "cli/command.h"

#include "cli/options.h"
#include "config/config.h"
#include "store/conninfo.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct output_column columns[] = {
    {"database", "database", OUTPUT_TEXT, 0}, {"host", "host", OUTPUT_TEXT, 0},
    {"port", "port", OUTPUT_TEXT, 0},         {"user", "user", OUTPUT_TEXT, 0},
    {"local", "local", OUTPUT_BOOLEAN, 0},
};

// --db, else what is configured. Before anything is, that is what an empty configuration means.
static int find_database(struct cli *cli, const char **ret_database)
{
    const struct config *config;
    bool named = cli->config_path != NULL || getenv("SKYWITNESS_CONFIG") != NULL;
    *ret_database = cli->database != NULL ? cli->database : CONFIG_DATABASE_DEFAULT;
    if (cli->database != NULL || (!named && access(cli_config_path(cli), F_OK) != 0))
        return EXIT_STATUS_GOOD;
    int status = cli_config(cli, &config);
    if (status == EXIT_STATUS_GOOD)
        *ret_database = config->database;
    return status;
}

// By its name: without one, or with a folder, it is a unix socket.
static bool is_local(const struct conninfo *conninfo)
{
    static const char *const loopback[] = {"localhost", "127.0.0.1", "::1"};
    const char *host = conninfo_get(conninfo, "hostaddr");
    if (host == NULL)
        host = conninfo_get(conninfo, "host");
    if (conninfo_get(conninfo, "service") != NULL) // a file of the user's says where
        return false;
    bool local = host == NULL || host[0] == '\0' || host[0] == '/';
    for (size_t i = 0; i < sizeof loopback / sizeof *loopback && !local; i++)
        local = strcmp(host, loopback[i]) == 0;
    return local && strchr(host != NULL ? host : "", ',') == NULL;
}

static void write_cell(struct output *output, const char *text)
{
    if (text != NULL && text[0] != '\0')
        output_text(output, text);
    else
        output_unknown(output);
}

int command_db_where(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const struct option_table options = {0};
    int count, status;
    const char *database = NULL;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    status = find_database(cli, &database);
    if (status != EXIT_STATUS_GOOD)
        return status;
    struct error error = {0};
    struct conninfo conninfo = {0};
    bool is_name =
        strchr(database, '=') == NULL && strstr(database, "://") == NULL; // store/query.h
    if (conninfo_read(is_name ? "" : database, NULL, "skywitness", NULL, &conninfo, &error) < 0) {
        cli_say(cli, "%s", error.message);
        return cli->database != NULL ? EXIT_STATUS_USAGE : EXIT_STATUS_BAD_CONFIGURATION;
    }
    const char *name = is_name ? database : conninfo_get(&conninfo, "dbname");
    struct output *output = cli_output(cli, columns, sizeof columns / sizeof *columns);
    write_cell(output, name != NULL ? name : conninfo_get(&conninfo, "user")); // as libpq has it
    write_cell(output, conninfo_get(&conninfo, "host"));
    write_cell(output, conninfo_get(&conninfo, "port"));
    write_cell(output, conninfo_get(&conninfo, "user"));
    output_boolean(output, is_local(&conninfo));
    output_row_end(output);
    conninfo_done(&conninfo);
    return cli_output_end(cli, output);
}
