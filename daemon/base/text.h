// SPDX-License-Identifier: MIT
// Text: bounded copies, patterns, a growing string with a ceiling.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Copies at most size - 1 bytes and terminates. Returns false when the text was cut.
bool text_copy(char *destination, size_t size, const char *source);
// The same from bytes that have no terminator.
bool text_copy_bytes(char *destination, size_t size, const char *bytes, size_t length);
// The same without the blanks at either end.
bool text_copy_trimmed(char *destination, size_t size, const char *bytes, size_t length);

// ASCII only, whatever the locale.
void text_to_lower(char *text);
void text_to_upper(char *text);
// One of them; independent of the locale, unlike toupper.
char text_upper_character(char character);
bool text_equal_ignoring_case(const char *first, const char *second);
// The value of a hexadecimal digit of either case, -1 for any other character.
int text_hex_digit(char character);

// A whole-text pattern in which '*' stands for any run and '?' for any one character; ASCII case is
// ignored. Linear in time: no back-tracking beyond the last star.
bool text_matches_pattern(const char *text, const char *pattern);

// Well-formed UTF-8 without NUL (what PostgreSQL takes as text).
bool text_is_utf8(const char *bytes, size_t length);

// Damerau-Levenshtein (optimal string alignment) distance, ASCII case ignored; texts over 64
// characters count as 64 apart. For "did you mean".
unsigned text_distance(const char *first, const char *second);

// A string that grows up to `limit` bytes. After the first append that would pass the limit,
// `failed` is set and further appends do nothing, so callers check once at the end. `bytes` is
// always terminated once anything was appended.
struct text {
    char *bytes;
    size_t length;
    size_t capacity;
    size_t limit;
    bool failed;
};

void text_init(struct text *text, size_t limit);
void text_done(struct text *text);
void text_clear(struct text *text); // keeps the memory
void text_append(struct text *text, const char *terminated);
void text_append_bytes(struct text *text, const void *bytes, size_t length);
void text_append_format(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
// As a JSON string with its quotes: control characters, quotes and backslashes escaped, other bytes
// as they are.
void text_append_json_string(struct text *text, const char *terminated);
