// SPDX-License-Identifier: MIT
// The tables that a batch writes, as data: their columns, and the statement that takes one array
// for each. Private to the store.
#pragma once

#include "base/text.h"
#include "store/column.h"

// In the order in which a batch's transaction writes them.
enum table {
    TABLE_FEED,
    TABLE_POLL,
    TABLE_POLL_NEARBY,
    TABLE_TRACK_POINT,
    TABLE_RAW_OBSERVATION,
    TABLE_SIGHTING,
    TABLE_FINISHED, // no table: sightings to draw; after their rows and points
    TABLE_VISIT,
    TABLE_VISIT_HISTORY,
    TABLE_IDENTITY_CONFLICT,
    TABLE_ALERT,
    TABLE_DELIVERY,
    TABLE_QUARANTINE,
    TABLE_COUNT,
};

#define TABLE_COLUMNS_MAX 28

struct table_column {
    const char *name;
    enum column_type type;
};

struct table_description {
    const char *name; // also of the prepared statement
    struct table_column columns[TABLE_COLUMNS_MAX];
    size_t column_count;
    // One statement writes at most this many rows.
    size_t rows_max;
    // NULL where rows are added and never changed. Else the id which, with `grouped_by`, is the
    // key: a row replaces the one before, and of several in one batch the last counts.
    const char *replaced_by;
    const char *grouped_by; // NULL: icao24
    // Where a row stands against what comes too late, such as from the journal of a daemon that was
    // dead while another went on: a condition on `stored` and `excluded`. NULL: never.
    const char *replaced_when;
    // Where nearly all rows are new: the prepared statement that takes new ones only, a third
    // faster. Else NULL.
    const char *new_rows_name;
};

const struct table_description *table_description(enum table table);

// Writes the statement's SQL: parameter n is column n. A row that is there already is left or
// replaced.
void table_statement(enum table table, struct text *sql);
// The same for new rows only: one that is there already fails it (SQLSTATE 23505).
void table_new_rows_statement(enum table table, struct text *sql);

// Rows of one table, column by column.
struct table_rows {
    const struct table_description *description;
    struct column columns[TABLE_COLUMNS_MAX];
    size_t count;
};

void table_rows_init(struct table_rows *rows, enum table table);
void table_rows_done(struct table_rows *rows); // accepts a zeroed struct
// The next column of the row being written; after the last one the row counts.
struct column *table_rows_next(struct table_rows *rows, size_t *place);
void table_rows_slice(const struct table_rows *rows, size_t from, size_t to,
                      struct table_rows *ret_slice);
// Appends the rows of `other`, of the same table.
void table_rows_append(struct table_rows *rows, const struct table_rows *other);
void table_rows_remove(struct table_rows *rows, const bool *removed);
// One row as a JSON object.
void table_rows_describe(const struct table_rows *rows, size_t row, struct text *text);
size_t table_rows_bytes(const struct table_rows *rows);
