// SPDX-License-Identifier: MIT
// What a format of rows has to do. For output.c and the formats' own files only.
#pragma once

#include "base/text.h"
#include "cli/output.h"

// A cell as it was given. `text` is the value as the format's plain text: a number or a time in
// digits, a list with its separators. Borrowed for the time of the call.
struct output_cell {
    bool known;
    const char *text;
};

struct output_format_operations {
    void *(*begin)(FILE *file, const struct output_column *columns, size_t column_count);
    void (*cell)(void *state, size_t column, const struct output_cell *cell);
    void (*row_end)(void *state);
    // Writes what is left, a heading without rows included, unless it is not wanted; and frees.
    void (*end)(void *state, bool write);
};

extern const struct output_format_operations output_table;
extern const struct output_format_operations output_json;
extern const struct output_format_operations output_csv;

// Columns of a terminal that the UTF-8 text takes: combining marks none, East Asian wide forms two.
// Bytes that are not UTF-8 count one each.
size_t output_display_width(const char *text);

// Where the text has to be cut so that it takes at most `width` columns.
size_t output_bytes_within_width(const char *text, size_t width);
