// SPDX-License-Identifier: MIT
// `skywitness sightings`: rows, or the tracks behind them.
#include "cli/command.h"

#include "base/memory.h"
#include "base/text.h"
#include "cli/export.h"
#include "cli/options.h"
#include "cli/sighting_filter.h"
#include "cli/sighting_query.h"
#include "config/config.h"
#include "feed/observation.h"
#include "store/query.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// A table is for the eye; every other format gives all there is.
#define TABLE_ROWS_DEFAULT 100
#define ATTRIBUTION_BYTES_MAX 65536

static const struct output_column columns[] = {
    {"sighting_id", NULL, OUTPUT_TEXT, 0},
    {"icao24", "hex", OUTPUT_TEXT, 0},
    {"registration", "aircraft", OUTPUT_TEXT, 8},
    {"type_code", "type", OUTPUT_TEXT, 0},
    {"callsigns", "callsign", OUTPUT_LIST, 8},
    {"watch_ids", NULL, OUTPUT_LIST, 0},
    {"first_seen", "first seen", OUTPUT_MINUTE, 0},
    {"last_seen", NULL, OUTPUT_TIME, 0},
    {NULL, "last seen", OUTPUT_TEXT, 0}, // as a timetable has it
    {"origin", "from", OUTPUT_TEXT, 7},
    {"destination", "to", OUTPUT_TEXT, 7},
    {"point_count", "points", OUTPUT_NUMBER, 0},
    {"feeds", NULL, OUTPUT_LIST, 0},
    {"state", "state", OUTPUT_TEXT, 0},
    {"last_latitude", NULL, OUTPUT_NUMBER, 0},
    {"last_longitude", NULL, OUTPUT_NUMBER, 0},
    {"last_altitude_ft", NULL, OUTPUT_NUMBER, 0},
};
#define COLUMN_COUNT (sizeof columns / sizeof *columns)

// The end of a flight beside its beginning: "11:42Z", or "02:10Z+1" for the day after.
static const char *timetable_time(const struct sighting_row *row, char buffer[UTC_TEXT_SIZE])
{
    char text[UTC_TEXT_SIZE];
    if (row->first_seen == UTC_UNKNOWN || row->last_seen == UTC_UNKNOWN)
        return NULL;
    int64_t days = (utc_day_start(row->last_seen) - utc_day_start(row->first_seen)) / UTC_DAY;
    utc_format(row->last_seen, text);
    int used = snprintf(buffer, UTC_TEXT_SIZE, "%.5sZ", text + sizeof "2025-10-26T" - 1);
    if (days != 0)
        snprintf(buffer + used, UTC_TEXT_SIZE - (size_t)used, "%+" PRId64, days);
    return buffer;
}

static void write_row(void *data, struct sighting_row *row)
{
    struct output *output = data;
    char last_seen[UTC_TEXT_SIZE];
    output_text(output, row->id);
    output_text(output, row->icao24);
    output_text(output, row->registration);
    output_text(output, row->type_code);
    output_list(output, row->callsigns);
    output_list(output, row->watch_ids);
    output_time(output, row->first_seen);
    output_time(output, row->last_seen);
    output_text(output, timetable_time(row, last_seen));
    output_text(output, row->origin);
    output_text(output, row->destination);
    if (row->point_count >= 0)
        output_integer(output, row->point_count);
    else
        output_unknown(output);
    output_list(output, row->feeds);
    output_text(output, row->state);
    output_number(output, row->last_latitude_deg, 6);
    output_number(output, row->last_longitude_deg, 6);
    if (row->last_altitude_ft != OBSERVATION_UNKNOWN)
        output_integer(output, row->last_altitude_ft);
    output_row_end(output);
}

// A place that nobody knows is a mistake in the call; all else is the database's.
static int fail(const struct cli *cli, const struct error *error)
{
    int status = cli_fail(cli, error);
    return error->code == -EINVAL ? EXIT_STATUS_USAGE : status;
}

static int list_rows(struct cli *cli, struct query_connection *connection,
                     const struct config *config, const struct sighting_filter *filter,
                     bool limit_is_default)
{
    struct error error = {0};
    struct output *output = cli_output(cli, columns, COLUMN_COUNT);
    int result = sighting_query_each(connection, config, filter, write_row, output, &error);
    if (result < 0) {
        output_end_failed(output);
        return fail(cli, &error);
    }
    bool is_cut = limit_is_default && (int64_t)output_row_count(output) >= filter->limit;
    int status = cli_output_end(cli, output);
    if (is_cut)
        cli_say(cli, "the newest %d sightings; --limit 0 shows all, --since and --until choose",
                TABLE_ROWS_DEFAULT);
    return status;
}

static void take_row(void *data, struct sighting_row *row)
{
    struct sighting_row_array *rows = data;
    *array_append(rows) = *row;
    *row = (struct sighting_row){0};
}

// What the configuration says is to be shown with each feed's data; its licence or name where that
// is nothing.
static void append_attribution(struct text *text, const struct config *config, const char *feeds)
{
    text_clear(text);
    AUTO_FREE char *copy = memory_copy_string(feeds != NULL ? feeds : "");
    for (char *rest = copy, *id; (id = strsep(&rest, (char[]){OUTPUT_LIST_SEPARATOR, '\0'}));) {
        if (*id == '\0')
            continue;
        const struct config_feed *feed = config != NULL ? config_feed_find(config, id) : NULL;
        text_append(text, text->length > 0 ? "; " : "");
        if (feed != NULL && feed->attribution != NULL)
            text_append(text, feed->attribution);
        else if (feed != NULL && feed->licence != NULL)
            text_append_format(text, "%s, %s", id, feed->licence);
        else
            text_append(text, id);
    }
    if (text->length == 0)
        text_append(text, "feed unknown");
}

// readsb's files hold one aircraft each: its sightings have to follow one another.
static int by_aircraft(const void *first, const void *second)
{
    const struct sighting_row *one = first, *two = second;
    int order = strcmp(one->icao24, two->icao24);
    if (order != 0)
        return order;
    return one->first_seen < two->first_seen ? -1 : one->first_seen > two->first_seen;
}

static int export_rows(struct cli *cli, struct query_connection *connection,
                       const struct config *config, const struct sighting_row_array *rows,
                       bool doubtful, struct error *error)
{
    const struct track_export *format = export_find(cli->format);
    struct track_row_array points = {0};
    struct text attribution;
    text_init(&attribution, ATTRIBUTION_BYTES_MAX);
    int result = 0;
    void *state = format->begin(cli->out);
    array_foreach(rows, row) {
        array_clear(&points);
        result = sighting_query_points(connection, row, doubtful, &points, error);
        if (result < 0)
            break;
        append_attribution(&attribution, config, row->feeds);
        format->sighting(state, row, &points, attribution.bytes);
    }
    format->end(state);
    text_done(&attribution);
    array_free(&points);
    return result;
}

static int export_tracks(struct cli *cli, struct query_connection *connection,
                         const struct config *config, const struct sighting_filter *filter,
                         bool doubtful)
{
    struct error error = {0};
    struct sighting_row_array rows = {0};
    int result = sighting_query_each(connection, config, filter, take_row, &rows, &error);
    if (result >= 0 && cli->format == OUTPUT_READSB && rows.count > 1)
        qsort(rows.items, rows.count, sizeof *rows.items, by_aircraft);
    if (result >= 0)
        result = export_rows(cli, connection, config, &rows, doubtful, &error);
    int status = result < 0 ? fail(cli, &error) : cli_flush(cli);
    array_foreach(&rows, row)
        sighting_row_done(row);
    array_free(&rows);
    return status;
}

int command_sightings(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct sighting_words words = {.since = UTC_UNKNOWN, .until = UTC_UNKNOWN, .limit = -1};
    bool doubtful = false;
    const struct option_row rows[] = {
        SIGHTING_OPTION_ROWS(words),
        {"doubtful", 0, OPTION_FLAG, &doubtful, NULL,
         "tracks: also the points that are flagged implausible", 0, 0},
    };
    const struct option_table options = {OPTION_ROWS(rows), .notes = SIGHTING_OPTION_NOTES};
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;

    struct sighting_filter filter;
    if (!sighting_filter_read(cli, command, &words, &filter, &status))
        return status;
    bool limit_is_default = words.limit < 0 && cli->format == OUTPUT_TABLE;
    filter.limit = limit_is_default ? TABLE_ROWS_DEFAULT : words.limit > 0 ? words.limit : 0;

    const struct config *config = NULL;
    struct query_connection *connection = NULL;
    status = cli_config_if_any(cli, &config);
    if (status == EXIT_STATUS_GOOD)
        status = cli_connect(cli, &connection);
    if (status == EXIT_STATUS_GOOD)
        status = export_find(cli->format) != NULL
                     ? export_tracks(cli, connection, config, &filter, doubtful)
                     : list_rows(cli, connection, config, &filter, limit_is_default);
    query_close(connection);
    sighting_filter_done(&filter);
    return status;
}
