// SPDX-License-Identifier: MIT
#include "feed/json_check.h"

#include "feed/decoder.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

// Reads one byte at a time; -1 at the end.
struct input {
    const char *text;
    size_t length, at;
};

static int peek(const struct input *input)
{
    return input->at < input->length ? (unsigned char)input->text[input->at] : -1;
}

static bool take(struct input *input, int wanted)
{
    if (peek(input) != wanted)
        return false;
    input->at++;
    return true;
}

static void blanks(struct input *input)
{
    while (peek(input) == ' ' || peek(input) == '\t' || peek(input) == '\n' || peek(input) == '\r')
        input->at++;
}

static bool is_between(int byte, int first, int last)
{
    return byte >= first && byte <= last;
}

// XXXX of \uXXXX, or -1.
static int unit(struct input *input)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        int byte = peek(input);
        if (byte < 0 || !isxdigit(byte))
            return -1;
        value = value * 16 + (isdigit(byte) ? byte - '0' : tolower(byte) - 'a' + 10);
        input->at++;
    }
    return value;
}

static bool escape(struct input *input)
{
    int letter = peek(input);
    input->at++;
    if (letter != 'u')
        return letter > 0 && strchr("\"\\/bfnrt", letter) != NULL;
    int high = unit(input);
    if (high <= 0 || is_between(high, 0xdc00, 0xdfff))
        return false;
    if (!is_between(high, 0xd800, 0xdbff))
        return true;
    return take(input, '\\') && take(input, 'u') && is_between(unit(input), 0xdc00, 0xdfff);
}

static bool string(struct input *input)
{
    if (!take(input, '"'))
        return false;
    while (peek(input) != '"') {
        if (peek(input) < 0x20)
            return false;
        if (take(input, '\\')) {
            if (!escape(input))
                return false;
        } else {
            input->at++;
        }
    }
    input->at++;
    return true;
}

static bool digits(struct input *input)
{
    size_t first = input->at;
    while (is_between(peek(input), '0', '9'))
        input->at++;
    return input->at > first;
}

static bool number(struct input *input)
{
    (void)take(input, '-');
    size_t first = input->at;
    if (!digits(input) || (input->text[first] == '0' && input->at - first > 1))
        return false;
    if (take(input, '.') && !digits(input))
        return false;
    if (take(input, 'e') || take(input, 'E')) {
        if (!take(input, '+'))
            (void)take(input, '-');
        return digits(input);
    }
    return true;
}

static bool word(struct input *input, const char *wanted)
{
    for (; *wanted != '\0'; wanted++)
        if (!take(input, *wanted))
            return false;
    return true;
}

static bool value(struct input *input, int depth);

static bool members(struct input *input, int depth, bool is_object)
{
    int close = is_object ? '}' : ']';
    input->at++;
    blanks(input);
    if (take(input, close))
        return true;
    do {
        blanks(input);
        if (is_object) {
            if (!string(input))
                return false;
            blanks(input);
            if (!take(input, ':'))
                return false;
        }
        if (!value(input, depth + 1))
            return false;
        blanks(input);
    } while (take(input, ','));
    return take(input, close);
}

static bool value(struct input *input, int depth)
{
    blanks(input);
    switch (peek(input)) {
    case '{':
    case '[':
        return depth < FEED_NESTING_MAX && members(input, depth, peek(input) == '{');
    case '"':
        return string(input);
    case 't':
        return word(input, "true");
    case 'f':
        return word(input, "false");
    case 'n':
        return word(input, "null");
    default:
        return number(input);
    }
}

size_t json_check(const char *text, size_t length, size_t at)
{
    struct input input = {text, length, at};
    return value(&input, 0) ? input.at : 0;
}
