// SPDX-License-Identifier: MIT
#include "feed/json_convert.h"

#include "base/memory.h"

#include <endian.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// Every power of ten up to 10^22 is a double without error, and so is every whole number up to
// 2^53: one division of the two is rounded once, hence correctly (W. D. Clinger, PLDI 1990).
#define EXACT_POWER_MAX 22
#define EXACT_WHOLE_MAX (UINT64_C(1) << 53)
#define EXACT_DIGITS_MAX 19 // more could overflow 64 bits

static const double powers_of_ten[EXACT_POWER_MAX + 1] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static uint64_t eight_bytes(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return le64toh(word);
}

// The number of eight decimal digits, the first in the lowest byte; bytes of 0 count as '0'. Adds
// up neighbours: digits to pairs, pairs to fours, fours to eight (after D. Lemire, "Quickly parsing
// eight digits", 2018).
static uint64_t eight_digits(uint64_t word)
{
    word = (word & UINT64_C(0x0f0f0f0f0f0f0f0f)) * (1 + (10 << 8)) >> 8;
    word = (word & UINT64_C(0x00ff00ff00ff00ff)) * (1 + (100 << 16)) >> 16;
    return (word & UINT64_C(0x0000ffff0000ffff)) * (1 + (UINT64_C(10000) << 32)) >> 32;
}

// The last `count` bytes (1 to 8) of a word.
static uint64_t last_bytes(uint64_t word, unsigned count)
{
    return word & ~UINT64_C(0) << (64 - count * 8);
}

// Latitudes and longitudes, without a loop: at least eight bytes, with a point among the first
// seven and one to eight decimals. False for other numbers.
static bool coordinate(const char *at, const char *end, double *ret_value)
{
    uint64_t word = eight_bytes(at);
    uint64_t differs = word ^ UINT64_C(0x2e2e2e2e2e2e2e2e); // '.'
    uint64_t zero_bytes =
        (differs - UINT64_C(0x0101010101010101)) & ~differs & UINT64_C(0x8080808080808080);
    if (zero_bytes == 0)
        return false;
    unsigned point = (unsigned)__builtin_ctzll(zero_bytes) / 8, negative = *at == '-';
    ptrdiff_t decimals = end - at - point - 1;
    if (point <= negative || decimals < 1 || decimals > 8)
        return false;
    uint64_t fraction = last_bytes(eight_bytes(end - 8), (unsigned)decimals);
    // An exponent has no 3 in its upper half byte.
    if ((fraction & UINT64_C(0xf0f0f0f0f0f0f0f0)) !=
        last_bytes(UINT64_C(0x3030303030303030), (unsigned)decimals))
        return false;
    uint64_t whole = last_bytes(word << (64 - point * 8), point - negative);
    double power = powers_of_ten[decimals];
    double value =
        (double)(int64_t)(eight_digits(whole) * (uint64_t)power + eight_digits(fraction));
    // Without a branch: half of all longitudes are negative.
    *ret_value = copysign(value / power, negative ? -1.0 : 1.0);
    return true;
}

// strtod wants a terminator, which the text does not have behind each number.
static double any_number(const char *at, const char *end)
{
    size_t length = (size_t)(end - at);
    char buffer[64];
    AUTO_FREE char *longer = length < sizeof buffer ? NULL : memory_allocate(length + 1);
    char *copy = longer != NULL ? longer : buffer;
    memcpy(copy, at, length);
    copy[length] = '\0';
    return strtod(copy, NULL);
}

double json_number(const char *at, const char *end)
{
    const char *start = at;
    double value;
    if (end - at >= 8 && *at != '"' && *at != '[' && *at != '{' && coordinate(at, end, &value))
        return value;
    bool negative = *at == '-';
    at += negative;
    if (!is_digit(*at))
        return (double)NAN;
    uint64_t whole = 0;
    const char *first = at;
    for (; is_digit(*at); at++)
        whole = whole * 10 + (uint64_t)(*at - '0');
    ptrdiff_t digits = at - first, decimals = 0;
    if (*at == '.') {
        const char *point = at++;
        for (; is_digit(*at); at++)
            whole = whole * 10 + (uint64_t)(*at - '0');
        decimals = at - point - 1;
        digits += decimals;
    }
    bool has_exponent = *at == 'e' || *at == 'E';
    if (has_exponent || digits > EXACT_DIGITS_MAX || whole > EXACT_WHOLE_MAX)
        return any_number(start, end);
    value = (double)whole / powers_of_ten[decimals];
    return negative ? -value : value;
}

static unsigned hex_digit(char character)
{
    if (is_digit(character))
        return (unsigned)(character - '0');
    return (unsigned)((character | 0x20) - 'a') + 10;
}

static uint32_t code_unit(const char *four)
{
    return hex_digit(four[0]) << 12 | hex_digit(four[1]) << 8 | hex_digit(four[2]) << 4 |
           hex_digit(four[3]);
}

// Writes at most four bytes of UTF-8; returns how many.
static size_t encode_utf8(uint32_t code_point, char bytes[4])
{
    if (code_point < 0x80) {
        bytes[0] = (char)code_point;
        return 1;
    }
    size_t length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
    static const unsigned char first_marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = length - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (code_point & 0x3f));
        code_point >>= 6;
    }
    bytes[0] = (char)(first_marks[length] | code_point);
    return length;
}

// Resolves the escape at *at, already found to be well formed, and moves *at behind it.
static size_t resolve_escape(const char **at, char bytes[4])
{
    static const char plain[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char letter = (*at)[1];
    if (letter != 'u') {
        bytes[0] = meant[strchr(plain, letter) - plain];
        *at += 2;
        return 1;
    }
    uint32_t code_point = code_unit(*at + 2);
    *at += 6;
    if (code_point >= 0xd800 && code_point <= 0xdbff) {
        code_point = 0x10000 + ((code_point & 0x3ff) << 10 | (code_unit(*at + 2) & 0x3ff));
        *at += 6;
    }
    return encode_utf8(code_point, bytes);
}

struct json_text json_text(const char *at, const char *end, char buffer[JSON_TEXT_MAX])
{
    const struct json_text none = {NULL, 0};
    if (*at != '"')
        return none;
    at++;
    end--;
    size_t length = (size_t)(end - at);
    if (memchr(at, '\\', length) == NULL)
        return length <= JSON_TEXT_MAX ? (struct json_text){at, length} : none;
    length = 0;
    while (at < end) {
        char bytes[4] = {*at};
        size_t count = 1;
        if (*at == '\\')
            count = resolve_escape(&at, bytes);
        else
            at++;
        if (count > JSON_TEXT_MAX - length)
            return none;
        memcpy(buffer + length, bytes, count);
        length += count;
    }
    return (struct json_text){buffer, length};
}

bool json_text_is(struct json_text text, const char *terminated)
{
    return text.bytes != NULL && strlen(terminated) == text.length &&
           memcmp(text.bytes, terminated, text.length) == 0;
}
