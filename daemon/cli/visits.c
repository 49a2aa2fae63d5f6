// SPDX-License-Identifier: MIT
// `skywitness visits`: rows, or the tracks of the sightings on both sides.
#include "cli/command.h"

#include "base/text.h"
#include "cli/export_tracks.h"
#include "cli/options.h"
#include "cli/visits_bracket.h"
#include "cli/visits_query.h"
#include "store/query.h"

#include <errno.h>
#include <string.h>

#define SIGHTING_IDS_BYTES_MAX (256 << 20)
#define ID_SHORT 7 // of an id, in tables: enough for `explain visit`

// No wider than a terminal of 100 columns: the widths and two blanks between each make that.
static const struct output_column columns[] = {
    {"visit_id", NULL, OUTPUT_TEXT, 0},
    {NULL, "id", OUTPUT_TEXT, 0},
    {"icao24", "hex", OUTPUT_TEXT, 7},
    {"registration", "aircraft", OUTPUT_TEXT, 8},
    {"type_code", "type", OUTPUT_TEXT, 4},
    {"place", "place", OUTPUT_TEXT, 6},
    {"grade", NULL, OUTPUT_TEXT, 0},
    {NULL, "grade", OUTPUT_TEXT, 5}, // with a question mark while provisional
    {"verb", NULL, OUTPUT_TEXT, 0},
    {NULL, "verb", OUTPUT_TEXT, 9},
    {"state", NULL, OUTPUT_TEXT, 0},
    {NULL, "arrived (UTC)", OUTPUT_TEXT, 24},
    {NULL, "departed", OUTPUT_TEXT, 14},
    {"arrived_after", NULL, OUTPUT_TIME, 0},
    {"arrived_before", NULL, OUTPUT_TIME, 0},
    {"departed_after", NULL, OUTPUT_TIME, 0},
    {"departed_before", NULL, OUTPUT_TIME, 0},
    {"arrival_seen", NULL, OUTPUT_BOOLEAN, 0},
    {"departure_seen", NULL, OUTPUT_BOOLEAN, 0},
    {"callsign_in", NULL, OUTPUT_TEXT, 0},
    {"callsign_out", NULL, OUTPUT_TEXT, 0},
    {"watch_ids", NULL, OUTPUT_LIST, 0},
    {"sighting_in", NULL, OUTPUT_TEXT, 0},
    {"sighting_out", NULL, OUTPUT_TEXT, 0},
    {"latitude", NULL, OUTPUT_NUMBER, 0},
    {"longitude", NULL, OUTPUT_NUMBER, 0},
    {"decided_at", NULL, OUTPUT_TIME, 0},
    {"superseded_at", NULL, OUTPUT_TIME, 0},
    {"reasons", NULL, OUTPUT_VALUE, 0},
};
#define COLUMN_COUNT (sizeof columns / sizeof *columns)

static void write_headline(struct output *output, const struct visit_row *row)
{
    char grade[8], id[ID_SHORT + 1];
    bool superseded = visit_row_is_superseded(row);
    output_text(output, row->id);
    text_copy(id, sizeof id, row->id);
    output_text(output, id);
    output_text(output, row->icao24);
    output_text(output, row->registration);
    output_text(output, row->type_code);
    output_text(output, row->place);
    output_text(output, row->grade);
    snprintf(grade, sizeof grade, "%s%s", row->grade,
             strcmp(row->state, "provisional") == 0 ? "?" : "");
    output_text(output, grade);
    output_text(output, row->verb);
    output_text(output, superseded ? "withdrawn" : visit_verb_in_words(row->verb));
    output_text(output, row->state);
}

static void write_row(void *data, struct visit_row *row)
{
    struct output *output = data;
    char arrived[VISITS_BRACKET_SIZE], departed[VISITS_BRACKET_SIZE];
    const utc_us times[] = {row->arrived_after, row->arrived_before, row->departed_after,
                            row->departed_before};
    const char *const sides[] = {row->callsign_in, row->callsign_out};
    utc_us arrival = row->arrived_after != UTC_UNKNOWN ? row->arrived_after : row->arrived_before;
    write_headline(output, row);
    output_text(output, visits_arrival_bracket(row->arrived_after, row->arrived_before, arrived));
    output_text(output, visits_departure_bracket(arrival, row->departed_after, row->departed_before,
                                                 departed));
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        output_time(output, times[i]);
    output_boolean(output, row->arrival_seen);
    output_boolean(output, row->departure_seen);
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        output_text(output, sides[i]);
    output_list(output, row->watch_ids);
    output_text(output, row->sighting_in);
    output_text(output, row->sighting_out);
    output_number(output, row->latitude_deg, 6);
    output_number(output, row->longitude_deg, 6);
    output_time(output, row->decided_at);
    output_time(output, visit_row_is_superseded(row) ? row->decided_at : UTC_UNKNOWN);
    output_text(output, row->reasons);
    output_row_end(output);
}

// What was asked for.
struct visits_request {
    struct row_words words;
    struct row_filter filter;
    const char *grade;
    bool superseded, doubtful;
};

static int list_rows(struct cli *cli, struct query_connection *connection,
                     const struct config *config, const struct visits_request *request)
{
    struct error error = {0};
    struct output *output = cli_output(cli, columns, COLUMN_COUNT);
    int result = visits_query_each(connection, config, &request->filter, request->grade,
                                   request->superseded, write_row, output, &error);
    if (result < 0) {
        output_end_failed(output);
        return row_filter_fail(cli, &error);
    }
    bool has_cut = row_filter_has_cut(cli, &request->words, output_row_count(output));
    int status = cli_output_end(cli, output);
    if (has_cut)
        cli_say(cli, "the newest %d visits; --limit 0 shows all, --since and --until choose",
                ROW_TABLE_LIMIT);
    return status;
}

static void take_sightings(void *data, struct visit_row *row)
{
    struct text *ids = data;
    const char *const sides[] = {row->sighting_in, row->sighting_out};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        if (sides[i] != NULL)
            text_append_format(ids, "%s%s", ids->length > 0 ? "," : "", sides[i]);
}

static int export_sides(struct cli *cli, struct query_connection *connection,
                        const struct config *config, const struct visits_request *request)
{
    const struct row_filter any = {.since = UTC_UNKNOWN, .until = UTC_UNKNOWN};
    struct error error = {0};
    struct text ids;
    int status;
    text_init(&ids, SIGHTING_IDS_BYTES_MAX);
    text_append(&ids, "");
    int result = visits_query_each(connection, config, &request->filter, request->grade,
                                   request->superseded, take_sightings, &ids, &error);
    if (result >= 0 && ids.failed)
        result = error_set(&error, -E2BIG, "too many visits at once; choose fewer with --since");
    if (result < 0)
        status = row_filter_fail(cli, &error);
    else
        status = export_tracks(cli, connection, config, &any, ids.bytes, request->doubtful);
    text_done(&ids);
    return status;
}

static bool check_grade(const struct cli *cli, const struct command *command, char *grade)
{
    text_to_upper(grade);
    bool is_grade = strlen(grade) == 2 && grade[0] == 'A' && grade[1] >= '0' && grade[1] <= '4';
    if (!is_grade)
        options_usage(cli, command, "--grade %s: expected A0, A1, A2, A3 or A4", grade);
    return is_grade;
}

int command_visits(struct cli *cli, const struct command *command, int argc, char **argv)
{
    static const char *const states[] = {"provisional", "confirmed", "upgraded", "superseded"};
    struct visits_request request = {.words = ROW_WORDS_NONE};
    const struct option_row rows[] = {
        ROW_OPTION_ROWS(request.words, "arrived, departed or there at or after this",
                        "arrived or there before this; a day means its end",
                        "at this airfield, or at one in this region",
                        "provisional, confirmed, upgraded, superseded"),
        {"grade", 0, OPTION_TEXT, &request.grade, "GRADE", "this grade or better: A0 to A4", 0, 0},
        {"superseded", 0, OPTION_FLAG, &request.superseded, NULL,
         "also visits that later data contradicts", 0, 0},
        EXPORT_OPTION_ROW(request.doubtful),
    };
    const struct option_table options = {
        OPTION_ROWS(rows),
        .notes = ROW_OPTION_NOTES
        "\nGrades: A4 came down and left, A3 one end seen and the other bracketing it, A2 one end\n"
        "only, A1 was heading there, A0 others say so. A2? is provisional. `skywitness explain "
        "visit ID`\nsays why."};
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    char grade[8] = "";
    if (request.grade != NULL) {
        text_copy(grade, sizeof grade, request.grade);
        request.grade = grade;
        if (!check_grade(cli, command, grade))
            return EXIT_STATUS_USAGE;
    }
    if (!row_filter_read(cli, command, &request.words, states, sizeof states / sizeof *states,
                         &request.filter, &status))
        return status;
    const struct config *config = NULL;
    struct query_connection *connection = NULL;
    status = cli_open(cli, &config, &connection);
    if (status == EXIT_STATUS_GOOD)
        status = export_find(cli->format) != NULL ? export_sides(cli, connection, config, &request)
                                                  : list_rows(cli, connection, config, &request);
    query_close(connection);
    row_filter_done(&request.filter);
    return status;
}
