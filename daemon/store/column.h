// SPDX-License-Identifier: MIT
// A column of rows as PostgreSQL takes it: a one-dimensional array in binary format (array_recv),
// written as the rows come. One parameter of `unnest` each.
#pragma once

#include "base/text.h"
#include "base/utc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum column_type {
    COLUMN_TIME,    // timestamptz from utc_us; UTC_UNKNOWN is null
    COLUMN_DAY,     // date, likewise
    COLUMN_DOUBLE,  // double precision; NAN is null
    COLUMN_REAL,    // real; NAN is null
    COLUMN_BIG,     // bigint
    COLUMN_INTEGER, // integer
    COLUMN_SMALL,   // smallint
    COLUMN_BOOLEAN,
    COLUMN_TEXT,
    COLUMN_LIST, // text[], as one text with COLUMN_LIST_SEPARATOR between its items
    COLUMN_JSON, // jsonb, as its text
    COLUMN_UUID,
    COLUMN_BYTES, // bytea
};

#define COLUMN_LIST_SEPARATOR '\x1f' // ASCII's unit separator: in no name, callsign or feed

struct column {
    enum column_type type;
    bool has_null;
    uint32_t count;
    uint8_t *bytes; // owned; header and elements
    size_t length;
    size_t capacity;
};

void column_init(struct column *column, enum column_type type);
void column_done(struct column *column); // accepts a zeroed struct

// PostgreSQL's name of the type.
const char *column_type_name(enum column_type type);

// Each appends one element; the column's type must fit the call.
void column_add_null(struct column *column);
void column_add_time(struct column *column, utc_us time); // also COLUMN_DAY
void column_add_double(struct column *column, double value);
void column_add_real(struct column *column, float value);
void column_add_big(struct column *column, int64_t value);
void column_add_integer(struct column *column, int32_t value);
void column_add_small(struct column *column, int16_t value);
void column_add_boolean(struct column *column, bool value);
void column_add_text(struct column *column, const char *text);                  // as it is
void column_add_text_or_null(struct column *column, const char *text);          // empty is null
void column_add_bytes(struct column *column, const void *bytes, size_t length); // also COLUMN_UUID

// Writes the header. To be called before `bytes` and `length` are sent; more may be added
// afterwards.
void column_finish(struct column *column);

// The elements from `from` up to but not including `to`, as a column of its own.
void column_slice(const struct column *column, size_t from, size_t to, struct column *ret_slice);

// Appends the elements of another column of the same type.
void column_append(struct column *column, const struct column *other);

// Drops the elements whose `removed` is true; it has `column->count` items.
void column_remove(struct column *column, const bool *removed);

// Appends one element as a JSON value. Bytes that are no text are escaped: the result is always
// UTF-8.
void column_describe(const struct column *column, size_t element, struct text *text);
