// SPDX-License-Identifier: MIT
// `skywitness db migrate` and `skywitness db status`.
#include "cli/command.h"

#include "cli/options.h"
#include "store/migrate.h"
#include "store/query.h"

#include <errno.h>

static int parse_nothing(struct cli *cli, const struct command *command, int argc, char **argv,
                         int *ret_status)
{
    const struct option_table options = {0};
    int count;
    return options_parse(cli, command, &options, argc, argv, &count, ret_status);
}

static const struct output_column migrate_columns[] = {
    {"database", "database", OUTPUT_TEXT, 0},
    {"version_before", "before", OUTPUT_NUMBER, 0},
    {"version", "now", OUTPUT_NUMBER, 0},
    {"applied", "applied", OUTPUT_NUMBER, 0},
};

static int write_migrated(const struct cli *cli, const struct query_connection *connection,
                          int before, int after)
{
    struct output *output =
        cli_output(cli, migrate_columns, sizeof migrate_columns / sizeof *migrate_columns);
    output_text(output, query_database_name(connection));
    output_integer(output, before);
    output_integer(output, after);
    output_integer(output, after - before);
    output_row_end(output);
    return cli_output_end(cli, output);
}

int command_db_migrate(struct cli *cli, const struct command *command, int argc, char **argv)
{
    int status;
    struct query_connection *connection = NULL;
    if (!parse_nothing(cli, command, argc, argv, &status))
        return status;
    status = cli_connect(cli, &connection);
    if (status != EXIT_STATUS_GOOD)
        return status;

    struct error error = {0};
    int before = 0, after = 0;
    int result = migrate_apply(query_native(connection), schema_migrations, schema_migration_count,
                               &before, &after, &error);
    if (result < 0) {
        cli_say(cli, "%s", error.message);
        if (after > before)
            cli_say(cli, "the schema went from version %d to %d before that", before, after);
        status = result == -EPROTO ? EXIT_STATUS_WANTING : EXIT_STATUS_UNAVAILABLE;
    } else {
        status = write_migrated(cli, connection, before, after);
    }
    query_close(connection);
    return status;
}

static const struct output_column status_columns[] = {
    {"database", "database", OUTPUT_TEXT, 20},    {"role", "role", OUTPUT_TEXT, 20},
    {"server_version", "server", OUTPUT_TEXT, 0}, {"state", "schema", OUTPUT_TEXT, 0},
    {"version", "version", OUTPUT_NUMBER, 0},     {"version_known", "known", OUTPUT_NUMBER, 0},
    {"bytes", "bytes", OUTPUT_NUMBER, 0},         {"days", "days", OUTPUT_NUMBER, 0},
    {"first_day", "first", OUTPUT_TEXT, 0},       {"last_day", "last", OUTPUT_TEXT, 0},
};

// Sizes and days of track points, from the catalogue: no table is read. The names of the partitions
// end in their day.
static const char sizes_sql[] = "SELECT pg_database_size(current_database()), count(c.oid),"
                                " to_date(min(right(c.relname, 8)), 'YYYYMMDD')::text,"
                                " to_date(max(right(c.relname, 8)), 'YYYYMMDD')::text"
                                " FROM (SELECT) AS always LEFT JOIN pg_inherits i"
                                "  ON i.inhparent = to_regclass('skywitness_store.track_point')"
                                " LEFT JOIN pg_class c ON c.oid = i.inhrelid";

static int write_status(const struct cli *cli, struct query_connection *connection,
                        enum schema_state state, int version, struct error *error)
{
    struct query *query;
    int result = query_first(connection, sizes_sql, NULL, 0, &query, error);
    if (result == 1) {
        int server = query_server_version(connection);
        char server_text[24];
        snprintf(server_text, sizeof server_text, "%d.%d", server / 10000, server % 10000);
        struct output *output =
            cli_output(cli, status_columns, sizeof status_columns / sizeof *status_columns);
        output_text(output, query_database_name(connection));
        output_text(output, query_role_name(connection));
        output_text(output, server_text);
        output_text(output, schema_state_name(state));
        output_integer(output, version);
        output_integer(output, (int64_t)schema_migration_count);
        output_integer(output, query_integer(query, 0, 0));
        output_integer(output, query_integer(query, 1, 0));
        output_text(output, query_text(query, 2));
        output_text(output, query_text(query, 3));
        output_row_end(output);
        result = cli_output_end(cli, output) == EXIT_STATUS_GOOD
                     ? 0
                     : error_set(error, -ENOSPC, "standard output could not be written");
    }
    query_finish(query);
    return result;
}

int command_db_status(struct cli *cli, const struct command *command, int argc, char **argv)
{
    int status;
    struct query_connection *connection = NULL;
    if (!parse_nothing(cli, command, argc, argv, &status))
        return status;
    status = cli_connect(cli, &connection);
    if (status != EXIT_STATUS_GOOD)
        return status;

    struct error reason = {0}, error = {0};
    enum schema_state state = SCHEMA_MISSING;
    int version = 0;
    int result = migrate_status(query_native(connection), schema_migrations, schema_migration_count,
                                &state, &version, &reason);
    if (result < 0) {
        cli_say(cli, "%s", reason.message);
        status = EXIT_STATUS_UNAVAILABLE;
    } else if (write_status(cli, connection, state, version, &error) < 0) {
        status = cli_fail(cli, &error);
    } else if (state != SCHEMA_CURRENT) {
        cli_say(cli, "%s", reason.message);
        status = EXIT_STATUS_WANTING;
    }
    query_close(connection);
    return status;
}
