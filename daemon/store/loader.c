// SPDX-License-Identifier: MIT
#include "store/loader.h"

#include "base/bytes.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/query.h"
#include "store/sql_array.h"

#include <errno.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COPY_BYTES_MAX ((size_t)256 << 20)
#define COPY_PIECE ((size_t)1 << 20)
#define POINT_COLUMNS 19

// Columns of one INSERT ... SELECT FROM unnest, as array texts.
#define LIST_COLUMNS_MAX 8
struct list {
    struct text columns[LIST_COLUMNS_MAX];
    size_t count, next; // rows; the column to be filled next
};

struct span {
    char icao24[ICAO24_SIZE];
    utc_us since, until;
};

struct history_loader {
    struct query_connection *connection;
    char feed[FEED_ID_SIZE];
    struct byte_writer points;
    uint64_t point_rows, stored;
    utc_us first_at, last_at; // of all points of the transaction
    struct list files, identities, heard, days;
    struct loader_spans ARRAY_OF(struct span) spans;
    struct observation said; // by the last point
    bool has_said;
};

static const size_t file_columns = 6, identity_columns = 6, heard_columns = 8, day_columns = 1;

static void list_begin(struct list *list, size_t columns)
{
    *list = (struct list){0};
    for (size_t i = 0; i < columns; i++)
        sql_array_begin(&list->columns[i]);
}

static void list_done(struct list *list)
{
    for (size_t i = 0; i < LIST_COLUMNS_MAX; i++)
        text_done(&list->columns[i]);
}

static void list_text(struct list *list, size_t columns, const char *text)
{
    sql_array_add(&list->columns[list->next++], text);
    if (list->next == columns) {
        list->next = 0;
        list->count++;
    }
}

static void list_number(struct list *list, size_t columns, int64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, number);
    list_text(list, columns, text);
}

static void list_time(struct list *list, size_t columns, utc_us time)
{
    char text[UTC_TEXT_SIZE];
    list_text(list, columns, utc_format(time, text));
}

static void begin(struct history_loader *loader)
{
    static const uint8_t header[] = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', 0xff, '\r', '\n', 0,
                                     0,   0,   0,   0,   0,   0,   0,    0};
    byte_writer_init(&loader->points, COPY_BYTES_MAX);
    byte_writer_raw(&loader->points, header, sizeof header);
    list_begin(&loader->files, file_columns);
    list_begin(&loader->identities, identity_columns);
    list_begin(&loader->heard, heard_columns);
    list_begin(&loader->days, day_columns);
    loader->point_rows = 0;
    loader->first_at = INT64_MAX;
    loader->last_at = INT64_MIN;
    loader->has_said = false;
    array_clear(&loader->spans);
}

static void forget(struct history_loader *loader)
{
    byte_writer_done(&loader->points);
    list_done(&loader->files);
    list_done(&loader->identities);
    list_done(&loader->heard);
    list_done(&loader->days);
}

struct history_loader *history_loader_new(struct query_connection *connection, const char *feed)
{
    struct history_loader *loader = memory_allocate_zeroed(1, sizeof *loader);
    loader->connection = connection;
    text_copy(loader->feed, sizeof loader->feed, feed);
    begin(loader);
    return loader;
}

void history_loader_free(struct history_loader *loader)
{
    if (loader == NULL)
        return;
    forget(loader);
    array_free(&loader->spans);
    free(loader);
}

static int read_known(struct query *query, struct history_known *files, size_t count, struct error *error)
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

int history_loader_know(struct history_loader *loader, struct history_known *files, size_t count, struct error *error)
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
    const char *const parameters[] = {loader->feed, array.bytes};
    int ret = query_start(loader->connection,
                          "SELECT c.number, f.day::timestamp AT TIME ZONE 'UTC'"
                          " FROM unnest($2::uuid[]) WITH ORDINALITY AS c (content, number)"
                          " JOIN skywitness_store.history_file f ON f.feed = $1 AND f.content = c.content",
                          parameters, 2, &query, error);
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
    struct list *files = &loader->files;
    utc_format_day(file->begins_at, day);
    list_text(files, file_columns, digest_uuid_format(file->content, uuid));
    list_text(files, file_columns, file->icao24);
    list_text(files, file_columns, day);
    list_number(files, file_columns, file->points);
    list_number(files, file_columns, file->kept);
    list_number(files, file_columns, file->refused);
    list_text(&loader->days, day_columns, day);
    loader->has_said = false;
}

void history_loader_add_heard(struct history_loader *loader, const char *place, const char *icao24,
                              const struct trace_heard *heard)
{
    list_text(&loader->heard, heard_columns, place);
    list_time(&loader->heard, heard_columns, heard->hour);
    list_text(&loader->heard, heard_columns, icao24);
    list_number(&loader->heard, heard_columns, heard->lowest_ft);
    list_time(&loader->heard, heard_columns, heard->first_at);
    list_time(&loader->heard, heard_columns, heard->last_at);
    list_number(&loader->heard, heard_columns, heard->first_ft);
    list_number(&loader->heard, heard_columns, heard->last_ft);
}

// COPY's binary fields: a length, then the value, all in network order (sql-copy, "Binary Format").
static void copy_length(struct byte_writer *writer, uint32_t length)
{
    byte_writer_u32(writer, __builtin_bswap32(length));
}

static void copy_null(struct byte_writer *writer)
{
    copy_length(writer, UINT32_MAX);
}

static void copy_8(struct byte_writer *writer, uint64_t value)
{
    copy_length(writer, 8);
    byte_writer_u64(writer, __builtin_bswap64(value));
}

static void copy_4(struct byte_writer *writer, uint32_t value)
{
    copy_length(writer, 4);
    byte_writer_u32(writer, __builtin_bswap32(value));
}

static void copy_2(struct byte_writer *writer, uint16_t value)
{
    copy_length(writer, 2);
    byte_writer_u16(writer, __builtin_bswap16(value));
}

static void copy_time(struct byte_writer *writer, utc_us time)
{
    copy_8(writer, (uint64_t)(time - UTC_POSTGRESQL_EPOCH));
}

static void copy_double(struct byte_writer *writer, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    copy_8(writer, bits);
}

static void copy_real(struct byte_writer *writer, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (isnan(value))
        copy_null(writer);
    else
        copy_4(writer, bits);
}

static void copy_whole(struct byte_writer *writer, int32_t value)
{
    if (value == OBSERVATION_UNKNOWN)
        copy_null(writer);
    else
        copy_4(writer, (uint32_t)value);
}

static void copy_small(struct byte_writer *writer, int8_t value)
{
    if (value == OBSERVATION_SMALL_UNKNOWN)
        copy_null(writer);
    else
        copy_2(writer, (uint16_t)value);
}

static void copy_text(struct byte_writer *writer, const char *text)
{
    size_t length = strlen(text);
    copy_length(writer, (uint32_t)length);
    byte_writer_raw(writer, text, length);
}

static void copy_point(struct byte_writer *writer, const struct track_point *point, const char *feed)
{
    const struct observation *seen = &point->seen;
    byte_writer_u16(writer, __builtin_bswap16(POINT_COLUMNS));
    copy_time(writer, seen->observed_at);
    copy_time(writer, seen->observed_at); // received_at: see sql/008-history.sql
    copy_double(writer, seen->position.latitude_deg);
    copy_double(writer, seen->position.longitude_deg);
    copy_whole(writer, seen->altitude_baro_ft);
    copy_whole(writer, seen->altitude_geom_ft);
    copy_real(writer, seen->ground_speed_kt);
    copy_real(writer, seen->track_deg);
    copy_whole(writer, seen->vertical_rate_fpm);
    copy_4(writer, point->flags);
    copy_small(writer, seen->nic);
    copy_small(writer, seen->nac_p);
    copy_small(writer, seen->sil);
    copy_2(writer, (uint16_t)seen->position_source);
    copy_2(writer, (uint16_t)point->emitter);
    copy_length(writer, 1);
    byte_writer_u8(writer, seen->on_ground);
    copy_text(writer, seen->icao24);
    copy_text(writer, feed);
    if (seen->squawk[0] != '\0')
        copy_text(writer, seen->squawk);
    else
        copy_null(writer);
}

static bool says_the_same(const struct observation *first, const struct observation *second)
{
    return strcmp(first->icao24, second->icao24) == 0 && strcmp(first->callsign, second->callsign) == 0 &&
           strcmp(first->registration, second->registration) == 0 &&
           strcmp(first->type_code, second->type_code) == 0 && first->military == second->military;
}

static void add_identity(struct history_loader *loader, const struct observation *seen)
{
    struct list *identities = &loader->identities;
    list_text(identities, identity_columns, seen->icao24);
    list_time(identities, identity_columns, seen->observed_at);
    list_text(identities, identity_columns, seen->callsign);
    list_text(identities, identity_columns, seen->registration);
    list_text(identities, identity_columns, seen->type_code);
    list_text(identities, identity_columns, seen->military ? "true" : "false");
}

static void widen_span(struct history_loader *loader, const struct observation *seen)
{
    struct span *span = loader->spans.count > 0 ? &loader->spans.items[loader->spans.count - 1] : NULL;
    if (span == NULL || strcmp(span->icao24, seen->icao24) != 0) {
        span = array_append(&loader->spans);
        memcpy(span->icao24, seen->icao24, sizeof span->icao24);
        span->since = span->until = seen->observed_at;
    }
    span->since = seen->observed_at < span->since ? seen->observed_at : span->since;
    span->until = seen->observed_at > span->until ? seen->observed_at : span->until;
}

void history_loader_add_point(struct history_loader *loader, const struct track_point *point)
{
    const struct observation *seen = &point->seen;
    copy_point(&loader->points, point, loader->feed);
    loader->point_rows++;
    loader->first_at = seen->observed_at < loader->first_at ? seen->observed_at : loader->first_at;
    loader->last_at = seen->observed_at > loader->last_at ? seen->observed_at : loader->last_at;
    widen_span(loader, seen);
    if (!loader->has_said || !says_the_same(&loader->said, seen))
        add_identity(loader, seen);
    loader->said = *seen;
    loader->has_said = true;
}

size_t history_loader_rows(const struct history_loader *loader)
{
    return (size_t)loader->point_rows + loader->files.count + loader->heard.count;
}

uint64_t history_loader_stored(const struct history_loader *loader)
{
    return loader->stored;
}

// --- storing --------------------------------------------------------------------------------------

static int fail(PGconn *native, const char *doing, struct error *error)
{
    char line[300];
    text_copy_trimmed(line, sizeof line, PQerrorMessage(native), strcspn(PQerrorMessage(native), "\n"));
    return error_set(error, PQstatus(native) == CONNECTION_BAD ? -ENOTCONN : -EIO, "%s: %s", doing, line);
}

static int run(struct history_loader *loader, const char *sql, struct error *error)
{
    return query_execute(loader->connection, sql, NULL, 0, error);
}

static int copy_points(struct history_loader *loader, struct error *error)
{
    PGconn *native = query_native(loader->connection);
    struct byte_writer *writer = &loader->points;
    byte_writer_u16(writer, UINT16_MAX); // the trailer
    if (writer->failed)
        return error_set(error, -E2BIG, "more points than one transaction may hold");
    PGresult *result = PQexec(native, "COPY pg_temp.history_point FROM STDIN (FORMAT binary)");
    bool is_open = PQresultStatus(result) == PGRES_COPY_IN;
    PQclear(result);
    if (!is_open)
        return fail(native, "storing points", error);
    bool good = true;
    for (size_t at = 0; at < writer->length && good; at += COPY_PIECE) {
        size_t left = writer->length - at;
        good = PQputCopyData(native, (const char *)writer->bytes + at,
                             (int)(left < COPY_PIECE ? left : COPY_PIECE)) == 1;
    }
    good = PQputCopyEnd(native, good ? NULL : "given up") == 1 && good;
    while ((result = PQgetResult(native)) != NULL) {
        good = PQresultStatus(result) == PGRES_COMMAND_OK && good;
        PQclear(result);
    }
    return good ? 0 : fail(native, "storing points", error);
}

// The limits in time let the planner see which partitions matter.
static int insert_points(struct history_loader *loader, struct error *error)
{
    char sql[1200], first[UTC_TEXT_SIZE], last[UTC_TEXT_SIZE];
    utc_format(loader->first_at - HISTORY_COINCIDE_US, first);
    utc_format(loader->last_at + HISTORY_COINCIDE_US, last);
    snprintf(sql, sizeof sql,
             "WITH stored AS (INSERT INTO skywitness_store.track_point SELECT * FROM pg_temp.history_point h"
             " WHERE NOT EXISTS (SELECT FROM skywitness_store.kept_point p WHERE p.icao24 = h.icao24"
             " AND p.feed = h.feed AND p.observed_at >= '%s' AND p.observed_at <= '%s'"
             " AND p.observed_at >= h.observed_at - interval '%lld microseconds'"
             " AND p.observed_at <= h.observed_at + interval '%lld microseconds'"
             " AND p.received_at <> p.observed_at)"
             " AND NOT EXISTS (SELECT FROM skywitness_store.track_point_evidence e WHERE e.icao24 = h.icao24"
             " AND e.observed_at = h.observed_at AND e.feed = h.feed)"
             " ON CONFLICT DO NOTHING RETURNING 1) SELECT count(*) FROM stored",
             first, last, (long long)HISTORY_COINCIDE_US, (long long)HISTORY_COINCIDE_US);
    struct query *query;
    int ret = query_start(loader->connection, sql, NULL, 0, &query, error);
    if (ret < 0)
        return ret;
    ret = query_next(query, error);
    if (ret == 1)
        loader->stored += (uint64_t)query_integer(query, 0, 0);
    query_finish(query);
    return ret < 0 ? ret : 0;
}

static int store_points(struct history_loader *loader, struct error *error)
{
    char first[UTC_TEXT_SIZE], last[UTC_TEXT_SIZE];
    const char *const days[] = {utc_format_day(loader->first_at, first), utc_format_day(loader->last_at, last)};
    const char *const feed[] = {loader->feed};
    if (loader->point_rows == 0)
        return 0;
    int ret = query_execute(loader->connection, "INSERT INTO skywitness_store.feed VALUES ($1) ON CONFLICT DO NOTHING",
                            feed, 1, error);
    if (ret == 0)
        ret = query_execute(loader->connection, "SELECT skywitness_store.ensure_partitions($1::date, $2::date)",
                            days, 2, error);
    if (ret == 0)
        ret = run(loader, "CREATE TEMP TABLE IF NOT EXISTS history_point"
                          " (LIKE skywitness_store.track_point) ON COMMIT DELETE ROWS", error);
    if (ret == 0)
        ret = copy_points(loader, error);
    return ret == 0 ? insert_points(loader, error) : ret;
}

// clang-format off
static const char files_sql[] =
    "INSERT INTO skywitness_store.history_file (feed, content, icao24, day, points, kept, refused)"
    " SELECT $1, * FROM unnest($2::uuid[], $3::text[], $4::date[], $5::integer[], $6::integer[],"
    " $7::integer[]) ON CONFLICT DO NOTHING";
static const char days_sql[] =
    "INSERT INTO skywitness_store.history_day (feed, day) SELECT DISTINCT $1, d FROM unnest($2::date[]) AS d"
    " ON CONFLICT DO NOTHING";
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
    "INSERT INTO skywitness_store.history_pending AS p (icao24, since, until) VALUES ($1, $2::timestamptz,"
    " $3::timestamptz) ON CONFLICT (icao24) DO UPDATE SET since = least(p.since, excluded.since),"
    " until = greatest(p.until, excluded.until)";
// clang-format on

static int store_list(struct history_loader *loader, const char *sql, struct list *list, size_t columns,
                      struct error *error)
{
    const char *parameters[LIST_COLUMNS_MAX + 1] = {loader->feed};
    if (list->count == 0)
        return 0;
    for (size_t i = 0; i < columns; i++) {
        sql_array_end(&list->columns[i]);
        if (list->columns[i].failed)
            return error_set(error, -E2BIG, "more rows than one transaction may hold");
        parameters[i + 1] = list->columns[i].bytes;
    }
    return query_execute(loader->connection, sql, parameters, columns + 1, error);
}

static int store_spans(struct history_loader *loader, struct error *error)
{
    int ret = 0;
    array_foreach(&loader->spans, span) {
        char since[UTC_TEXT_SIZE], until[UTC_TEXT_SIZE];
        const char *const parameters[] = {span->icao24, utc_format(span->since, since),
                                          utc_format(span->until, until)};
        if (ret == 0)
            ret = query_execute(loader->connection, pending_sql, parameters, 3, error);
    }
    return ret;
}

static int store_all(struct history_loader *loader, struct error *error)
{
    int ret = store_points(loader, error);
    if (ret == 0)
        ret = store_list(loader, files_sql, &loader->files, file_columns, error);
    if (ret == 0)
        ret = store_list(loader, days_sql, &loader->days, day_columns, error);
    if (ret == 0)
        ret = store_list(loader, identities_sql, &loader->identities, identity_columns, error);
    if (ret == 0)
        ret = store_list(loader, heard_sql, &loader->heard, heard_columns, error);
    return ret == 0 ? store_spans(loader, error) : ret;
}

int history_loader_commit(struct history_loader *loader, struct error *error)
{
    uint64_t stored = loader->stored;
    int ret = 0;
    if (history_loader_rows(loader) > 0) {
        ret = run(loader, "BEGIN", error);
        if (ret == 0)
            ret = store_all(loader, error);
        if (ret == 0)
            ret = run(loader, "COMMIT", error);
        if (ret < 0) {
            struct error ignored;
            run(loader, "ROLLBACK", &ignored);
            loader->stored = stored;
        }
    }
    forget(loader);
    begin(loader);
    return ret;
}

int history_loader_day_is_whole(struct history_loader *loader, utc_us day, struct error *error)
{
    char text[UTC_TEXT_SIZE];
    const char *const parameters[] = {loader->feed, utc_format_day(day, text)};
    return query_execute(loader->connection,
                         "INSERT INTO skywitness_store.history_day VALUES ($1, $2::date, now())"
                         " ON CONFLICT (feed, day) DO UPDATE SET whole_at = excluded.whole_at",
                         parameters, 2, error);
}
