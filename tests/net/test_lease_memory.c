// SPDX-License-Identifier: MIT
// What is remembered of other daemons over a restart, with a feed of the very name that the file's
// own words use.
#include "base/text.h"
#include "lease_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char one[] = "one", others[] = "others";
static struct config_feed feeds[] = {{.id = one, .enabled = true}, {.id = others, .enabled = true}};
static const struct config config = {.feeds = feeds, .feed_count = 2};
static char path[] = "lease-memory-XXXXXX";

static struct lease_policy read_back(void)
{
    struct lease_policy policy = {0};
    lease_policy_want(&policy, &config);
    lease_memory_load(path, &policy);
    return policy;
}

static void remembered(bool are_others, bool one_is_mine, bool others_is_mine)
{
    struct lease_policy policy = {.others = are_others};
    lease_policy_want(&policy, &config);
    lease_policy_find(&policy, "one")->mine = one_is_mine;
    lease_policy_find(&policy, "others")->mine = others_is_mine;
    char *text = lease_memory_text(&policy);
    lease_memory_save(path, text);
    free(text);
    lease_policy_done(&policy);
    policy = read_back();
    assert_true(policy.known);
    assert_int_equal(policy.others, are_others);
    assert_int_equal(lease_policy_find(&policy, "one")->mine, one_is_mine);
    assert_int_equal(lease_policy_find(&policy, "others")->mine, others_is_mine);
    lease_policy_done(&policy);
}

static void test_all_is_remembered(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 8; i++)
        remembered(i & 1, i & 2, i & 4);
}

static void test_what_says_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "others\n", "one perhaps\n", "others many\nx"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        lease_memory_save(path, texts[i]);
        struct lease_policy policy = read_back();
        assert_false(policy.known);
        assert_false(policy.others);
        assert_true(lease_policy_find(&policy, "one")->mine);
        lease_policy_done(&policy);
    }
    unlink(path);
    struct lease_policy policy = read_back();
    assert_false(policy.known);
    lease_policy_done(&policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_is_remembered),
        cmocka_unit_test(test_what_says_nothing),
    };
    int file = mkstemp(path);
    if (file < 0)
        return 1;
    close(file);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
