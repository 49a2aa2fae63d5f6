// SPDX-License-Identifier: MIT
#include "observe.h"

#include "base/log.h"
#include "build_config.h"
#include "ops/metrics.h"
#include "ops/status_server.h"
#include "ops/watchdog.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// How often it is looked at whether all goes on, unless systemd wants it more often.
#define LOOK_INTERVAL_MS 5000
#define STALL_WINDOW_MS 60000
#define STATUS_LINE_MAX 300
// Feeds of this and of earlier configurations.
#define TALLIES_MAX (4 * (size_t)CONFIG_FEEDS_MAX)

// What is counted of a feed, over reloads.
struct tally {
    char feed[FEED_ID_SIZE];
    uint64_t polls, errors;
    utc_us last_good_at;
    struct latency_histogram latency;
};

struct observer {
    struct observer_settings parts;
    char *listen; // as the server was opened, or NULL
    struct status_server *server;
    uv_timer_t timer;
    unsigned handles_open; // the timer, and each server that is open or closing

    utc_us started_at;
    struct tally tallies[TALLIES_MAX];
    size_t tally_count;
    uint64_t answers_taken;
    enum store_state store_state;
    bool journal_full;
    uint64_t store_in_step_ms; // when PostgreSQL last had everything

    uint64_t stall_window_ms, stall_window_us, stall_before_us;
    struct watchdog watchdog;
    const char *stuck;
};

static utc_us wall_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (utc_us)now.tv_sec * UTC_SECOND + now.tv_nsec / 1000;
}

// --- feeds ----------------------------------------------------------------------------------------

// NULL when there are more feeds than a configuration may have, four times over.
static struct tally *tally_of(struct observer *observer, const char *feed)
{
    for (size_t i = 0; i < observer->tally_count; i++)
        if (strcmp(observer->tallies[i].feed, feed) == 0)
            return &observer->tallies[i];
    if (observer->tally_count == TALLIES_MAX)
        return NULL;
    struct tally *tally = &observer->tallies[observer->tally_count++];
    text_copy(tally->feed, sizeof tally->feed, feed);
    tally->last_good_at = UTC_UNKNOWN;
    return tally;
}

void observer_polled(struct observer *observer, const char *feed, const struct http_response *response)
{
    observer->answers_taken++;
    struct tally *tally = tally_of(observer, feed);
    if (tally != NULL && response->outcome == HTTP_ANSWERED)
        latency_histogram_add(&tally->latency,
                              utc_to_seconds(response->answered_at - response->asked_at));
}

void observer_judged(struct observer *observer, const char *feed, enum intake_verdict verdict)
{
    struct tally *tally = tally_of(observer, feed);
    if (tally == NULL)
        return;
    tally->polls++;
    if (verdict == INTAKE_GOOD)
        tally->last_good_at = wall_clock();
    else
        tally->errors++;
}

static void describe_feed(struct observer *observer, const struct poller_status *row,
                          struct metrics_feed *ret_feed)
{
    static const struct tally none = {.last_good_at = UTC_UNKNOWN};
    const struct tally *tally = tally_of(observer, row->feed);
    if (tally == NULL)
        tally = &none;
    *ret_feed = (struct metrics_feed){
        .feed = row->feed,
        .polls = tally->polls,
        .errors = tally->errors,
        .failures_in_a_row = row->failures_in_a_row,
        .requests_left = row->budget_left,
        .last_asked_at = row->last_asked_at,
        .last_good_at = tally->last_good_at,
        .not_before = row->not_before,
        .last_error = row->last_error,
        .latency = tally->latency,
    };
}

// --- what all is now ------------------------------------------------------------------------------

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

// Everything of `metrics` points into the observer's parts, `rows` or `feeds`.
static void gather(struct observer *observer, struct poller_status rows[CONFIG_FEEDS_MAX],
                   struct metrics_feed feeds[CONFIG_FEEDS_MAX], struct metrics *ret_metrics)
{
    static const enum metrics_database_state states[] = {
        [STORE_CONNECTING] = METRICS_DATABASE_CONNECTING,
        [STORE_READY] = METRICS_DATABASE_READY,
        [STORE_AWAY] = METRICS_DATABASE_AWAY,
        [STORE_REFUSED] = METRICS_DATABASE_REFUSED,
    };
    const struct observer_settings *parts = &observer->parts;
    struct pipeline_counters counters = pipeline_counters(parts->pipeline);
    struct alert_delivery_counters alerts = alert_delivery_counters(parts->delivery);
    size_t feed_count = poller_status(parts->poller, rows, CONFIG_FEEDS_MAX);
    if (feed_count > CONFIG_FEEDS_MAX)
        feed_count = CONFIG_FEEDS_MAX;
    for (size_t i = 0; i < feed_count; i++)
        describe_feed(observer, &rows[i], &feeds[i]);
    int64_t lag = counters.last_sequence - counters.stored_sequence;
    uint64_t recent_us = observer->stall_window_us > observer->stall_before_us
                             ? observer->stall_window_us
                             : observer->stall_before_us;
    *ret_metrics = (struct metrics){
        .version = SKYWITNESS_VERSION,
        .started_at = observer->started_at,
        .now = wall_clock(),
        .stuck = observer->stuck,
        .feeds = feeds,
        .feed_count = feed_count,
        .answers = counters.answers,
        .bad_answers = counters.bad_answers,
        .points = counters.points,
        .open_sightings = counters.open_sightings,
        .aircraft = counters.aircraft,
        .journal_entries = counters.journal.entries,
        .journal_bytes = counters.journal.bytes,
        .journal_limit_bytes = parts->config->journal_limit_bytes,
        .journal_full = observer->journal_full,
        .database = states[observer->store_state],
        .store_lag_entries = lag > 0 ? (uint64_t)lag : 0,
        .store_lag_s =
            lag > 0 ? (double)(uv_now(parts->loop) - observer->store_in_step_ms) / 1000.0 : 0,
        .alerts_delivered = alerts.delivered,
        .alert_tries_failed = alerts.failed_tries,
        .alerts_dead = alerts.dead,
        .webhooks_failing = alerts.failing_webhooks,
        .webhooks_disabled = alerts.disabled_webhooks,
        .loop_stall_worst_s = (double)stall_monitor_worst_us(parts->stalls) / 1e6,
        .loop_stall_recent_s = (double)recent_us / 1e6,
        .resident_bytes = resident_bytes(),
        .open_descriptors = open_descriptors(),
    };
}

// --- over HTTP ------------------------------------------------------------------------------------

static void serve_metrics(const struct metrics *metrics, struct status_answer *answer)
{
    answer->status = 200;
    answer->content_type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_render_prometheus(metrics, &answer->body);
}

static void serve_status(const struct metrics *metrics, struct status_answer *answer)
{
    answer->status = 200;
    answer->content_type = "application/json";
    metrics_render_json(metrics, &answer->body);
}

static void serve_health(const struct metrics *metrics, struct status_answer *answer)
{
    answer->status = metrics->stuck == NULL ? 200 : 503;
    text_append_format(&answer->body, "%s\n", metrics->stuck == NULL ? "good" : metrics->stuck);
}

static void serve_readiness(const struct metrics *metrics, struct status_answer *answer)
{
    const char *reason = "ready";
    answer->status = metrics_ready(metrics, &reason) ? 200 : 503;
    text_append_format(&answer->body, "%s\n", reason);
}

static const struct {
    const char *path;
    void (*serve)(const struct metrics *metrics, struct status_answer *answer);
} pages[] = {
    {"/metrics", serve_metrics},
    {"/status", serve_status},
    {"/healthz", serve_health},
    {"/readyz", serve_readiness},
};

static void serve_page(void *data, const char *path, struct status_answer *answer)
{
    struct observer *observer = data;
    struct poller_status rows[CONFIG_FEEDS_MAX];
    struct metrics_feed feeds[CONFIG_FEEDS_MAX];
    struct metrics metrics;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (strcmp(path, pages[i].path) == 0) {
            gather(observer, rows, feeds, &metrics);
            pages[i].serve(&metrics, answer);
        }
}

static void free_if_all_closed(void *data)
{
    struct observer *observer = data;
    if (--observer->handles_open > 0)
        return;
    free(observer->listen);
    free(observer);
}

static void close_server(struct observer *observer)
{
    if (observer->server != NULL)
        status_server_close(observer->server, free_if_all_closed, observer);
    observer->server = NULL;
    free(observer->listen);
    observer->listen = NULL;
}

static void open_server(struct observer *observer)
{
    struct error error;
    const char *listen = observer->parts.config->status_listen;
    if (listen == NULL)
        return;
    if (status_server_open(observer->parts.loop, listen, serve_page, observer, &observer->server,
                           &error) < 0) {
        // Another daemon's page, or a port in use: no reason to watch nothing.
        log_warning("no status page: %s", error.message);
        return;
    }
    observer->handles_open++;
    observer->listen = memory_copy_string(listen);
    log_info("status and metrics at %s", listen);
}

// --- for systemd ----------------------------------------------------------------------------------

// How long no request at all may end, by the feeds that may be asked now; 0 when none may.
static uint64_t poll_silence_allowed_ms(const struct observer *observer, const struct metrics *metrics)
{
    double allowed_s = 0;
    if (observer->journal_full)
        return 0;
    for (size_t i = 0; i < metrics->feed_count; i++) {
        const struct metrics_feed *row = &metrics->feeds[i];
        const struct config_feed *feed = config_feed_find(observer->parts.config, row->feed);
        bool cannot_be_asked = row->last_asked_at == UTC_UNKNOWN && row->last_error[0] != '\0';
        bool waits = row->not_before != UTC_UNKNOWN && row->not_before > metrics->now;
        if (feed == NULL || cannot_be_asked || waits || row->requests_left == 0)
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
        .poll_silence_allowed_ms = poll_silence_allowed_ms(observer, metrics),
        .answers_taken = observer->answers_taken,
        .answers_journalled = metrics->answers,
    };
    for (size_t i = 0; i < observer->tally_count; i++)
        look.requests += observer->tallies[i].polls;
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
    gather(observer, rows, feeds, &metrics);
    if (metrics.store_lag_entries == 0)
        observer->store_in_step_ms = now_ms;
    note_stalls(observer, now_ms);
    note_progress(observer, &metrics, now_ms);
    metrics.stuck = observer->stuck;
    text_init(&line, STATUS_LINE_MAX);
    metrics_render_line(&metrics, &line);
    watchdog_notify(line.bytes, observer->stuck);
    text_done(&line);
}

// --- life cycle -----------------------------------------------------------------------------------

struct observer *observer_new(const struct observer_settings *settings)
{
    struct observer *observer = memory_allocate_zeroed(1, sizeof *observer);
    uint64_t now_ms = uv_now(settings->loop);
    uint64_t interval_ms = watchdog_interval_ms(LOOK_INTERVAL_MS);
    observer->parts = *settings;
    observer->started_at = wall_clock();
    observer->store_in_step_ms = observer->stall_window_ms = now_ms;
    watchdog_init(&observer->watchdog, now_ms);
    uv_timer_init(settings->loop, &observer->timer);
    observer->timer.data = observer;
    observer->handles_open = 1;
    uv_timer_start(&observer->timer, look, interval_ms, interval_ms);
    open_server(observer);
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

void observer_set_config(struct observer *observer, const struct config *config)
{
    observer->parts.config = config;
    const char *listen = config->status_listen;
    bool same = listen != NULL && observer->listen != NULL && strcmp(listen, observer->listen) == 0;
    if (same)
        return;
    close_server(observer);
    open_server(observer);
}

static void timer_closed(uv_handle_t *handle)
{
    free_if_all_closed(handle->data);
}

void observer_close(struct observer *observer)
{
    if (observer == NULL)
        return;
    close_server(observer);
    uv_close((uv_handle_t *)&observer->timer, timer_closed);
}
