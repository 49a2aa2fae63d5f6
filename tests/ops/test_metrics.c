// SPDX-License-Identifier: MIT
#include "ops/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW ((utc_us)1761465600 * UTC_SECOND) // 2025-10-26T08:00:00Z

static struct metrics example(const struct metrics_feed *feeds, size_t feed_count)
{
    return (struct metrics){
        .version = "1.2.3",
        .started_at = NOW - UTC_HOUR,
        .now = NOW,
        .feeds = feeds,
        .feed_count = feed_count,
        .answers = 7,
        .points = 5,
        .open_sightings = 2,
        .journal_limit_bytes = 1 << 20,
        .database = METRICS_DATABASE_READY,
        .resident_bytes = 123456789,
    };
}

static struct metrics_feed example_feed(const char *name)
{
    return (struct metrics_feed){
        .feed = name,
        .polls = 3,
        .errors = 1,
        .requests_left = UINT64_MAX,
        .last_asked_at = NOW - UTC_SECOND,
        .last_good_at = NOW - UTC_SECOND,
        .not_before = UTC_UNKNOWN,
        .last_error = "",
        .may_be_asked = true,
    };
}

static char *render(void (*renderer)(const struct metrics *, struct text *),
                    const struct metrics *metrics)
{
    struct text text;
    text_init(&text, 1 << 20);
    renderer(metrics, &text);
    assert_false(text.failed);
    return text.bytes;
}

static void assert_contains(const char *whole, const char *part)
{
    if (whole == NULL || strstr(whole, part) == NULL)
        fail_msg("%s\nis not in the text", part);
}

static void test_histogram(void **state)
{
    (void)state;
    struct metrics_feed feed = example_feed("lol");
    // A bound belongs to its bucket; a clock that stepped back counts as none.
    const double seconds[] = {0.01, 0.010001, 0.25, 31, -5};
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
        latency_histogram_add(&feed.latency, seconds[i]);
    assert_int_equal(feed.latency.counts[0], 2);
    assert_int_equal(feed.latency.counts[1], 1);
    assert_int_equal(feed.latency.counts[3], 1);
    assert_int_equal(feed.latency.counts[LATENCY_BOUND_COUNT], 1);
    struct metrics metrics = example(&feed, 1);
    char *text = render(metrics_render_prometheus, &metrics);
    assert_contains(text, "skywitness_poll_latency_seconds_bucket{feed=\"lol\",le=\"0.01\"} 2\n");
    assert_contains(text, "skywitness_poll_latency_seconds_bucket{feed=\"lol\",le=\"0.05\"} 3\n");
    assert_contains(text, "skywitness_poll_latency_seconds_bucket{feed=\"lol\",le=\"30\"} 4\n");
    assert_contains(text, "skywitness_poll_latency_seconds_bucket{feed=\"lol\",le=\"+Inf\"} 5\n");
    assert_contains(text, "skywitness_poll_latency_seconds_count{feed=\"lol\"} 5\n");
    free(text);
}

static void test_values(void **state)
{
    (void)state;
    struct metrics_feed feeds[2] = {example_feed("one"), example_feed("two")};
    feeds[1].requests_left = 40;
    feeds[1].not_before = NOW + 90 * UTC_SECOND;
    feeds[0].not_before = NOW - UTC_HOUR;
    struct metrics metrics = example(feeds, 2);
    char *text = render(metrics_render_prometheus, &metrics);
    assert_contains(text, "skywitness_polls_total{feed=\"one\"} 3\n");
    assert_contains(text, "skywitness_poll_errors_total{feed=\"two\"} 1\n");
    assert_contains(text, "skywitness_feed_wait_seconds{feed=\"one\"} 0\n");
    assert_contains(text, "skywitness_feed_wait_seconds{feed=\"two\"} 90\n");
    assert_contains(text, "skywitness_feed_requests_left{feed=\"two\"} 40\n");
    assert_null(strstr(text, "skywitness_feed_requests_left{feed=\"one\"}"));
    assert_contains(text, "process_resident_memory_bytes 123456789\n");
    assert_contains(text, "process_start_time_seconds 1761462000\n");
    assert_contains(text, "skywitness_database_state{state=\"ready\"} 1\n");
    assert_contains(text, "skywitness_database_state{state=\"away\"} 0\n");
    assert_contains(text, "skywitness_build_info{version=\"1.2.3\"} 1\n");
    free(text);
}

static void test_escapes(void **state)
{
    (void)state;
    struct metrics_feed feed = example_feed("a\"b\\c\nd");
    feed.last_error = "tab\there";
    struct metrics metrics = example(&feed, 1);
    char *text = render(metrics_render_prometheus, &metrics);
    assert_contains(text, "skywitness_polls_total{feed=\"a\\\"b\\\\c\\nd\"} 3\n");
    free(text);
    text = render(metrics_render_json, &metrics);
    assert_contains(text, "\"feed\":\"a\\\"b\\\\c\\nd\"");
    assert_null(strchr(text, '\t'));
    free(text);
}

static void test_ready(void **state)
{
    (void)state;
    static const struct {
        enum metrics_database_state database;
        bool full;
        const char *stuck, *reason;
    } table[] = {
        {METRICS_DATABASE_READY, false, NULL, NULL},
        {METRICS_DATABASE_CONNECTING, false, NULL, "PostgreSQL is not connected"},
        {METRICS_DATABASE_AWAY, true, NULL, "the journal is full"},
        {METRICS_DATABASE_READY, true, NULL, "the journal is full"},
        {METRICS_DATABASE_READY, true, "it hangs", "it hangs"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct metrics metrics = example(NULL, 0);
        metrics.database = table[i].database;
        metrics.journal_full = table[i].full;
        metrics.stuck = table[i].stuck;
        const char *reason = NULL;
        assert_int_equal(metrics_ready(&metrics, &reason), table[i].reason == NULL);
        if (table[i].reason != NULL)
            assert_string_equal(reason, table[i].reason);
        metrics_ready(&metrics, NULL);
    }
}

static void test_line(void **state)
{
    (void)state;
    struct metrics_feed feeds[2] = {example_feed("one"), example_feed("two")};
    feeds[1].failures_in_a_row = 4;
    struct metrics metrics = example(feeds, 2);
    metrics.store_lag_entries = 12;
    metrics.database = METRICS_DATABASE_AWAY;
    metrics.stuck = "it hangs";
    char *text = render(metrics_render_line, &metrics);
    assert_string_equal(
        text, "1 of 2 feeds answer; 2 open sightings; 12 entries wait for PostgreSQL (away); "
              "it hangs");
    free(text);
}

// What another daemon asks is neither an answer nor a silence of ours.
static void test_standing_by(void **state)
{
    (void)state;
    struct metrics_feed feeds[3] = {example_feed("one"), example_feed("two"),
                                    example_feed("three")};
    struct metrics metrics = example(feeds, 3);
    feeds[1].may_be_asked = false;
    char *text = render(metrics_render_line, &metrics);
    assert_string_equal(text, "2 of 2 feeds answer; stands by for 1 feeds; 2 open sightings; "
                              "0 entries wait for PostgreSQL (ready)");
    free(text);
    feeds[0].may_be_asked = feeds[2].may_be_asked = false;
    text = render(metrics_render_line, &metrics);
    assert_string_equal(
        text, "stands by for 3 feeds; 2 open sightings; 0 entries wait for PostgreSQL (ready)");
    free(text);
    text = render(metrics_render_json, &metrics);
    assert_contains(text, "\"stands_by_for\":3,");
    free(text);
}

static void names_webhooks_that_take_nothing(void **state)
{
    (void)state;
    static const struct metrics_trouble troubles[] = {
        {.webhook = "desk", .since = UTC_DAY * 20000, .reason = "HTTP status 500 \"\\"},
        {.webhook = "gone",
         .disabled = true,
         .since = UTC_DAY * 20000,
         .reason = "HTTP status 410"}};
    struct metrics metrics = example(NULL, 0);
    metrics.troubles = troubles;
    metrics.trouble_count = 2;
    char *text = render(metrics_render_json, &metrics);
    assert_contains(
        text,
        "\"troubles\":[{\"webhook\":\"desk\",\"disabled\":false,\"since\":\"2024-10-04T00:00:00Z\","
        "\"reason\":\"HTTP status 500 \\\"\\\\\"},{\"webhook\":\"gone\",\"disabled\":true,");
    free(text);
    text = render(metrics_render_line, &metrics);
    assert_contains(text, "; webhook desk takes nothing; webhook gone is disabled");
    free(text);
}

static void shows_what_waits(void **state)
{
    (void)state;
    const struct metrics_webhook webhooks[] = {{"desk", 3}, {"q\"uote", 0}};
    struct metrics metrics = example(NULL, 0);
    metrics.duplicates = 12;
    metrics.journal_oldest_s = 90.5;
    metrics.webhooks = webhooks;
    metrics.webhook_count = 2;
    char *text = render(metrics_render_prometheus, &metrics);
    assert_contains(text, "skywitness_outbox_alerts{webhook=\"desk\"} 3\n");
    assert_contains(text, "skywitness_outbox_alerts{webhook=\"q\\\"uote\"} 0\n");
    assert_contains(text, "skywitness_journal_oldest_age_seconds 90.5\n");
    assert_contains(text, "skywitness_duplicates_total 12\n");
    free(text);
    text = render(metrics_render_json, &metrics);
    assert_contains(text, "\"queued\":{\"desk\":3,\"q\\\"uote\":0}");
    assert_contains(text, "\"oldest_age_s\":90.500");
    free(text);
    text = render(metrics_render_line, &metrics);
    assert_contains(text, "; 3 alerts wait for webhooks");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_histogram),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_ready),
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_standing_by),
        cmocka_unit_test(names_webhooks_that_take_nothing),
        cmocka_unit_test(shows_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
