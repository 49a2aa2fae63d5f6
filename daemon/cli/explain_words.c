// SPDX-License-Identifier: MIT
#include "cli/explain_words.h"

#include "base/memory.h"
#include "cli/output.h"
#include "cli/output_format.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_COLUMNS 92
#define VALUE_MAX 1e12 // beyond that no rule has anything to say

void words_heading(FILE *file, const char *heading)
{
    fprintf(file, "\n%s\n", heading);
}

static void make_harmless(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

void words_paragraph(FILE *file, unsigned indent, const char *mark, const char *text)
{
    AUTO_FREE char *copy = memory_copy_string(text);
    make_harmless(copy);
    size_t margin = indent + output_display_width(mark), column = margin;
    bool any = false;
    fprintf(file, "%*s%s", (int)indent, "", mark);
    for (char *rest = copy, *word; (word = strsep(&rest, " ")) != NULL;) {
        size_t width = output_display_width(word);
        if (width == 0)
            continue;
        if (any && column + 1 + width > PAGE_COLUMNS) {
            fprintf(file, "\n%*s", (int)margin, "");
            column = margin;
        } else if (any) {
            putc(' ', file);
            column++;
        }
        fputs(word, file);
        column += width;
        any = true;
    }
    putc('\n', file);
}

void words_paragraph_format(FILE *file, unsigned indent, const char *mark, const char *format, ...)
{
    va_list arguments;
    char *text = NULL;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length >= 0)
        words_paragraph(file, indent, mark, text);
    free(length >= 0 ? text : NULL);
}

const char *words_time(utc_us time, char buffer[WORDS_SIZE])
{
    char text[UTC_TEXT_SIZE];
    if (time == UTC_UNKNOWN) {
        text_copy(buffer, WORDS_SIZE, "an unknown time");
        return buffer;
    }
    utc_format(time, text);
    snprintf(buffer, WORDS_SIZE, "%.10s %.8s UTC", text, text + sizeof "2025-10-26T" - 1);
    return buffer;
}

const char *words_clock(utc_us time, char buffer[WORDS_SIZE])
{
    char text[UTC_TEXT_SIZE];
    snprintf(buffer, WORDS_SIZE, "%.8s",
             time == UTC_UNKNOWN ? "?" : utc_format(time, text) + sizeof "2025-10-26T" - 1);
    return buffer;
}

const char *words_span(utc_us span, char buffer[WORDS_SIZE])
{
    int64_t seconds = (span + UTC_SECOND / 2) / UTC_SECOND;
    int64_t minutes = (seconds + 30) / 60, hours = minutes / 60;
    if (seconds < 100)
        snprintf(buffer, WORDS_SIZE, "%" PRId64 " s", seconds);
    else if (minutes < 100)
        snprintf(buffer, WORDS_SIZE, "%" PRId64 " min", minutes);
    else if (hours < 48)
        snprintf(buffer, WORDS_SIZE, "%" PRId64 " h %" PRId64 " min", hours, minutes % 60);
    else
        snprintf(buffer, WORDS_SIZE, "%" PRId64 " days %" PRId64 " h", hours / 24, hours % 24);
    return buffer;
}

const char *words_integer(double number, char buffer[WORDS_SIZE])
{
    char digits[WORDS_SIZE];
    long long rounded = llround(fmin(fmax(number, -VALUE_MAX), VALUE_MAX));
    int length = snprintf(digits, sizeof digits, "%lld", rounded < 0 ? -rounded : rounded);
    size_t used = 0;
    if (rounded < 0)
        buffer[used++] = '-';
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            buffer[used++] = ',';
        buffer[used++] = digits[i];
    }
    buffer[used] = '\0';
    return buffer;
}

static const struct {
    const char *unit, *suffix;
    double scale;
    int decimals; // -1: whole, thousands separated
} units[] = {
    {"ft", " ft", 1, -1},   {"ft/nm", " ft", 1, -1}, {"kt", " kt", 1, -1},
    {"nm", " NM", 1, 1},    {"share", " %", 100, 0}, {"deg", " degrees", 1, 0},
    {"reports", "", 1, -1}, {"of 5", "", 1, -1},     {"", "", 1, -1},
};

static const char *in_unit(double value, const char *unit, char buffer[WORDS_SIZE])
{
    char number[WORDS_SIZE];
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(units[i].unit, unit) != 0)
            continue;
        double scaled = fmin(value * units[i].scale, VALUE_MAX);
        if (units[i].decimals < 0)
            words_integer(scaled, number);
        else
            snprintf(number, sizeof number, "%.*f", units[i].decimals, scaled);
        snprintf(buffer, WORDS_SIZE, "%.40s%s", number, units[i].suffix);
        return buffer;
    }
    snprintf(buffer, WORDS_SIZE, "%.6g %.16s", value, unit);
    return buffer;
}

const char *words_quantity(double value, const char *unit, char buffer[WORDS_SIZE])
{
    if (!isfinite(value)) {
        text_copy(buffer, WORDS_SIZE, "an unknown amount");
        return buffer;
    }
    if (strcmp(unit, "s") == 0 || strcmp(unit, "min") == 0) {
        double seconds = value * (unit[0] == 's' ? 1 : 60);
        return words_span((utc_us)(fmin(seconds, VALUE_MAX) * (double)UTC_SECOND), buffer);
    }
    return in_unit(value, unit, buffer);
}

void words_append_list(struct text *text, const char *items, const char *separator)
{
    AUTO_FREE char *copy = memory_copy_string(items != NULL ? items : "");
    bool any = false;
    for (char *rest = copy, *item; (item = strsep(&rest, (char[]){OUTPUT_LIST_SEPARATOR, '\0'}));) {
        if (*item == '\0')
            continue;
        text_append_format(text, "%s%s", any ? separator : "", item);
        any = true;
    }
}
