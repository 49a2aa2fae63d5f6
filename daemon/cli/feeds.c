// SPDX-License-Identifier: MIT
// `skywitness feeds`: the configured feeds and what the ledger of polls says of them.
#include "cli/command.h"

#include "base/array.h"
#include "base/memory.h"
#include "cli/options.h"
#include "cli/webhook_trouble.h"
#include "config/config.h"
#include "store/query.h"

#include <stdlib.h>
#include <string.h>

static const struct output_column columns[] = {
    {"feed", "feed", OUTPUT_TEXT, 16},
    {"state", "state", OUTPUT_TEXT, 0},
    {"last_asked_at", NULL, OUTPUT_TIME, 0},
    {"last_answered_at", "last answer", OUTPUT_TIME, 0},
    {"last_good_at", NULL, OUTPUT_TIME, 0},
    {"last_status", "code", OUTPUT_NUMBER, 0},
    {"requests_per_minute", "req/min", OUTPUT_NUMBER, 0},
    {"requests_last_hour", NULL, OUTPUT_NUMBER, 0},
    {"failures_last_hour", "failed/h", OUTPUT_NUMBER, 0},
    {"budget_left_today", "left", OUTPUT_NUMBER, 0},
    {"aircraft_heard_last_hour", NULL, OUTPUT_NUMBER, 0},
    {"points_last_hour", "points/h", OUTPUT_NUMBER, 0},
    {"last_error", "last error", OUTPUT_TEXT, 40},
    {"holder", "asked by", OUTPUT_TEXT, 20},
    {"held_since", NULL, OUTPUT_TIME, 0},
};

// What the ledger says of one feed. Numbers are -1 and texts NULL where nothing is known.
struct feed_row {
    char *id, *state, *last_error, *holder;
    utc_us last_asked_at, last_answered_at, last_good_at, held_since;
    int64_t last_status, requests, failures, heard, points, requests_today;
};
struct feed_row_array ARRAY_OF(struct feed_row);

static const char health_sql[] =
    "SELECT h.feed, h.state, h.last_asked_at, h.last_answered_at, h.last_good_at, h.last_status,"
    " h.last_error, h.requests_last_hour, h.failures_last_hour, h.aircraft_heard_last_hour,"
    " h.points_last_hour,"
    " (SELECT count(*) FROM skywitness.poll p WHERE p.feed = h.feed AND p.asked_at >= "
    "$1::timestamptz), h.holder, h.held_since"
    " FROM skywitness.feed_health h ORDER BY h.feed";

static char *copy_text(const struct query *query, size_t column)
{
    const char *text = query_text(query, column);
    return text != NULL ? memory_copy_string(text) : NULL;
}

static int read_health(struct query_connection *connection, utc_us now,
                       struct feed_row_array *ret_rows, struct error *error)
{
    char today[UTC_TEXT_SIZE];
    const char *parameters[] = {utc_format(utc_day_start(now), today)};
    struct query *query;
    int result = query_start(connection, health_sql, parameters, 1, &query, error);
    if (result < 0)
        return result;
    while ((result = query_next(query, error)) == 1) {
        *array_append(ret_rows) = (struct feed_row){
            .id = copy_text(query, 0),
            .state = copy_text(query, 1),
            .last_asked_at = query_time(query, 2),
            .last_answered_at = query_time(query, 3),
            .last_good_at = query_time(query, 4),
            .last_status = query_integer(query, 5, -1),
            .last_error = copy_text(query, 6),
            .requests = query_integer(query, 7, -1),
            .failures = query_integer(query, 8, -1),
            .heard = query_integer(query, 9, -1),
            .points = query_integer(query, 10, -1),
            .requests_today = query_integer(query, 11, 0),
            .holder = copy_text(query, 12),
            .held_since = query_time(query, 13),
        };
    }
    query_finish(query);
    return result;
}

static const struct feed_row *find_row(const struct feed_row_array *rows, const char *id)
{
    array_foreach (rows, row)
        if (strcmp(row->id, id) == 0)
            return row;
    return NULL;
}

static void output_count(struct output *output, int64_t number)
{
    if (number >= 0)
        output_integer(output, number);
    else
        output_unknown(output);
}

static const char *state_of(const struct config_feed *feed, const struct feed_row *row)
{
    if (feed != NULL && !feed->enabled)
        return "disabled";
    if (row == NULL)
        return "new";
    return row->state != NULL ? row->state : "new";
}

// `feed` is NULL for one that is no longer configured, `row` for one that was never asked.
static void write_feed(struct output *output, const struct config_feed *feed,
                       const struct feed_row *row)
{
    static const struct feed_row never = {
        .last_asked_at = UTC_UNKNOWN,
        .last_answered_at = UTC_UNKNOWN,
        .last_good_at = UTC_UNKNOWN,
        .held_since = UTC_UNKNOWN,
        .last_status = -1,
        .requests = -1,
        .failures = -1,
        .heard = -1,
        .points = -1,
    };
    const struct feed_row *known = row != NULL ? row : &never;
    output_text(output, feed != NULL ? feed->id : known->id);
    output_text(output, state_of(feed, row));
    output_time(output, known->last_asked_at);
    output_time(output, known->last_answered_at);
    output_time(output, known->last_good_at);
    output_count(output, known->last_status);
    if (known->requests >= 0)
        output_number(output, (double)known->requests / 60.0, 1);
    else
        output_unknown(output);
    output_count(output, known->requests);
    output_count(output, known->failures);
    if (feed != NULL && feed->max_requests_per_day > 0) {
        int64_t budget = (int64_t)feed->max_requests_per_day;
        output_integer(output, known->requests_today < budget ? budget - known->requests_today : 0);
    } else {
        output_unknown(output);
    }
    output_count(output, known->heard);
    output_count(output, known->points);
    output_text(output, known->last_error);
    output_text(output, known->holder);
    output_time(output, known->held_since);
    output_row_end(output);
}

static int write_feeds(struct cli *cli, const struct config *config,
                       const struct feed_row_array *rows)
{
    struct output *output = cli_output(cli, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; config != NULL && i < config->feed_count; i++)
        write_feed(output, &config->feeds[i], find_row(rows, config->feeds[i].id));
    array_foreach (rows, row)
        if (config == NULL || config_feed_find(config, row->id) == NULL)
            write_feed(output, NULL, row);
    return cli_output_end(cli, output);
}

int command_feeds(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const struct option_table options = {
        .notes =
            "States: new (never asked), good, failing (the last answer was bad, a good one came\n"
            "within the hour), down (none did), idle (not asked lately), disabled. Rates are of\n"
            "the last hour; left is what today's budget still allows. Where several daemons share the\n"
            "database, asked by is the host of the one that asks the feed.",
    };
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;

    const struct config *config = NULL;
    struct query_connection *connection = NULL;
    struct feed_row_array rows = {0};
    struct error error = {0};
    status = cli_config_if_any(cli, &config);
    if (status == EXIT_STATUS_GOOD)
        status = cli_connect(cli, &connection);
    if (status == EXIT_STATUS_GOOD)
        status = read_health(connection, cli->now, &rows, &error) < 0
                     ? cli_fail(cli, &error)
                     : write_feeds(cli, config, &rows);
    if (status == EXIT_STATUS_GOOD)
        webhook_trouble_say(cli, config, connection);
    array_foreach (&rows, row) {
        free(row->id);
        free(row->state);
        free(row->last_error);
        free(row->holder);
    }
    array_free(&rows);
    query_close(connection);
    return status;
}
