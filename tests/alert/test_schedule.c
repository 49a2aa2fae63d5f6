// SPDX-License-Identifier: MIT
#include "alert/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW ((utc_us)1761478930 * UTC_SECOND)

static const struct {
    uint32_t attempt;
    long status;
    int64_t retry_after_s;
    double chance;
    enum schedule_verdict verdict;
    double wait_s;
} cases[] = {
    {1, 200, -1, 0.5, SCHEDULE_DELIVERED, 0},
    {10, 299, -1, 0.5, SCHEDULE_DELIVERED, 0},
    {1, 199, -1, 0.5, SCHEDULE_AGAIN, 5},
    {1, 302, -1, 0.5, SCHEDULE_AGAIN, 5},
    {1, 0, -1, 0.0, SCHEDULE_AGAIN, 4},
    {1, 500, -1, 0.999999, SCHEDULE_AGAIN, 6},
    {2, 500, -1, 0.5, SCHEDULE_AGAIN, 300},
    {3, 500, -1, 0.5, SCHEDULE_AGAIN, 1800},
    {4, 500, -1, 0.5, SCHEDULE_AGAIN, 7200},
    {9, 500, -1, 0.5, SCHEDULE_AGAIN, 86400},
    {10, 500, -1, 0.5, SCHEDULE_DEAD, 0},
    {11, 500, -1, 0.5, SCHEDULE_DEAD, 0},
    {1, 410, 100, 0.5, SCHEDULE_DISABLE, 0},
    // Retry-After is honoured where it means this, never shortens the wait, and is clamped.
    {1, 429, 60, 0.5, SCHEDULE_AGAIN, 60},
    {1, 502, 60, 0.5, SCHEDULE_AGAIN, 60},
    {1, 503, 60, 0.5, SCHEDULE_AGAIN, 60},
    {1, 504, 60, 0.5, SCHEDULE_AGAIN, 60},
    {1, 500, 60, 0.5, SCHEDULE_AGAIN, 5},
    {2, 429, 60, 0.5, SCHEDULE_AGAIN, 300},
    {1, 429, INT64_MAX, 0.5, SCHEDULE_AGAIN, 86400},
    {1, 429, INT64_MIN, 0.5, SCHEDULE_AGAIN, 5},
    {10, 429, 60, 0.5, SCHEDULE_DEAD, 0},
};

static void follows_the_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct schedule_step step = schedule_after(cases[i].attempt, cases[i].status,
                                                   cases[i].retry_after_s, NOW, cases[i].chance);
        assert_int_equal(step.verdict, cases[i].verdict);
        if (step.verdict == SCHEDULE_AGAIN)
            assert_float_equal((float)utc_to_seconds(step.due_at - NOW), (float)cases[i].wait_s,
                               0.01f);
        else
            assert_true(step.due_at == UTC_UNKNOWN);
    }
}

// Standard Webhooks 1.0.0: ten tries within 75 h 35 min 5 s.
static void adds_up_to_the_published_time(void **state)
{
    (void)state;
    utc_us now = NOW;
    uint32_t attempt = 1;
    for (;; attempt++) {
        struct schedule_step step = schedule_after(attempt, 500, -1, now, 0.5);
        if (step.verdict != SCHEDULE_AGAIN)
            break;
        now = step.due_at;
    }
    assert_int_equal(attempt, 10);
    assert_int_equal(schedule_attempts(), 10);
    assert_true(now - NOW == 75 * UTC_HOUR + 35 * UTC_MINUTE + 5 * UTC_SECOND);
}

// What was asked of us for one alert holds for all of that endpoint's.
static void holds_for_what_was_asked(void **state)
{
    (void)state;
    assert_int_equal(schedule_hold_s(429, 60), 60);
    assert_int_equal(schedule_hold_s(503, INT64_MAX), SCHEDULE_RETRY_AFTER_MAX_S);
    assert_int_equal(schedule_hold_s(429, -1), 0);
    assert_int_equal(schedule_hold_s(429, INT64_MIN), 0);
    assert_int_equal(schedule_hold_s(500, 60), 0);
    assert_int_equal(schedule_hold_s(0, 60), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_the_table),
        cmocka_unit_test(adds_up_to_the_published_time),
        cmocka_unit_test(holds_for_what_was_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
