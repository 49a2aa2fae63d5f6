// SPDX-License-Identifier: MIT
#include "store/loader.h"

#include "base/memory.h"
#include "base/text.h"
#include "store/loader_points.h"
#include "store/query.h"
#include "store/row_list.h"
#include "store/sql_array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// Rows beside the points, each for one statement.
enum list {
    LIST_FILES,
    LIST_DAYS,
    LIST_IDENTITIES,
    LIST_HEARD,
    LIST_PENDING,
    LIST_COUNT,
};

struct history_loader {
    struct query_connection *connection;
    char feed[FEED_ID_SIZE];
    struct loader_points points;
    struct row_list lists[LIST_COUNT];
    uint64_t stored;
    struct observation said; // by the last point
    bool has_said;
    char *places;               // as an array's text
    char *watch_id, *watch_ids; // may be NULL
    utc_us day;                 // of the transaction's last file, or UTC_UNKNOWN
};

// clang-format off
static const char files_sql[] =
    "INSERT INTO skywitness_store.history_file AS f (feed, content, icao24, day, points, kept, refused, watch_id)"
    " SELECT DISTINCT ON (c) $1, c, a, d, p, k, r, w FROM unnest($2::uuid[], $3::text[], $4::date[], $5::integer[],"
    "   $6::integer[], $7::integer[], $8::integer[]) AS n (c, a, d, p, k, r, w)"
    " ON CONFLICT (feed, content) DO UPDATE SET kept = greatest(f.kept, excluded.kept), watch_id = excluded.watch_id"
    "   WHERE f.kept < excluded.kept OR f.watch_id IS DISTINCT FROM excluded.watch_id";
static const char days_sql[] =
    "INSERT INTO skywitness_store.history_day AS h (feed, day, places) SELECT DISTINCT $1, d, p::text[]"
    " FROM unnest($2::date[], $3::text[]) AS r (d, p) ON CONFLICT (feed, day) DO UPDATE"
    " SET places = ARRAY(SELECT unnest(h.places) INTERSECT SELECT unnest(excluded.places) ORDER BY 1)"
    " WHERE h.whole_at IS NULL AND h.places <> excluded.places";
static const char identities_sql[] =
    "INSERT INTO skywitness_store.history_identity (feed, icao24, observed_at, callsign, registration,"
    " type_code, military) SELECT $1, * FROM unnest($2::text[], $3::timestamptz[], $4::text[], $5::text[],"
    " $6::text[], $7::boolean[]) ON CONFLICT DO NOTHING";
static const char heard_sql[] =
    "INSERT INTO skywitness_store.history_heard AS h (feed, place, hour, icao24, lowest_ft, first_at, last_at, first_ft,"
    "   last_ft)"
    " SELECT $1, p, t, a, min(l), min(b), max(e), (array_agg(bf ORDER BY b))[1], (array_agg(ef ORDER BY e DESC))[1]"
    " FROM unnest($2::text[], $3::timestamptz[], $4::text[], $5::integer[], $6::timestamptz[], $7::timestamptz[],"
    "   $8::integer[], $9::integer[]) AS r (p, t, a, l, b, e, bf, ef) GROUP BY p, t, a"
    " ON CONFLICT (place, hour, feed, icao24) DO UPDATE SET lowest_ft = least(h.lowest_ft, excluded.lowest_ft),"
    "   first_at = least(h.first_at, excluded.first_at), last_at = greatest(h.last_at, excluded.last_at),"
    "   first_ft = CASE WHEN h.first_at <= excluded.first_at THEN h.first_ft ELSE excluded.first_ft END,"
    "   last_ft = CASE WHEN h.last_at >= excluded.last_at THEN h.last_ft ELSE excluded.last_ft END";
static const char pending_sql[] =
    "INSERT INTO skywitness_store.history_pending AS p (icao24, since, until) SELECT a, min(s), max(u)"
    " FROM unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) AS r (a, s, u) WHERE $1::text IS NOT NULL GROUP BY a"
    " ON CONFLICT (icao24) DO UPDATE SET since = least(p.since, excluded.since),"
    "   until = greatest(p.until, excluded.until), not_before = NULL";
// clang-format on

static const struct {
    const char *sql; // $1 is the feed
    size_t columns;
} list_rows[LIST_COUNT] = {
    [LIST_FILES] = {files_sql, 7},           [LIST_DAYS] = {days_sql, 2},
    [LIST_IDENTITIES] = {identities_sql, 6}, [LIST_HEARD] = {heard_sql, 8},
    [LIST_PENDING] = {pending_sql, 3},
};

struct history_loader *history_loader_new(struct query_connection *connection,
                                          const struct history_loader_order *order)
{
    struct history_loader *loader = memory_allocate_zeroed(1, sizeof *loader);
    loader->connection = connection;
    loader->places = memory_copy_string(order->places);
    loader->watch_id = order->watch_id != NULL ? memory_copy_string(order->watch_id) : NULL;
    loader->watch_ids = order->watch_ids != NULL ? memory_copy_string(order->watch_ids) : NULL;
    loader->day = UTC_UNKNOWN;
    text_copy(loader->feed, sizeof loader->feed, order->feed);
    loader_points_init(&loader->points, loader->feed);
    for (size_t i = 0; i < LIST_COUNT; i++)
        row_list_init(&loader->lists[i], list_rows[i].columns);
    return loader;
}

void history_loader_free(struct history_loader *loader)
{
    if (loader == NULL)
        return;
    loader_points_done(&loader->points);
    for (size_t i = 0; i < LIST_COUNT; i++)
        row_list_done(&loader->lists[i]);
    free(loader->places);
    free(loader->watch_id);
    free(loader->watch_ids);
    free(loader);
}

static void forget(struct history_loader *loader)
{
    loader_points_clear(&loader->points);
    for (size_t i = 0; i < LIST_COUNT; i++)
        row_list_clear(&loader->lists[i]);
    loader->has_said = false;
    loader->day = UTC_UNKNOWN;
}

static int read_known(struct query *query, struct history_known *files, size_t count,
                      struct error *error)
{
    int ret;
    while ((ret = query_next(query, error)) == 1) {
        int64_t number = query_integer(query, 0, 0);
        if (number < 1 || number > (int64_t)count)
            continue;
        files[number - 1].is_known = true;
        files[number - 1].day = query_time(query, 1);
    }
    return ret;
}

int history_loader_know(struct history_loader *loader, struct history_known *files, size_t count,
                        struct error *error)
{
    struct text array;
    struct query *query = NULL;
    sql_array_begin(&array);
    for (size_t i = 0; i < count; i++) {
        char uuid[DIGEST_UUID_TEXT_SIZE];
        sql_array_add(&array, digest_uuid_format(files[i].content, uuid));
        files[i].is_known = false;
        files[i].day = UTC_UNKNOWN;
    }
    sql_array_end(&array);
    const char *const parameters[] = {loader->feed, array.bytes, loader->watch_ids};
    int ret = query_start(
        loader->connection,
        "SELECT c.number, f.day::timestamp AT TIME ZONE 'UTC'"
        " FROM unnest($2::uuid[]) WITH ORDINALITY AS c (content, number)"
        " JOIN skywitness_store.history_file f ON f.feed = $1 AND f.content = c.content"
        " WHERE $3::integer[] IS NULL"
        "   OR coalesce(f.watch_id, skywitness_store.watch_recorded_first()) = ANY ($3::integer[])",
        parameters, 3, &query, error);
    if (ret == 0)
        ret = read_known(query, files, count, error);
    query_finish(query);
    text_done(&array);
    return ret;
}

// --- adding ---------------------------------------------------------------------------------------

void history_loader_add_file(struct history_loader *loader, const struct history_file *file)
{
    char uuid[DIGEST_UUID_TEXT_SIZE], day[UTC_TEXT_SIZE];
    struct row_list *files = &loader->lists[LIST_FILES];
    utc_format_day(file->begins_at, day);
    row_list_text(files, digest_uuid_format(file->content, uuid));
    row_list_text(files, file->icao24);
    row_list_text(files, day);
    row_list_number(files, file->points);
    row_list_number(files, file->kept);
    row_list_number(files, file->refused);
    row_list_text(files, loader->watch_id);
    if (utc_day_start(file->begins_at) != loader->day) {
        row_list_text(&loader->lists[LIST_DAYS], day);
        row_list_text(&loader->lists[LIST_DAYS], loader->places);
    }
    loader->day = utc_day_start(file->begins_at);
    loader_points_begin_file(&loader->points);
    loader->has_said = false;
}

void history_loader_add_heard(struct history_loader *loader, const char *place, const char *icao24,
                              const struct trace_heard *heard)
{
    struct row_list *list = &loader->lists[LIST_HEARD];
    row_list_text(list, place);
    row_list_time(list, heard->hour);
    row_list_text(list, icao24);
    row_list_number(list, heard->lowest_ft);
    row_list_time(list, heard->first_at);
    row_list_time(list, heard->last_at);
    row_list_number(list, heard->first_ft);
    row_list_number(list, heard->last_ft);
}

static bool says_the_same(const struct observation *first, const struct observation *second)
{
    return strcmp(first->icao24, second->icao24) == 0 &&
           strcmp(first->callsign, second->callsign) == 0 &&
           strcmp(first->registration, second->registration) == 0 &&
           strcmp(first->type_code, second->type_code) == 0 && first->military == second->military;
}

static void add_identity(struct history_loader *loader, const struct observation *seen)
{
    struct row_list *identities = &loader->lists[LIST_IDENTITIES];
    row_list_text(identities, seen->icao24);
    row_list_time(identities, seen->observed_at);
    row_list_text(identities, seen->callsign);
    row_list_text(identities, seen->registration);
    row_list_text(identities, seen->type_code);
    row_list_text(identities, seen->military ? "true" : "false");
}

void history_loader_add_point(struct history_loader *loader, const struct track_point *point)
{
    const struct observation *seen = &point->seen;
    loader_points_add(&loader->points, point);
    if (!loader->has_said || !says_the_same(&loader->said, seen))
        add_identity(loader, seen);
    loader->said = *seen;
    loader->has_said = true;
}

size_t history_loader_rows(const struct history_loader *loader)
{
    return (size_t)loader->points.count + loader->lists[LIST_FILES].count +
           loader->lists[LIST_HEARD].count;
}

uint64_t history_loader_stored(const struct history_loader *loader)
{
    return loader->stored;
}

// --- storing --------------------------------------------------------------------------------------

static int run(struct history_loader *loader, const char *sql, struct error *error)
{
    return query_execute(loader->connection, sql, NULL, 0, error);
}

static void add_pending(struct history_loader *loader)
{
    struct row_list *pending = &loader->lists[LIST_PENDING];
    array_foreach (&loader->points.runs, span) {
        row_list_text(pending, span->icao24);
        row_list_time(pending, span->since);
        row_list_time(pending, span->until);
    }
}

// A commit need not reach the disk at once: should the server lose the last ones, it loses points
// and what says that they were read together, and they are read again.
static int begin(struct history_loader *loader, struct error *error)
{
    int ret = run(loader, "BEGIN", error);
    return ret == 0 ? run(loader, "SET LOCAL synchronous_commit = off", error) : ret;
}

static int store_all(struct history_loader *loader, bool stage_all, struct error *error)
{
    uint64_t stored = 0;
    int ret = begin(loader, error);
    if (ret == 0)
        ret = loader_points_store(&loader->points, loader->connection, stage_all, &stored, error);
    for (size_t i = 0; i < LIST_COUNT && ret == 0; i++)
        ret = row_list_store(&loader->lists[i], loader->connection, list_rows[i].sql, loader->feed,
                             error);
    if (ret == 0)
        ret = run(loader, "COMMIT", error);
    if (ret < 0) {
        struct error ignored;
        run(loader, "ROLLBACK", &ignored);
        return ret;
    }
    loader->stored += stored;
    return 0;
}

int history_loader_commit(struct history_loader *loader, struct error *error)
{
    int ret = 0;
    if (history_loader_rows(loader) > 0) {
        add_pending(loader);
        ret = loader_points_prepare(&loader->points, loader->connection, error);
        if (ret == 0)
            ret = store_all(loader, false, error);
        if (ret == -EEXIST)
            ret = store_all(loader, true, error);
    }
    forget(loader);
    return ret;
}

int history_loader_day_is_whole(struct history_loader *loader, utc_us day, bool was_read_through,
                                struct error *error)
{
    char text[UTC_TEXT_SIZE];
    const char *const parameters[] = {loader->feed, utc_format_day(day, text), loader->places,
                                      was_read_through ? "true" : "false", loader->watch_id};
    // A file that was passed over was read by a list that holds ours. A day that was whole before
    // there were lists counts as read by the first one.
    return query_execute(
        loader->connection,
        "INSERT INTO skywitness_store.history_day AS h (feed, day, whole_at, places, watch_ids)"
        " VALUES ($1, $2::date, now(), CASE WHEN $4::boolean THEN $3::text[] ELSE '{}' END,"
        "   ARRAY[$5::integer])"
        " ON CONFLICT (feed, day) DO UPDATE SET whole_at = excluded.whole_at,"
        "   places = ARRAY(SELECT unnest(h.places) UNION SELECT unnest(excluded.places) ORDER BY 1),"
        "   watch_ids = ARRAY(SELECT unnest(coalesce(h.watch_ids, CASE WHEN h.whole_at IS NOT NULL"
        "     THEN ARRAY[skywitness_store.watch_recorded_first()] END)) UNION"
        "     SELECT unnest(excluded.watch_ids) ORDER BY 1)",
        parameters, 5, error);
}
