// SPDX-License-Identifier: MIT
#include "cli/visits_query.h"

#include "base/memory.h"
#include "base/text.h"
#include "config/config.h"
#include "store/query.h"

#include <stdlib.h>
#include <string.h>

#define PLACE_IDS_PARAMETER 6 // $7 of row_parameters
#define PLACE_IDS_BYTES_MAX (CONFIG_PLACES_MAX * (PLACE_ID_SIZE + 1))

// What read_row reads; the views of visits and of their history have the same columns.
#define COLUMNS                                                                                    \
    "v.visit_id, v.icao24, v.registration, v.type_code, v.place, v.state, v.grade, v.verb,"        \
    " v.callsign_in, v.callsign_out, array_to_string(v.watch_ids, chr(31)), v.sighting_in,"        \
    " v.sighting_out, v.reasons, v.arrived_after, v.arrived_before, v.departed_after,"             \
    " v.departed_before, v.anchored_at, v.decided_at, v.recorded_at, v.arrival_seen,"              \
    " v.departure_seen, v.emitter, v.detector_version, v.latitude, v.longitude"

// What a visit is ordered by, as the index on visits has it.
#define MOMENT "coalesce(v.arrived_before, v.departed_before, v.departed_after, v.anchored_at)"

// The newest ones are chosen, and shown oldest first. A stay that nobody saw end counts as long as
// it was seen to begin: else every aircraft lost for good would be in every window.
static const char visits_sql[] =
    "SELECT newest.* FROM ("
    " SELECT " COLUMNS " FROM skywitness.visit v"
    " WHERE ($1::timestamptz IS NULL"
    "       OR coalesce(v.departed_before, v.arrived_before, v.anchored_at) >= $1)"
    "  AND ($2::timestamptz IS NULL"
    "       OR coalesce(v.arrived_after, v.arrived_before, v.departed_after, v.anchored_at) < $2)"
    "  AND ($3::text IS NULL OR v.icao24 = ANY (string_to_array($3, ',')))"
    "  AND ($4::text IS NULL OR v.type_code = ANY (string_to_array($4, ',')))"
    "  AND ($5::text IS NULL OR v.callsign_in LIKE ANY (string_to_array($5, ','))"
    "       OR v.callsign_out LIKE ANY (string_to_array($5, ',')))"
    "  AND CASE WHEN $6::text IS NULL THEN v.state <> 'superseded' OR $12::boolean"
    "       ELSE v.state = ANY (string_to_array($6, ',')) END"
    "  AND ($7::text IS NULL OR v.place = ANY (string_to_array($7, ','))"
    "       OR v.place IN (SELECT p.place FROM skywitness.place p WHERE p.kind = 'airfield'"
    "            AND public.ST_DWithin(p.geography, public.ST_GeogFromText($8::text),"
    "                                  $9::double precision)))"
    "  AND ($11::text IS NULL OR v.grade >= $11)"
    " ORDER BY " MOMENT " DESC, v.visit_id DESC LIMIT $10::bigint"
    ") newest ORDER BY coalesce(arrived_before, departed_before, departed_after, anchored_at),"
    " visit_id";

static const char one_sql[] = "SELECT " COLUMNS " FROM skywitness.visit v"
                              " WHERE v.visit_id = $1::uuid";

static const char history_sql[] = "SELECT " COLUMNS " FROM skywitness.visit_history v"
                                  " WHERE v.visit_id = $1::uuid"
                                  " AND v.icao24 = (SELECT icao24 FROM skywitness.visit"
                                  "                 WHERE visit_id = $1::uuid LIMIT 1)"
                                  " ORDER BY v.recorded_at, v.decided_at";

static const char of_sighting_sql[] = "SELECT " COLUMNS " FROM skywitness.visit v"
                                      " WHERE v.icao24 = $1"
                                      " AND $2::uuid IN (v.sighting_in, v.sighting_out)"
                                      " ORDER BY " MOMENT ", v.visit_id";

static char *copy_text(const struct query *query, size_t column)
{
    const char *text = query_text(query, column);
    return text != NULL ? memory_copy_string(text) : NULL;
}

static struct visit_row read_row(const struct query *query)
{
    return (struct visit_row){
        .id = copy_text(query, 0),
        .icao24 = copy_text(query, 1),
        .registration = copy_text(query, 2),
        .type_code = copy_text(query, 3),
        .place = copy_text(query, 4),
        .state = copy_text(query, 5),
        .grade = copy_text(query, 6),
        .verb = copy_text(query, 7),
        .callsign_in = copy_text(query, 8),
        .callsign_out = copy_text(query, 9),
        .watch_ids = copy_text(query, 10),
        .sighting_in = copy_text(query, 11),
        .sighting_out = copy_text(query, 12),
        .reasons = copy_text(query, 13),
        .arrived_after = query_time(query, 14),
        .arrived_before = query_time(query, 15),
        .departed_after = query_time(query, 16),
        .departed_before = query_time(query, 17),
        .anchored_at = query_time(query, 18),
        .decided_at = query_time(query, 19),
        .recorded_at = query_time(query, 20),
        .arrival_seen = query_boolean(query, 21, false),
        .departure_seen = query_boolean(query, 22, false),
        .emitter = query_integer(query, 23, 0),
        .detector_version = query_integer(query, 24, 0),
        .latitude_deg = query_number(query, 25),
        .longitude_deg = query_number(query, 26),
    };
}

void visit_row_done(struct visit_row *row)
{
    char *const owned[] = {
        row->id,        row->icao24,      row->registration, row->type_code,   row->place,
        row->state,     row->grade,       row->verb,         row->callsign_in, row->callsign_out,
        row->watch_ids, row->sighting_in, row->sighting_out, row->reasons};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    *row = (struct visit_row){0};
}

void visit_rows_done(struct visit_row_array *rows)
{
    array_foreach (rows, row)
        visit_row_done(row);
    array_free(rows);
}

bool visit_row_is_superseded(const struct visit_row *row)
{
    return strcmp(row->state, "superseded") == 0;
}

const char *visit_verb_in_words(const char *verb)
{
    return strcmp(verb, "headed_to") == 0 ? "headed to" : verb;
}

static int take_each(struct query_connection *connection, const char *sql,
                     const char *const *parameters, size_t parameter_count,
                     void (*take)(void *data, struct visit_row *row), void *data,
                     struct error *error)
{
    struct query *query = NULL;
    int result = query_start(connection, sql, parameters, parameter_count, &query, error);
    while (result >= 0 && (result = query_next(query, error)) == 1) {
        struct visit_row row = read_row(query);
        take(data, &row);
        visit_row_done(&row);
    }
    query_finish(query);
    return result;
}

// The configured airfields that lie in a configured region, after the ids that are there; NULL for
// anything else. The database knows its own places only.
static char *airfields_within(const struct config *config, const char *region_id, const char *ids)
{
    const struct place *region =
        config != NULL && region_id != NULL ? config_place(config, region_id) : NULL;
    if (region == NULL || region->kind == PLACE_AIRFIELD)
        return NULL;
    struct text list;
    text_init(&list, PLACE_IDS_BYTES_MAX);
    text_append(&list, ids);
    for (size_t i = 0; i < config->place_count; i++) {
        const struct place *place = &config->places[i];
        if (place->kind == PLACE_AIRFIELD && place_contains(region, place->reference, 0))
            text_append_format(&list, ",%s", place->id);
    }
    return list.bytes;
}

int visits_query_each(struct query_connection *connection, const struct config *config,
                      const struct row_filter *filter, const char *grade, bool superseded,
                      void (*take)(void *data, struct visit_row *row), void *data,
                      struct error *error)
{
    struct row_parameters made;
    // An airfield's visits are those to itself: nothing around it counts.
    int result = row_parameters_make(connection, config, filter, 0, &made, error);
    const char *parameters[ROW_PARAMETERS + 2];
    memcpy(parameters, made.values, sizeof made.values);
    AUTO_FREE char *within = airfields_within(config, filter->place, made.shape.ids);
    if (within != NULL)
        parameters[PLACE_IDS_PARAMETER] = within;
    parameters[ROW_PARAMETERS] = grade;
    parameters[ROW_PARAMETERS + 1] = superseded ? "true" : "false";
    if (result >= 0)
        result =
            take_each(connection, visits_sql, parameters, ROW_PARAMETERS + 2, take, data, error);
    row_parameters_done(&made);
    return result;
}

static void keep_row(void *data, struct visit_row *row)
{
    struct visit_row_array *rows = data;
    *array_append(rows) = *row;
    *row = (struct visit_row){0};
}

int visits_query_one(struct query_connection *connection, const char *visit_id,
                     struct visit_row_array *ret_rows, struct error *error)
{
    return take_each(connection, one_sql, &visit_id, 1, keep_row, ret_rows, error);
}

int visits_query_history(struct query_connection *connection, const char *visit_id,
                         struct visit_row_array *ret_rows, struct error *error)
{
    return take_each(connection, history_sql, &visit_id, 1, keep_row, ret_rows, error);
}

int visits_query_of_sighting(struct query_connection *connection, const char *icao24,
                             const char *sighting_id, struct visit_row_array *ret_rows,
                             struct error *error)
{
    const char *parameters[] = {icao24, sighting_id};
    return take_each(connection, of_sighting_sql, parameters, 2, keep_row, ret_rows, error);
}
