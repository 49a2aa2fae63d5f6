// SPDX-License-Identifier: MIT
// Budgets, distances and back-off of a host, by a clock of the test's own.
#include "net/gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NO_JITTER 0.5 // the middle of the range
#define NOON (UTC_DAY * 20000 + 12 * UTC_HOUR)

static struct gate gate_with(double requests_per_s, uint64_t requests_per_day)
{
    struct gate gate;
    struct gate_limits limits = {requests_per_s, requests_per_day};

    gate_init(&gate, &limits);
    return gate;
}

static void ask(struct gate *gate, utc_us now, enum gate_verdict verdict, int64_t retry_after_s)
{
    gate_begin(gate, now);
    assert_true(gate->busy);
    gate_end(gate, now, verdict, 10, retry_after_s, NO_JITTER);
    assert_false(gate->busy);
}

static void test_a_fresh_gate_is_open(void **state)
{
    struct gate gate = gate_with(1, 0);

    (void)state;
    assert_int_equal(gate_ready_at(&gate, NOON), NOON);
    assert_true(gate_budget_left(&gate, NOON) == UINT64_MAX);
}

static void test_distance(void **state)
{
    static const struct {
        double rate;
        utc_us distance;
    } ROWS[] = {{1, UTC_SECOND},
                {0.1, 10 * UTC_SECOND},
                {4, UTC_SECOND / 4},
                {0, UTC_SECOND /* the default */}};

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct gate gate = gate_with(ROWS[i].rate, 0);
        ask(&gate, NOON, GATE_GOOD, -1);
        assert_int_equal(gate_ready_at(&gate, NOON + 1), NOON + ROWS[i].distance);
        assert_int_equal(gate_ready_at(&gate, NOON + UTC_MINUTE), NOON + UTC_MINUTE);
    }
}

static void test_backoff_grows_to_its_cap_and_resets(void **state)
{
    static const int EXPECTED_S[] = {20, 40, 80, 160, 320, 640, 900, 900, 900};
    struct gate gate = gate_with(1, 0);
    utc_us now = NOON;

    (void)state;
    for (size_t i = 0; i < sizeof EXPECTED_S / sizeof EXPECTED_S[0]; i++) {
        ask(&gate, now, GATE_SLOW_DOWN, -1);
        assert_int_equal(gate.failures, i + 1);
        assert_int_equal(gate_ready_at(&gate, now), now + EXPECTED_S[i] * UTC_SECOND);
        now = gate_ready_at(&gate, now);
    }
    ask(&gate, now, GATE_GOOD, -1);
    assert_int_equal(gate.failures, 0);
    assert_int_equal(gate_ready_at(&gate, now), now + UTC_SECOND);
    ask(&gate, now, GATE_SLOW_DOWN, -1);
    assert_int_equal(gate_ready_at(&gate, now), now + 20 * UTC_SECOND);
}

static void test_backoff_never_overflows(void **state)
{
    struct gate gate = gate_with(1, 0);

    (void)state;
    gate.failures = UINT32_MAX;
    ask(&gate, NOON, GATE_SLOW_DOWN, -1);
    assert_int_equal(gate.failures, UINT32_MAX);
    assert_int_equal(gate_ready_at(&gate, NOON), NOON + 900 * UTC_SECOND);
    // An interval over the cap stays the least wait.
    gate_begin(&gate, NOON);
    gate_end(&gate, NOON, GATE_SLOW_DOWN, 3600, -1, NO_JITTER);
    assert_int_equal(gate_ready_at(&gate, NOON), NOON + UTC_HOUR);
}

static void test_jitter_stays_in_its_range(void **state)
{
    (void)state;
    assert_int_equal(gate_jittered(10, 0), 8 * UTC_SECOND);
    assert_int_equal(gate_jittered(10, 0.5), 10 * UTC_SECOND);
    assert_true(gate_jittered(10, 0.999999) < 12 * UTC_SECOND);
    assert_true(gate_jittered(10, 0.999999) > 12 * UTC_SECOND - 1000);
    for (int i = 0; i < 100; i++) {
        struct gate gate = gate_with(1, 0);
        gate_begin(&gate, NOON);
        gate_end(&gate, NOON, GATE_SLOW_DOWN, 10, 100, i / 100.0);
        // The jitter must not undercut what the host asks for.
        assert_int_equal(gate_ready_at(&gate, NOON), NOON + 100 * UTC_SECOND);
    }
}

static void test_retry_after(void **state)
{
    static const struct {
        enum gate_verdict verdict;
        int64_t retry_after_s;
        utc_us wait;
    } ROWS[] = {
        {GATE_SLOW_DOWN, -1, 20 * UTC_SECOND},
        {GATE_SLOW_DOWN, 0, 20 * UTC_SECOND}, // a date in the past: our own back-off
        {GATE_SLOW_DOWN, 5, 20 * UTC_SECOND}, // shorter than our own: the longer holds
        {GATE_SLOW_DOWN, 120, 120 * UTC_SECOND},
        {GATE_SLOW_DOWN, 7200, 2 * UTC_HOUR}, // longer than our cap
        {GATE_SLOW_DOWN, 86400, UTC_DAY},
        {GATE_SLOW_DOWN, INT32_MAX, GATE_WAIT_MAX},
        {GATE_GOOD, 30, 30 * UTC_SECOND}, // a good answer may ask for patience too
        {GATE_GOOD, -1, UTC_SECOND},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct gate gate = gate_with(1, 0);
        ask(&gate, NOON, ROWS[i].verdict, ROWS[i].retry_after_s);
        assert_int_equal(gate_ready_at(&gate, NOON), NOON + ROWS[i].wait);
    }
}

static void test_statuses(void **state)
{
    static const struct {
        long status;
        enum gate_verdict verdict;
    } ROWS[] = {{200, GATE_GOOD},      {204, GATE_GOOD},      {0, GATE_SLOW_DOWN},
                {301, GATE_SLOW_DOWN}, {400, GATE_SLOW_DOWN}, {403, GATE_SLOW_DOWN},
                {420, GATE_SLOW_DOWN}, {422, GATE_SLOW_DOWN}, {429, GATE_SLOW_DOWN},
                {500, GATE_SLOW_DOWN}, {503, GATE_SLOW_DOWN}};

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
        assert_int_equal(gate_verdict_of_status(ROWS[i].status), ROWS[i].verdict);
}

static void test_budget_ends_and_comes_back_at_midnight(void **state)
{
    struct gate gate = gate_with(1, 3);
    utc_us midnight = utc_day_start(NOON) + UTC_DAY;
    utc_us now = midnight - UTC_MINUTE;

    (void)state;
    for (uint64_t left = 3; left > 0; left--) {
        assert_int_equal(gate_budget_left(&gate, now), left);
        now = gate_ready_at(&gate, now);
        assert_true(now < midnight);
        ask(&gate, now, GATE_GOOD, -1);
    }
    assert_int_equal(gate_budget_left(&gate, now), 0);
    assert_int_equal(gate_ready_at(&gate, now), midnight);
    assert_int_equal(gate_budget_left(&gate, midnight), 3);
    ask(&gate, midnight, GATE_GOOD, -1);
    assert_int_equal(gate_budget_left(&gate, midnight), 2);
}

// Asked whenever the gate opens, a budget of 1,000 lasts the whole day and is used up.
static void test_budget_is_spread_over_the_day(void **state)
{
    struct gate gate = gate_with(1, 1000);
    utc_us day = utc_day_start(NOON), now = day, last = day;
    unsigned asked = 0, first_half = 0;

    (void)state;
    while (now < day + UTC_DAY) {
        ask(&gate, now, GATE_GOOD, -1);
        asked++;
        first_half += now < day + 12 * UTC_HOUR;
        last = now;
        now = gate_ready_at(&gate, now);
    }
    assert_int_equal(asked, 1000);
    assert_in_range(first_half, 490, 510);
    assert_true(last > day + 23 * UTC_HOUR);
}

static void test_restored_state(void **state)
{
    struct gate gate = gate_with(1, 50000);

    (void)state;
    gate.not_before = NOON + UTC_HOUR;
    gate.failures = 3;
    gate.budget_day = utc_day_start(NOON);
    gate.budget_used = 50000;
    assert_int_equal(gate_ready_at(&gate, NOON), utc_day_start(NOON) + UTC_DAY);
    gate.budget_day -= UTC_DAY; // yesterday's
    assert_int_equal(gate_ready_at(&gate, NOON), NOON + UTC_HOUR);
    ask(&gate, NOON + UTC_HOUR, GATE_SLOW_DOWN, -1);
    assert_int_equal(gate_ready_at(&gate, NOON + UTC_HOUR), NOON + UTC_HOUR + 160 * UTC_SECOND);
}

// A clock that was a year ahead must not silence a feed for a year once it is set right.
static void test_a_clock_set_back(void **state)
{
    struct gate gate = gate_with(1, 100);

    (void)state;
    ask(&gate, NOON + 365 * UTC_DAY, GATE_SLOW_DOWN, 3600);
    assert_int_equal(gate_ready_at(&gate, NOON), NOON);
    ask(&gate, NOON, GATE_GOOD, -1);
    assert_int_equal(gate_budget_left(&gate, NOON), 99);
}

static void test_stricter_limits(void **state)
{
    static const struct {
        struct gate_limits first, second, expected;
    } ROWS[] = {
        {{1, 0}, {2, 0}, {1, 0}},     {{2, 0}, {1, 0}, {1, 0}},
        {{0, 0}, {5, 0}, {0, 0}}, // the default of 1 is stricter than 5
        {{5, 0}, {0, 0}, {0, 0}},     {{1, 100}, {1, 0}, {1, 100}},
        {{1, 0}, {1, 100}, {1, 100}}, {{1, 50}, {1, 100}, {1, 50}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct gate_limits limits = gate_limits_stricter(&ROWS[i].first, &ROWS[i].second);
        assert_float_equal(limits.requests_per_s, ROWS[i].expected.requests_per_s, 0);
        assert_int_equal(limits.requests_per_day, ROWS[i].expected.requests_per_day);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fresh_gate_is_open),
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_backoff_grows_to_its_cap_and_resets),
        cmocka_unit_test(test_backoff_never_overflows),
        cmocka_unit_test(test_jitter_stays_in_its_range),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_budget_ends_and_comes_back_at_midnight),
        cmocka_unit_test(test_budget_is_spread_over_the_day),
        cmocka_unit_test(test_restored_state),
        cmocka_unit_test(test_a_clock_set_back),
        cmocka_unit_test(test_stricter_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
