// SPDX-License-Identifier: MIT
// Retry-After in its forms, and what is kept of header lines.
#include "net/response_headers.h"
#include "net/retry_after.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOW_S 1445412480 // Wed, 21 Oct 2015 07:28:00 GMT

static void test_retry_after(void **state)
{
    static const struct {
        const char *value;
        int64_t expected_s;
    } ROWS[] = {
        {"0", 0},
        {"120", 120},
        {" 120 ", 120},
        {"86400", 86400},
        {"86401", RETRY_AFTER_MAX_S},
        {"99999999999999999999999999999999999999", RETRY_AFTER_MAX_S},
        {"9223372036854775808", RETRY_AFTER_MAX_S},
        {"Wed, 21 Oct 2015 07:28:00 GMT", 0},
        {"Wed, 21 Oct 2015 07:29:30 GMT", 90},
        {"Wednesday, 21-Oct-15 07:29:30 GMT", 90}, // RFC 850's form
        {"Wed Oct 21 07:29:30 2015", 90},          // asctime's form
        {"Wed, 21 Oct 2015 06:28:00 GMT", 0},      // past
        {"Thu, 01 Jan 1970 00:00:01 GMT", 0},
        {"Fri, 31 Dec 2999 23:59:59 GMT", RETRY_AFTER_MAX_S},
        {"", -1},
        {" ", -1},
        {"-5", -1},
        {"+5", -1},
        {"1.5", -1},
        {"12x", -1},
        {"soon", -1},
        {"Friday", -1},
        {"a while, say: an hour", -1},
        {"Wed, 99 Foo 2015 07:28:00 GMT", -1},
        {"Wed, 21 Oct 2015 07:28:00 GMT and a lot more of text that never ends, never", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        int64_t got = retry_after_parse(ROWS[i].value, NOW_S);
        if (got != ROWS[i].expected_s)
            fail_msg("\"%s\": expected %lld, got %lld", ROWS[i].value,
                     (long long)ROWS[i].expected_s, (long long)got);
    }
}

static void add(struct response_headers *headers, const char *line)
{
    assert_true(response_headers_add(headers, line, strlen(line)));
}

static void test_kept_lines(void **state)
{
    struct response_headers headers = {0};

    (void)state;
    add(&headers, "HTTP/1.1 429 Too Many Requests\r\n");
    add(&headers, "Date: Wed, 21 Oct 2015 07:28:00 GMT\r\n");
    add(&headers, "CONTENT-TYPE:  application/json; charset=utf-8 \r\n");
    add(&headers, "Retry-After: Wed, 21 Oct 2015 07:28:10 GMT\r\n");
    add(&headers, "X-Rate-Limit-Retry-After-Seconds: 25\r\n");
    add(&headers, "X-Rate-Limit-Remaining: 17\r\n");
    add(&headers, "\r\n");
    assert_string_equal(headers.content_type, "application/json; charset=utf-8");
    // The longer of the two; the date is held against the answer's own, whatever our clock says.
    assert_int_equal(response_headers_retry_after_s(&headers, NOW_S - 5000), 25);
    headers.rate_limit_retry_after[0] = '\0';
    assert_int_equal(response_headers_retry_after_s(&headers, NOW_S - 5000), 10);
    headers.date[0] = '\0';
    assert_int_equal(response_headers_retry_after_s(&headers, NOW_S), 10);
    assert_int_equal(response_headers_rate_limit_remaining(&headers), 17);

    // The answer behind a redirect begins anew.
    add(&headers, "HTTP/1.1 200 OK\r\n");
    assert_string_equal(headers.content_type, "");
    assert_int_equal(response_headers_retry_after_s(&headers, NOW_S), -1);
    assert_int_equal(response_headers_rate_limit_remaining(&headers), -1);
    assert_int_equal(headers.lines, 8);
}

static void test_odd_lines(void **state)
{
    static const char *const LINES[] = {"",
                                        "\r\n",
                                        ":",
                                        ": x",
                                        "no colon here\r\n",
                                        "HTTP",
                                        "HTTP/",
                                        "Date:\n",
                                        "x:",
                                        "Content-Type\r\n",
                                        "Retry-After: \r\n"};
    struct response_headers headers = {0};

    (void)state;
    for (size_t i = 0; i < sizeof LINES / sizeof LINES[0]; i++) {
        size_t length = strlen(LINES[i]);
        char *exact = malloc(length + 1); // so that a read beyond the line is caught
        memcpy(exact, LINES[i], length);
        char *shrunk = length > 0 ? realloc(exact, length) : exact;
        assert_true(response_headers_add(&headers, shrunk, length));
        free(shrunk);
    }
    assert_int_equal(response_headers_retry_after_s(&headers, NOW_S), -1);
    static const char *const REMAINING[] = {"-1", "many", "1.5", "99999999999999999999999999"};
    for (size_t i = 0; i < sizeof REMAINING / sizeof REMAINING[0]; i++) {
        char line[128];
        snprintf(line, sizeof line, "x-ratelimit-remaining: %s\r\n", REMAINING[i]);
        add(&headers, line);
        assert_int_equal(response_headers_rate_limit_remaining(&headers), -1);
    }
    // A value that does not fit is none, rather than half of one; nor are bytes that are not text.
    char long_line[400];
    snprintf(long_line, sizeof long_line, "Content-Type: %0300d\r\n", 1);
    add(&headers, long_line);
    assert_string_equal(headers.content_type, "");
    add(&headers, "Content-Type: text/\xff\xfe\r\n");
    assert_string_equal(headers.content_type, "");
}

static void test_limits(void **state)
{
    struct response_headers headers = {0};
    static char line[RESPONSE_HEADER_BYTES_MAX + 1];

    (void)state;
    for (int i = 0; i < RESPONSE_HEADER_LINES_MAX; i++)
        add(&headers, "X: y\r\n");
    assert_false(response_headers_add(&headers, "X: y\r\n", 6));

    // A chain of answers does not reset the count.
    headers = (struct response_headers){0};
    for (int i = 0; i < RESPONSE_HEADER_LINES_MAX; i++)
        add(&headers, "HTTP/1.1 302 Found\r\n");
    assert_false(response_headers_add(&headers, "HTTP/1.1 302 Found\r\n", 20));

    headers = (struct response_headers){0};
    memset(line, 'x', sizeof line);
    assert_true(response_headers_add(&headers, line, RESPONSE_HEADER_BYTES_MAX));
    assert_false(response_headers_add(&headers, line, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_kept_lines),
        cmocka_unit_test(test_odd_lines),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
