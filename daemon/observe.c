// SPDX-License-Identifier: MIT
#include "observe_internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>

// How often it is looked at whether all goes on, unless systemd wants it more often.
#define LOOK_INTERVAL_MS 5000
#define STALL_WINDOW_MS 60000
#define STATUS_LINE_MAX 300

// --- for systemd ----------------------------------------------------------------------------------

// How long no request at all may end, by the feeds that may be asked now; 0 when none may.
static uint64_t poll_silence_allowed_ms(const struct observer *observer,
                                        const struct metrics *metrics)
{
    double allowed_s = 0;
    if (observer->journal_full)
        return 0;
    for (size_t i = 0; i < metrics->feed_count; i++) {
        const struct metrics_feed *row = &metrics->feeds[i];
        const struct config_feed *feed = config_feed_find(observer->parts.config, row->feed);
        bool cannot_be_asked = row->last_asked_at == UTC_UNKNOWN && row->last_error[0] != '\0';
        bool waits = row->not_before != UTC_UNKNOWN && row->not_before > metrics->now;
        if (feed == NULL || cannot_be_asked || !row->may_be_asked || waits ||
            row->requests_left == 0)
            continue;
        double feed_s = feed->interval_s + feed->timeout_s;
        if (feed->max_requests_per_s > 0)
            feed_s += 1 / feed->max_requests_per_s;
        if (row->requests_left != UINT64_MAX) // spread over what is left of the day
            feed_s += (double)UTC_DAY / (double)UTC_SECOND / (double)row->requests_left;
        allowed_s = allowed_s == 0 || feed_s < allowed_s ? feed_s : allowed_s;
    }
    return (uint64_t)(allowed_s * 1000);
}

static void note_stalls(struct observer *observer, uint64_t now_ms)
{
    uint64_t worst_us = stall_monitor_take_worst(observer->parts.stalls);
    if (now_ms - observer->stall_window_ms >= STALL_WINDOW_MS) {
        observer->stall_before_us = observer->stall_window_us;
        observer->stall_window_us = 0;
        observer->stall_window_ms = now_ms;
    }
    if (worst_us > observer->stall_window_us)
        observer->stall_window_us = worst_us;
}

static void note_progress(struct observer *observer, const struct metrics *metrics, uint64_t now_ms)
{
    struct watchdog_look look = {
        .now_ms = now_ms,
        .requests = observer->requests_ended,
        .poll_silence_allowed_ms = poll_silence_allowed_ms(observer, metrics),
        .answers_taken = observer->answers_taken,
        .answers_journalled = metrics->answers,
        .take_over_ms = observer->taking_over ? now_ms - observer->taking_over_since_ms : 0,
    };
    const char *stuck = watchdog_judge(&observer->watchdog, &look);
    if (stuck != NULL && observer->stuck == NULL)
        log_event(LOG_EVENT_STUCK, NULL, "%s; the watchdog is not fed any more", stuck);
    else if (stuck == NULL && observer->stuck != NULL)
        log_event(LOG_EVENT_UNSTUCK, NULL, "it goes on again");
    observer->stuck = stuck;
}

static void look(uv_timer_t *timer)
{
    struct observer *observer = timer->data;
    struct poller_status rows[CONFIG_FEEDS_MAX];
    struct metrics_feed feeds[CONFIG_FEEDS_MAX];
    struct metrics metrics;
    struct text line;
    uint64_t now_ms = uv_now(observer->parts.loop);
    observer_gather(observer, rows, feeds, &metrics);
    if (metrics.store_lag_entries == 0)
        observer->store_in_step_ms = now_ms;
    backlog_look(observer->backlog, observer->parts.config);
    note_stalls(observer, now_ms);
    note_progress(observer, &metrics, now_ms);
    metrics.stuck = observer->stuck;
    text_init(&line, STATUS_LINE_MAX);
    metrics_render_line(&metrics, &line);
    watchdog_notify(line.bytes, observer->stuck);
    text_done(&line);
}

// --- life cycle -----------------------------------------------------------------------------------

void observer_handle_closed(void *data)
{
    struct observer *observer = data;
    if (--observer->handles_open > 0)
        return;
    free(observer->listen);
    free(observer);
}

struct observer *observer_new(const struct observer_settings *settings)
{
    struct observer *observer = memory_allocate_zeroed(1, sizeof *observer);
    uint64_t now_ms = uv_now(settings->loop);
    uint64_t interval_ms = watchdog_interval_ms(LOOK_INTERVAL_MS);
    observer->parts = *settings;
    observer->started_at = clock_now();
    observer->store_in_step_ms = observer->stall_window_ms = now_ms;
    observer->backlog = backlog_new(settings->pipeline);
    backlog_look(observer->backlog, settings->config);
    watchdog_init(&observer->watchdog, now_ms);
    uv_timer_init(settings->loop, &observer->timer);
    observer->timer.data = observer;
    observer->handles_open = 1;
    uv_timer_start(&observer->timer, look, interval_ms, interval_ms);
    observer_open_server(observer);
    return observer;
}

void observer_store_state(struct observer *observer, enum store_state state)
{
    observer->store_state = state;
}

void observer_journal_full(struct observer *observer, bool full)
{
    observer->journal_full = full;
}

void observer_taking_over(struct observer *observer, bool taking_over)
{
    if (taking_over && !observer->taking_over)
        observer->taking_over_since_ms = uv_now(observer->parts.loop);
    observer->taking_over = taking_over;
}

void observer_set_config(struct observer *observer, const struct config *config)
{
    observer->parts.config = config;
    observer_forget_feeds(observer);
    const char *listen = config->status_listen;
    bool same = listen != NULL && observer->listen != NULL && strcmp(listen, observer->listen) == 0;
    if (same)
        return;
    observer_close_server(observer);
    observer_open_server(observer);
}

static void timer_closed(uv_handle_t *handle)
{
    observer_handle_closed(handle->data);
}

void observer_close(struct observer *observer)
{
    if (observer == NULL)
        return;
    backlog_close(TAKE(observer->backlog));
    observer_close_server(observer);
    uv_close((uv_handle_t *)&observer->timer, timer_closed);
}
