// SPDX-License-Identifier: MIT
// skywitness derive: sightings and visits anew from the stored points, and what that changes.
#include "store/derive.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/derived.h"
#include "cli/options.h"
#include "store/query.h"

#include <string.h>

struct aircraft_id {
    char icao24[ICAO24_SIZE];
};
struct aircraft_id_array ARRAY_OF(struct aircraft_id);

static int find_aircraft(struct query_connection *connection, utc_us since, utc_us until,
                         const char *hex, struct aircraft_id_array *found, struct error *error)
{
    char since_text[UTC_TEXT_SIZE], until_text[UTC_TEXT_SIZE];
    const char *const parameters[] = {utc_format(since, since_text), utc_format(until, until_text),
                                      hex};
    struct query *query;
    int ret = query_start(connection,
                          "SELECT DISTINCT icao24 FROM skywitness_store.kept_point"
                          " WHERE observed_at >= $1::timestamptz AND observed_at < $2::timestamptz"
                          " AND ($3::text IS NULL OR icao24 = $3::text) ORDER BY 1",
                          parameters, 3, &query, error);
    while (ret >= 0 && (ret = query_next(query, error)) == 1)
        text_copy(array_append(found)->icao24, ICAO24_SIZE, query_text(query, 0));
    query_finish(query);
    return ret;
}

static int write_changes(struct cli *cli, const struct derive_change_array *changes)
{
    static const struct output_column columns[] = {
        {"icao24", "hex", OUTPUT_TEXT, 0},    {"what", "what", OUTPUT_TEXT, 0},
        {"change", "change", OUTPUT_TEXT, 0}, {"id", "id", OUTPUT_TEXT, 0},
        {"was", "was", OUTPUT_TEXT, 0},       {"is", "is", OUTPUT_TEXT, 0},
    };
    struct output *output = cli_output(cli, columns, sizeof columns / sizeof *columns);
    array_foreach (changes, change) {
        output_text(output, change->icao24);
        output_text(output, change->what);
        output_text(output, change->change);
        output_text(output, change->id);
        output_text(output, change->was[0] != '\0' ? change->was : NULL);
        output_text(output, change->is[0] != '\0' ? change->is : NULL);
        output_row_end(output);
    }
    return cli_output_end(cli, output);
}

struct deriving {
    struct cli *cli;
    const struct config *config;
    struct query_connection *connection;
    struct aircraft_id_array found;
    struct derive_change_array changes;
    size_t failed;
};

// Each aircraft is a transaction of its own: one that cannot be derived does not keep the others
// from it.
static int derive_all(struct deriving *deriving, utc_us since, utc_us until, bool dry_run,
                      struct error *error)
{
    array_foreach (&deriving->found, one) {
        const struct derive_request request = {one->icao24, since, until, deriving->cli->now,
                                               dry_run};
        int ret = derive_aircraft(deriving->connection, deriving->config, &request,
                                  &deriving->changes, error);
        if (ret < 0 && !derive_can_go_on(ret))
            return ret;
        deriving->failed += ret < 0;
        if (ret < 0)
            cli_say(deriving->cli, "%s", error->message);
    }
    return 0;
}

static int tell(struct deriving *deriving, bool dry_run)
{
    int status = write_changes(deriving->cli, &deriving->changes);
    cli_say(deriving->cli, "%zu aircraft: %zu changes%s", deriving->found.count - deriving->failed,
            deriving->changes.count, dry_run ? " (none was made)" : "");
    return status == EXIT_STATUS_GOOD && deriving->failed > 0 ? EXIT_STATUS_WANTING : status;
}

// What was changed is told and judged whatever became of the rest.
static int run(struct cli *cli, utc_us since, utc_us until, const char *hex, bool dry_run)
{
    struct deriving deriving = {.cli = cli};
    struct error error = {0};
    int status = cli_open(cli, &deriving.config, &deriving.connection);
    if (status != 0)
        return status;
    int ret = find_aircraft(deriving.connection, since, until, hex, &deriving.found, &error);
    if (ret >= 0) {
        ret = derive_all(&deriving, since, until, dry_run, &error);
        status = tell(&deriving, dry_run);
    }
    if (ret >= 0 && !dry_run)
        ret = derived_finish(cli, deriving.config, deriving.connection, &error);
    array_free(&deriving.found);
    array_free(&deriving.changes);
    query_close(deriving.connection);
    return ret < 0 ? cli_fail(cli, &error) : status;
}

static int run_pending(struct cli *cli)
{
    const struct config *config;
    struct query_connection *connection;
    int status = cli_open(cli, &config, &connection);
    if (status != 0)
        return status;
    status = derived_pending(cli, config, connection, true);
    query_close(connection);
    return status;
}

int command_derive(struct cli *cli, const struct command *command, int argc, char **argv)
{
    utc_us since = UTC_UNKNOWN, until = UTC_UNKNOWN;
    const char *hex = NULL;
    bool dry_run = false, pending = false;
    const struct option_row rows[] = {
        {"since", 0, OPTION_TIME, &since, "TIME", "from then on", 0, 0},
        {"until", 0, OPTION_TIME_END, &until, "TIME", "and before then", 0, 0},
        {"hex", 0, OPTION_TEXT, &hex, "HEX", "only this aircraft", 0, 0},
        {"pending", 0, OPTION_FLAG, &pending, NULL,
         "what backfills, or live answers for their days, left", 0, 0},
        {"dry-run", 0, OPTION_FLAG, &dry_run, NULL, "say what would change, and change nothing", 0,
         0},
    };
    const struct option_table options = {
        OPTION_ROWS(rows),
        .notes =
            "An aircraft's span is widened to the pauses after which nothing before matters. What comes\n"
            "out as it stands is left alone; what is no longer supported is marked superseded, never\n"
            "deleted.",
    };
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    if (pending && (dry_run || hex != NULL || since != UTC_UNKNOWN || until != UTC_UNKNOWN))
        return options_usage(cli, command, "--pending goes with no other option");
    if (pending)
        return run_pending(cli);
    if (since == UTC_UNKNOWN || until == UTC_UNKNOWN || since >= until)
        return options_usage(cli, command,
                             "--since and --until are needed, the one before the other");
    return run(cli, since, until, hex, dry_run);
}
