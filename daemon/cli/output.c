// SPDX-License-Identifier: MIT
#include "cli/output.h"

#include "base/memory.h"
#include "cli/output_format.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DECIMALS_MAX 9
#define NUMBER_TEXT_SIZE 352 // the longest double in "%f" has 309 digits before the point

static const char *const format_names[OUTPUT_FORMAT_COUNT] = {
    [OUTPUT_TABLE] = "table",     [OUTPUT_JSON] = "json", [OUTPUT_CSV] = "csv",
    [OUTPUT_GEOJSON] = "geojson", [OUTPUT_KML] = "kml",   [OUTPUT_GPX] = "gpx",
    [OUTPUT_READSB] = "readsb",
};

static const struct output_format_operations *const operations_of[] = {
    [OUTPUT_TABLE] = &output_table,
    [OUTPUT_JSON] = &output_json,
    [OUTPUT_CSV] = &output_csv,
};

struct output {
    FILE *file;
    const struct output_format_operations *operations;
    void *state;
    const struct output_column *columns;
    size_t column_count;
    size_t next_column;
    size_t row_count;
};

const char *output_format_name(enum output_format format)
{
    return format < OUTPUT_FORMAT_COUNT ? format_names[format] : "unknown";
}

bool output_format_from_name(const char *name, enum output_format *ret_format)
{
    for (int format = 0; format < OUTPUT_FORMAT_COUNT; format++) {
        if (strcmp(name, format_names[format]) == 0) {
            *ret_format = (enum output_format)format;
            return true;
        }
    }
    return false;
}

struct output *output_begin(FILE *file, enum output_format format,
                            const struct output_column *columns, size_t column_count)
{
    struct output *output = memory_allocate_zeroed(1, sizeof *output);
    output->file = file;
    output->operations = operations_of[format <= OUTPUT_CSV ? format : OUTPUT_TABLE];
    output->columns = columns;
    output->column_count = column_count;
    output->state = output->operations->begin(file, columns, column_count);
    return output;
}

static void put_cell(struct output *output, const char *text)
{
    if (output->next_column >= output->column_count)
        return;
    struct output_cell cell = {.known = text != NULL, .text = text != NULL ? text : ""};
    output->operations->cell(output->state, output->next_column++, &cell);
}

void output_text(struct output *output, const char *text)
{
    put_cell(output, text);
}

void output_integer(struct output *output, int64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, number);
    put_cell(output, text);
}

void output_number(struct output *output, double number, int decimals)
{
    char text[NUMBER_TEXT_SIZE];
    if (!isfinite(number)) {
        put_cell(output, NULL);
        return;
    }
    if (decimals < 0 || decimals > DECIMALS_MAX)
        decimals = DECIMALS_MAX;
    snprintf(text, sizeof text, "%.*f", decimals, number);
    put_cell(output, text);
}

void output_boolean(struct output *output, bool value)
{
    put_cell(output, value ? "true" : "false");
}

void output_time(struct output *output, utc_us time)
{
    char text[UTC_TEXT_SIZE];
    put_cell(output, time == UTC_UNKNOWN ? NULL : utc_format(time, text));
}

void output_list(struct output *output, const char *items)
{
    put_cell(output, items);
}

void output_unknown(struct output *output)
{
    put_cell(output, NULL);
}

void output_row_end(struct output *output)
{
    while (output->next_column < output->column_count)
        put_cell(output, NULL);
    output->operations->row_end(output->state);
    output->next_column = 0;
    output->row_count++;
}

static int finish(struct output *output, bool write)
{
    FILE *file = output->file;
    output->operations->end(output->state, write);
    free(output);
    return fflush(file) != 0 || ferror(file) ? -EIO : 0;
}

int output_end(struct output *output)
{
    return finish(output, true);
}

int output_end_failed(struct output *output)
{
    return finish(output, output->row_count > 0);
}

size_t output_row_count(const struct output *output)
{
    return output->row_count;
}
