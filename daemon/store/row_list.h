// SPDX-License-Identifier: MIT
// Rows as array texts, one a column, for INSERT ... SELECT FROM unnest over a blocking connection.
#pragma once

#include "base/error.h"
#include "base/text.h"
#include "base/utc.h"

#include <stddef.h>
#include <stdint.h>

struct query; // store/query.h
struct query_connection;

#define ROW_LIST_COLUMNS_MAX 8

struct row_list {
    struct text columns[ROW_LIST_COLUMNS_MAX];
    size_t column_count;
    size_t count; // whole rows
    size_t next;  // the column to be filled next
};

void row_list_init(struct row_list *list, size_t column_count);
void row_list_done(struct row_list *list); // accepts a zeroed struct
void row_list_clear(struct row_list *list);

// Each fills the next column of the row.
void row_list_text(struct row_list *list, const char *text);
void row_list_number(struct row_list *list, int64_t number);
void row_list_time(struct row_list *list, utc_us time);

// Asks `sql` with `first` as $1 and the columns behind it (store/query.h). The list may be used
// again. -E2BIG when the rows were too many, else the errors of query_start.
int row_list_ask(const struct row_list *list, struct query_connection *connection, const char *sql,
                 const char *first, struct query **ret_query, struct error *error);

// The same for a statement whose rows do not matter; does nothing without rows.
int row_list_store(const struct row_list *list, struct query_connection *connection,
                   const char *sql, const char *first, struct error *error);
