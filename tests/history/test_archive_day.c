// SPDX-License-Identifier: MIT
#include "history/archive_day.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DAY (20387 * UTC_DAY) // 2025-10-26
#define EVENING (DAY - UTC_SECOND * 600)

static struct archive_day_counts archive_of(utc_us at, size_t files)
{
    struct archive_day_counts counts = {0};
    for (size_t i = 0; i < files; i++)
        archive_day_count(&counts, at);
    return counts;
}

static void test_some_files_begin_the_day_before(void **state)
{
    (void)state;
    struct archive_day_counts counts = archive_of(EVENING, 3);
    for (size_t i = 0; i < 4; i++)
        archive_day_count(&counts, DAY + UTC_SECOND * 3600);
    assert_true(archive_day_whole(&counts, UTC_UNKNOWN, true) == DAY);
    assert_true(archive_day_whole(&counts, DAY, false) == DAY);
    archive_day_count(&counts, EVENING);
    assert_true(archive_day_whole(&counts, DAY, false) == DAY); // as many
    archive_day_count(&counts, EVENING);
    assert_true(archive_day_whole(&counts, DAY, false) == UTC_UNKNOWN);
    assert_true(archive_day_whole(&counts, DAY, true) == EVENING - EVENING % UTC_DAY);
    array_free(&counts);
}

static void test_without_a_name(void **state)
{
    (void)state;
    struct archive_day_counts counts = archive_of(DAY, ARCHIVE_DAY_FILES_LEAST - 1);
    archive_day_count(&counts, EVENING); // of another day
    assert_true(archive_day_whole(&counts, UTC_UNKNOWN, false) == UTC_UNKNOWN);
    assert_true(archive_day_whole(&counts, UTC_UNKNOWN, true) == DAY);
    archive_day_count(&counts, DAY);
    assert_true(archive_day_whole(&counts, UTC_UNKNOWN, false) == DAY);
    array_free(&counts);
}

static void test_two_days_in_one(void **state)
{
    (void)state;
    struct archive_day_counts counts = archive_of(DAY, ARCHIVE_DAY_FILES_LEAST);
    for (size_t i = 0; i < ARCHIVE_DAY_FILES_LEAST / (ARCHIVE_DAY_OTHERS_ONE_IN - 1); i++)
        archive_day_count(&counts, EVENING);
    assert_true(archive_day_whole(&counts, UTC_UNKNOWN, false) == DAY);
    archive_day_count(&counts, EVENING);
    assert_true(archive_day_whole(&counts, UTC_UNKNOWN, false) == UTC_UNKNOWN);
    assert_true(archive_day_whole(&counts, DAY, false) == DAY);
    array_free(&counts);
}

static void test_an_empty_one(void **state)
{
    (void)state;
    struct archive_day_counts counts = {0};
    assert_true(archive_day_whole(&counts, DAY, false) == UTC_UNKNOWN);
    assert_true(archive_day_whole(&counts, UTC_UNKNOWN, true) == UTC_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_some_files_begin_the_day_before),
        cmocka_unit_test(test_without_a_name),
        cmocka_unit_test(test_two_days_in_one),
        cmocka_unit_test(test_an_empty_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
