// SPDX-License-Identifier: MIT
// Aligned columns under headings. Widths are measured on the first rows; later ones stream, and a
// cell that is wider than all of those pushes its own line only.
#include "cli/output_format.h"

#include "base/array.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define MEASURED_ROWS 1000
#define MINUTE_LENGTH 16 // "2025-10-26T08:00"
#define SECOND_LENGTH 19 // "2025-10-26T08:00:00"
#define ELLIPSIS "…"
#define UNKNOWN "-"

struct cell_array ARRAY_OF(char *);

struct table_rows {
    FILE *file;
    const struct output_column *columns;
    size_t column_count;
    size_t *widths;
    struct cell_array waiting; // whole rows that are not written yet; each cell owned
    bool measured;             // widths are fixed and the heading is out
};

static void *begin(FILE *file, const struct output_column *columns, size_t column_count)
{
    struct table_rows *rows = memory_allocate_zeroed(1, sizeof *rows);
    rows->file = file;
    rows->columns = columns;
    rows->column_count = column_count;
    rows->widths = memory_allocate_zeroed(column_count, sizeof *rows->widths);
    for (size_t i = 0; i < column_count; i++)
        if (columns[i].heading != NULL)
            rows->widths[i] = output_display_width(columns[i].heading);
    return rows;
}

// Nothing that came from outside may steer the reader's terminal or break the table's lines.
static void make_harmless(char *text)
{
    for (char *at = text; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at, next = (unsigned char)at[1];
        if (byte == OUTPUT_LIST_SEPARATOR || byte == '\n' || byte == '\t')
            *at = ' ';
        else if (byte < 0x20 || byte == 0x7f)
            *at = '?';
        else if (byte == 0xc2 && next >= 0x80 && next <= 0x9f) // C1 control characters
            at[0] = at[1] = '?';
    }
}

static char *shown(const struct output_column *column, const struct output_cell *cell)
{
    const char *text = cell->known ? cell->text : UNKNOWN;
    size_t length = strlen(text);
    char *copy = memory_allocate(length + sizeof ELLIPSIS);
    memcpy(copy, text, length + 1);
    size_t time_length = column->kind == OUTPUT_MINUTE ? MINUTE_LENGTH
                         : column->kind == OUTPUT_TIME ? SECOND_LENGTH
                                                       : length;
    if (length > time_length)
        memcpy(copy + time_length, "Z", 2);
    make_harmless(copy);
    if (column->width_max > 0 && output_display_width(copy) > column->width_max) {
        size_t kept = output_bytes_within_width(copy, column->width_max - 1);
        memcpy(copy + kept, ELLIPSIS, sizeof ELLIPSIS);
    }
    return copy;
}

static void cell(void *state, size_t column, const struct output_cell *cell)
{
    struct table_rows *rows = state;
    char *text = shown(&rows->columns[column], cell);
    *array_append(&rows->waiting) = text;
    size_t width = output_display_width(text);
    if (!rows->measured && width > rows->widths[column])
        rows->widths[column] = width;
}

static void write_blanks(FILE *file, size_t count)
{
    for (; count > 0; count--)
        putc(' ', file);
}

// Writes one line of cells, or the headings when `cells` is NULL.
static void write_line(const struct table_rows *rows, char *const *cells)
{
    size_t owed = 0; // blanks due before the next cell, so that no line ends in blanks
    for (size_t i = 0; i < rows->column_count; i++) {
        const struct output_column *column = &rows->columns[i];
        if (column->heading == NULL)
            continue;
        const char *text = cells != NULL ? cells[i] : column->heading;
        size_t width = output_display_width(text);
        size_t padding = rows->widths[i] > width ? rows->widths[i] - width : 0;
        size_t before = column->kind == OUTPUT_NUMBER ? padding : 0;
        if (width > 0) {
            write_blanks(rows->file, owed + before);
            fputs(text, rows->file);
            owed = 2 + padding - before;
        } else {
            owed += 2 + padding;
        }
    }
    putc('\n', rows->file);
}

static void write_waiting(struct table_rows *rows)
{
    if (!rows->measured)
        write_line(rows, NULL);
    rows->measured = true;
    for (size_t i = 0; i + rows->column_count <= rows->waiting.count; i += rows->column_count)
        write_line(rows, rows->waiting.items + i);
    array_foreach (&rows->waiting, text)
        free(*text);
    array_clear(&rows->waiting);
}

static void row_end(void *state)
{
    struct table_rows *rows = state;
    if (rows->measured || rows->waiting.count >= MEASURED_ROWS * rows->column_count)
        write_waiting(rows);
}

static void end(void *state, bool write)
{
    struct table_rows *rows = state;
    if (write)
        write_waiting(rows);
    array_foreach (&rows->waiting, text)
        free(*text);
    array_free(&rows->waiting);
    free(rows->widths);
    free(rows);
}

const struct output_format_operations output_table = {begin, cell, row_end, end};
