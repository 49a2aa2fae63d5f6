// SPDX-License-Identifier: MIT
// Reading comma-separated values with a header line (RFC 4180): quoted fields, doubled quotes, line
// ends inside quotes, CRLF, a byte order mark. Columns are found by name.
#pragma once

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CSV_ROW_BYTES_MAX 65536
#define CSV_COLUMNS_MAX 64

struct csv_reader;

// Reads the header line. The file stays the caller's; `name` is for messages. Returns 0, or
// -EBADMSG for a file without a header or with one that breaks a limit.
int csv_reader_new(FILE *file, const char *name, struct csv_reader **ret_reader,
                   struct error *error);
void csv_reader_free(struct csv_reader *reader); // accepts NULL

// Where a column stands; -EBADMSG with its name when the header has none such.
int csv_reader_column(const struct csv_reader *reader, const char *name, size_t *ret_column,
                      struct error *error);

// Goes to the next row that is not empty. Returns 1, 0 at the end, or a negative errno with the
// line: -EBADMSG for a quote that does not end or stands amidst a field, -E2BIG for a row beyond
// the limits, -EIO.
int csv_reader_next(struct csv_reader *reader, struct error *error);

// A field of the present row, valid until the next; "" where the row has fewer.
const char *csv_reader_field(const struct csv_reader *reader, size_t column);

// The line on which the present row began, from 1.
uint64_t csv_reader_line(const struct csv_reader *reader);
