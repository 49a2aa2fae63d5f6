// SPDX-License-Identifier: MIT
// skywitness derive: sightings and visits anew from the stored points, and what that changes.
#include "base/text.h"
#include "cli/command.h"
#include "cli/derived.h"
#include "cli/options.h"
#include "store/derive.h"
#include "store/query.h"

#include <string.h>

struct aircraft_id {
    char icao24[ICAO24_SIZE];
};
struct aircraft_id_array ARRAY_OF(struct aircraft_id);

static int find_aircraft(struct query_connection *connection, utc_us since, utc_us until, const char *hex,
                         struct aircraft_id_array *found, struct error *error)
{
    char since_text[UTC_TEXT_SIZE], until_text[UTC_TEXT_SIZE];
    const char *const parameters[] = {utc_format(since, since_text), utc_format(until, until_text), hex};
    struct query *query;
    int ret = query_start(connection,
                          "SELECT DISTINCT icao24 FROM skywitness_store.track_point"
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
        {"icao24", "hex", OUTPUT_TEXT, 0}, {"what", "what", OUTPUT_TEXT, 0},
        {"change", "change", OUTPUT_TEXT, 0}, {"id", "id", OUTPUT_TEXT, 0},
        {"was", "was", OUTPUT_TEXT, 0},       {"is", "is", OUTPUT_TEXT, 0},
    };
    struct output *output = cli_output(cli, columns, sizeof columns / sizeof *columns);
    array_foreach(changes, change) {
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

static int run(struct cli *cli, utc_us since, utc_us until, const char *hex, bool dry_run)
{
    const struct config *config;
    struct query_connection *connection;
    struct aircraft_id_array found = {0};
    struct derive_change_array changes = {0};
    struct error error = {0};
    int status = cli_open(cli, &config, &connection);
    if (status != 0)
        return status;
    int ret = find_aircraft(connection, since, until, hex, &found, &error);
    array_foreach(&found, one)
        if (ret >= 0)
            ret = derive_aircraft(connection, config,
                                  &(struct derive_request){one->icao24, since, until, cli->now, dry_run}, &changes,
                                  &error);
    if (ret >= 0 && !dry_run)
        ret = derived_finish(cli, config, connection, &error);
    if (ret < 0) {
        status = cli_fail(cli, &error);
    } else {
        status = write_changes(cli, &changes);
        cli_say(cli, "%zu aircraft: %zu changes%s", found.count, changes.count, dry_run ? " (none was made)" : "");
    }
    array_free(&found);
    array_free(&changes);
    query_close(connection);
    return status;
}

static int run_pending(struct cli *cli)
{
    const struct config *config;
    struct query_connection *connection;
    int status = cli_open(cli, &config, &connection);
    if (status != 0)
        return status;
    status = derived_pending(cli, config, connection);
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
        {"pending", 0, OPTION_FLAG, &pending, NULL, "what backfills, or live answers for their days, left", 0, 0},
        {"dry-run", 0, OPTION_FLAG, &dry_run, NULL, "say what would change, and change nothing", 0, 0},
    };
    const struct option_table options = {
        OPTION_ROWS(rows),
        .notes = "An aircraft's span is widened to the pauses after which nothing before matters. What comes\n"
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
        return options_usage(cli, command, "--since and --until are needed, the one before the other");
    return run(cli, since, until, hex, dry_run);
}
