// SPDX-License-Identifier: MIT
// Steps over JSON in place, checking it as it goes: RFC 8259's grammar without exceptions (no
// leading zeros, no bare control characters, no trailing commas), and three refusals more, which
// cJSON shares or PostgreSQL needs: a lone surrogate, an escaped NUL, and nesting deeper than
// FEED_NESTING_MAX. UTF-8 is not looked at here: the few strings that are kept are checked by who
// keeps them.
//
// Every function takes a place in the text and returns the place after what it stepped over, or
// NULL with the problem noted in the scan. The common cases are inline, because one answer holds
// half a million tokens; the rare ones are in json_scan.c.
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
// At '[', '{', a literal, or what is no value at all. `depth` is how many containers are open
// around it.
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

#ifdef __SSE2__
// Ones where a string ends or is not plain: quotes, backslashes, control characters.
static inline __m128i json_string_stops(__m128i bytes)
{
    __m128i stops = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                 _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    __m128i last_control = _mm_set1_epi8(0x1f);
    return _mm_or_si128(stops, _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes));
}
#endif

// To the first quote, backslash or control character; to the end where there is none.
static inline const char *json_plain_end(const char *at, const char *end)
{
#ifdef __SSE2__
    while (end - at >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        unsigned mask = (unsigned)_mm_movemask_epi8(json_string_stops(bytes));
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

// How many bytes must be there for the short roads below.
#define JSON_SHORT_BYTES 16

// The place of the closing quote, from behind the opening one, when the string is plain and short;
// else NULL, and json_scan_string finds out. JSON_SHORT_BYTES must be there.
static inline const char *json_short_string(const char *at)
{
#ifdef __SSE2__
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    unsigned mask = (unsigned)_mm_movemask_epi8(json_string_stops(bytes));
    const char *stop = at + __builtin_ctz(mask | 0x8000u);
    return *stop == '"' ? stop : NULL;
#else
    (void)at;
    return NULL;
#endif
}

// The end of a number, whose first byte is a digit or a minus, when it is short and has no
// exponent; else NULL, and json_scan_any_number finds out. JSON_SHORT_BYTES must be there. The end
// is found first, in as few dependent steps as can be, because the next key waits for it; whether
// what lies before it is a number is looked at beside.
static inline const char *json_short_number(const char *at)
{
#ifdef __SSE2__
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i values = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
    __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
    __m128i is_point = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('.'));
    unsigned minus = *at == '-';
    // Bit n: byte n is the number's. Bit 16 stands for what was not loaded.
    unsigned inside = (unsigned)_mm_movemask_epi8(_mm_or_si128(is_digit, is_point)) | minus;
    unsigned length = (unsigned)__builtin_ctz(~inside);
    unsigned points = (unsigned)_mm_movemask_epi8(is_point);
    unsigned digits = (inside & ~points) >> minus;
    points &= (1u << length) - 1;
    unsigned two_points = points & (points - 1);
    unsigned bare_point = (points << 1 | points >> 1) & ~inside;
    unsigned no_digit = ~digits & 1;
    unsigned leading_zero = (at[minus] == '0') & digits >> 1;
    if ((two_points | bare_point | no_digit | leading_zero) != 0 || length >= JSON_SHORT_BYTES ||
        (at[length] | 0x20) == 'e')
        return NULL;
    return at + length;
#else
    (void)at;
    return NULL;
#endif
}

static inline const char *json_scan_number(struct json_scan *scan, const char *at)
{
    const char *end = scan->end - at >= JSON_SHORT_BYTES ? json_short_number(at) : NULL;
    return end != NULL ? end : json_scan_any_number(scan, at);
}

static inline bool json_starts_number(char character)
{
    return (character >= '0' && character <= '9') || character == '-';
}

// At the first byte of a value.
static inline const char *json_scan_value(struct json_scan *scan, const char *at, int depth)
{
    if (*at == '"') {
        const char *quote = json_scan_string(scan, at + 1);
        return quote != NULL ? quote + 1 : NULL;
    }
    if (json_starts_number(*at))
        return json_scan_number(scan, at);
    if (*at == '[' && scan->end - at >= 2 && at[1] == ']' && depth < FEED_NESTING_MAX)
        return at + 2;
    return json_scan_container_or_literal(scan, at, depth);
}
