// SPDX-License-Identifier: MIT
// An array of objects, one a line, so that both jq and grep are at home.
#include "cli/output_format.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define ROW_BYTES_MAX (16 << 20)

struct json_rows {
    FILE *file;
    const struct output_column *columns;
    struct text row;
    bool any;
};

static void *begin(FILE *file, const struct output_column *columns, size_t column_count)
{
    (void)column_count;
    struct json_rows *rows = memory_allocate_zeroed(1, sizeof *rows);
    rows->file = file;
    rows->columns = columns;
    text_init(&rows->row, ROW_BYTES_MAX);
    return rows;
}

static void append_list(struct text *row, const char *items)
{
    text_append(row, "[");
    for (bool first = true; *items != '\0'; first = false) {
        size_t length = strcspn(items, (char[]){OUTPUT_LIST_SEPARATOR, '\0'});
        AUTO_FREE char *item = memory_allocate(length + 1);
        memcpy(item, items, length);
        item[length] = '\0';
        text_append(row, first ? "" : ", ");
        text_append_json_string(row, item);
        items += length;
        items += *items == OUTPUT_LIST_SEPARATOR;
    }
    text_append(row, "]");
}

static void cell(void *state, size_t column, const struct output_cell *cell)
{
    struct json_rows *rows = state;
    if (rows->columns[column].name == NULL)
        return;
    text_append(&rows->row, column == 0 ? "{" : ", ");
    text_append_json_string(&rows->row, rows->columns[column].name);
    text_append(&rows->row, ": ");
    enum output_kind kind = rows->columns[column].kind;
    if (!cell->known)
        text_append(&rows->row, "null");
    else if (kind == OUTPUT_LIST)
        append_list(&rows->row, cell->text);
    else if (kind == OUTPUT_NUMBER || kind == OUTPUT_BOOLEAN || kind == OUTPUT_VALUE)
        text_append(&rows->row, cell->text);
    else
        text_append_json_string(&rows->row, cell->text);
}

static void row_end(void *state)
{
    struct json_rows *rows = state;
    text_append(&rows->row, "}");
    fputs(rows->any ? ",\n" : "[\n", rows->file);
    fwrite(rows->row.bytes, 1, rows->row.length, rows->file);
    rows->any = true;
    text_clear(&rows->row);
}

static void end(void *state, bool write)
{
    struct json_rows *rows = state;
    if (write)
        fputs(rows->any ? "\n]\n" : "[]\n", rows->file);
    text_done(&rows->row);
    free(rows);
}

const struct output_format_operations output_json = {begin, cell, row_end, end};
