// SPDX-License-Identifier: MIT
// One alert a feed's trouble and one for its end, whatever lies between: a restart, another
// address.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alert/feed_watch.h"

#include <string.h>

#define NOW (UTC_DAY * 20000)

static void test_silent_and_well_again(void **state)
{
    (void)state;
    struct feed_watch watch = {0};
    struct alert_event event;
    feed_watch_bad(&watch, "one", false, "HTTP status 503", NOW);
    feed_watch_bad(&watch, "two", true, "HTML in place of JSON", NOW + UTC_MINUTE);
    assert_false(feed_watch_next(&watch, NOW + FEED_WATCH_PATIENCE - 1, &event));
    assert_true(feed_watch_next(&watch, NOW + FEED_WATCH_PATIENCE, &event));
    assert_int_equal(event.type, ALERT_FEED_SILENT);
    assert_string_equal(event.subject, "one");
    assert_string_equal(event.reason, "HTTP status 503");
    assert_false(feed_watch_next(&watch, NOW + FEED_WATCH_PATIENCE, &event));
    assert_false(
        feed_watch_good(&watch, "two", NOW + FEED_WATCH_PATIENCE, &event)); // nobody was told
    assert_true(feed_watch_good(&watch, "one", NOW + UTC_HOUR, &event));
    assert_int_equal(event.type, ALERT_FEED_RECOVERED);
    assert_false(feed_watch_next(&watch, NOW + UTC_DAY, &event));
    feed_watch_done(&watch);
}

static void test_a_restart_repeats_nothing(void **state)
{
    (void)state;
    struct feed_watch before = {0}, after = {0};
    struct alert_event silent, event;
    feed_watch_bad(&before, "told", false, "HTTP status 503", NOW);
    assert_true(feed_watch_next(&before, NOW + UTC_HOUR, &silent));
    feed_watch_bad(&before, "untold", false, "HTTP status 503", NOW + UTC_DAY - UTC_HOUR);
    feed_watch_bad(&before, "long ago", false, "HTTP status 503", NOW);
    array_foreach (&before.troubles, trouble)
        feed_watch_restore(&after, trouble);
    // It says nothing of now until it is asked again.
    assert_false(feed_watch_next(&after, NOW + UTC_DAY, &event));
    feed_watch_bad(&after, "told", false, "HTTP status 502", NOW + UTC_DAY);
    assert_false(feed_watch_next(&after, NOW + UTC_DAY, &event));
    assert_true(feed_watch_good(&after, "told", NOW + UTC_DAY, &event));
    // Nobody asked the third for a day.
    feed_watch_bad(&after, "long ago", false, "HTTP status 503", NOW + UTC_DAY);
    assert_false(feed_watch_next(&after, NOW + UTC_DAY + FEED_WATCH_PATIENCE - 1, &event));
    assert_true(feed_watch_next(&after, NOW + UTC_DAY + FEED_WATCH_PATIENCE, &event));
    assert_string_equal(event.subject, "long ago");
    // The other has been so since then, under the id that it would have had.
    feed_watch_bad(&after, "untold", false, "HTTP status 503", NOW + UTC_DAY);
    assert_true(feed_watch_next(&after, NOW + UTC_DAY, &event));
    assert_true(feed_watch_next(&before, NOW + UTC_DAY, &silent));
    assert_memory_equal(event.alert_id, silent.alert_id, sizeof event.alert_id);
    feed_watch_done(&before);
    feed_watch_done(&after);
}

static void test_one_that_is_gone(void **state)
{
    (void)state;
    struct feed_watch watch = {0};
    struct alert_event event;
    feed_watch_bad(&watch, "gone", false, "", NOW);
    feed_watch_bad(&watch, "here", false, "", NOW);
    feed_watch_drop(&watch, "gone");
    feed_watch_drop(&watch, "never");
    assert_null(feed_watch_find(&watch, "gone"));
    assert_true(feed_watch_next(&watch, NOW + UTC_HOUR, &event));
    assert_string_equal(event.subject, "here");
    assert_false(feed_watch_next(&watch, NOW + UTC_HOUR, &event));
    feed_watch_bad(&watch, "gone", false, "", NOW + UTC_HOUR);
    assert_true(feed_watch_next(&watch, NOW + 2 * UTC_HOUR, &event));
    feed_watch_done(&watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_silent_and_well_again),
        cmocka_unit_test(test_a_restart_repeats_nothing),
        cmocka_unit_test(test_one_that_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
