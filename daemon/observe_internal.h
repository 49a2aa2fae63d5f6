// SPDX-License-Identifier: MIT
// What the observer's files share: observe.c has its life cycle and what it looks at from time to
// time, observe_feeds.c what is counted of each feed, observe_metrics.c gathers what all is now,
// observe_pages.c serves it over HTTP.
#pragma once

#include "backlog.h"
#include "observe.h"
#include "ops/metrics.h"
#include "ops/status_server.h"
#include "ops/watchdog.h"

// What is counted of a feed as long as it is configured.
struct feed_tally {
    char feed[FEED_ID_SIZE];
    uint64_t polls, errors;
    utc_us last_good_at;
    struct latency_histogram latency;
};

struct observer {
    struct observer_settings parts;
    char *listen; // as the server was opened, or NULL
    struct status_server *server;
    struct backlog *backlog;
    uv_timer_t timer;
    unsigned handles_open; // the timer, and each server that is open or closing

    utc_us started_at;
    struct feed_tally tallies[CONFIG_FEEDS_MAX];
    size_t tally_count;
    uint64_t requests_ended; // of all feeds, those included that are gone
    uint64_t answers_taken;
    enum store_state store_state;
    bool journal_full, taking_over;
    uint64_t taking_over_since_ms;
    uint64_t store_in_step_ms; // when PostgreSQL last had everything

    uint64_t stall_window_ms, stall_window_us, stall_before_us;
    struct watchdog watchdog;
    const char *stuck;
    struct metrics_trouble troubles[CONFIG_WEBHOOKS_MAX]; // as gathered last
};

// Of feeds that are not configured any more nothing is counted.
void observer_forget_feeds(struct observer *observer);

void observer_describe_feed(struct observer *observer, const struct poller_status *row,
                            struct metrics_feed *ret_feed);

// Everything of `ret_metrics` points into the observer's parts, `rows` or `feeds`.
void observer_gather(struct observer *observer, struct poller_status rows[CONFIG_FEEDS_MAX],
                     struct metrics_feed feeds[CONFIG_FEEDS_MAX], struct metrics *ret_metrics);

// The status page, where the configuration names an address.
void observer_open_server(struct observer *observer);
void observer_close_server(struct observer *observer);

// To be called when one of its handles has closed: the last one frees it. `data` is the observer.
void observer_handle_closed(void *data);
