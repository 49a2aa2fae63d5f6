// SPDX-License-Identifier: MIT
#include "alert/words.h"
#include "alert/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *zone, *time;
    int32_t offset_s;
} cases[] = {
    {"Etc/UTC", "2025-10-26T11:42:10Z", 0},
    {"Asia/Damascus", "2021-12-01T00:00:00Z", 2 * 3600},
    {"Asia/Damascus", "2025-12-01T00:00:00Z", 3 * 3600}, // no winter time since 2022
    {"Europe/Berlin", "2025-10-26T00:59:59Z", 2 * 3600},
    {"Europe/Berlin", "2025-10-26T01:00:00Z", 3600},
    {"Asia/Kathmandu", "2025-01-01T00:00:00Z", 20700},
    {"America/New_York", "2025-07-01T00:00:00Z", -4 * 3600},
};

static void knows_the_offset(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zone *zone = NULL;
        struct error error;
        utc_us time;
        assert_int_equal(utc_parse(cases[i].time, &time), 0);
        if (zone_load(cases[i].zone, &zone, &error) < 0)
            fail_msg("%s", error.message);
        assert_int_equal(zone_offset_s(zone, time), cases[i].offset_s);
        zone_free(zone);
    }
}

static void refuses_other_files(void **state)
{
    (void)state;
    struct zone *zone = NULL;
    struct error error;
    assert_true(zone_load("../../../etc/passwd", &zone, &error) < 0);
    assert_true(zone_load("/etc/passwd", &zone, &error) < 0);
    assert_true(zone_load("Nowhere/Land", &zone, &error) < 0);
    // Every cut of a good file, and every changed byte of its header, is refused or read without
    // harm.
    FILE *file = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
    assert_non_null(file);
    char bytes[8192];
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (size_t cut = 0; cut < length; cut++) {
        if (zone_parse("cut", bytes, cut, &zone, &error) == 0) {
            zone_offset_s(zone, 0);
            zone_free(zone);
        }
    }
    for (size_t i = 0; i < 44; i++) {
        char before = bytes[i];
        for (int value = 0; value < 256; value += 51) {
            bytes[i] = (char)value;
            if (zone_parse("changed", bytes, length, &zone, &error) == 0) {
                zone_offset_s(zone, 0);
                zone_free(zone);
            }
        }
        bytes[i] = before;
    }
}

static void says_the_local_time(void **state)
{
    (void)state;
    struct zone *zone = NULL;
    struct error error;
    struct text text;
    utc_us time;
    assert_int_equal(utc_parse("2025-10-26T23:42:10Z", &time), 0);
    assert_int_equal(zone_load("Asia/Damascus", &zone, &error), 0);
    text_init(&text, 200);
    words_local_time(zone, time, &text);
    assert_string_equal(text.bytes, "02:42 on 27 October 2025 in Asia/Damascus");
    text_done(&text);
    zone_free(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_offset),
        cmocka_unit_test(refuses_other_files),
        cmocka_unit_test(says_the_local_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
