// SPDX-License-Identifier: MIT
#include "feed/json_scan.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

const char *json_scan_fail(struct json_scan *scan, const char *at, const char *problem)
{
    if (scan->problem == NULL) {
        scan->problem = problem;
        scan->problem_at = at;
        scan->problem_code = -EBADMSG;
    }
    return NULL;
}

const char *json_scan_fail_limit(struct json_scan *scan, const char *at, const char *problem)
{
    if (scan->problem == NULL) {
        json_scan_fail(scan, at, problem);
        scan->problem_code = -E2BIG;
    }
    return NULL;
}

// The number of a "\uXXXX" at `at`, or -1.
static int unicode_escape(const struct json_scan *scan, const char *at)
{
    if (scan->end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return -1;
    int number = 0;
    for (int i = 2; i < 6; i++) {
        int digit = text_hex_digit(at[i]);
        if (digit < 0)
            return -1;
        number = number * 16 + digit;
    }
    return number;
}

static const char *scan_unicode(struct json_scan *scan, const char *at)
{
    int unit = unicode_escape(scan, at);
    if (unit < 0)
        return json_scan_fail(scan, at, "an escape \\u without four hexadecimal digits");
    if (unit == 0)
        return json_scan_fail(scan, at, "an escaped NUL");
    if (unit < 0xd800 || unit > 0xdfff)
        return at + 6;
    int low = unit <= 0xdbff ? unicode_escape(scan, at + 6) : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return json_scan_fail(scan, at, "half of a surrogate pair");
    return at + 12;
}

const char *json_scan_special(struct json_scan *scan, const char *at)
{
    if (*at != '\\')
        return json_scan_fail(scan, at, "a control character in a string");
    if (scan->end - at < 2)
        return json_scan_fail(scan, at, "the text ends in the middle of a string");
    if (at[1] == 'u')
        return scan_unicode(scan, at);
    if (at[1] == '\0' || strchr("\"\\/bfnrt", at[1]) == NULL)
        return json_scan_fail(scan, at, "an unknown escape");
    return at + 2;
}

// Over one digit or more; NULL without any.
static const char *scan_digits(struct json_scan *scan, const char *at)
{
    const char *first = at;
    while (at < scan->end && *at >= '0' && *at <= '9')
        at++;
    return at > first ? at : json_scan_fail(scan, at, "a number without a digit");
}

const char *json_scan_any_number(struct json_scan *scan, const char *at)
{
    if (*at == '-')
        at++;
    const char *whole = at;
    at = scan_digits(scan, at);
    if (at != NULL && at - whole > 1 && *whole == '0')
        return json_scan_fail(scan, whole, "a number with a leading zero");
    if (at != NULL && at < scan->end && *at == '.')
        at = scan_digits(scan, at + 1);
    if (at != NULL && at < scan->end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < scan->end && (*at == '+' || *at == '-'))
            at++;
        at = scan_digits(scan, at);
    }
    return at;
}

static const char *scan_literal(struct json_scan *scan, const char *at)
{
    static const char *const literals[] = {"null", "true", "false"};
    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
        size_t length = strlen(literals[i]);
        if ((size_t)(scan->end - at) >= length && memcmp(at, literals[i], length) == 0)
            return at + length;
    }
    return json_scan_fail(scan, at, "expected a value");
}

// A key with its colon, to the first byte of its value.
static const char *scan_key(struct json_scan *scan, const char *at)
{
    if (*at != '"')
        return json_scan_fail(scan, at, "expected a key");
    at = json_scan_string(scan, at + 1);
    at = at != NULL ? json_scan_blanks(scan, at + 1) : NULL;
    if (at == NULL)
        return NULL;
    if (*at != ':')
        return json_scan_fail(scan, at, "expected ':'");
    return json_scan_blanks(scan, at + 1);
}

const char *json_scan_container_or_literal(struct json_scan *scan, const char *at, int depth)
{
    if (*at != '[' && *at != '{')
        return scan_literal(scan, at);
    if (depth >= FEED_NESTING_MAX)
        return json_scan_fail_limit(scan, at, "nested too deep");
    bool is_object = *at == '{';
    char close = is_object ? '}' : ']';
    at = json_scan_blanks(scan, at + 1);
    if (at != NULL && *at == close)
        return at + 1;
    while (at != NULL) {
        if (is_object)
            at = scan_key(scan, at);
        // No deeper than FEED_NESTING_MAX calls.
        at = at != NULL ? json_scan_value(scan, at, depth + 1) : NULL;
        at = at != NULL ? json_scan_blanks(scan, at) : NULL;
        if (at == NULL)
            break;
        if (*at == close)
            return at + 1;
        if (*at != ',')
            return json_scan_fail(scan, at,
                                  is_object ? "expected ',' or '}'" : "expected ',' or ']'");
        at = json_scan_blanks(scan, at + 1);
    }
    return NULL;
}
