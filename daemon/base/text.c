// SPDX-License-Identifier: MIT
#include "base/text.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DISTANCE_LENGTH_MAX 64

bool text_copy_bytes(char *destination, size_t size, const char *bytes, size_t length)
{
    if (size == 0)
        return false;
    size_t kept = length < size ? length : size - 1;
    if (kept > 0)
        memcpy(destination, bytes, kept);
    destination[kept] = '\0';
    return kept == length;
}

bool text_copy(char *destination, size_t size, const char *source)
{
    return text_copy_bytes(destination, size, source, strlen(source));
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

bool text_copy_trimmed(char *destination, size_t size, const char *bytes, size_t length)
{
    while (length > 0 && is_blank(bytes[0])) {
        bytes++;
        length--;
    }
    while (length > 0 && is_blank(bytes[length - 1]))
        length--;
    return text_copy_bytes(destination, size, bytes, length);
}

static char lower(char character)
{
    return character >= 'A' && character <= 'Z' ? (char)(character + 32) : character;
}

char text_upper_character(char character)
{
    return character >= 'a' && character <= 'z' ? (char)(character - 32) : character;
}

void text_to_lower(char *text)
{
    for (; *text != '\0'; text++)
        *text = lower(*text);
}

void text_to_upper(char *text)
{
    for (; *text != '\0'; text++)
        *text = text_upper_character(*text);
}

bool text_equal_ignoring_case(const char *first, const char *second)
{
    while (*first != '\0' && lower(*first) == lower(*second)) {
        first++;
        second++;
    }
    return lower(*first) == lower(*second);
}

int text_hex_digit(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    return -1;
}

bool text_matches_pattern(const char *text, const char *pattern)
{
    const char *star = NULL, *retry = NULL;
    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            retry = text;
        } else if (*pattern == '?' || (*pattern != '\0' && lower(*pattern) == lower(*text))) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star + 1;
            text = ++retry;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

// Length of the well-formed sequence at `bytes` by Unicode 15 table 3-7, or 0.
static size_t utf8_sequence_length(const unsigned char *bytes, size_t left)
{
    unsigned char first = bytes[0];
    if (first >= 0x01 && first <= 0x7f)
        return 1;
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || left < length)
        return 0;
    unsigned char low = 0x80, high = 0xbf;
    if (first == 0xe0)
        low = 0xa0;
    if (first == 0xed)
        high = 0x9f;
    if (first == 0xf0)
        low = 0x90;
    if (first == 0xf4)
        high = 0x8f;
    if (bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if (bytes[i] < 0x80 || bytes[i] > 0xbf)
            return 0;
    return length;
}

bool text_is_utf8(const char *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes;
    while (length > 0) {
        size_t step = utf8_sequence_length(at, length);
        if (step == 0)
            return false;
        at += step;
        length -= step;
    }
    return true;
}

static unsigned smallest(unsigned a, unsigned b, unsigned c)
{
    unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

unsigned text_distance(const char *first, const char *second)
{
    size_t first_length = strlen(first), second_length = strlen(second);
    if (first_length > DISTANCE_LENGTH_MAX || second_length > DISTANCE_LENGTH_MAX)
        return DISTANCE_LENGTH_MAX;
    unsigned rows[3][DISTANCE_LENGTH_MAX + 1];
    unsigned *before = rows[0], *previous = rows[1], *current = rows[2];
    for (size_t j = 0; j <= second_length; j++)
        previous[j] = (unsigned)j;
    for (size_t i = 1; i <= first_length; i++) {
        current[0] = (unsigned)i;
        for (size_t j = 1; j <= second_length; j++) {
            unsigned differs = lower(first[i - 1]) != lower(second[j - 1]);
            current[j] = smallest(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + differs);
            bool swapped = i > 1 && j > 1 && lower(first[i - 1]) == lower(second[j - 2]) &&
                           lower(first[i - 2]) == lower(second[j - 1]);
            if (swapped && before[j - 2] + 1 < current[j])
                current[j] = before[j - 2] + 1;
        }
        unsigned *reused = before;
        before = previous;
        previous = current;
        current = reused;
    }
    return previous[second_length];
}

void text_init(struct text *text, size_t limit)
{
    *text = (struct text){.limit = limit};
}

void text_done(struct text *text)
{
    free(text->bytes);
    *text = (struct text){.limit = text->limit};
}

void text_clear(struct text *text)
{
    text->length = 0;
    text->failed = false;
    if (text->bytes != NULL)
        text->bytes[0] = '\0';
}

// Makes room for `more` bytes and a terminator, or latches the failure.
static bool text_reserve(struct text *text, size_t more)
{
    if (text->failed || more > text->limit || text->length > text->limit - more) {
        text->failed = true;
        return false;
    }
    size_t needed = text->length + more + 1;
    if (needed <= text->capacity)
        return true;
    size_t capacity = text->capacity > 0 ? text->capacity : 64;
    while (capacity < needed)
        capacity *= 2;
    text->bytes = memory_resize(text->bytes, capacity, 1);
    text->capacity = capacity;
    return true;
}

void text_append_bytes(struct text *text, const void *bytes, size_t length)
{
    if (!text_reserve(text, length))
        return;
    if (length > 0)
        memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_append(struct text *text, const char *terminated)
{
    text_append_bytes(text, terminated, strlen(terminated));
}

void text_append_format(struct text *text, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        text->failed = true;
    else if (text_reserve(text, (size_t)length)) {
        vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

void text_append_json_string(struct text *text, const char *terminated)
{
    text_append_bytes(text, "\"", 1);
    for (const char *at = terminated; *at != '\0'; at++) {
        unsigned char character = (unsigned char)*at;
        if (character == '"' || character == '\\')
            text_append_format(text, "\\%c", character);
        else if (character == '\n')
            text_append_bytes(text, "\\n", 2);
        else if (character == '\t')
            text_append_bytes(text, "\\t", 2);
        else if (character < 0x20 || character == 0x7f)
            text_append_format(text, "\\u%04x", character);
        else
            text_append_bytes(text, at, 1);
    }
    text_append_bytes(text, "\"", 1);
}
