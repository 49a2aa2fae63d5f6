// SPDX-License-Identifier: MIT
#include "store/copy_row.h"

#include "base/text.h"

#include <errno.h>
#include <libpq-fe.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#define PIECE_BYTES ((size_t)1 << 20)
#define POINT_COLUMNS 19
#define SQLSTATE_UNIQUE_VIOLATION "23505"

// --- fields: a length, then the value, all in network order ---------------------------------------

static void add_length(struct byte_writer *writer, uint32_t length)
{
    byte_writer_u32(writer, __builtin_bswap32(length));
}

static void add_null(struct byte_writer *writer)
{
    add_length(writer, UINT32_MAX);
}

static void add_8(struct byte_writer *writer, uint64_t value)
{
    add_length(writer, 8);
    byte_writer_u64(writer, __builtin_bswap64(value));
}

static void add_4(struct byte_writer *writer, uint32_t value)
{
    add_length(writer, 4);
    byte_writer_u32(writer, __builtin_bswap32(value));
}

static void add_2(struct byte_writer *writer, uint16_t value)
{
    add_length(writer, 2);
    byte_writer_u16(writer, __builtin_bswap16(value));
}

static void add_time(struct byte_writer *writer, utc_us time)
{
    add_8(writer, (uint64_t)(time - UTC_POSTGRESQL_EPOCH));
}

static void add_double(struct byte_writer *writer, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    add_8(writer, bits);
}

static void add_real(struct byte_writer *writer, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (isnan(value))
        add_null(writer);
    else
        add_4(writer, bits);
}

static void add_whole(struct byte_writer *writer, int32_t value)
{
    if (value == OBSERVATION_UNKNOWN)
        add_null(writer);
    else
        add_4(writer, (uint32_t)value);
}

static void add_small(struct byte_writer *writer, int8_t value)
{
    if (value == OBSERVATION_SMALL_UNKNOWN)
        add_null(writer);
    else
        add_2(writer, (uint16_t)value);
}

static void add_text(struct byte_writer *writer, const char *text)
{
    size_t length = strlen(text);
    add_length(writer, (uint32_t)length);
    byte_writer_raw(writer, text, length);
}

void copy_row_point(struct byte_writer *writer, const struct track_point *point, const char *feed)
{
    const struct observation *seen = &point->seen;
    byte_writer_u16(writer, __builtin_bswap16(POINT_COLUMNS));
    add_time(writer, seen->observed_at);
    add_time(writer, seen->observed_at); // received_at
    add_double(writer, seen->position.latitude_deg);
    add_double(writer, seen->position.longitude_deg);
    add_whole(writer, seen->altitude_baro_ft);
    add_whole(writer, seen->altitude_geom_ft);
    add_real(writer, seen->ground_speed_kt);
    add_real(writer, seen->track_deg);
    add_whole(writer, seen->vertical_rate_fpm);
    add_4(writer, point->flags);
    add_small(writer, seen->nic);
    add_small(writer, seen->nac_p);
    add_small(writer, seen->sil);
    add_2(writer, (uint16_t)seen->position_source);
    add_2(writer, (uint16_t)point->emitter);
    add_length(writer, 1);
    byte_writer_u8(writer, seen->on_ground);
    add_text(writer, seen->icao24);
    add_text(writer, feed);
    if (seen->squawk[0] != '\0')
        add_text(writer, seen->squawk);
    else
        add_null(writer);
}

// --- sending --------------------------------------------------------------------------------------

static const uint8_t copy_header[] = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', 0xff, '\r', '\n',
                                      0,   0,   0,   0,   0,   0,   0,    0,    0};
static const uint8_t copy_trailer[] = {0xff, 0xff};

static bool send_bytes(PGconn *connection, const uint8_t *bytes, size_t length)
{
    for (size_t at = 0; at < length; at += PIECE_BYTES) {
        size_t left = length - at;
        if (PQputCopyData(connection, (const char *)bytes + at,
                          (int)(left < PIECE_BYTES ? left : PIECE_BYTES)) != 1)
            return false;
    }
    return true;
}

static int fail(PGconn *connection, const PGresult *result, struct error *error)
{
    char line[300];
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (words == NULL)
        words = PQerrorMessage(connection);
    text_copy_trimmed(line, sizeof line, words, strcspn(words, "\n"));
    int code = -EIO;
    if (PQstatus(connection) == CONNECTION_BAD)
        code = -ENOTCONN;
    else if (sqlstate != NULL && strcmp(sqlstate, SQLSTATE_UNIQUE_VIOLATION) == 0)
        code = -EEXIST;
    return error_set(error, code, "storing points: %s", line);
}

// Takes all results that are left; the first that is bad is the error.
static int take_results(PGconn *connection, struct error *error)
{
    PGresult *result;
    int ret = 0;
    while ((result = PQgetResult(connection)) != NULL) {
        if (PQresultStatus(result) != PGRES_COMMAND_OK && ret == 0)
            ret = fail(connection, result, error);
        PQclear(result);
        if (PQstatus(connection) == CONNECTION_BAD)
            break;
    }
    return ret;
}

int copy_rows_send(struct pg_conn *connection, const char *sql, const struct copy_rows *runs,
                   size_t count, struct error *error)
{
    PGresult *result = PQexec(connection, sql);
    bool is_open = PQresultStatus(result) == PGRES_COPY_IN;
    int ret = is_open ? 0 : fail(connection, result, error);
    PQclear(result);
    if (!is_open)
        return ret;
    bool good = send_bytes(connection, copy_header, sizeof copy_header);
    for (size_t i = 0; i < count && good; i++)
        good = send_bytes(connection, runs[i].bytes, runs[i].length);
    good = good && send_bytes(connection, copy_trailer, sizeof copy_trailer);
    good = PQputCopyEnd(connection, good ? NULL : "given up") == 1 && good;
    if (!good)
        ret = fail(connection, NULL, error);
    int ended = take_results(connection, error);
    return ended < 0 ? ended : ret;
}
