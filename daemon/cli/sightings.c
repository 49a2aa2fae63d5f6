// SPDX-License-Identifier: MIT
// `skywitness sightings`: rows, or the tracks behind them.
#include "cli/command.h"

#include "cli/export_tracks.h"
#include "cli/options.h"
#include "cli/sighting_query.h"
#include "feed/observation.h"
#include "store/query.h"

#include <inttypes.h>

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

static int list_rows(struct cli *cli, struct query_connection *connection,
                     const struct config *config, const struct row_words *words,
                     const struct row_filter *filter)
{
    struct error error = {0};
    struct output *output = cli_output(cli, columns, COLUMN_COUNT);
    int result = sighting_query_each(connection, config, filter, NULL, write_row, output, &error);
    if (result < 0) {
        output_end_failed(output);
        return row_filter_fail(cli, &error);
    }
    bool has_cut = row_filter_has_cut(cli, words, output_row_count(output));
    int status = cli_output_end(cli, output);
    if (has_cut)
        cli_say(cli, "the newest %d sightings; --limit 0 shows all, --since and --until choose",
                ROW_TABLE_LIMIT);
    return status;
}

int command_sightings(struct cli *cli, const struct command *command, int argc, char **argv)
{
    static const char *const states[] = {"open", "landed", "lost_low", "lost_high", "superseded"};
    struct row_words words = ROW_WORDS_NONE;
    bool doubtful = false;
    const struct option_row rows[] = {
        ROW_OPTION_ROWS(words, "seen at or after this", "seen before this; a day means its end",
                        "from, to, through a region, or within 25 nm of an airfield",
                        "open, landed, lost_low, lost_high; superseded ones only if named"),
        EXPORT_OPTION_ROW(doubtful),
    };
    const struct option_table options = {OPTION_ROWS(rows), .notes = ROW_OPTION_NOTES};
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;

    struct row_filter filter;
    if (!row_filter_read(cli, command, &words, states, sizeof states / sizeof *states, &filter,
                         &status))
        return status;
    const struct config *config = NULL;
    struct query_connection *connection = NULL;
    status = cli_open(cli, &config, &connection);
    if (status == EXIT_STATUS_GOOD)
        status = export_find(cli->format) != NULL
                     ? export_tracks(cli, connection, config, &filter, NULL, doubtful)
                     : list_rows(cli, connection, config, &words, &filter);
    query_close(connection);
    row_filter_done(&filter);
    return status;
}
