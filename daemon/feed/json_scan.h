// SPDX-License-Identifier: MIT
// Steps over JSON in place, checking it as it goes: RFC 8259's grammar without exceptions (no leading
// zeros, no bare control characters, no trailing commas), and three refusals more, which cJSON shares or
// PostgreSQL needs: a lone surrogate, an escaped NUL, and nesting deeper than FEED_NESTING_MAX. UTF-8 is
// not looked at here: the few strings that are kept are checked by who keeps them.
//
// Every function takes a place in the text and returns the place after what it stepped over, or NULL with
// the problem noted in the scan. The common cases are inline, because one answer holds half a million
// tokens; the rare ones are in json_scan.c.
#pragma once

#include "feed/decoder.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

struct json_scan {
    const char *begin;
    const char *end;
    // The first problem; NULL while all is well.
    const char *problem;
    const char *problem_at;
    int problem_code; // -EBADMSG, or -E2BIG for a limit
};

// Notes the problem; returns NULL.
const char *json_scan_fail(struct json_scan *scan, const char *at, const char *problem);
const char *json_scan_fail_limit(struct json_scan *scan, const char *at, const char *problem);

// At a backslash or a control character inside a string.
const char *json_scan_special(struct json_scan *scan, const char *at);
// At a number of any length and form.
const char *json_scan_any_number(struct json_scan *scan, const char *at);
// At '[', '{', a literal, or what is no value at all. `depth` is how many containers are open around it.
const char *json_scan_container_or_literal(struct json_scan *scan, const char *at, int depth);

static inline bool json_is_blank(char character)
{
    return character == ' ' || character == '\n' || character == '\r' || character == '\t';
}

// To the next byte that is not blank; the end of the text is a problem.
static inline const char *json_scan_blanks(struct json_scan *scan, const char *at)
{
    while (at < scan->end) {
        if ((unsigned char)*at > ' ')
            return at;
        if (!json_is_blank(*at))
            return json_scan_fail(scan, at, "a control character between values");
        at++;
    }
    return json_scan_fail(scan, at, "the text ends in the middle of a value");
}

// To the first quote, backslash or control character; to the end where there is none.
static inline const char *json_plain_end(const char *at, const char *end)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i last_control = _mm_set1_epi8(0x1f);
    while (end - at >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i stop = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        stop = _mm_or_si128(stop, _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes));
        unsigned mask = (unsigned)_mm_movemask_epi8(stop);
        if (mask != 0)
            return at + __builtin_ctz(mask);
        at += 16;
    }
#endif
    while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20)
        at++;
    return at;
}

// From behind the opening quote to the closing one (not behind it).
static inline const char *json_scan_string(struct json_scan *scan, const char *at)
{
    for (;;) {
        at = json_plain_end(at, scan->end);
        if (at == scan->end)
            return json_scan_fail(scan, at, "the text ends in the middle of a string");
        if (*at == '"')
            return at;
        at = json_scan_special(scan, at);
        if (at == NULL)
            return NULL;
    }
}

// At a digit or a minus.
static inline const char *json_scan_number(struct json_scan *scan, const char *at)
{
#ifdef __SSE2__
    const char *digits = at + (*at == '-');
    if (scan->end - digits >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)digits);
        __m128i values = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
        __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
        // Bit n: byte n is no digit. Bit 16 stands for what was not loaded.
        unsigned other = (unsigned)_mm_movemask_epi8(is_digit) ^ 0x1ffffu;
        unsigned whole = (unsigned)__builtin_ctz(other);
        unsigned length = whole;
        if (whole < 15 && digits[whole] == '.') {
            unsigned fraction = (unsigned)__builtin_ctz(other >> (whole + 1));
            length = fraction == 0 ? 16 : whole + 1 + fraction;
        }
        bool plain = length < 16 && whole > 0 && (whole == 1 || digits[0] != '0');
        if (plain && (digits[length] | 0x20) != 'e' && digits[length] != '.')
            return digits + length;
    }
#endif
    return json_scan_any_number(scan, at);
}

// At the first byte of a value.
static inline const char *json_scan_value(struct json_scan *scan, const char *at, int depth)
{
    if (*at == '"') {
        const char *quote = json_scan_string(scan, at + 1);
        return quote != NULL ? quote + 1 : NULL;
    }
    if (*at == '-' || (*at >= '0' && *at <= '9'))
        return json_scan_number(scan, at);
    if (*at == '[' && scan->end - at >= 2 && at[1] == ']' && depth < FEED_NESTING_MAX)
        return at + 2;
    return json_scan_container_or_literal(scan, at, depth);
}
