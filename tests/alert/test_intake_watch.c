// SPDX-License-Identifier: MIT
// One alert a stop of intake, however often room comes and goes meanwhile.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alert/intake_watch.h"

#include <string.h>

#define NOW (UTC_DAY * 20000)

static void test_a_stop_and_its_end(void **state)
{
    (void)state;
    struct intake_watch watch = {0};
    struct alert_event stopped, resumed;
    assert_false(intake_watch_next(&watch, NOW, &resumed));
    assert_true(intake_watch_stopped(&watch, "the disk is full", NOW, &stopped));
    assert_int_equal(stopped.type, ALERT_INTAKE_STOPPED);
    assert_string_equal(stopped.reason, "the disk is full");
    assert_false(intake_watch_next(&watch, NOW + UTC_DAY, &resumed)); // it is still full
    intake_watch_resumed(&watch, NOW + UTC_HOUR);
    assert_false(intake_watch_next(&watch, NOW + UTC_HOUR + INTAKE_WATCH_PATIENCE - 1, &resumed));
    assert_true(intake_watch_next(&watch, NOW + UTC_HOUR + INTAKE_WATCH_PATIENCE, &resumed));
    assert_int_equal(resumed.type, ALERT_INTAKE_RESUMED);
    assert_true(resumed.happened_at == NOW + UTC_HOUR);
    assert_false(intake_watch_next(&watch, NOW + UTC_DAY, &resumed));
    // The next stop is another event.
    struct alert_event again;
    assert_true(intake_watch_stopped(&watch, "the disk is full", NOW + UTC_DAY, &again));
    assert_memory_not_equal(again.alert_id, stopped.alert_id, sizeof again.alert_id);
}

static void test_room_that_comes_and_goes(void **state)
{
    (void)state;
    struct intake_watch watch = {0};
    struct alert_event event;
    assert_true(intake_watch_stopped(&watch, "", NOW, &event));
    for (int second = 1; second < 300; second += 2) {
        intake_watch_resumed(&watch, NOW + second * UTC_SECOND);
        assert_false(intake_watch_next(&watch, NOW + second * UTC_SECOND, &event));
        assert_false(intake_watch_stopped(&watch, "", NOW + (second + 1) * UTC_SECOND, &event));
    }
    intake_watch_resumed(&watch, NOW + 300 * UTC_SECOND);
    // The clock is set back: not to be waited for.
    assert_true(intake_watch_next(&watch, NOW - UTC_HOUR, &event));
}

// A stop that was announced before a restart is over when there has been room for long enough
// since.
static void test_a_stop_over_a_restart(void **state)
{
    (void)state;
    struct intake_watch watch = {0};
    struct alert_event event;
    intake_watch_restore(&watch, NOW);
    assert_false(
        intake_watch_stopped(&watch, "still full", NOW + UTC_SECOND, &event)); // told already
    assert_false(intake_watch_next(&watch, NOW + UTC_HOUR, &event));
    intake_watch_restore(&watch, NOW);
    assert_false(intake_watch_next(&watch, NOW + INTAKE_WATCH_PATIENCE - 1, &event));
    assert_true(intake_watch_next(&watch, NOW + INTAKE_WATCH_PATIENCE, &event));
    assert_int_equal(event.type, ALERT_INTAKE_RESUMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stop_and_its_end),
        cmocka_unit_test(test_room_that_comes_and_goes),
        cmocka_unit_test(test_a_stop_over_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
