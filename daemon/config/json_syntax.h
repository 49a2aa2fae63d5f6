// SPDX-License-Identifier: MIT
// A strict check of JSON text by RFC 8259 before cJSON sees it: cJSON takes [01], 1e999 and text
// behind the end, and does not say what it expected instead.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define JSON_NESTING_MAX 32
#define JSON_KEYS_MAX 256       // of one object: duplicates are looked for by pairs
#define JSON_VALUES_MAX 2000000 // of one text: cJSON takes 64 bytes or more for each

// True for one JSON value and blanks around it. Otherwise tells at which byte, and what was
// expected there in words.
bool json_syntax_check(const char *bytes, size_t length, size_t *ret_offset,
                       const char **ret_expected);

// Writes blanks over // and /* */ comments outside strings and over a byte order mark, so that
// offsets hold. False with the offset of a comment that does not end.
bool json_blank_comments(char *bytes, size_t length, size_t *ret_offset);
