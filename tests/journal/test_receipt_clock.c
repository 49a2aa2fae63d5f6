// SPDX-License-Identifier: MIT
// A wall clock that is set, to the right time and to a wrong one, with a feed that tells the time
// and without.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "journal/receipt_clock.h"

#define BEGAN (UTC_DAY * 20000) // some day of 2024
#define BOOTED_AGO (77 * UTC_MINUTE)

// The moment `after` the beginning: true time, and the monotonic clock.
#define TRUE_AT(after) (BEGAN + (after))
#define MONOTONIC_AT(after) (BOOTED_AGO + (after))

// An answer at TRUE_AT(after) while the wall clock is off by `off`; what it is given, after it was
// taken.
static utc_us answered(struct receipt_clock *clock, utc_us after, utc_us off, utc_us feed_now)
{
    struct receipt_times times =
        receipt_clock_read(clock, TRUE_AT(after) + off, MONOTONIC_AT(after));
    utc_us at = receipt_clock_rising(clock, receipt_times_choose(&times, feed_now));
    receipt_clock_take(clock, at, MONOTONIC_AT(after));
    return at;
}

static struct receipt_clock running_clock(void)
{
    struct receipt_clock clock;
    receipt_clock_init(&clock);
    assert_true(answered(&clock, 0, 0, TRUE_AT(0)) == TRUE_AT(0));
    return clock;
}

static const utc_us steps[] = {3 * UTC_HOUR,   -3 * UTC_HOUR,  400 * UTC_DAY,
                               -400 * UTC_DAY, 3 * UTC_SECOND, -3 * UTC_SECOND};
#define FOR_EACH_STEP(off)                                                                         \
    for (const utc_us *off = steps; off < steps + sizeof steps / sizeof *steps; off++)

static void test_a_wrong_clock_is_not_believed(void **state)
{
    (void)state;
    FOR_EACH_STEP(off)
    {
        struct receipt_clock clock = running_clock();
        for (int second = 1; second < 100; second++) {
            utc_us after = second * UTC_SECOND;
            bool is_off = second >= 10 && second < 60;
            // The feed's own clock is a little behind.
            utc_us feed_now = TRUE_AT(after) - UTC_SECOND / 3;
            assert_true(answered(&clock, after, is_off ? *off : 0, feed_now) == TRUE_AT(after));
        }
    }
}

static void test_a_clock_that_is_put_right_is_believed(void **state)
{
    (void)state;
    FOR_EACH_STEP(off)
    {
        struct receipt_clock clock;
        receipt_clock_init(&clock);
        // Wrong from the start: there is nothing to compare it with.
        assert_true(answered(&clock, 0, *off, TRUE_AT(0)) == TRUE_AT(0) + *off);
        // After five seconds also times that only rise are behind.
        for (int second = 5; second < 20; second++) {
            utc_us after = second * UTC_SECOND;
            assert_true(answered(&clock, after, 0, TRUE_AT(after)) == TRUE_AT(after));
        }
    }
}

static void test_without_the_feeds_time_the_wall_clock_decides(void **state)
{
    (void)state;
    struct receipt_clock clock = running_clock();
    assert_true(answered(&clock, UTC_SECOND, UTC_HOUR, UTC_UNKNOWN) ==
                TRUE_AT(UTC_SECOND) + UTC_HOUR);
    // And back again: an hour is more than what is made to rise.
    assert_true(answered(&clock, 2 * UTC_SECOND, 0, UTC_UNKNOWN) == TRUE_AT(2 * UTC_SECOND));
}

static void test_times_rise_over_small_corrections(void **state)
{
    (void)state;
    struct receipt_clock clock = running_clock();
    assert_true(answered(&clock, 0, 0, TRUE_AT(0)) == TRUE_AT(0) + 1); // in the same microsecond
    assert_true(answered(&clock, UTC_SECOND, -UTC_SECOND * 3 / 2, TRUE_AT(UTC_SECOND)) ==
                TRUE_AT(0) + 2);
    struct receipt_times times = receipt_clock_read(&clock, TRUE_AT(0), MONOTONIC_AT(0));
    assert_false(receipt_times_differ(&times));
}

static void test_a_restart_behind_the_last_answer(void **state)
{
    (void)state;
    struct receipt_clock clock;
    receipt_clock_init(&clock);
    receipt_clock_restore(&clock, TRUE_AT(0));
    // The clock was set back while the daemon was away; the feed says that it is wrong.
    assert_true(answered(&clock, UTC_MINUTE, -UTC_HOUR, TRUE_AT(UTC_MINUTE)) == TRUE_AT(0) + 1);
    // Or the last answer came by a wrong clock: a restart must not wait until that time has come.
    receipt_clock_init(&clock);
    receipt_clock_restore(&clock, TRUE_AT(0) + 400 * UTC_DAY);
    assert_true(answered(&clock, UTC_MINUTE, 0, TRUE_AT(UTC_MINUTE)) == TRUE_AT(UTC_MINUTE));
}

static void test_recordings_have_the_wall_clock_only(void **state)
{
    (void)state;
    struct receipt_clock clock = running_clock();
    struct receipt_times times = receipt_clock_read(&clock, TRUE_AT(0) + UTC_DAY, 0);
    assert_false(receipt_times_differ(&times));
    assert_true(receipt_times_choose(&times, TRUE_AT(0)) == TRUE_AT(0) + UTC_DAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_wrong_clock_is_not_believed),
        cmocka_unit_test(test_a_clock_that_is_put_right_is_believed),
        cmocka_unit_test(test_without_the_feeds_time_the_wall_clock_decides),
        cmocka_unit_test(test_times_rise_over_small_corrections),
        cmocka_unit_test(test_a_restart_behind_the_last_answer),
        cmocka_unit_test(test_recordings_have_the_wall_clock_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
