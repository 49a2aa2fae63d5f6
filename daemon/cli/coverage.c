// SPDX-License-Identifier: MIT
// `skywitness coverage PLACE`: the four states hour by hour, and their shares.
#include "cli/command.h"

#include "base/text.h"
#include "claim/coverage.h"
#include "cli/options.h"
#include "config/config.h"
#include "store/claim_coverage.h"
#include "store/query.h"

#include <errno.h>
#include <string.h>

#define HOURS_MAX (24 * 366 * 10)

static const struct output_column columns[] = {
    {"hour", "hour", OUTPUT_MINUTE, 0},
    {"state", "state", OUTPUT_TEXT, 0},
    {"polls_due", "due", OUTPUT_NUMBER, 0},
    {"polls_ok", "good", OUTPUT_NUMBER, 0},
    {"others_low", "others low", OUTPUT_NUMBER, 0},
    {"lowest_other_ft", "lowest ft", OUTPUT_NUMBER, 0},
    {"source", NULL, OUTPUT_TEXT, 0},
};

static const char hours_sql[] =
    "SELECT h, coalesce(c.state, 'not_looked'), c.polls_due, c.polls_ok, c.others_low,"
    "   c.lowest_other_ft, c.source"
    " FROM generate_series(date_trunc('hour', $2::timestamptz),"
    "   $3::timestamptz - interval '1 microsecond',"
    "   interval '1 hour') AS g (h)"
    " LEFT JOIN skywitness.coverage_hour c ON c.place = $1 AND c.hour = g.h ORDER BY h";

static void write_hour(struct output *output, const struct query *query,
                       struct coverage_tally *tally)
{
    enum coverage_state state = COVERAGE_NOT_LOOKED;
    coverage_state_from_name(query_text(query, 1), &state);
    tally->hours++;
    tally->by_state[state]++;
    output_time(output, query_time(query, 0));
    output_text(output, query_text(query, 1));
    for (size_t column = 2; column <= 5; column++)
        if (query_text(query, column) != NULL)
            output_integer(output, query_integer(query, column, 0));
        else
            output_unknown(output);
    output_text(output, query_text(query, 6));
    output_row_end(output);
}

static int list(struct cli *cli, struct query_connection *connection, const char *place,
                utc_us since, utc_us until)
{
    char since_text[UTC_TEXT_SIZE], until_text[UTC_TEXT_SIZE];
    const char *parameters[] = {place, utc_format(since, since_text),
                                utc_format(until, until_text)};
    struct error error = {0};
    struct coverage_tally tally = {0};
    struct query *query;
    int result = query_start(connection, hours_sql, parameters, 3, &query, &error);
    if (result < 0)
        return cli_fail(cli, &error);
    struct output *output = cli_output(cli, columns, sizeof columns / sizeof *columns);
    while ((result = query_next(query, &error)) == 1)
        write_hour(output, query, &tally);
    query_finish(query);
    if (result < 0) {
        output_end_failed(output);
        return cli_fail(cli, &error);
    }
    int status = cli_output_end(cli, output);
    struct text shares;
    text_init(&shares, 1000);
    coverage_describe(&tally, &shares);
    cli_say(cli, "%s: %s", place, shares.bytes);
    text_done(&shares);
    return status;
}

// The ledger may have grown since; what an archive said stays.
static int refresh(struct cli *cli, struct query_connection *connection, const struct place *place,
                   utc_us since, utc_us until, bool all)
{
    size_t changed;
    struct error error = {0};
    if (claim_coverage_refresh(connection, place, since, until, cli->now, all, &changed, &error) <
        0)
        return cli_fail(cli, &error);
    return EXIT_STATUS_GOOD;
}

int command_coverage(struct cli *cli, const struct command *command, int argc, char **argv)
{
    utc_us since = UTC_UNKNOWN, until = UTC_UNKNOWN;
    bool all = false;
    const struct option_row rows[] = {
        {"since", 0, OPTION_TIME, &since, "TIME", "from this time on (a day before --until)", 0, 0},
        {"until", 0, OPTION_TIME_END, &until, "TIME", "before this time (now)", 0, 0},
        {"refresh", 0, OPTION_FLAG, &all, NULL, "work every hour out anew from the ledger of polls",
         0, 0},
    };
    const struct option_table options = {
        OPTION_ROWS(rows),
        .arguments_min = 1,
        .arguments_max = 1,
        .notes = "States: observed (a watched aircraft was seen there), covered_not_seen (we "
                 "asked, and other\n"
                 "traffic was heard low near it), looked_no_cover (we asked; an aircraft low there "
                 "would not\n"
                 "have been heard), not_looked. due and good: five-minute slots, and those with a "
                 "good answer.",
    };
    const struct config *config = NULL;
    struct query_connection *connection = NULL;
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    if (until == UTC_UNKNOWN)
        until = cli->now;
    if (since == UTC_UNKNOWN)
        since = until - UTC_DAY;
    if (since >= until || (until - since) / UTC_HOUR > HOURS_MAX)
        return options_usage(cli, command, "--since must be before --until, by ten years at most");
    status = cli_config(cli, &config);
    if (status != EXIT_STATUS_GOOD)
        return status;
    const struct place *place = config_place(config, argv[0]);
    if (place == NULL || place->kind != PLACE_AIRFIELD)
        return options_usage(cli, command, "\"%.40s\" is no configured airfield", argv[0]);
    status = cli_connect(cli, &connection);
    if (status == EXIT_STATUS_GOOD)
        status = refresh(cli, connection, place, since, until, all);
    if (status == EXIT_STATUS_GOOD)
        status = list(cli, connection, place->id, since, until);
    query_close(connection);
    return status;
}
