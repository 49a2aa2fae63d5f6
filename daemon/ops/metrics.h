// SPDX-License-Identifier: MIT
// What the daemon knows of itself, as plain data, and as text: Prometheus' exposition format 0.0.4
// and JSON. Pure.
#pragma once

#include "base/text.h"
#include "base/utc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Upper bounds of the latency buckets in seconds: from a receiver in the house to a feed about to
// time out.
extern const double latency_bounds_s[];
#define LATENCY_BOUND_COUNT 10

// How long answers took, each counted in the first bucket that holds it; the last has no bound.
struct latency_histogram {
    uint64_t counts[LATENCY_BOUND_COUNT + 1];
    double sum_s;
};
void latency_histogram_add(struct latency_histogram *histogram, double seconds);

struct metrics_feed {
    const char *feed;
    uint64_t polls;  // answered or failed
    uint64_t errors; // of them: no answer, a bad status, or bytes that were no answer
    uint64_t failures_in_a_row;
    uint64_t requests_left;             // of today's budget; UINT64_MAX without one
    utc_us last_asked_at, last_good_at; // UTC_UNKNOWN before the first
    utc_us not_before;                  // asked to wait until then; UTC_UNKNOWN when free
    const char *last_error;             // "" for none
    bool may_be_asked;                  // false: another daemon of the database asks it
    struct latency_histogram latency;
};

#define METRICS_WEBHOOK_SIZE 64
struct metrics_webhook {
    char webhook[METRICS_WEBHOOK_SIZE];
    uint64_t queued; // alerts still to be delivered
};

// A webhook that takes nothing.
struct metrics_trouble {
    char webhook[METRICS_WEBHOOK_SIZE];
    bool disabled; // it answered 410: an operator's word is needed
    utc_us since;
    char reason[200];
};

enum metrics_database_state {
    METRICS_DATABASE_CONNECTING,
    METRICS_DATABASE_READY,
    METRICS_DATABASE_AWAY,
    METRICS_DATABASE_REFUSED,
    METRICS_DATABASE_STATE_COUNT,
};
const char *metrics_database_state_name(enum metrics_database_state state); // "connecting", ...

struct metrics {
    const char *version;
    utc_us started_at, now;
    const char *stuck; // what makes no progress, or NULL

    const struct metrics_feed *feeds;
    size_t feed_count;
    uint64_t answers, bad_answers, points, duplicates;
    size_t open_sightings, aircraft;

    uint64_t journal_entries, journal_bytes, journal_limit_bytes;
    bool journal_full;
    bool taking_over; // feeds wait for what another daemon did to be read
    double
        journal_oldest_s; // since the oldest entry came that PostgreSQL does not have; 0 for none
    enum metrics_database_state database;
    uint64_t store_lag_entries; // journalled and not yet in PostgreSQL
    double store_lag_s;         // since PostgreSQL last had everything; 0 when it has

    const struct metrics_webhook *webhooks;
    size_t webhook_count;
    uint64_t alerts_delivered, alert_tries_failed, alerts_dead;
    size_t webhooks_failing, webhooks_disabled;
    const struct metrics_trouble *troubles; // which, and why
    size_t trouble_count;

    double loop_stall_worst_s, loop_stall_recent_s; // since the start; of late
    uint64_t resident_bytes, open_descriptors;
};

// Whether data flows all the way: connected to PostgreSQL, room in the journal, nothing stuck, no
// take-over under way. Else *ret_reason (which may be NULL) says what is in the way.
bool metrics_ready(const struct metrics *metrics, const char **ret_reason);

// How many feeds another daemon of the database asks; this one takes them when that is gone.
size_t metrics_stands_by_for(const struct metrics *metrics);

void metrics_render_prometheus(const struct metrics *metrics, struct text *text);
void metrics_render_json(const struct metrics *metrics, struct text *text);
// One line for `systemctl status`: feeds, sightings, queue.
void metrics_render_line(const struct metrics *metrics, struct text *text);
