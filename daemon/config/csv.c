// SPDX-License-Identifier: MIT
#include "config/csv.h"

#include "base/memory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CSV_END (-1)

struct row {
    char bytes[CSV_ROW_BYTES_MAX]; // fields, each with a terminator
    size_t length;
    size_t starts[CSV_COLUMNS_MAX];
    size_t count;
};

struct csv_reader {
    FILE *file;
    char *name;
    uint64_t line; // of the character that is read next
    uint64_t row_line;
    struct row header, row;
};

static int fault(const struct csv_reader *reader, int code, const char *words, struct error *error)
{
    return error_set(error, code, "%s:%llu: %s", reader->name, (unsigned long long)reader->row_line,
                     words);
}

static int next_character(struct csv_reader *reader)
{
    int character = getc_unlocked(reader->file);
    if (character == '\n')
        reader->line++;
    return character == EOF ? CSV_END : character;
}

static int peek_character(struct csv_reader *reader)
{
    int character = getc_unlocked(reader->file);
    if (character == EOF)
        return CSV_END;
    ungetc(character, reader->file);
    return character;
}

static bool row_add(struct row *row, int character)
{
    if (row->length == sizeof row->bytes)
        return false;
    row->bytes[row->length++] = (char)character;
    return true;
}

static bool row_begin_field(struct row *row)
{
    if (row->count == CSV_COLUMNS_MAX)
        return false;
    row->starts[row->count++] = row->length;
    return true;
}

// Behind the opening quote, up to and with the closing one.
static int read_quoted(struct csv_reader *reader, struct row *row, struct error *error)
{
    for (;;) {
        int character = next_character(reader);
        if (character == CSV_END)
            return fault(reader, -EBADMSG, "a quote that begins here does not end", error);
        if (character == '"') {
            if (peek_character(reader) != '"')
                return 0;
            next_character(reader);
        }
        if (character == '\0')
            return fault(reader, -EBADMSG, "a NUL byte", error);
        if (!row_add(row, character))
            return fault(reader, -E2BIG, "row of more than 64 KiB", error);
    }
}

// Reads one field; tells by *ret_behind what ended it: ',', '\n' or CSV_END.
static int read_field(struct csv_reader *reader, struct row *row, int *ret_behind,
                      struct error *error)
{
    if (!row_begin_field(row))
        return fault(reader, -E2BIG, "row of more than 64 fields", error);
    bool quoted = peek_character(reader) == '"';
    if (quoted) {
        next_character(reader);
        int result = read_quoted(reader, row, error);
        if (result != 0)
            return result;
    }
    for (;;) {
        int character = next_character(reader);
        if (character == '\r' && (peek_character(reader) == '\n' || peek_character(reader) < 0))
            continue;
        if (character == ',' || character == '\n' || character == CSV_END) {
            *ret_behind = character;
            return row_add(row, '\0') ? 0 : fault(reader, -E2BIG, "row of more than 64 KiB", error);
        }
        if (quoted || character == '"')
            return fault(reader, -EBADMSG, "a quote stands amidst a field", error);
        if (character == '\0')
            return fault(reader, -EBADMSG, "a NUL byte", error);
        if (!row_add(row, character))
            return fault(reader, -E2BIG, "row of more than 64 KiB", error);
    }
}

static int read_row(struct csv_reader *reader, struct row *row, struct error *error)
{
    int behind;
    do {
        row->length = row->count = 0;
        reader->row_line = reader->line;
        if (peek_character(reader) == CSV_END)
            return ferror(reader->file) ? fault(reader, -EIO, "cannot be read", error) : 0;
        do {
            int result = read_field(reader, row, &behind, error);
            if (result != 0)
                return result;
        } while (behind == ',');
    } while (row->count == 1 && row->bytes[0] == '\0');
    return 1;
}

static void skip_byte_order_mark(FILE *file)
{
    static const char mark[] = "\xef\xbb\xbf";
    for (size_t i = 0; i < 3; i++) {
        int character = getc_unlocked(file);
        if (character == (unsigned char)mark[i])
            continue;
        if (character != EOF)
            ungetc(character, file);
        return;
    }
}

int csv_reader_new(FILE *file, const char *name, struct csv_reader **ret_reader,
                   struct error *error)
{
    struct csv_reader *reader = memory_allocate_zeroed(1, sizeof *reader);
    reader->file = file;
    reader->name = memory_copy_string(name);
    reader->line = reader->row_line = 1;
    skip_byte_order_mark(file);
    int result = read_row(reader, &reader->header, error);
    if (result == 0)
        result = error_set(error, -EBADMSG, "%s: no header line", name);
    if (result < 0) {
        csv_reader_free(reader);
        return result;
    }
    *ret_reader = reader;
    return 0;
}

void csv_reader_free(struct csv_reader *reader)
{
    if (reader == NULL)
        return;
    free(reader->name);
    free(reader);
}

int csv_reader_column(const struct csv_reader *reader, const char *name, size_t *ret_column,
                      struct error *error)
{
    for (size_t i = 0; i < reader->header.count; i++) {
        if (strcmp(reader->header.bytes + reader->header.starts[i], name) == 0) {
            *ret_column = i;
            return 0;
        }
    }
    return error_set(error, -EBADMSG, "%s: the header has no column \"%s\"", reader->name, name);
}

int csv_reader_next(struct csv_reader *reader, struct error *error)
{
    return read_row(reader, &reader->row, error);
}

const char *csv_reader_field(const struct csv_reader *reader, size_t column)
{
    return column < reader->row.count ? reader->row.bytes + reader->row.starts[column] : "";
}

uint64_t csv_reader_line(const struct csv_reader *reader)
{
    return reader->row_line;
}
