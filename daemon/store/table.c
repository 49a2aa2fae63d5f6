// SPDX-License-Identifier: MIT
#include "store/table.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

// Drawing a long track takes milliseconds, and one statement must end long before its timeout.
#define FINISHED_ROWS_MAX 200

// A visit and each state in its history have the same columns.
#define VISIT_COLUMNS                                                                              \
    {                                                                                              \
        {"visit_id", COLUMN_UUID}, {"anchored_at", COLUMN_TIME}, {"decided_at", COLUMN_TIME},      \
            {"arrived_after", COLUMN_TIME}, {"arrived_before", COLUMN_TIME},                       \
            {"departed_after", COLUMN_TIME}, {"departed_before", COLUMN_TIME},                     \
            {"sighting_in", COLUMN_UUID}, {"sighting_out", COLUMN_UUID},                           \
            {"latitude", COLUMN_DOUBLE}, {"longitude", COLUMN_DOUBLE}, {"emitter", COLUMN_SMALL},  \
            {"detector_version", COLUMN_INTEGER}, {"arrival_seen", COLUMN_BOOLEAN},                \
            {"departure_seen", COLUMN_BOOLEAN}, {"icao24", COLUMN_TEXT}, {"place", COLUMN_TEXT},   \
            {"state", COLUMN_TEXT}, {"grade", COLUMN_TEXT}, {"verb", COLUMN_TEXT},                 \
            {"registration", COLUMN_TEXT}, {"type_code", COLUMN_TEXT},                             \
            {"callsign_in", COLUMN_TEXT}, {"callsign_out", COLUMN_TEXT},                           \
            {"watch_ids", COLUMN_LIST},                                                            \
        {                                                                                          \
            "reasons", COLUMN_JSON                                                                 \
        }                                                                                          \
    }

static const struct table_description descriptions[TABLE_COUNT] = {
    [TABLE_FEED] = {"feed", {{"feed", COLUMN_TEXT}}, 1, SIZE_MAX},
    [TABLE_POLL] = {"poll",
                    {{"poll_id", COLUMN_UUID},
                     {"asked_at", COLUMN_TIME},
                     {"answered_at", COLUMN_TIME},
                     {"feed_now", COLUMN_TIME},
                     {"bytes", COLUMN_BIG},
                     {"status", COLUMN_INTEGER},
                     {"aircraft_heard", COLUMN_INTEGER},
                     {"aircraft_kept", COLUMN_INTEGER},
                     {"points", COLUMN_INTEGER},
                     {"feed", COLUMN_TEXT},
                     {"request", COLUMN_TEXT},
                     {"body_sha256", COLUMN_BYTES},
                     {"error", COLUMN_TEXT}},
                    13,
                    SIZE_MAX},
    [TABLE_POLL_NEARBY] = {"poll_nearby",
                           {{"asked_at", COLUMN_TIME},
                            {"poll_id", COLUMN_UUID},
                            {"heard_low", COLUMN_INTEGER},
                            {"lowest_ft", COLUMN_INTEGER},
                            {"place", COLUMN_TEXT},
                            {"feed", COLUMN_TEXT}},
                           6,
                           SIZE_MAX},
    [TABLE_TRACK_POINT] = {"track_point",
                           {{"observed_at", COLUMN_TIME},
                            {"received_at", COLUMN_TIME},
                            {"latitude", COLUMN_DOUBLE},
                            {"longitude", COLUMN_DOUBLE},
                            {"altitude_baro_ft", COLUMN_INTEGER},
                            {"altitude_geom_ft", COLUMN_INTEGER},
                            {"ground_speed_kt", COLUMN_REAL},
                            {"track_deg", COLUMN_REAL},
                            {"vertical_rate_fpm", COLUMN_INTEGER},
                            {"flags", COLUMN_INTEGER},
                            {"nic", COLUMN_SMALL},
                            {"nac_p", COLUMN_SMALL},
                            {"sil", COLUMN_SMALL},
                            {"position_source", COLUMN_SMALL},
                            {"emitter", COLUMN_SMALL},
                            {"on_ground", COLUMN_BOOLEAN},
                            {"icao24", COLUMN_TEXT},
                            {"feed", COLUMN_TEXT},
                            {"squawk", COLUMN_TEXT}},
                           19,
                           SIZE_MAX,
                           .new_rows_name = "new_track_point"},
    [TABLE_RAW_OBSERVATION] = {"raw_observation",
                               {{"observed_at", COLUMN_TIME},
                                {"poll_id", COLUMN_UUID},
                                {"icao24", COLUMN_TEXT},
                                {"feed", COLUMN_TEXT},
                                {"object", COLUMN_BYTES}},
                               5,
                               SIZE_MAX,
                               .new_rows_name = "new_raw_observation"},
    [TABLE_SIGHTING] = {"sighting",
                        {{"sighting_id", COLUMN_UUID},
                         {"opened_at", COLUMN_TIME},
                         {"first_seen", COLUMN_TIME},
                         {"last_seen", COLUMN_TIME},
                         {"last_latitude", COLUMN_DOUBLE},
                         {"last_longitude", COLUMN_DOUBLE},
                         {"last_altitude_ft", COLUMN_INTEGER},
                         {"emitter", COLUMN_SMALL},
                         {"icao24", COLUMN_TEXT},
                         {"state", COLUMN_TEXT},
                         {"registration", COLUMN_TEXT},
                         {"type_code", COLUMN_TEXT},
                         {"origin", COLUMN_TEXT},
                         {"destination", COLUMN_TEXT},
                         {"callsigns", COLUMN_LIST},
                         {"watch_ids", COLUMN_LIST},
                         {"feeds", COLUMN_LIST}},
                        17,
                        SIZE_MAX,
                        "sighting_id",
                        .replaced_when = "NOT (stored.state <> 'open' AND excluded.state = 'open'"
                                         " AND excluded.last_seen <= stored.last_seen)"},
    [TABLE_FINISHED] = {"sighting_path",
                        {{"icao24", COLUMN_TEXT}, {"sighting_id", COLUMN_UUID}},
                        2,
                        FINISHED_ROWS_MAX},
    [TABLE_VISIT] = {"visit", VISIT_COLUMNS, 26, SIZE_MAX, "visit_id",
                     .replaced_when =
                         "excluded.decided_at >= stored.decided_at OR stored.state = 'superseded'"},
    [TABLE_VISIT_HISTORY] = {"visit_history", VISIT_COLUMNS, 26, SIZE_MAX},
    [TABLE_IDENTITY_CONFLICT] = {"identity_conflict",
                                 {{"first_at", COLUMN_TIME},
                                  {"second_at", COLUMN_TIME},
                                  {"decided_at", COLUMN_TIME},
                                  {"first_latitude", COLUMN_DOUBLE},
                                  {"first_longitude", COLUMN_DOUBLE},
                                  {"second_latitude", COLUMN_DOUBLE},
                                  {"second_longitude", COLUMN_DOUBLE},
                                  {"distance_nm", COLUMN_DOUBLE},
                                  {"speed_kt", COLUMN_DOUBLE},
                                  {"speed_limit_kt", COLUMN_DOUBLE},
                                  {"emitter", COLUMN_SMALL},
                                  {"icao24", COLUMN_TEXT},
                                  {"kind", COLUMN_TEXT}},
                                 13,
                                 SIZE_MAX},
    [TABLE_ALERT] = {"alert",
                     {{"alert_id", COLUMN_UUID},
                      {"happened_at", COLUMN_TIME},
                      {"found_at", COLUMN_TIME},
                      {"type", COLUMN_TEXT},
                      {"subject", COLUMN_TEXT},
                      {"body", COLUMN_TEXT}},
                     6,
                     SIZE_MAX},
    [TABLE_DELIVERY] = {"delivery",
                        {{"alert_id", COLUMN_UUID},
                         {"due_at", COLUMN_TIME},
                         {"delivered_at", COLUMN_TIME},
                         {"attempt", COLUMN_INTEGER},
                         {"last_status", COLUMN_INTEGER},
                         {"endpoint", COLUMN_TEXT},
                         {"state", COLUMN_TEXT},
                         {"reason", COLUMN_TEXT}},
                        8,
                        SIZE_MAX,
                        "endpoint",
                        "alert_id"},
    [TABLE_QUARANTINE] = {"quarantine",
                          {{"journal_id", COLUMN_UUID},
                           {"last_sequence", COLUMN_BIG},
                           {"row_number", COLUMN_INTEGER},
                           {"kind", COLUMN_TEXT},
                           {"sqlstate", COLUMN_TEXT},
                           {"reason", COLUMN_TEXT},
                           {"content", COLUMN_TEXT}},
                          7,
                          SIZE_MAX},
};

const struct table_description *table_description(enum table table)
{
    return &descriptions[table];
}

// A column's value as SQL, from the text that its array holds.
static void append_value(const struct table_column *column, const char *given, struct text *sql)
{
    if (column->type == COLUMN_LIST)
        text_append_format(sql, "string_to_array(%s, E'\\x%02x')", given, COLUMN_LIST_SEPARATOR);
    else
        text_append_format(sql, "%s%s", given, column->type == COLUMN_JSON ? "::jsonb" : "");
}

static void append_names(const struct table_description *description, bool as_values,
                         struct text *sql)
{
    for (size_t i = 0; i < description->column_count; i++) {
        const struct table_column *column = &description->columns[i];
        text_append(sql, i > 0 ? ", " : "");
        if (as_values)
            append_value(column, column->name, sql);
        else
            text_append(sql, column->name);
    }
}

static void append_arrays(const struct table_description *description, struct text *sql)
{
    for (size_t i = 0; i < description->column_count; i++)
        text_append_format(sql, "%s$%zu::%s[]", i > 0 ? ", " : "", i + 1,
                           column_type_name(description->columns[i].type));
}

// In the list of what is selected, unnest gives a row at a time; in FROM each of the arrays would
// be made a table first, which costs a fifth of the whole.
static void append_unnested(const struct table_description *description, struct text *sql)
{
    char given[48];
    for (size_t i = 0; i < description->column_count; i++) {
        snprintf(given, sizeof given, "unnest($%zu::%s[])", i + 1,
                 column_type_name(description->columns[i].type));
        text_append(sql, i > 0 ? ", " : "");
        append_value(&description->columns[i], given, sql);
    }
}

static const char *group_of(const struct table_description *description)
{
    return description->grouped_by != NULL ? description->grouped_by : "icao24";
}

// The newest state wins, and of several in one batch the last. (A sighting's path, and a closed
// one's count and feeds, are made afterwards.)
static void append_replacement(const struct table_description *description, struct text *sql)
{
    const char *group = group_of(description);
    text_append_format(sql,
                       " ORDER BY %s, %s, place_in_batch DESC ON CONFLICT (%s, %s) DO UPDATE SET ",
                       group, description->replaced_by, group, description->replaced_by);
    for (size_t i = 0, written = 0; i < description->column_count; i++) {
        const char *name = description->columns[i].name;
        bool is_key = strcmp(name, group) == 0 || strcmp(name, description->replaced_by) == 0;
        if (!is_key)
            text_append_format(sql, "%s%s = excluded.%s", written++ > 0 ? ", " : "", name, name);
    }
    if (description->replaced_when != NULL)
        text_append_format(sql, " WHERE %s", description->replaced_when);
}

static void append_insert(const struct table_description *description, struct text *sql)
{
    text_append_format(sql, "INSERT INTO skywitness_store.%s%s (", description->name,
                       description->replaced_when != NULL ? " AS stored" : "");
    append_names(description, false, sql);
    text_append(sql, ") SELECT ");
}

static void append_replacing_insert(const struct table_description *description, struct text *sql)
{
    append_insert(description, sql);
    text_append_format(sql, "DISTINCT ON (%s, %s) ", group_of(description),
                       description->replaced_by);
    append_names(description, true, sql);
    text_append(sql, " FROM unnest(");
    append_arrays(description, sql);
    text_append(sql, ") WITH ORDINALITY AS given (");
    append_names(description, false, sql);
    text_append(sql, ", place_in_batch)");
    append_replacement(description, sql);
}

void table_statement(enum table table, struct text *sql)
{
    const struct table_description *description = &descriptions[table];
    if (table == TABLE_FINISHED) {
        text_append(sql, "SELECT skywitness_store.finish_sightings($1::text[], $2::uuid[])");
    } else if (description->replaced_by != NULL) {
        append_replacing_insert(description, sql);
    } else {
        append_insert(description, sql);
        append_unnested(description, sql);
        text_append(sql, " ON CONFLICT DO NOTHING");
    }
}

void table_new_rows_statement(enum table table, struct text *sql)
{
    append_insert(&descriptions[table], sql);
    append_unnested(&descriptions[table], sql);
}

void table_rows_init(struct table_rows *rows, enum table table)
{
    *rows = (struct table_rows){.description = &descriptions[table]};
    for (size_t i = 0; i < rows->description->column_count; i++)
        column_init(&rows->columns[i], rows->description->columns[i].type);
}

void table_rows_done(struct table_rows *rows)
{
    for (size_t i = 0; rows->description != NULL && i < rows->description->column_count; i++)
        column_done(&rows->columns[i]);
    *rows = (struct table_rows){0};
}

struct column *table_rows_next(struct table_rows *rows, size_t *place)
{
    struct column *column = &rows->columns[(*place)++];
    if (*place == rows->description->column_count)
        rows->count++;
    return column;
}

void table_rows_slice(const struct table_rows *rows, size_t from, size_t to,
                      struct table_rows *ret_slice)
{
    *ret_slice = (struct table_rows){.description = rows->description, .count = to - from};
    for (size_t i = 0; i < rows->description->column_count; i++)
        column_slice(&rows->columns[i], from, to, &ret_slice->columns[i]);
}

void table_rows_append(struct table_rows *rows, const struct table_rows *other)
{
    for (size_t i = 0; i < rows->description->column_count; i++)
        column_append(&rows->columns[i], &other->columns[i]);
    rows->count += other->count;
}

void table_rows_remove(struct table_rows *rows, const bool *removed)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->count; i++)
        kept += !removed[i];
    for (size_t i = 0; i < rows->description->column_count; i++)
        column_remove(&rows->columns[i], removed);
    rows->count = kept;
}

void table_rows_describe(const struct table_rows *rows, size_t row, struct text *text)
{
    for (size_t i = 0; i < rows->description->column_count; i++) {
        text_append_format(text, "%s\"%s\": ", i == 0 ? "{" : ", ",
                           rows->description->columns[i].name);
        column_describe(&rows->columns[i], row, text);
    }
    text_append(text, "}");
}

size_t table_rows_bytes(const struct table_rows *rows)
{
    size_t bytes = 0;
    for (size_t i = 0; i < rows->description->column_count; i++)
        bytes += rows->columns[i].length;
    return bytes;
}
