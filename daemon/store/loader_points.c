// SPDX-License-Identifier: MIT
#include "store/loader_points.h"

#include "store/copy_row.h"
#include "store/loader.h"
#include "store/query.h"
#include "store/row_list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ROWS_BYTES_MAX ((size_t)256 << 20)
#define FRESH_COLUMNS 3

void loader_points_init(struct loader_points *points, const char *feed)
{
    *points = (struct loader_points){.feed = feed};
    byte_writer_init(&points->rows, ROWS_BYTES_MAX);
    loader_points_clear(points);
}

void loader_points_done(struct loader_points *points)
{
    byte_writer_done(&points->rows);
    array_free(&points->runs);
}

void loader_points_clear(struct loader_points *points)
{
    byte_writer_clear(&points->rows);
    array_clear(&points->runs);
    points->count = 0;
    points->first_at = INT64_MAX;
    points->last_at = INT64_MIN;
}

// --- adding ---------------------------------------------------------------------------------------

void loader_points_begin_file(struct loader_points *points)
{
    points->is_new_file = true;
}

// Files without points have none.
static struct loader_run *current_run(struct loader_points *points)
{
    if (!points->is_new_file && points->runs.count > 0)
        return &points->runs.items[points->runs.count - 1];
    struct loader_run *run = array_append(&points->runs);
    run->begin = points->rows.length;
    run->since = INT64_MAX;
    run->until = INT64_MIN;
    points->is_new_file = false;
    return run;
}

static void widen(utc_us at, utc_us *since, utc_us *until)
{
    *since = at < *since ? at : *since;
    *until = at > *until ? at : *until;
}

void loader_points_add(struct loader_points *points, const struct track_point *point)
{
    const struct observation *seen = &point->seen;
    struct loader_run *run = current_run(points);
    copy_row_point(&points->rows, point, points->feed);
    memcpy(run->icao24, seen->icao24, sizeof run->icao24);
    run->end = points->rows.length;
    run->rows++;
    points->count++;
    widen(seen->observed_at, &run->since, &run->until);
    widen(seen->observed_at, &points->first_at, &points->last_at);
}

// --- what is there already ------------------------------------------------------------------------

// The earlier runs of the same transaction count as well.
static bool meets_an_earlier_run(const struct loader_points *points, const struct loader_run *run)
{
    for (const struct loader_run *other = points->runs.items; other < run; other++)
        if (strcmp(other->icao24, run->icao24) == 0 &&
            other->until >= run->since - HISTORY_COINCIDE_US &&
            other->since <= run->until + HISTORY_COINCIDE_US)
            return true;
    return false;
}

// LIMIT keeps the planner from turning this into a join that reads whole days, which it would like
// as long as nobody counted their rows. Evidence outlives its day (sql/011-retention.sql).
static const char met_sql[] =
    "SELECT s.number FROM unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY"
    " AS s (icao24, since, until, number) WHERE (SELECT true FROM skywitness_store.track_point p"
    "   WHERE p.icao24 = s.icao24 AND p.feed = $1 AND p.observed_at >= s.since AND p.observed_at <= s.until LIMIT 1)"
    " OR (SELECT true FROM skywitness_store.track_point_evidence e"
    "   WHERE e.icao24 = s.icao24 AND e.feed = $1 AND e.observed_at >= s.since AND e.observed_at <= s.until LIMIT 1)";

static int read_met(struct loader_points *points, struct query *query, struct error *error)
{
    int ret;
    while ((ret = query_next(query, error)) == 1) {
        int64_t number = query_integer(query, 0, 0);
        if (number >= 1 && number <= (int64_t)points->runs.count)
            points->runs.items[number - 1].is_staged = true;
    }
    return ret;
}

static int ask_for_met(struct loader_points *points, struct query_connection *connection,
                       struct error *error)
{
    struct row_list spans;
    struct query *query = NULL;
    row_list_init(&spans, FRESH_COLUMNS);
    array_foreach (&points->runs, run) {
        row_list_text(&spans, run->icao24);
        row_list_time(&spans, run->since - HISTORY_COINCIDE_US);
        row_list_time(&spans, run->until + HISTORY_COINCIDE_US);
    }
    int ret = row_list_ask(&spans, connection, met_sql, points->feed, &query, error);
    if (ret == 0)
        ret = read_met(points, query, error);
    query_finish(query);
    row_list_done(&spans);
    return ret;
}

static int choose_staged(struct loader_points *points, struct query_connection *connection,
                         bool stage_all, struct error *error)
{
    array_foreach (&points->runs, run)
        run->is_staged = stage_all || meets_an_earlier_run(points, run);
    return stage_all ? 0 : ask_for_met(points, connection, error);
}

// --- storing --------------------------------------------------------------------------------------

// Sends the runs that are (not) staged; runs beside each other go as one.
static int copy_runs(const struct loader_points *points, struct query_connection *connection,
                     bool staged, const char *sql, uint64_t *ret_rows, struct error *error)
{
    struct copy_run_array ARRAY_OF(struct copy_rows) pieces = {0};
    uint64_t rows = 0;
    array_foreach (&points->runs, run) {
        if (run->is_staged != staged)
            continue;
        const uint8_t *begin = points->rows.bytes + run->begin;
        struct copy_rows *last = pieces.count > 0 ? &pieces.items[pieces.count - 1] : NULL;
        if (last == NULL || last->bytes + last->length != begin) {
            last = array_append(&pieces);
            last->bytes = begin;
        }
        last->length += run->end - run->begin;
        rows += run->rows;
    }
    int ret = rows > 0
                  ? copy_rows_send(query_native(connection), sql, pieces.items, pieces.count, error)
                  : 0;
    array_free(&pieces);
    *ret_rows = rows;
    return ret;
}

// The limits in time let the planner see which partitions matter. OFFSET keeps it from turning the
// question for live points, which is asked by the key, into a join.
static int insert_staged(const struct loader_points *points, struct query_connection *connection,
                         uint64_t *stored, struct error *error)
{
    char sql[1500], first[UTC_TEXT_SIZE], last[UTC_TEXT_SIZE];
    utc_format(points->first_at - HISTORY_COINCIDE_US, first);
    utc_format(points->last_at + HISTORY_COINCIDE_US, last);
    snprintf(
        sql, sizeof sql,
        "WITH stored AS (INSERT INTO skywitness_store.track_point SELECT * FROM pg_temp.history_point h"
        " WHERE NOT EXISTS (SELECT FROM skywitness_store.kept_point p WHERE p.icao24 = h.icao24"
        " AND p.feed = h.feed AND p.observed_at >= '%s' AND p.observed_at <= '%s'"
        " AND p.observed_at >= h.observed_at - interval '%lld microseconds'"
        " AND p.observed_at <= h.observed_at + interval '%lld microseconds'"
        " AND p.received_at <> p.observed_at OFFSET 0)"
        " AND NOT EXISTS (SELECT FROM skywitness_store.track_point_evidence e WHERE e.icao24 = h.icao24"
        " AND e.observed_at = h.observed_at AND e.feed = h.feed)"
        " ON CONFLICT DO NOTHING RETURNING 1) SELECT count(*) FROM stored",
        first, last, (long long)HISTORY_COINCIDE_US, (long long)HISTORY_COINCIDE_US);
    struct query *query;
    int ret = query_first(connection, sql, NULL, 0, &query, error);
    if (ret == 1)
        *stored += (uint64_t)query_integer(query, 0, 0);
    query_finish(query);
    return ret < 0 ? ret : 0;
}

static int store_staged(const struct loader_points *points, struct query_connection *connection,
                        uint64_t *stored, struct error *error)
{
    uint64_t rows = 0;
    int ret = query_execute(
        connection,
        "CREATE TEMP TABLE IF NOT EXISTS history_point (LIKE skywitness_store.track_point)"
        " ON COMMIT DELETE ROWS",
        NULL, 0, error);
    if (ret == 0)
        ret = copy_runs(points, connection, true,
                        "COPY pg_temp.history_point FROM STDIN (FORMAT binary)", &rows, error);
    return ret == 0 && rows > 0 ? insert_staged(points, connection, stored, error) : ret;
}

int loader_points_prepare(const struct loader_points *points, struct query_connection *connection,
                          struct error *error)
{
    char first[UTC_TEXT_SIZE], last[UTC_TEXT_SIZE];
    const char *const feed[] = {points->feed};
    if (points->count == 0)
        return 0;
    const char *const days[] = {utc_format_day(points->first_at, first),
                                utc_format_day(points->last_at, last)};
    int ret = query_execute(connection,
                            "INSERT INTO skywitness_store.feed VALUES ($1) ON CONFLICT DO NOTHING",
                            feed, 1, error);
    if (ret == 0)
        ret = query_execute(connection,
                            "SELECT skywitness_store.ensure_partitions($1::date, $2::date)", days,
                            2, error);
    return ret;
}

int loader_points_store(struct loader_points *points, struct query_connection *connection,
                        bool stage_all, uint64_t *stored, struct error *error)
{
    uint64_t copied = 0;
    if (points->count == 0)
        return 0;
    if (points->rows.failed)
        return error_set(error, -E2BIG, "more points than one transaction may hold");
    int ret = choose_staged(points, connection, stage_all, error);
    if (ret == 0)
        ret = copy_runs(points, connection, false,
                        "COPY skywitness_store.track_point FROM STDIN (FORMAT binary)", &copied,
                        error);
    if (ret < 0)
        return ret;
    *stored += copied;
    bool any_staged = false;
    array_foreach (&points->runs, run)
        any_staged = any_staged || run->is_staged;
    return any_staged ? store_staged(points, connection, stored, error) : 0;
}
