// SPDX-License-Identifier: MIT
// Rows on standard output, written alike by every command and shown as a table, as JSON or as CSV.
//
//     struct output *output = output_begin(file, OUTPUT_JSON, columns, ARRAY_COUNT);
//     output_text(output, "OSLK"); output_integer(output, 157); output_row_end(output);
//     status = output_end(output);
//
// Cells are given in the order of the columns. What is not known is given as unknown: an empty cell
// in a table and in CSV, null in JSON.
#pragma once

#include "base/utc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum output_format {
    OUTPUT_TABLE,
    OUTPUT_JSON, // an array of objects, one a line
    OUTPUT_CSV,  // RFC 4180, with a header
    // The tracks behind sightings; not written by this module (export.h).
    OUTPUT_GEOJSON,
    OUTPUT_KML,
    OUTPUT_GPX,
    OUTPUT_READSB,
    OUTPUT_FORMAT_COUNT,
};

// "table", "json", ...; never NULL.
const char *output_format_name(enum output_format format);
// False for a word that is no format.
bool output_format_from_name(const char *name, enum output_format *ret_format);

enum output_kind {
    OUTPUT_TEXT,
    OUTPUT_NUMBER, // right-aligned in tables
    OUTPUT_BOOLEAN,
    OUTPUT_TIME,   // ISO 8601 UTC; cut to the second in tables
    OUTPUT_MINUTE, // the same; cut to the minute in tables
    OUTPUT_LIST,   // several texts: an array in JSON, separated by blanks elsewhere
    OUTPUT_VALUE,  // a text that is JSON itself: as it is in JSON, as a text elsewhere
};

struct output_column {
    const char *name; // key in JSON and CSV; NULL leaves the column out of them (never the first)
    const char *heading; // in tables; NULL leaves the column out of them
    enum output_kind kind;
    unsigned width_max; // in tables, in columns of the terminal; longer cells are cut. 0: no limit
};

// A cell's list is one text in which this separates the items.
#define OUTPUT_LIST_SEPARATOR '\x1f'

struct output;

// `columns` and `file` are borrowed until output_end. The format must be one of the first three.
struct output *output_begin(FILE *file, enum output_format format,
                            const struct output_column *columns, size_t column_count);

// The next cell of the row. Texts are copied where they must outlive the call.
void output_text(struct output *output, const char *text); // NULL: unknown
void output_integer(struct output *output, int64_t number);
// NAN and infinities are unknown. `decimals` from 0 to 9.
void output_number(struct output *output, double number, int decimals);
void output_boolean(struct output *output, bool value);
void output_time(struct output *output, utc_us time); // UTC_UNKNOWN: unknown
// Items separated by OUTPUT_LIST_SEPARATOR; "" is a list of none, NULL is unknown.
void output_list(struct output *output, const char *items);
void output_unknown(struct output *output);

// Ends the row; cells that were not given are unknown.
void output_row_end(struct output *output);

// Writes what is left and frees. Returns 0, or -EIO when the file could not be written.
int output_end(struct output *output);

// Instead of output_end after a failure: completes what rows there are, and writes nothing at all
// where there is none, so that a failure never looks like an empty answer. Same result.
int output_end_failed(struct output *output);

size_t output_row_count(const struct output *output);
