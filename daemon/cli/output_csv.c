// SPDX-License-Identifier: MIT
// RFC 4180: a header, CRLF, quotes where they are needed. Unknown is an empty field, an empty text
// is "".
#include "cli/output_format.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

struct csv_rows {
    FILE *file;
    const struct output_column *columns;
    size_t column_count;
    bool begun;
};

static void write_field(FILE *file, const char *text)
{
    if (text[0] != '\0' && strpbrk(text, ",\"\r\n") == NULL && text[0] != ' ') {
        fputs(text, file);
        return;
    }
    putc('"', file);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            putc('"', file);
        putc(*text, file);
    }
    putc('"', file);
}

static void *begin(FILE *file, const struct output_column *columns, size_t column_count)
{
    struct csv_rows *rows = memory_allocate_zeroed(1, sizeof *rows);
    rows->file = file;
    rows->columns = columns;
    rows->column_count = column_count;
    return rows;
}

static void write_header(struct csv_rows *rows)
{
    for (size_t i = 0; !rows->begun && i < rows->column_count; i++) {
        if (rows->columns[i].name == NULL)
            continue;
        if (i > 0)
            putc(',', rows->file);
        write_field(rows->file, rows->columns[i].name);
    }
    if (!rows->begun)
        fputs("\r\n", rows->file);
    rows->begun = true;
}

static void cell(void *state, size_t column, const struct output_cell *cell)
{
    struct csv_rows *rows = state;
    write_header(rows);
    if (rows->columns[column].name == NULL)
        return;
    if (column > 0)
        putc(',', rows->file);
    if (!cell->known)
        return;
    if (rows->columns[column].kind != OUTPUT_LIST) {
        write_field(rows->file, cell->text);
        return;
    }
    AUTO_FREE char *items = memory_copy_string(cell->text);
    for (char *at = items; *at != '\0'; at++)
        if (*at == OUTPUT_LIST_SEPARATOR)
            *at = ' ';
    write_field(rows->file, items);
}

static void row_end(void *state)
{
    struct csv_rows *rows = state;
    fputs("\r\n", rows->file);
}

static void end(void *state, bool write)
{
    if (write)
        write_header(state);
    free(state);
}

const struct output_format_operations output_csv = {begin, cell, row_end, end};
