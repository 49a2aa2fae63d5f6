// SPDX-License-Identifier: MIT
#include "base/utc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <time.h>

static void reads_what_people_write(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *written;
    } cases[] = {
        {"2025-10-26", "2025-10-26T00:00:00Z"},
        {"2025-10-26T08:00Z", "2025-10-26T08:00:00Z"},
        {"2025-10-26 08:00:01", "2025-10-26T08:00:01Z"},
        {"2025-10-26T08:00:00.210Z", "2025-10-26T08:00:00.210Z"},
        {"2025-10-26T08:00:00.000001Z", "2025-10-26T08:00:00.000001Z"},
        {"2025-10-26T01:30:00+03:00", "2025-10-25T22:30:00Z"},
        {"2025-10-26T23:30:00-0100", "2025-10-27T00:30:00Z"},
        {"2024-02-29", "2024-02-29T00:00:00Z"},
        {"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        utc_us time;
        char buffer[UTC_TEXT_SIZE];
        assert_int_equal(utc_parse(cases[i].text, &time), 0);
        assert_string_equal(utc_format(time, buffer), cases[i].written);
    }
}

static void refuses_what_is_no_time(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "2025",
        "2025-10",
        "2025-13-01",
        "2025-02-29",
        "2025-04-31",
        "2025-00-10",
        "2025-10-26T",
        "2025-10-26T24:00",
        "2025-10-26T08:60Z",
        "26.10.2025",
        "2025-10-26x",
        "2025-10-26T08:00:00.Z",
        "2025-10-26T08:00Zx",
        "1899-12-31",
        "2201-01-01",
        "2025-10-26T08:00+19:00",
        "-2025-10-26",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        utc_us time = 42;
        assert_int_equal(utc_parse(cases[i], &time), -EINVAL);
        assert_int_equal(time, 42);
    }
    utc_us time = 42;
    assert_int_equal(utc_parse(NULL, &time), -EINVAL);
}

static void tells_a_day_from_a_time(void **state)
{
    (void)state;
    utc_us time;
    bool is_day;
    assert_int_equal(utc_parse_day_or_time("2025-10-26", &time, &is_day), 0);
    assert_true(is_day);
    assert_int_equal(utc_parse_day_or_time("2025-10-26T00:00Z", &time, &is_day), 0);
    assert_false(is_day);
}

// The C library's own calendar is the oracle, over more than a century of days.
static void agrees_with_the_c_library(void **state)
{
    (void)state;
    for (int64_t day = -25000; day < 60000; day += 7) {
        time_t seconds = (time_t)(day * 86400 + 43261);
        struct tm broken;
        char expected[UTC_TEXT_SIZE], got[UTC_TEXT_SIZE];
        gmtime_r(&seconds, &broken);
        strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%SZ", &broken);
        utc_us time;
        assert_string_equal(utc_format(seconds * UTC_SECOND, got), expected);
        assert_int_equal(utc_parse(expected, &time), 0);
        assert_true(time == seconds * UTC_SECOND);
    }
}

static void finds_starts_before_1970_too(void **state)
{
    (void)state;
    assert_true(utc_day_start(-1) == -UTC_DAY);
    assert_true(utc_day_start(0) == 0);
    assert_true(utc_hour_start(UTC_HOUR - 1) == 0);
    assert_true(utc_hour_start(-UTC_HOUR) == -UTC_HOUR);
}

static void converts_seconds(void **state)
{
    (void)state;
    assert_true(utc_from_seconds(1708792058.719) == INT64_C(1708792058719000));
    assert_true(utc_from_seconds(0.0 / 0.0) == UTC_UNKNOWN);
    assert_true(utc_from_seconds(1e300) == UTC_UNKNOWN);
    assert_true(utc_to_seconds(1500000) == 1.5);
    char buffer[UTC_TEXT_SIZE];
    assert_string_equal(utc_format(UTC_UNKNOWN, buffer), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_people_write),      cmocka_unit_test(refuses_what_is_no_time),
        cmocka_unit_test(tells_a_day_from_a_time),      cmocka_unit_test(agrees_with_the_c_library),
        cmocka_unit_test(finds_starts_before_1970_too), cmocka_unit_test(converts_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
