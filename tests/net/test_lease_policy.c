// SPDX-License-Identifier: MIT
// Whether a feed may be asked, by a clock of the test's own: who holds it, how old that knowledge
// is, and what is known while PostgreSQL is away.
#include "base/text.h"
#include "feed/lease_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOON (UTC_DAY * 20000 + 12 * UTC_HOUR)

static char one[] = "one", two[] = "two", three[] = "three", off[] = "off";
static struct config_feed feeds[] = {
    {.id = one, .enabled = true},
    {.id = two, .enabled = true},
    {.id = off, .enabled = false},
};
static const struct config config = {.feeds = feeds, .feed_count = 3};

static struct lease_policy starting(void)
{
    struct lease_policy policy = {.waiting = true};
    lease_policy_want(&policy, &config);
    return policy;
}

static void look(struct lease_policy *policy, utc_us asked_at, bool mine, bool others)
{
    array_foreach (&policy->feeds, feed) {
        feed->mine = mine;
        feed->free = false;
    }
    policy->others = others;
    lease_policy_looked(policy, asked_at);
}

static bool allows(const struct lease_policy *policy, utc_us now)
{
    bool allowed = lease_policy_allows(policy, "one", now);
    assert_int_equal(lease_policy_allows(policy, "two", now), allowed);
    assert_false(lease_policy_allows(policy, "off", now));
    assert_false(lease_policy_allows(policy, "unknown", now));
    return allowed;
}

static void test_in_contact(void **state)
{
    struct lease_policy policy = starting();
    (void)state;
    assert_false(allows(&policy, NOON)); // before the first look nobody knows
    lease_policy_connected(&policy, NOON);
    assert_false(allows(&policy, NOON));
    look(&policy, NOON, true, false);
    assert_true(allows(&policy, NOON));
    // Believed for less than the server waits, also when nothing else is known: the process may
    // have been stopped.
    assert_true(LEASE_BELIEVED < LEASE_SERVER_PATIENCE);
    assert_true(allows(&policy, NOON + LEASE_BELIEVED));
    assert_false(allows(&policy, NOON + LEASE_BELIEVED + 1));
    look(&policy, NOON + LEASE_SERVER_PATIENCE, false, true);
    assert_false(allows(&policy, NOON + LEASE_SERVER_PATIENCE));
    lease_policy_done(&policy);
}

static void test_without_postgresql_from_the_start(void **state)
{
    struct lease_policy policy = starting();
    (void)state;
    lease_policy_failed(&policy, true);
    assert_true(allows(&policy, NOON));
    lease_policy_failed(&policy, false);
    assert_true(allows(&policy, NOON));
    lease_policy_done(&policy);
}

static void test_alone_and_postgresql_goes(void **state)
{
    struct lease_policy policy = starting();
    (void)state;
    lease_policy_connected(&policy, NOON);
    look(&policy, NOON, true, false);
    // Whoever was stopped for long has lost more than its session: the next try tells.
    lease_policy_lost(&policy);
    assert_false(allows(&policy, NOON + 1));
    lease_policy_failed(&policy, false); // cut off, or the server is in trouble
    assert_true(allows(&policy, NOON + UTC_DAY));
    lease_policy_done(&policy);
}

static void test_one_of_two_and_postgresql_goes(void **state)
{
    struct lease_policy holder = starting(), standby = starting();
    (void)state;
    lease_policy_connected(&holder, NOON);
    lease_policy_connected(&standby, NOON);
    look(&holder, NOON, true, true);
    look(&standby, NOON, false, true);
    lease_policy_lost(&holder);
    lease_policy_lost(&standby);
    lease_policy_failed(&standby, true);
    assert_false(allows(&standby, NOON + UTC_HOUR));
    // Cut off: the other one may have taken over by now. Refused: nobody can.
    lease_policy_failed(&holder, false);
    assert_false(allows(&holder, NOON + UTC_HOUR));
    lease_policy_failed(&holder, true);
    assert_true(allows(&holder, NOON + UTC_HOUR));
    // Back: nothing is believed before it was looked, and the other's is left to it for a while.
    lease_policy_connected(&holder, NOON + UTC_HOUR);
    assert_false(allows(&holder, NOON + UTC_HOUR));
    assert_false(lease_policy_is_eager(&holder, NOON + UTC_HOUR + LEASE_COURTESY - 1));
    assert_true(lease_policy_is_eager(&holder, NOON + UTC_HOUR + LEASE_COURTESY));
    lease_policy_done(&holder);
    lease_policy_done(&standby);
}

static void test_nothing_is_asked_while_learning(void **state)
{
    struct lease_policy policy = starting();
    (void)state;
    lease_policy_connected(&policy, NOON);
    look(&policy, NOON, true, true);
    policy.learning = true;
    assert_false(allows(&policy, NOON));
    policy.learning = false;
    assert_true(allows(&policy, NOON));
    policy.off = policy.learning = true;
    assert_true(lease_policy_allows(&policy, "unknown", NOON));
    lease_policy_done(&policy);
}

static void test_other_feeds(void **state)
{
    static struct config_feed more[] = {{.id = three, .enabled = true},
                                        {.id = one, .enabled = true}};
    const struct config changed = {.feeds = more, .feed_count = 2};
    struct lease_policy policy = starting();
    (void)state;
    // A new one is ours only after a look, unless there never was one.
    lease_policy_want(&policy, &changed);
    lease_policy_failed(&policy, true);
    assert_true(lease_policy_allows(&policy, "three", NOON));
    lease_policy_want(&policy, &config);
    lease_policy_connected(&policy, NOON);
    look(&policy, NOON, true, false);
    lease_policy_want(&policy, &changed);
    assert_true(lease_policy_allows(&policy, "one", NOON));
    assert_false(lease_policy_allows(&policy, "three", NOON));
    assert_false(lease_policy_allows(&policy, "two", NOON));
    // Nobody's for some looks in a row.
    struct lease_feed *third = lease_policy_find(&policy, "three");
    for (unsigned i = 1; i <= LEASE_LOOKS_FREE; i++) {
        third->free = true;
        lease_policy_looked(&policy, NOON);
        assert_int_equal(third->looks_free, i);
    }
    third->free = false;
    lease_policy_looked(&policy, NOON);
    assert_int_equal(third->looks_free, 0);
    lease_policy_done(&policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_contact),
        cmocka_unit_test(test_without_postgresql_from_the_start),
        cmocka_unit_test(test_alone_and_postgresql_goes),
        cmocka_unit_test(test_one_of_two_and_postgresql_goes),
        cmocka_unit_test(test_nothing_is_asked_while_learning),
        cmocka_unit_test(test_other_feeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
