// SPDX-License-Identifier: MIT
#include "ops/watchdog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ALLOWED_MS 20000
#define POLL_LIMIT_MS (ALLOWED_MS + WATCHDOG_POLL_GRACE_MS)

enum stuck { GOES_ON, POLLER, JOURNAL };

struct step {
    uint64_t now_ms, requests, allowed_ms, taken, journalled;
    enum stuck stuck;
};

static void follow(const struct step *steps, size_t count)
{
    struct watchdog watchdog;
    watchdog_init(&watchdog, 0);
    for (size_t i = 0; i < count; i++) {
        const struct watchdog_look look = {
            .now_ms = steps[i].now_ms,
            .requests = steps[i].requests,
            .poll_silence_allowed_ms = steps[i].allowed_ms,
            .answers_taken = steps[i].taken,
            .answers_journalled = steps[i].journalled,
        };
        const char *said = watchdog_judge(&watchdog, &look);
        enum stuck stuck = said == NULL                      ? GOES_ON
                           : strstr(said, "journal") != NULL ? JOURNAL
                                                             : POLLER;
        if (stuck != steps[i].stuck)
            fail_msg("step %zu: %s", i, said != NULL ? said : "goes on");
    }
}
#define FOLLOW(steps) follow(steps, sizeof steps / sizeof *steps)

static void test_poller(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, 0, ALLOWED_MS, 0, 0, GOES_ON},
        {5000, 1, ALLOWED_MS, 1, 1, GOES_ON},
        {5000 + POLL_LIMIT_MS, 1, ALLOWED_MS, 1, 1, GOES_ON},
        {5001 + POLL_LIMIT_MS, 1, ALLOWED_MS, 1, 1, POLLER},
        {9000 + POLL_LIMIT_MS, 2, ALLOWED_MS, 2, 2, GOES_ON}, // one request is enough
    };
    FOLLOW(steps);
}

// The feeds are this daemon's, but none may be asked yet: no silence is too long.
static void test_take_over(void **state)
{
    (void)state;
    struct watchdog watchdog;
    struct watchdog_look look = {.take_over_ms = WATCHDOG_TAKE_OVER_MS};
    watchdog_init(&watchdog, 0);
    assert_null(watchdog_judge(&watchdog, &look));
    look.take_over_ms++;
    assert_non_null(strstr(watchdog_judge(&watchdog, &look), "another daemon"));
    look.take_over_ms = 0;
    assert_null(watchdog_judge(&watchdog, &look));
}

static void test_nothing_due(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, 0, 0, 0, 0, GOES_ON},
        {10000000, 0, 0, 0, 0,
         GOES_ON}, // a journal that is full for hours, a feed that said "later"
        // Due from now on: the hours before do not count.
        {10005000, 0, ALLOWED_MS, 0, 0, GOES_ON},
        {10005001 + POLL_LIMIT_MS, 0, ALLOWED_MS, 0, 0, POLLER},
    };
    FOLLOW(steps);
}

// A quick feed waits while a slow one is not due: when the quick one may be asked again, its own
// time begins.
static void test_shorter_from_now_on(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, 1, 4000000, 1, 1, GOES_ON},
        {3000000, 1, 4000000, 1, 1, GOES_ON},
        {3005000, 1, ALLOWED_MS, 1, 1, GOES_ON},
        {3005000 + POLL_LIMIT_MS, 1, ALLOWED_MS, 1, 1, GOES_ON},
        {3005001 + POLL_LIMIT_MS, 1, ALLOWED_MS, 1, 1, POLLER},
    };
    FOLLOW(steps);
}

static void test_journal(void **state)
{
    (void)state;
    static const struct step steps[] = {
        {0, 0, ALLOWED_MS, 0, 0, GOES_ON},
        {1000, 1, ALLOWED_MS, 2, 1, GOES_ON},
        {1000 + WATCHDOG_JOURNAL_SILENCE_MS, 1, ALLOWED_MS, 2, 1, GOES_ON},
        {1001 + WATCHDOG_JOURNAL_SILENCE_MS, 1, ALLOWED_MS, 2, 1, JOURNAL},
        // That requests go on is no excuse.
        {2000 + WATCHDOG_JOURNAL_SILENCE_MS, 9, ALLOWED_MS, 9, 1, JOURNAL},
        {3000 + WATCHDOG_JOURNAL_SILENCE_MS, 9, ALLOWED_MS, 9, 2, GOES_ON},
        // Slow but going on.
        {2000 + 2 * WATCHDOG_JOURNAL_SILENCE_MS, 10, ALLOWED_MS, 99, 3, GOES_ON},
        // Nothing waits: silence is no fault.
        {9000 + 2 * WATCHDOG_JOURNAL_SILENCE_MS, 11, ALLOWED_MS, 99, 99, GOES_ON},
        {70000 + 3 * WATCHDOG_JOURNAL_SILENCE_MS, 12, ALLOWED_MS, 99, 99, GOES_ON},
    };
    FOLLOW(steps);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_poller),    cmocka_unit_test(test_nothing_due),
        cmocka_unit_test(test_take_over), cmocka_unit_test(test_shorter_from_now_on),
        cmocka_unit_test(test_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
