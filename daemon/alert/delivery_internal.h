// SPDX-License-Identifier: MIT
// What the delivery's files share: delivery.c has its life, its configuration and the operator's
// wishes, delivery_flight.c the requests and how each webhook fares, delivery_exchange.c the
// outbox.
#pragma once

#include "alert/delivery.h"
#include "alert/target.h"

// craft.md 5.2: per-endpoint concurrency 1 to 2.
#define FLIGHTS_OF_ONE_MAX 2

struct flight;

// One webhook. Never freed before the end, so that jobs and flights may point to it.
struct outlet {
    struct webhook_target target;
    bool wanted;                                // configured and enabled
    bool usable;                                // wanted, and its secrets and template are known
    char unusable_reason[DELIVERY_REASON_SIZE]; // where it is wanted and not usable
    uint64_t held_until_ms; // by the loop's clock: it asked to be left alone until then
    bool proven;            // it took something since it last failed, or since we started
    bool state_known, state_changed;
    struct outbox_endpoint state;
    struct outbox_item_array ready;
    size_t ready_next; // items before it have flown
    size_t busy;       // in flight, or flown and not recorded yet
    size_t flying;     // in flight
    int64_t busy_ids[FLIGHTS_OF_ONE_MAX];
    bool more; // the outbox may hold more that is due
    utc_us next_due;
};
struct outlet_array ARRAY_OF(struct outlet *);

struct alert_delivery {
    struct alert_delivery_settings settings;
    const struct config *config;
    struct outlet_array outlets;
    struct flight *flights;
    size_t flying;
    size_t turn;                          // whose turn it is to fly first
    struct outbox_outcome_array outcomes; // to be recorded
    struct outlet_array landed;
    bool exchanging, unmirrored;
    utc_us clock_offset; // wall clock less the loop's at the last exchange; UTC_UNKNOWN before the
                         // first
    uv_timer_t timer, mirror_timer, secrets_timer;
    unsigned jobs; // asked of the pipeline and not done
    struct alert_delivery_counters counters;
    bool closing, closed;
    uint64_t patience_ends_ms;
    void (*on_closed)(void *data);
    void *closed_data;
    unsigned handles_open;
};

// Does what can be done now: sends, exchanges with the outbox, sets the timers.
void delivery_pump(struct alert_delivery *delivery);

// --- delivery_flight.c -------------------------------------------------------------------------

bool outlet_is_failing(const struct outlet *outlet);
// Whether it asked to be left alone, and has not been for long enough.
bool outlet_is_held(const struct alert_delivery *delivery, const struct outlet *outlet);
// When it is to be announced as failing if nothing changes; UTC_UNKNOWN when it is not.
utc_us outlet_announced_at(const struct outlet *outlet);
// Notices webhooks whose secret or template failed or came back, and tells of those that fail for
// long enough.
void delivery_check_outlets(struct alert_delivery *delivery);
// Forgets what was fetched for it and has not flown; it stays in the outbox.
void outlet_drop_ready(struct outlet *outlet);

// Sends what was fetched and may go: one of each webhook in turn, until nobody may.
void delivery_send_ready(struct alert_delivery *delivery);
// Whether one of what was fetched for it may be sent now.
bool delivery_may_fly(const struct alert_delivery *delivery, const struct outlet *outlet);
// Gives up what is under way; it stays queued.
void delivery_cancel_flights(struct alert_delivery *delivery);

// --- delivery_exchange.c -----------------------------------------------------------------------

// Takes outcomes to the outbox and fetches what is due, where there is either and no exchange is
// under way. Returns whether one is now; the pump runs again at its end.
bool delivery_exchange(struct alert_delivery *delivery);
// Tries again after a moment: the outbox could not be read or written.
void delivery_retry_exchange(struct alert_delivery *delivery);
