// SPDX-License-Identifier: MIT
// The limit that the ingest benchmark is held against: the same rows, encoded beforehand, sent by a
// bare libpq pipeline of `INSERT ... SELECT FROM unnest` into the same table, and nothing else.
//
//     ingest_limit [ANSWERS [AIRCRAFT [HOUR]]]      (default 50 answers of 12,000 aircraft, hour 0)
//
// The environment says where (PGHOST, ...); the schema must be there. HOUR moves the synthetic
// points in time, so that a second run in the same database stores other rows. Prints rows, seconds
// and rows a second.
#include "base/memory.h"
#include "store/table.h"
#include "support/synthetic_entry.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define START ((utc_us)1767229200 * UTC_SECOND) // 2026-01-01T01:00:00Z
#define WINDOW 2                                // answers on their way, as the daemon has

static void die(const char *doing, PGconn *connection)
{
    fprintf(stderr, "ingest_limit: %s: %s", doing, PQerrorMessage(connection));
    exit(EXIT_FAILURE);
}

static void add_point(struct table_rows *rows, const struct track_point *point)
{
    const struct observation *seen = &point->seen;
    size_t place = 0;
    column_add_time(table_rows_next(rows, &place), seen->observed_at);
    column_add_time(table_rows_next(rows, &place), point->received_at);
    column_add_double(table_rows_next(rows, &place), seen->position.latitude_deg);
    column_add_double(table_rows_next(rows, &place), seen->position.longitude_deg);
    column_add_integer(table_rows_next(rows, &place), seen->altitude_baro_ft);
    column_add_integer(table_rows_next(rows, &place), seen->altitude_geom_ft);
    column_add_real(table_rows_next(rows, &place), seen->ground_speed_kt);
    column_add_real(table_rows_next(rows, &place), seen->track_deg);
    column_add_integer(table_rows_next(rows, &place), seen->vertical_rate_fpm);
    column_add_integer(table_rows_next(rows, &place), (int32_t)point->flags);
    column_add_small(table_rows_next(rows, &place), seen->nic);
    column_add_small(table_rows_next(rows, &place), seen->nac_p);
    column_add_small(table_rows_next(rows, &place), seen->sil);
    column_add_small(table_rows_next(rows, &place), (int16_t)seen->position_source);
    column_add_small(table_rows_next(rows, &place), (int16_t)point->emitter);
    column_add_boolean(table_rows_next(rows, &place), seen->on_ground);
    column_add_text(table_rows_next(rows, &place), seen->icao24);
    column_add_text(table_rows_next(rows, &place), point->feed);
    column_add_text(table_rows_next(rows, &place), seen->squawk);
}

// Feeds list aircraft in the order of a hash table: a fixed shuffle stands for that.
static void shuffle(struct track_point_array *points)
{
    uint64_t random = 88172645463325252u;
    for (size_t i = points->count - 1; i > 0; i--) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17; // xorshift64
        size_t j = random % (i + 1);
        struct track_point swapped = points->items[i];
        points->items[i] = points->items[j];
        points->items[j] = swapped;
    }
}

static struct table_rows *encode_answers(long answers, uint32_t aircraft, long hour)
{
    struct synthetic_shape shape = {.start = START + hour * UTC_HOUR, .aircraft = aircraft};
    struct table_rows *encoded = memory_allocate_zeroed((size_t)answers, sizeof *encoded);
    for (long i = 0; i < answers; i++) {
        struct entry entry;
        entry_init(&entry);
        synthetic_entry(&entry, &shape, i + 1);
        shuffle(&entry.points);
        table_rows_init(&encoded[i], TABLE_TRACK_POINT);
        array_foreach (&entry.points, point)
            add_point(&encoded[i], point);
        for (size_t j = 0; j < encoded[i].description->column_count; j++)
            column_finish(&encoded[i].columns[j]);
        entry_done(&entry);
    }
    return encoded;
}

static void send_answer(PGconn *connection, const struct table_rows *rows)
{
    const char *values[TABLE_COLUMNS_MAX];
    int lengths[TABLE_COLUMNS_MAX], formats[TABLE_COLUMNS_MAX];
    for (size_t i = 0; i < rows->description->column_count; i++) {
        values[i] = (const char *)rows->columns[i].bytes;
        lengths[i] = (int)rows->columns[i].length;
        formats[i] = 1;
    }
    if (!PQsendQueryPrepared(connection, "insert", (int)rows->description->column_count, values,
                             lengths, formats, 0) ||
        !PQpipelineSync(connection))
        die("sending", connection);
}

static void take_answer(PGconn *connection)
{
    for (;;) {
        PGresult *result = PQgetResult(connection);
        ExecStatusType status = PQresultStatus(result);
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC)
            return;
        if (result != NULL && status != PGRES_COMMAND_OK)
            die("inserting", connection);
    }
}

static void prepare(PGconn *connection, long hour)
{
    char sql[200];
    struct text insert;
    snprintf(
        sql, sizeof sql,
        "SELECT skywitness_store.ensure_partitions('2026-01-01'::date + %ld, '2026-01-01'::date + %ld)",
        hour / 24, hour / 24 + 1);
    PGresult *result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        die("making partitions", connection);
    PQclear(result);
    text_init(&insert, 8192);
    table_new_rows_statement(TABLE_TRACK_POINT, &insert);
    result = PQprepare(connection, "insert", insert.bytes, 0, NULL);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        die("preparing", connection);
    PQclear(result);
    text_done(&insert);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    long answers = argc > 1 ? strtol(argv[1], NULL, 10) : 50;
    long aircraft = argc > 2 ? strtol(argv[2], NULL, 10) : 12000;
    long hour = argc > 3 ? strtol(argv[3], NULL, 10) : 0;
    if (answers < 1 || answers > 3600 || aircraft < 1 || aircraft >= 100000 || hour < 0) {
        fprintf(stderr, "usage: ingest_limit [ANSWERS [AIRCRAFT [HOUR]]]\n");
        return 64;
    }
    PGconn *connection = PQconnectdb("");
    if (PQstatus(connection) != CONNECTION_OK)
        die("connecting", connection);
    prepare(connection, hour);
    struct table_rows *encoded = encode_answers(answers, (uint32_t)aircraft, hour);
    PQenterPipelineMode(connection);
    double start_s = now_s();
    for (long i = 0; i < answers; i++) {
        send_answer(connection, &encoded[i]);
        if (i >= WINDOW - 1)
            take_answer(connection);
    }
    for (long i = 0; i < WINDOW - 1 && i < answers; i++)
        take_answer(connection);
    double took_s = now_s() - start_s;
    printf("%ld rows in %.3f s: %.0f rows/s\n", answers * aircraft, took_s,
           (double)(answers * aircraft) / took_s);
    for (long i = 0; i < answers; i++)
        table_rows_done(&encoded[i]);
    free(encoded);
    PQfinish(connection);
    return 0;
}
