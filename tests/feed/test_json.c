// SPDX-License-Identifier: MIT
// Numbers, texts and steps over JSON at the borders of the sixteen bytes that are looked at
// together.
#include "feed/json_check.h"
#include "feed/json_convert.h"
#include "feed/json_scan.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t seed = 20251026;

// xorshift64 (G. Marsaglia, 2003): the same numbers at every run.
static unsigned random_below(unsigned limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % limit;
}

static void expect_number(const char *text)
{
    char exact[512];
    size_t length = strlen(text);
    // What follows a number in JSON.
    memcpy(exact, text, length);
    strcpy(exact + length, ",\"lon\":12.5}");
    double found = json_number(exact, exact + length), wanted = strtod(text, NULL);
    if (memcmp(&found, &wanted, sizeof found) != 0)
        fail_msg("%s is %.17g, expected %.17g", text, found, wanted);
}

static void test_numbers(void **state)
{
    (void)state;
    static const char *const numbers[] = {
        "0",
        "-0",
        "0.0",
        "-0.000000",
        "1",
        "-1",
        "12.5",
        "35.401100",
        "-135.948700",
        "179.999999",
        "0.000001",
        "1234567.12345678",
        "12345678.1234567",
        "1.123456789",
        "9007199254740991",
        "9007199254740992",
        "9007199254740993",
        "9007199254740993.0",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999",
        "0.1",
        "0.30000000000000004",
        "1e5",
        "1E-5",
        "1.5e+3",
        "12345.6e10",
        "1234567.8e1",
        "1e22",
        "1e23",
        "1e308",
        "1e309",
        "-1e999",
        "1e-999",
        "2.2250738585072011e-308",
        "0.00000000000000000000000000000000000001",
        "1761465600123",
        "1761465600.123",
        "8.41242129878473893217398712893712987319827398",
        "1234567890123456789012345678901234567890123456789012345678901234567890.5",
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        expect_number(numbers[i]);
    static const char *const others[] = {"null",         "true",         "false",
                                         "\"12345678\"", "[1.5,2.25,3]", "{\"a\":1.25}"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_true(isnan(json_number(others[i], others[i] + strlen(others[i]))));
}

static void test_random_numbers(void **state)
{
    (void)state;
    for (int i = 0; i < 200000; i++) {
        char text[64], *at = text;
        if (random_below(2) == 0)
            *at++ = '-';
        unsigned whole = 1 + random_below(random_below(4) == 0 ? 20 : 4),
                 decimals = random_below(12);
        *at++ = (char)((whole == 1 ? '0' : '1') + (int)random_below(9));
        for (unsigned n = 1; n < whole; n++)
            *at++ = (char)('0' + random_below(10));
        if (decimals > 0)
            *at++ = '.';
        for (unsigned n = 0; n < decimals; n++)
            *at++ = (char)('0' + random_below(10));
        if (random_below(20) == 0)
            at += sprintf(at, "e%d", (int)random_below(40) - 20);
        *at = '\0';
        expect_number(text);
    }
}

static void expect_text(const char *json, const char *wanted)
{
    char buffer[JSON_TEXT_MAX];
    struct json_text text = json_text(json, json + strlen(json), buffer);
    if (wanted == NULL)
        assert_null(text.bytes);
    else if (!json_text_is(text, wanted))
        fail_msg("%s is %.*s", json, (int)text.length, text.bytes);
}

static void test_texts(void **state)
{
    (void)state;
    expect_text("\"\"", "");
    expect_text("\"RFF7032 \"", "RFF7032 ");
    expect_text("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t");
    expect_text("\"\\u0041\\u00e4\\u20ac\\ud83d\\ude00\\uFFFF\"",
                "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbf");
    expect_text("\"\\u0001\\u007f\\u0080\\u07ff\\u0800\"", "\x01\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80");
    expect_text("\"raw \xff byte\"", "raw \xff byte");
    expect_text("null", NULL);
    expect_text("12", NULL);
    expect_text("[\"a\"]", NULL);
    char json[200] = "\"", wanted[100];
    memset(wanted, 'x', 100);
    wanted[JSON_TEXT_MAX] = '\0';
    sprintf(json, "\"%s\"", wanted);
    expect_text(json, wanted);
    sprintf(json, "\"%sx\"", wanted);
    expect_text(json, NULL);
    sprintf(json, "\"\\u0078%s\"", wanted + 1);
    expect_text(json, wanted);
    sprintf(json, "\"\\u0078%s\"", wanted);
    expect_text(json, NULL);
    sprintf(json, "\"%s\\u00e4\"", wanted + 1);
    expect_text(json, NULL);
}

// The fast scan and the plain checker on one value in an exact block, followed by `behind`.
static void expect_same(const char *value, const char *behind)
{
    size_t length = strlen(value) + strlen(behind);
    char *exact = malloc(length);
    memcpy(exact, value, strlen(value));
    memcpy(exact + strlen(value), behind, strlen(behind));
    struct json_scan scan = {.begin = exact, .end = exact + length};
    const char *end = json_scan_value(&scan, exact, 0);
    size_t wanted = json_check(exact, length, 0);
    size_t found = end != NULL ? (size_t)(end - exact) : 0;
    if (found != wanted)
        fail_msg("%s%s: %zu for %zu (%s)", value, behind, found, wanted,
                 scan.problem != NULL ? scan.problem : "no problem");
    assert_true((end == NULL) == (scan.problem != NULL));
    free(exact);
}

static void test_borders(void **state)
{
    (void)state;
    static const char *const behinds[] = {
        "", ",", "}", ",\"gs\":12.5,\"track\":171.32,\"lat\":1}", " ", "x", ".", "e", "1"};
    static const char *const middles[] = {"",  ".",    "-",       "e",    "E+", "e-", ".1",
                                          "/", "\\\"", "\\u00e4", "\x1f", "\"", "\\", "0"};
    for (size_t length = 1; length < 40; length++)
        for (size_t at = 0; at <= length; at++)
            for (size_t middle = 0; middle < sizeof middles / sizeof *middles; middle++)
                for (size_t behind = 0; behind < sizeof behinds / sizeof *behinds; behind++) {
                    char number[128], string[132];
                    snprintf(number, sizeof number, "%.*s%s%.*s", (int)at,
                             "1234567890123456789012345678901234567890", middles[middle],
                             (int)(length - at), "1234567890123456789012345678901234567890");
                    if (number[0] >= '0' && number[0] <= '9')
                        expect_same(number, behinds[behind]);
                    snprintf(string, sizeof string, "\"%s\"", number);
                    expect_same(string, behinds[behind]);
                    snprintf(string, sizeof string, "-%s", number);
                    expect_same(string, behinds[behind]);
                }
}

// Values of any bytes that JSON is made of.
static void test_random_values(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "[",     "]",       "{",       "}",       "\"",
        "\"a\"", ":",       ",",       "0",       "1",
        "-",     ".",       "12.5",    "e",       "1e5",
        "true",  "null",    "false",   " ",       "\n",
        "\\",    "\\u0041", "\\ud83d", "\\ude00", "\"abcdefghijklmnopqrst\"",
        "\t",    "\x01",    "\"a\":",
    };
    for (int i = 0; i < 200000; i++) {
        char value[400] = "";
        unsigned count = 1 + random_below(12);
        static const char *const starts[] = {"[", "{\"a\":", "\"", "1", "-", "[["};
        strcat(value, starts[random_below(6)]);
        for (unsigned n = 0; n < count; n++)
            strcat(value, pieces[random_below(sizeof pieces / sizeof *pieces)]);
        expect_same(value, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),       cmocka_unit_test(test_random_numbers),
        cmocka_unit_test(test_texts),         cmocka_unit_test(test_borders),
        cmocka_unit_test(test_random_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
