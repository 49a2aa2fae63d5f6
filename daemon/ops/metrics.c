// SPDX-License-Identifier: MIT
#include "ops/metrics.h"

#include <inttypes.h>
#include <string.h>

const double latency_bounds_s[LATENCY_BOUND_COUNT] = {0.01, 0.05, 0.1, 0.25, 0.5,
                                                      1,    2.5,  5,   10,   30};

void latency_histogram_add(struct latency_histogram *histogram, double seconds)
{
    size_t bucket = 0;
    if (!(seconds > 0)) // a wall clock may step back
        seconds = 0;
    while (bucket < LATENCY_BOUND_COUNT && seconds > latency_bounds_s[bucket])
        bucket++;
    histogram->counts[bucket]++;
    histogram->sum_s += seconds;
}

const char *metrics_database_state_name(enum metrics_database_state state)
{
    static const char *const names[METRICS_DATABASE_STATE_COUNT] = {
        [METRICS_DATABASE_CONNECTING] = "connecting",
        [METRICS_DATABASE_READY] = "ready",
        [METRICS_DATABASE_AWAY] = "away",
        [METRICS_DATABASE_REFUSED] = "refused",
    };
    return names[state];
}

bool metrics_ready(const struct metrics *metrics, const char **ret_reason)
{
    const char *reason = metrics->stuck;
    if (reason == NULL && metrics->journal_full)
        reason = "the journal is full";
    else if (reason == NULL && metrics->database != METRICS_DATABASE_READY)
        reason = "PostgreSQL is not connected";
    else if (reason == NULL && metrics->taking_over)
        reason = "what another daemon did is being read";
    if (ret_reason != NULL && reason != NULL)
        *ret_reason = reason;
    return reason == NULL;
}

size_t metrics_stands_by_for(const struct metrics *metrics)
{
    // With PostgreSQL away nobody here knows who asks.
    bool is_known = metrics->database == METRICS_DATABASE_READY && !metrics->taking_over;
    size_t count = 0;
    for (size_t i = 0; i < metrics->feed_count && is_known; i++)
        count += !metrics->feeds[i].may_be_asked;
    return count;
}

// --- Prometheus -----------------------------------------------------------------------------------

// "\\", "\"" and "\n" are all that the format escapes in a label's value.
static void append_label_value(struct text *text, const char *value)
{
    text_append(text, "\"");
    for (; *value != '\0'; value++) {
        char escaped[3] = {'\\', *value == '\n' ? 'n' : *value, '\0'};
        bool special = *value == '\\' || *value == '"' || *value == '\n';
        text_append(text, special ? escaped : escaped + 1);
    }
    text_append(text, "\"");
}

static void append_head(struct text *text, const char *name, const char *type, const char *help)
{
    text_append_format(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void append_number(struct text *text, const char *name, const char *type, const char *help,
                          double value)
{
    append_head(text, name, type, help);
    text_append_format(text, "%s %.17g\n", name, value);
}

static double unix_time(utc_us time)
{
    return time == UTC_UNKNOWN ? 0 : utc_to_seconds(time);
}

struct feed_column {
    const char *name, *type, *help;
    double (*value)(const struct metrics_feed *feed, utc_us now);
};

static double polls(const struct metrics_feed *feed, utc_us now)
{
    (void)now;
    return (double)feed->polls;
}

static double errors(const struct metrics_feed *feed, utc_us now)
{
    (void)now;
    return (double)feed->errors;
}

static double failures(const struct metrics_feed *feed, utc_us now)
{
    (void)now;
    return (double)feed->failures_in_a_row;
}

static double last_good(const struct metrics_feed *feed, utc_us now)
{
    (void)now;
    return unix_time(feed->last_good_at);
}

static double wait_left(const struct metrics_feed *feed, utc_us now)
{
    return feed->not_before == UTC_UNKNOWN || feed->not_before <= now
               ? 0
               : utc_to_seconds(feed->not_before - now);
}

static double asked_here(const struct metrics_feed *feed, utc_us now)
{
    (void)now;
    return feed->may_be_asked;
}

static const struct feed_column feed_columns[] = {
    {"skywitness_polls_total", "counter", "Requests to a feed that ended, well or not.", polls},
    {"skywitness_poll_errors_total", "counter",
     "Of them: no answer, a bad status, or bytes that are no answer.", errors},
    {"skywitness_feed_failures_in_a_row", "gauge", "Failed requests since the last good one.",
     failures},
    {"skywitness_feed_last_good_timestamp_seconds", "gauge",
     "When the feed last gave a good answer; 0 before the first.", last_good},
    {"skywitness_feed_wait_seconds", "gauge", "How long the feed is not to be asked yet.",
     wait_left},
    {"skywitness_feed_asked_here", "gauge",
     "1 when this daemon asks the feed, 0 when another one does.", asked_here},
};

static void append_feed_value(struct text *text, const char *name, const char *feed, double value)
{
    text_append_format(text, "%s{feed=", name);
    append_label_value(text, feed);
    text_append_format(text, "} %.17g\n", value);
}

static void append_latency(struct text *text, const struct metrics_feed *feed)
{
    static const char name[] = "skywitness_poll_latency_seconds";
    const struct latency_histogram *histogram = &feed->latency;
    uint64_t cumulative = 0;
    for (size_t i = 0; i <= LATENCY_BOUND_COUNT; i++) {
        cumulative += histogram->counts[i];
        text_append_format(text, "%s_bucket{feed=", name);
        append_label_value(text, feed->feed);
        if (i < LATENCY_BOUND_COUNT)
            text_append_format(text, ",le=\"%g\"} %" PRIu64 "\n", latency_bounds_s[i], cumulative);
        else
            text_append_format(text, ",le=\"+Inf\"} %" PRIu64 "\n", cumulative);
    }
    append_feed_value(text, "skywitness_poll_latency_seconds_sum", feed->feed, histogram->sum_s);
    append_feed_value(text, "skywitness_poll_latency_seconds_count", feed->feed,
                      (double)cumulative);
}

static void append_feeds(const struct metrics *metrics, struct text *text)
{
    for (size_t i = 0; i < sizeof feed_columns / sizeof *feed_columns; i++) {
        const struct feed_column *column = &feed_columns[i];
        append_head(text, column->name, column->type, column->help);
        for (size_t j = 0; j < metrics->feed_count; j++)
            append_feed_value(text, column->name, metrics->feeds[j].feed,
                              column->value(&metrics->feeds[j], metrics->now));
    }
    append_head(text, "skywitness_feed_requests_left", "gauge",
                "Of today's budget, for feeds that have one.");
    for (size_t i = 0; i < metrics->feed_count; i++)
        if (metrics->feeds[i].requests_left != UINT64_MAX)
            append_feed_value(text, "skywitness_feed_requests_left", metrics->feeds[i].feed,
                              (double)metrics->feeds[i].requests_left);
    append_head(text, "skywitness_poll_latency_seconds", "histogram",
                "From a request to the last byte of its answer.");
    for (size_t i = 0; i < metrics->feed_count; i++)
        append_latency(text, &metrics->feeds[i]);
}

static void append_database(const struct metrics *metrics, struct text *text)
{
    append_head(text, "skywitness_database_state", "gauge", "1 for the state that holds, else 0.");
    for (int state = 0; state < METRICS_DATABASE_STATE_COUNT; state++)
        text_append_format(text, "skywitness_database_state{state=\"%s\"} %d\n",
                           metrics_database_state_name((enum metrics_database_state)state),
                           (int)metrics->database == state);
}

static void append_journal(const struct metrics *metrics, struct text *text)
{
    append_number(text, "skywitness_journal_entries", "gauge",
                  "Entries that a consumer or a restart still needs.",
                  (double)metrics->journal_entries);
    append_number(text, "skywitness_journal_bytes", "gauge", "Their bytes.",
                  (double)metrics->journal_bytes);
    append_number(text, "skywitness_journal_limit_bytes", "gauge",
                  "At which no feed is asked until there is room.",
                  (double)metrics->journal_limit_bytes);
    append_number(text, "skywitness_journal_full", "gauge",
                  "1 while no feed is asked for want of room.", metrics->journal_full);
    append_number(text, "skywitness_journal_oldest_age_seconds", "gauge",
                  "Since the oldest entry came that PostgreSQL does not have; 0 when it has all.",
                  metrics->journal_oldest_s);
    append_number(text, "skywitness_store_lag_entries", "gauge",
                  "Journal entries that PostgreSQL does not have yet.",
                  (double)metrics->store_lag_entries);
    append_number(text, "skywitness_store_lag_seconds", "gauge",
                  "Since PostgreSQL last had everything; 0 when it has.", metrics->store_lag_s);
}

static void append_tracks(const struct metrics *metrics, struct text *text)
{
    append_number(text, "skywitness_answers_total", "counter", "Answers decoded.",
                  (double)metrics->answers);
    append_number(text, "skywitness_bad_answers_total", "counter",
                  "Of them: not the feed's format.", (double)metrics->bad_answers);
    append_number(text, "skywitness_track_points_total", "counter",
                  "Track points accepted for watched aircraft.", (double)metrics->points);
    append_number(text, "skywitness_duplicates_total", "counter",
                  "Observations dropped: the same fix of the same feed again.",
                  (double)metrics->duplicates);
    append_number(text, "skywitness_sightings_open", "gauge", "Sightings that go on.",
                  (double)metrics->open_sightings);
    append_number(text, "skywitness_aircraft_tracked", "gauge", "Aircraft in memory.",
                  (double)metrics->aircraft);
}

static void append_outbox(const struct metrics *metrics, struct text *text)
{
    append_head(text, "skywitness_outbox_alerts", "gauge", "Alerts queued for the webhook.");
    for (size_t i = 0; i < metrics->webhook_count; i++) {
        text_append(text, "skywitness_outbox_alerts{webhook=");
        append_label_value(text, metrics->webhooks[i].webhook);
        text_append_format(text, "} %" PRIu64 "\n", metrics->webhooks[i].queued);
    }
}

static void append_alerts(const struct metrics *metrics, struct text *text)
{
    append_outbox(metrics, text);
    append_number(text, "skywitness_alerts_delivered_total", "counter",
                  "Alerts that a webhook took.", (double)metrics->alerts_delivered);
    append_number(text, "skywitness_alert_tries_failed_total", "counter",
                  "Tries to deliver that failed.", (double)metrics->alert_tries_failed);
    append_number(text, "skywitness_alerts_dead_total", "counter",
                  "Alerts given up after the last try.", (double)metrics->alerts_dead);
    append_number(text, "skywitness_webhooks_failing", "gauge", "Webhooks whose last try failed.",
                  (double)metrics->webhooks_failing);
    append_number(text, "skywitness_webhooks_disabled", "gauge",
                  "Webhooks that answered 410 and get nothing more.",
                  (double)metrics->webhooks_disabled);
}

static void append_process(const struct metrics *metrics, struct text *text)
{
    append_head(text, "skywitness_build_info", "gauge", "Always 1; the version is the label.");
    text_append(text, "skywitness_build_info{version=");
    append_label_value(text, metrics->version);
    text_append(text, "} 1\n");
    append_number(text, "skywitness_stuck", "gauge",
                  "1 while the poller or the journal stands still.", metrics->stuck != NULL);
    append_number(text, "skywitness_loop_stall_worst_seconds", "gauge",
                  "The longest stretch without a look at the sockets since the start.",
                  metrics->loop_stall_worst_s);
    append_number(text, "skywitness_loop_stall_recent_seconds", "gauge",
                  "The same in the last one to two minutes.", metrics->loop_stall_recent_s);
    append_number(text, "process_start_time_seconds", "gauge", "When the daemon started.",
                  unix_time(metrics->started_at));
    append_number(text, "process_resident_memory_bytes", "gauge", "Resident memory.",
                  (double)metrics->resident_bytes);
    append_number(text, "process_open_fds", "gauge", "Open file descriptors.",
                  (double)metrics->open_descriptors);
}

void metrics_render_prometheus(const struct metrics *metrics, struct text *text)
{
    append_feeds(metrics, text);
    append_tracks(metrics, text);
    append_journal(metrics, text);
    append_database(metrics, text);
    append_alerts(metrics, text);
    append_process(metrics, text);
}

// --- JSON -----------------------------------------------------------------------------------------

static void append_json_time(struct text *text, const char *name, utc_us time)
{
    char buffer[UTC_TEXT_SIZE];
    if (time == UTC_UNKNOWN)
        text_append_format(text, ",\"%s\":null", name);
    else
        text_append_format(text, ",\"%s\":\"%s\"", name, utc_format(time, buffer));
}

static void append_json_text(struct text *text, const char *name, const char *value)
{
    text_append_format(text, ",\"%s\":", name);
    if (value == NULL)
        text_append(text, "null");
    else
        text_append_json_string(text, value);
}

static void append_json_feed(struct text *text, const struct metrics_feed *feed)
{
    text_append(text, "{\"feed\":");
    text_append_json_string(text, feed->feed);
    text_append_format(
        text, ",\"polls\":%" PRIu64 ",\"errors\":%" PRIu64 ",\"failures_in_a_row\":%" PRIu64,
        feed->polls, feed->errors, feed->failures_in_a_row);
    if (feed->requests_left == UINT64_MAX)
        text_append(text, ",\"requests_left_today\":null");
    else
        text_append_format(text, ",\"requests_left_today\":%" PRIu64, feed->requests_left);
    append_json_time(text, "last_asked_at", feed->last_asked_at);
    append_json_time(text, "last_good_at", feed->last_good_at);
    append_json_time(text, "not_before", feed->not_before);
    text_append_format(text, ",\"asked_here\":%s", feed->may_be_asked ? "true" : "false");
    append_json_text(text, "last_error", feed->last_error[0] != '\0' ? feed->last_error : NULL);
    text_append(text, "}");
}

static void append_json_trouble(struct text *text, const struct metrics_trouble *trouble)
{
    char since[UTC_TEXT_SIZE];
    text_append(text, "{\"webhook\":");
    text_append_json_string(text, trouble->webhook);
    text_append_format(text, ",\"disabled\":%s,\"since\":\"%s\",\"reason\":",
                       trouble->disabled ? "true" : "false", utc_format(trouble->since, since));
    text_append_json_string(text, trouble->reason);
    text_append(text, "}");
}

void metrics_render_json(const struct metrics *metrics, struct text *text)
{
    const char *reason = NULL;
    bool ready = metrics_ready(metrics, &reason);
    text_append(text, "{\"version\":");
    text_append_json_string(text, metrics->version);
    append_json_time(text, "now", metrics->now);
    append_json_time(text, "started_at", metrics->started_at);
    text_append_format(text, ",\"ready\":%s", ready ? "true" : "false");
    append_json_text(text, "not_ready_because", reason);
    text_append_format(text, ",\"stands_by_for\":%zu", metrics_stands_by_for(metrics));
    text_append_format(text,
                       ",\"answers\":%" PRIu64 ",\"bad_answers\":%" PRIu64
                       ",\"track_points\":%" PRIu64 ",\"duplicates\":%" PRIu64
                       ",\"open_sightings\":%zu,\"aircraft\":%zu",
                       metrics->answers, metrics->bad_answers, metrics->points, metrics->duplicates,
                       metrics->open_sightings, metrics->aircraft);
    text_append_format(text,
                       ",\"journal\":{\"entries\":%" PRIu64 ",\"bytes\":%" PRIu64
                       ",\"limit_bytes\":%" PRIu64 ",\"full\":%s,\"oldest_age_s\":%.3f}",
                       metrics->journal_entries, metrics->journal_bytes,
                       metrics->journal_limit_bytes, metrics->journal_full ? "true" : "false",
                       metrics->journal_oldest_s);
    text_append_format(
        text, ",\"database\":{\"state\":\"%s\",\"lag_entries\":%" PRIu64 ",\"lag_s\":%.3f}",
        metrics_database_state_name(metrics->database), metrics->store_lag_entries,
        metrics->store_lag_s);
    text_append_format(text,
                       ",\"alerts\":{\"delivered\":%" PRIu64 ",\"failed_tries\":%" PRIu64
                       ",\"dead\":%" PRIu64
                       ",\"webhooks_failing\":%zu,\"webhooks_disabled\":%zu,\"queued\":{",
                       metrics->alerts_delivered, metrics->alert_tries_failed, metrics->alerts_dead,
                       metrics->webhooks_failing, metrics->webhooks_disabled);
    for (size_t i = 0; i < metrics->webhook_count; i++) {
        text_append(text, i > 0 ? "," : "");
        text_append_json_string(text, metrics->webhooks[i].webhook);
        text_append_format(text, ":%" PRIu64, metrics->webhooks[i].queued);
    }
    text_append(text, "},\"troubles\":[");
    for (size_t i = 0; i < metrics->trouble_count; i++) {
        text_append(text, i > 0 ? "," : "");
        append_json_trouble(text, &metrics->troubles[i]);
    }
    text_append(text, "]}");
    text_append_format(text,
                       ",\"loop_stall_worst_s\":%.6f,\"resident_bytes\":%" PRIu64
                       ",\"open_descriptors\":%" PRIu64 ",\"feeds\":[",
                       metrics->loop_stall_worst_s, metrics->resident_bytes,
                       metrics->open_descriptors);
    for (size_t i = 0; i < metrics->feed_count; i++) {
        if (i > 0)
            text_append(text, ",");
        append_json_feed(text, &metrics->feeds[i]);
    }
    text_append(text, "]}\n");
}

static void append_trouble_words(struct text *text, const struct metrics_trouble *trouble)
{
    if (trouble->disabled)
        text_append_format(text, "; webhook %s is disabled", trouble->webhook);
    else
        text_append_format(text, "; webhook %s takes nothing", trouble->webhook);
}

// Those that are asked here, and those that are not.
static void append_feed_words(const struct metrics *metrics, struct text *text)
{
    size_t answering = 0, standing_by = metrics_stands_by_for(metrics);
    size_t asked = metrics->feed_count - standing_by;
    for (size_t i = 0; i < metrics->feed_count; i++) {
        const struct metrics_feed *feed = &metrics->feeds[i];
        answering +=
            feed->may_be_asked && feed->last_good_at != UTC_UNKNOWN && feed->failures_in_a_row == 0;
    }
    if (asked > 0 || standing_by == 0)
        text_append_format(text, "%zu of %zu feeds answer; ", answering, asked);
    if (standing_by > 0)
        text_append_format(text, "stands by for %zu feeds; ", standing_by);
}

void metrics_render_line(const struct metrics *metrics, struct text *text)
{
    append_feed_words(metrics, text);
    text_append_format(text, "%zu open sightings; %" PRIu64 " entries wait for PostgreSQL (%s)",
                       metrics->open_sightings, metrics->store_lag_entries,
                       metrics_database_state_name(metrics->database));
    uint64_t queued = 0;
    for (size_t i = 0; i < metrics->webhook_count; i++)
        queued += metrics->webhooks[i].queued;
    if (queued > 0)
        text_append_format(text, "; %" PRIu64 " alerts wait for webhooks", queued);
    for (size_t i = 0; i < metrics->trouble_count; i++)
        append_trouble_words(text, &metrics->troubles[i]);
    if (metrics->journal_full)
        text_append(text, "; the journal is full");
    if (metrics->stuck != NULL)
        text_append_format(text, "; %s", metrics->stuck);
}
