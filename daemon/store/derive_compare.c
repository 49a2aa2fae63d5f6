// SPDX-License-Identifier: MIT
#include "base/memory.h"
#include "base/text.h"
#include "config/config.h"
#include "journal/entry.h"
#include "store/batch.h"
#include "store/derive_internal.h"
#include "store/query.h"

#include <assert.h>
#include <errno.h>
#include <libpq-fe.h>
#include <string.h>

static const char temporary_sql[] =
    "CREATE TEMP TABLE derived_sighting (LIKE skywitness_store.sighting INCLUDING ALL) ON COMMIT DROP;"
    "CREATE TEMP TABLE derived_visit (LIKE skywitness_store.visit INCLUDING ALL) ON COMMIT DROP;"
    "CREATE TEMP TABLE derived_change (what text, change text, id uuid, was text, is_now text) ON COMMIT DROP";

// The batch's own statement, but into the temporary table.
static int send_rows(struct derivation *derivation, struct table_rows *rows, enum table table,
                     const char *target, struct error *error)
{
    static const char into[] = "INSERT INTO skywitness_store.";
    const char *values[TABLE_COLUMNS_MAX];
    int lengths[TABLE_COLUMNS_MAX], formats[TABLE_COLUMNS_MAX];
    struct text given, sql;
    if (rows->count == 0)
        return 0;
    text_init(&given, 1 << 16);
    text_init(&sql, 1 << 16);
    table_statement(table, &given);
    assert(strncmp(given.bytes, into, sizeof into - 1) == 0);
    const char *rest = given.bytes + sizeof into - 1 + strlen(rows->description->name);
    text_append_format(&sql, "INSERT INTO %s%s", target, rest);
    for (size_t i = 0; i < rows->description->column_count; i++) {
        column_finish(&rows->columns[i]);
        values[i] = (const char *)rows->columns[i].bytes;
        lengths[i] = (int)rows->columns[i].length;
        formats[i] = 1;
    }
    PGconn *native = query_native(derivation->connection);
    PGresult *result = PQexecParams(native, sql.bytes, (int)rows->description->column_count, NULL,
                                    values, lengths, formats, 0);
    int ret = PQresultStatus(result) == PGRES_COMMAND_OK
                  ? 0
                  : error_set(error, -EIO, "comparing: %s", PQresultErrorMessage(result));
    PQclear(result);
    text_done(&given);
    text_done(&sql);
    return ret;
}

static int send_all(struct derivation *derivation, struct store_batch *batch, struct error *error)
{
    // Only its sightings matter; sequence and feed make it an entry.
    struct entry entry = {.sequence = 1, .poll = {.feed = "derived", .answered_at = UTC_UNKNOWN}};
    entry.sightings = derivation->sightings;
    store_batch_add(batch, &entry);
    array_foreach (&derivation->visits, decided)
        batch_add_visit(batch, &decided->visit, decided->decided_at);
    array_foreach (&derivation->conflicts, conflict)
        batch_add_conflict(batch, conflict, conflict->second_at);
    int ret = send_rows(derivation, &batch->tables[TABLE_SIGHTING], TABLE_SIGHTING,
                        "pg_temp.derived_sighting", error);
    if (ret == 0)
        ret = send_rows(derivation, &batch->tables[TABLE_VISIT], TABLE_VISIT,
                        "pg_temp.derived_visit", error);
    if (ret == 0)
        ret = send_rows(derivation, &batch->tables[TABLE_IDENTITY_CONFLICT],
                        TABLE_IDENTITY_CONFLICT, "skywitness_store.identity_conflict", error);
    return ret;
}

// What makes a state another one. A sighting's path and count follow its points; the time of a
// decision and the version of the detector do not make a difference.
#define SIGHTING_WORDS(s)                                                                          \
    "concat_ws(' ', " s ".state, " s ".first_seen, CASE WHEN " s ".state <> 'open' THEN " s        \
    ".last_seen END, " s ".origin || '-', '-' || " s ".destination, array_to_string(" s            \
    ".callsigns, ','))"
#define SIGHTING_STATE(s)                                                                          \
    "(" SIGHTING_WORDS(s) ", " s ".registration, " s ".type_code, " s ".emitter)"
#define VISIT_WORDS(v)                                                                             \
    "concat_ws(' ', " v ".place, " v ".grade, " v ".state, 'arrived ' || coalesce(" v              \
    ".arrived_after::text, '?')"                                                                   \
    " || '/' || coalesce(" v ".arrived_before::text, '?'), 'departed ' || " v ".departed_before)"
#define VISIT_STATE(v)                                                                             \
    "(" v ".state, " v ".grade, " v ".arrived_after, " v ".arrived_before, " v                     \
    ".departed_after, " v ".departed_before, " v ".sighting_in, " v ".sighting_out, " v            \
    ".arrival_seen, " v ".departure_seen, " v ".registration, " v ".type_code, " v                 \
    ".callsign_in, " v ".callsign_out, " v ".reasons)"

// clang-format off
// New and changed ones; then those of the span that are no longer supported. What was superseded while deriving
// and never stood in the database is no news.
static const char *const compare_sql[] = {
    "INSERT INTO derived_change SELECT 'sighting', CASE WHEN s.sighting_id IS NULL THEN 'new' ELSE 'changed' END,"
    "   d.sighting_id, CASE WHEN s.sighting_id IS NOT NULL THEN " SIGHTING_WORDS("s") " END, " SIGHTING_WORDS("d")
    " FROM derived_sighting d LEFT JOIN skywitness_store.sighting s ON s.icao24 = $1"
    "   AND s.sighting_id = d.sighting_id"
    " WHERE $2::timestamptz <= $3::timestamptz AND " SIGHTING_STATE("d") " IS DISTINCT FROM " SIGHTING_STATE("s"),
    "INSERT INTO derived_change SELECT 'sighting', 'superseded', s.sighting_id, " SIGHTING_WORDS("s") ", NULL"
    " FROM skywitness_store.sighting s WHERE s.icao24 = $1 AND s.state <> 'superseded'"
    "   AND s.opened_at BETWEEN $2::timestamptz AND $3::timestamptz"
    "   AND NOT EXISTS (SELECT FROM derived_sighting d WHERE d.sighting_id = s.sighting_id)",
    "INSERT INTO derived_change SELECT 'visit', CASE WHEN v.visit_id IS NULL THEN 'new'"
    "     WHEN d.state = 'superseded' THEN 'superseded' ELSE 'changed' END,"
    "   d.visit_id, CASE WHEN v.visit_id IS NOT NULL THEN " VISIT_WORDS("v") " END, " VISIT_WORDS("d")
    " FROM derived_visit d LEFT JOIN skywitness_store.visit v ON v.icao24 = $1 AND v.visit_id = d.visit_id"
    " WHERE $2::timestamptz <= $3::timestamptz AND (v.visit_id IS NOT NULL OR d.state <> 'superseded')"
    "   AND " VISIT_STATE("d") " IS DISTINCT FROM " VISIT_STATE("v"),
    "INSERT INTO derived_change SELECT 'visit', 'superseded', v.visit_id, " VISIT_WORDS("v") ", NULL"
    " FROM skywitness_store.visit v WHERE v.icao24 = $1 AND v.state <> 'superseded'"
    "   AND v.anchored_at BETWEEN $2::timestamptz AND $3::timestamptz"
    "   AND NOT EXISTS (SELECT FROM derived_visit d WHERE d.visit_id = v.visit_id)",
};

// A state is decided after the one it replaces, whatever times its points have.
static const char *const apply_sql[] = {
    "UPDATE derived_visit d SET decided_at = greatest(d.decided_at, v.decided_at + interval '1 microsecond')"
    " FROM skywitness_store.visit v WHERE v.icao24 = $1 AND v.visit_id = d.visit_id",
    "UPDATE skywitness_store.sighting s SET state = 'superseded' FROM derived_change c WHERE s.icao24 = $1"
    "   AND c.what = 'sighting' AND c.is_now IS NULL AND s.sighting_id = c.id",
    "UPDATE skywitness_store.visit v SET state = 'superseded', recorded_at = now(),"
    "   decided_at = greatest(now(), v.decided_at + interval '1 microsecond') FROM derived_change c"
    " WHERE v.icao24 = $1 AND c.what = 'visit' AND c.is_now IS NULL AND v.visit_id = c.id",
};
static const char history_sql[] =
    "INSERT INTO skywitness_store.visit_history SELECT v.* FROM skywitness_store.visit v JOIN derived_change c"
    "   ON c.what = 'visit' AND c.id = v.visit_id WHERE v.icao24 = $1 ON CONFLICT DO NOTHING";
// Also where only points were added within.
static const char finish_sql[] =
    "SELECT skywitness_store.draw_sightings(array_agg(s.icao24), array_agg(s.sighting_id))"
    " FROM skywitness_store.sighting s JOIN derived_sighting d USING (sighting_id)"
    " WHERE s.icao24 = $1 AND s.state NOT IN ('open', 'superseded') AND (s.point_count IS NULL OR s.point_count <>"
    "   skywitness_store.count_points(s.icao24, s.emitter, s.first_seen, s.last_seen)"
    "   OR EXISTS (SELECT FROM derived_change c WHERE c.id = s.sighting_id)) HAVING count(*) > 0";
// clang-format on

// The rows that differ, from the temporary table into the real one.
static int apply_rows(struct derivation *derivation, enum table table, const char *what,
                      struct error *error)
{
    const struct table_description *description = table_description(table);
    struct text sql;
    text_init(&sql, 1 << 16);
    text_append_format(&sql, "INSERT INTO skywitness_store.%s (", description->name);
    for (size_t i = 0; i < description->column_count; i++)
        text_append_format(&sql, "%s%s", i > 0 ? ", " : "", description->columns[i].name);
    text_append(&sql, ") SELECT ");
    for (size_t i = 0; i < description->column_count; i++)
        text_append_format(&sql, "%sd.%s", i > 0 ? ", " : "", description->columns[i].name);
    text_append_format(
        &sql,
        " FROM derived_%s d JOIN derived_change c ON c.what = '%s' AND c.is_now IS NOT NULL"
        " AND c.id = d.%s ON CONFLICT (icao24, %s) DO UPDATE SET ",
        what, what, description->replaced_by, description->replaced_by);
    for (size_t i = 0; i < description->column_count; i++)
        text_append_format(&sql, "%s%s = excluded.%s", i > 0 ? ", " : "",
                           description->columns[i].name, description->columns[i].name);
    if (table == TABLE_VISIT)
        text_append(&sql, ", recorded_at = now()");
    int ret = query_execute(derivation->connection, sql.bytes, NULL, 0, error);
    text_done(&sql);
    return ret;
}

int derive_apply(struct derivation *derivation, struct error *error)
{
    int ret = 0;
    for (size_t i = 0; i < sizeof apply_sql / sizeof *apply_sql && ret == 0; i++)
        ret = query_execute(derivation->connection, apply_sql[i], &derivation->icao24, 1, error);
    if (ret == 0)
        ret = apply_rows(derivation, TABLE_SIGHTING, "sighting", error);
    if (ret == 0)
        ret = apply_rows(derivation, TABLE_VISIT, "visit", error);
    if (ret == 0)
        ret = query_execute(derivation->connection, history_sql, &derivation->icao24, 1, error);
    if (ret == 0)
        ret = query_execute(derivation->connection, finish_sql, &derivation->icao24, 1, error);
    return ret;
}

static void copy_cell(char *destination, size_t size, const struct query *query, size_t column)
{
    const char *cell = query_text(query, column);
    text_copy(destination, size, cell != NULL ? cell : "");
}

static int read_changes(struct derivation *derivation, struct derive_change_array *changes,
                        struct error *error)
{
    struct query *query;
    int ret = query_start(derivation->connection,
                          "SELECT what, change, id, was, is_now FROM derived_change"
                          " ORDER BY what, coalesce(was, is_now)",
                          NULL, 0, &query, error);
    while (ret >= 0 && (ret = query_next(query, error)) == 1) {
        struct derive_change *change = array_append(changes);
        copy_cell(change->what, sizeof change->what, query, 0);
        copy_cell(change->change, sizeof change->change, query, 1);
        copy_cell(change->id, sizeof change->id, query, 2);
        copy_cell(change->was, sizeof change->was, query, 3);
        copy_cell(change->is, sizeof change->is, query, 4);
        text_copy(change->icao24, sizeof change->icao24, derivation->icao24);
    }
    query_finish(query);
    return ret < 0 ? ret : 0;
}

static int fill_temporary_tables(struct derivation *derivation, struct error *error)
{
    char first[UTC_TEXT_SIZE], last[UTC_TEXT_SIZE];
    const char *const parameters[] = {derivation->icao24,
                                      utc_format(derivation->span.judged_from, first),
                                      utc_format(derivation->span.judged_to, last)};
    struct store_batch *batch = store_batch_new(&derivation->config->watch);
    PGresult *made = PQexec(query_native(derivation->connection), temporary_sql);
    int ret =
        PQresultStatus(made) == PGRES_COMMAND_OK
            ? 0
            : error_set(error, -EIO, "making temporary tables: %s", PQresultErrorMessage(made));
    PQclear(made);
    if (ret == 0)
        ret = send_all(derivation, batch, error);
    for (size_t i = 0; i < sizeof compare_sql / sizeof *compare_sql && ret == 0; i++)
        ret = query_execute(derivation->connection, compare_sql[i], parameters, 3, error);
    store_batch_free(batch);
    return ret < 0 ? ret : derive_spare_dropped(derivation, error);
}

int derive_compare(struct derivation *derivation, struct derive_change_array *changes,
                   struct error *error)
{
    int ret = fill_temporary_tables(derivation, error);
    return ret == 0 ? read_changes(derivation, changes, error) : ret;
}
