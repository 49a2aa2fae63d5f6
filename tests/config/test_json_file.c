// SPDX-License-Identifier: MIT
// The limits of the reader of JSON, and its syntax messages on texts too large or too odd for a
// file.
#include "config/json_file.h"

#include "base/memory.h"
#include "config/json_syntax.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int parse(const char *bytes, size_t length, struct config_problems *problems)
{
    cJSON *root = NULL;
    int result = json_file_parse(bytes, length, "x.json", &root, problems);
    assert_int_equal(result == 0, root != NULL);
    assert_int_equal(result == 0, problems->count == 0);
    cJSON_Delete(root);
    return result;
}

static void takes(const char *text)
{
    struct config_problems problems;
    config_problems_init(&problems);
    if (parse(text, strlen(text), &problems) != 0)
        fail_msg("%s: %s", text, problems.lines.bytes);
    config_problems_done(&problems);
}

static void refuses(const char *bytes, size_t length, const char *message)
{
    struct config_problems problems;
    config_problems_init(&problems);
    assert_true(parse(bytes, length, &problems) < 0);
    if (strstr(problems.lines.bytes, message) == NULL)
        fail_msg("%sexpected: %s", problems.lines.bytes, message);
    config_problems_done(&problems);
}

static void takes_all_of_json(void **state)
{
    (void)state;
    takes("{}");
    takes(" [ ] ");
    takes("null");
    takes("-0.5e+3");
    takes("[0, -0, 10, 1E5, 1.25e-7]");
    takes("\"\\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u00e9 \\ud83d\\ude00 \xc3\xa9\"");
    takes("\xef\xbb\xbf{}");
    takes("/**/{/***/}// end");
    takes("{\"url\": \"https://example.org/*\" /* \"a\" */}");
    takes("[\"a\\\\\" // \" still a comment\n]");
    takes("[1]//");
    takes("{\"a\": {\"a\": 1}, \"b\": [{\"a\": 1}, {\"a\": 2}]}");
}

static void refuses_what_is_not(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "x.json:1:1: expected a value"},
        {"[1,,2]", "x.json:1:4: expected a value"},
        {"[1 2]", "x.json:1:4: expected ',' or ']'"},
        {"{\"a\" 1}", "x.json:1:6: expected ':'"},
        {"{a: 1}", "x.json:1:2: expected a key in double quotes"},
        {"{\"a\": 1,}", "x.json:1:9: expected a key in double quotes"},
        {"[tru]", "x.json:1:2: expected a value"},
        {"[+1]", "x.json:1:2: expected a value"},
        {"[.5]", "x.json:1:2: expected a value"},
        {"[1.]", "x.json:1:4: expected a digit"},
        {"[1e]", "x.json:1:4: expected a digit"},
        {"[-]", "x.json:1:3: expected a digit"},
        {"[-01]", "x.json:1:4: expected a number without leading zeros"},
        {"[Infinity]", "x.json:1:2: expected a value"},
        {"[1e400]", "x.json: [0]: expected a finite number"},
        {"{\"a\": [{\"b\": -1e999}]}", "x.json: a[0].b: expected a finite number"},
        {"{\"a\": {\"b\": 1, \"c\": 2, \"b\": 3}}", "x.json: a.b: key stands twice"},
        {"\"abc", "x.json:1:5: expected '\"' at the end of the text"},
        {"\"\\u12g4\"", "x.json:1:6: expected four hexadecimal digits"},
        {"\"\\ude00\"", "expected the first half of a surrogate pair before the second"},
        {"\"\\ud83dx\"", "expected the second half of a surrogate pair"},
        {"\"\\ud83d\\u0041\"", "expected the second half of a surrogate pair"},
        {"# no comment of JSON", "x.json:1:1: expected a value"},
        {"{} /", "x.json:1:4: expected nothing more"},
        {"\n\n  /* \n", "x.json:3:3: expected \"*/\" at the end of this comment"},
        {"/*\xc3\xa9*/ x", "x.json:1:7: expected a value"}, // columns count characters
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refuses(cases[i].text, strlen(cases[i].text), cases[i].message);
    refuses("[1]\0[2]", 7, "UTF-8 text");
    refuses("\"\xed\xa0\x80\"", 5, "x.json:1:2: expected UTF-8 text"); // a surrogate in UTF-8
    refuses("[\"\x80\"]", 5, "x.json:1:3: expected UTF-8 text");
}

static void nests_so_deep_and_no_deeper(void **state)
{
    (void)state;
    char text[2 * JSON_NESTING_MAX + 3];
    memset(text, '[', JSON_NESTING_MAX);
    memset(text + JSON_NESTING_MAX, ']', JSON_NESTING_MAX);
    text[2 * JSON_NESTING_MAX] = '\0';
    takes(text);
    memset(text, '[', JSON_NESTING_MAX + 1);
    memset(text + JSON_NESTING_MAX + 1, ']', JSON_NESTING_MAX + 1);
    refuses(text, 2 * JSON_NESTING_MAX + 2, "expected less nesting");
}

static void counts_keys_values_and_bytes(void **state)
{
    (void)state;
    struct text text;
    text_init(&text, 1 << 20);
    text_append(&text, "{\"0\": 0");
    for (int i = 1; i < JSON_KEYS_MAX; i++)
        text_append_format(&text, ", \"%d\": 0", i);
    text_append(&text, "}");
    takes(text.bytes);
    text.length--;
    text_append(&text, ", \"one more\": 0}");
    refuses(text.bytes, text.length, "expected fewer keys in one object");
    text_done(&text);

    size_t length = CONFIG_FILE_BYTES_MAX + 1;
    AUTO_FREE char *bytes = memory_allocate(length);
    memset(bytes, ' ', length);
    refuses(bytes, length, "x.json: larger than 16 MiB");
    memset(bytes, '0', length);
    bytes[0] = '[';
    for (size_t i = 2; i < length; i += 2)
        bytes[i] = ',';
    refuses(bytes, length - 1, "expected fewer values in one file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_all_of_json),
        cmocka_unit_test(refuses_what_is_not),
        cmocka_unit_test(nests_so_deep_and_no_deeper),
        cmocka_unit_test(counts_keys_values_and_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
