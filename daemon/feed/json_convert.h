// SPDX-License-Identifier: MIT
// Turns a JSON value that json_scan.h stepped over into a number or a text.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// No text that a feed's field may hold is longer; longer ones count as absent.
#define JSON_TEXT_MAX 64

// Bytes without a terminator; `bytes` is NULL for what is not a string or is too long.
struct json_text {
    const char *bytes;
    size_t length;
};

// The number between `at` and `end`, correctly rounded, as strtod does; may be infinite. NAN for a
// value of another type. The number must be followed by a byte that is not part of it.
double json_number(const char *at, const char *end);

// The string between `at` (its opening quote) and `end` (behind its closing one). Points into the
// text, or into `buffer` when escapes had to be resolved.
struct json_text json_text(const char *at, const char *end, char buffer[JSON_TEXT_MAX]);

bool json_text_is(struct json_text text, const char *terminated);
