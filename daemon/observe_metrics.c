// SPDX-License-Identifier: MIT
#include "observe_internal.h"

#include "base/clock.h"
#include "build_config.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

// Resident pages are the second number of statm (proc(5)).
static uint64_t resident_bytes(void)
{
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL)
        return 0;
    if (fscanf(file, "%*u %llu", &pages) != 1)
        pages = 0;
    fclose(file);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t open_descriptors(void)
{
    uint64_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL)
        return 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count > 0 ? count - 1 : 0; // not the folder's own
}

static const enum metrics_database_state database_states[] = {
    [STORE_CONNECTING] = METRICS_DATABASE_CONNECTING,
    [STORE_READY] = METRICS_DATABASE_READY,
    [STORE_AWAY] = METRICS_DATABASE_AWAY,
    [STORE_REFUSED] = METRICS_DATABASE_REFUSED,
};

// The feeds that are asked now. Returns how many.
static size_t describe_feeds(struct observer *observer, struct poller_status rows[CONFIG_FEEDS_MAX],
                             struct metrics_feed feeds[CONFIG_FEEDS_MAX])
{
    size_t count = poller_status(observer->parts.poller, rows, CONFIG_FEEDS_MAX);
    if (count > CONFIG_FEEDS_MAX)
        count = CONFIG_FEEDS_MAX;
    for (size_t i = 0; i < count; i++)
        observer_describe_feed(observer, &rows[i], &feeds[i]);
    return count;
}

// The worst stall of this minute and the one before it.
static double recent_stall_s(const struct observer *observer)
{
    uint64_t worst_us = observer->stall_window_us > observer->stall_before_us
                            ? observer->stall_window_us
                            : observer->stall_before_us;
    return (double)worst_us / 1e6;
}

static double age_s(utc_us since)
{
    utc_us now = clock_now();
    return since == UTC_UNKNOWN || since > now ? 0 : utc_to_seconds(now - since);
}

// Webhooks that take nothing. Returns how many.
static size_t gather_troubles(struct observer *observer)
{
    struct alert_delivery_trouble found[CONFIG_WEBHOOKS_MAX];
    size_t count = alert_delivery_troubles(observer->parts.delivery, found, CONFIG_WEBHOOKS_MAX);
    for (size_t i = 0; i < count; i++) {
        struct metrics_trouble *trouble = &observer->troubles[i];
        trouble->disabled = found[i].disabled;
        trouble->since = found[i].since;
        text_copy(trouble->webhook, sizeof trouble->webhook, found[i].webhook);
        text_copy(trouble->reason, sizeof trouble->reason, found[i].reason);
    }
    return count;
}

void observer_gather(struct observer *observer, struct poller_status rows[CONFIG_FEEDS_MAX],
                     struct metrics_feed feeds[CONFIG_FEEDS_MAX], struct metrics *ret_metrics)
{
    const struct observer_settings *parts = &observer->parts;
    struct pipeline_counters counters = pipeline_counters(parts->pipeline);
    struct alert_delivery_counters alerts = alert_delivery_counters(parts->delivery);
    const struct backlog_numbers *backlog = backlog_numbers(observer->backlog);
    int64_t lag = counters.last_sequence - counters.stored_sequence;
    *ret_metrics = (struct metrics){
        .version = SKYWITNESS_VERSION,
        .started_at = observer->started_at,
        .now = clock_now(),
        .stuck = observer->stuck,
        .feeds = feeds,
        .feed_count = describe_feeds(observer, rows, feeds),
        .answers = counters.answers,
        .bad_answers = counters.bad_answers,
        .points = counters.points,
        .duplicates = counters.duplicates,
        .open_sightings = counters.open_sightings,
        .aircraft = counters.aircraft,
        .journal_entries = counters.journal.entries,
        .journal_bytes = counters.journal.bytes,
        .journal_limit_bytes = parts->config->journal_limit_bytes,
        .journal_full = observer->journal_full,
        .taking_over = observer->taking_over,
        .journal_oldest_s = lag > 0 ? age_s(backlog->oldest_waiting_at) : 0,
        .database = database_states[observer->store_state],
        .store_lag_entries = lag > 0 ? (uint64_t)lag : 0,
        .store_lag_s =
            lag > 0 ? (double)(uv_now(parts->loop) - observer->store_in_step_ms) / 1000.0 : 0,
        .webhooks = backlog->webhooks,
        .webhook_count = backlog->webhook_count,
        .alerts_delivered = alerts.delivered,
        .alert_tries_failed = alerts.failed_tries,
        .alerts_dead = alerts.dead,
        .webhooks_failing = alerts.failing_webhooks,
        .webhooks_disabled = alerts.disabled_webhooks,
        .troubles = observer->troubles,
        .trouble_count = gather_troubles(observer),
        .loop_stall_worst_s = (double)stall_monitor_worst_us(parts->stalls) / 1e6,
        .loop_stall_recent_s = recent_stall_s(observer),
        .resident_bytes = resident_bytes(),
        .open_descriptors = open_descriptors(),
    };
}
