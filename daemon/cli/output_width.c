// SPDX-License-Identifier: MIT
// How wide a text is on a terminal. The C library's wcwidth() needs a locale, which the programs
// never set.
#include "cli/output_format.h"

#include <stddef.h>
#include <stdint.h>

struct range {
    uint32_t first, last;
};

// Unicode 15, EastAsianWidth.txt W and F, in whole blocks; and the blocks of combining marks.
static const struct range wide[] = {
    {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
    {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1faff}, {0x20000, 0x3fffd},
};
static const struct range without_width[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x064b, 0x065f}, {0x1ab0, 0x1aff},
    {0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
};

#define WITHIN(code, ranges) is_within(code, ranges, sizeof(ranges) / sizeof *(ranges))

static int is_within(uint32_t code, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return 1;
    return 0;
}

// Length of the sequence at `bytes`, which ends at the first byte that does not belong to it.
static size_t next_code(const unsigned char *bytes, uint32_t *ret_code)
{
    unsigned char first = bytes[0];
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
    uint32_t code = length == 1 ? first : first & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            *ret_code = first;
            return 1;
        }
        code = code << 6 | (bytes[i] & 0x3f);
    }
    *ret_code = code;
    return length;
}

static size_t width_of(uint32_t code)
{
    if (WITHIN(code, without_width))
        return 0;
    return WITHIN(code, wide) ? 2 : 1;
}

size_t output_display_width(const char *text)
{
    size_t width = 0;
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        uint32_t code;
        at += next_code(at, &code);
        width += width_of(code);
    }
    return width;
}

size_t output_bytes_within_width(const char *text, size_t width)
{
    const unsigned char *start = (const unsigned char *)text, *at = start;
    size_t used = 0;
    while (*at != '\0') {
        uint32_t code;
        size_t length = next_code(at, &code);
        used += width_of(code);
        if (used > width)
            break;
        at += length;
    }
    return (size_t)(at - start);
}
