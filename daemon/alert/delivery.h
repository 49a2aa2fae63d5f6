// SPDX-License-Identifier: MIT
// Sends what is due in the outbox, on the libuv loop. At least once, always under the same id with
// the same bytes, never again once a success is recorded. Alerts queue on the disk; a few of each
// webhook are in memory.
//
// At most two requests at a time go to one webhook and sixteen in all, of which failing webhooks
// get at most half: one that is slow or dead delays none of the others.
#pragma once

#include "alert/event.h"
#include "config/config.h"
#include "journal/outbox.h"
#include "net/http.h"

#include <uv.h>

struct alert_delivery;

enum alert_delivery_news {
    DELIVERY_NEWS_UNUSABLE, // its secret or template cannot be read; its tries fail until it can
    DELIVERY_NEWS_FAILING,  // for an hour, or an alert was given up
    DELIVERY_NEWS_DISABLED, // it answered 410
    DELIVERY_NEWS_RECOVERED,
};

struct alert_delivery_settings {
    uv_loop_t *loop;
    struct http_client *http; // borrowed until closed
    // What the pipeline does for it; `context` is handed back.
    void (*with_journal)(void *context, void (*work)(struct journal *journal, void *data),
                         void (*done)(void *data), void *data);
    void (*mirror)(void *context);
    void (*alert)(void *context, const struct alert_event *event, utc_us now);
    // For the log.
    void (*on_news)(void *context, const char *webhook, enum alert_delivery_news news,
                    const char *reason);
    void *context;
};

// `config` is borrowed until alert_delivery_set_config or the close.
struct alert_delivery *alert_delivery_new(const struct alert_delivery_settings *settings,
                                          const struct config *config);

// There may be something new in the outbox; also to be called once to begin.
void alert_delivery_wake(struct alert_delivery *delivery);

// A secret or template that cannot be read is tried again from time to time, without a new
// configuration too. Webhooks that are gone or disabled are not sent to any more; what is queued
// for them stays.
void alert_delivery_set_config(struct alert_delivery *delivery, const struct config *config);

// Sends an alert again under its own id, to one webhook or (empty) to all that had it. `done` gets
// how many are queued again, or a negative errno.
void alert_delivery_replay(struct alert_delivery *delivery,
                           const uint8_t alert_id[DIGEST_UUID_SIZE], const char *webhook,
                           void (*done)(void *data, int count), void *data);

// Sends again to one that answered 410. False for one that is not configured.
bool alert_delivery_enable(struct alert_delivery *delivery, const char *webhook);

struct alert_delivery_counters {
    uint64_t delivered, failed_tries, dead;
    size_t in_flight, failing_webhooks, disabled_webhooks;
};
struct alert_delivery_counters alert_delivery_counters(const struct alert_delivery *delivery);

// A webhook whose last try failed, whose secret or template cannot be read, or that answered 410.
struct alert_delivery_trouble {
    char webhook[WEBHOOK_ID_SIZE];
    bool disabled;
    utc_us since;
    char reason[DELIVERY_REASON_SIZE];
};
// Those that are configured, at most `limit`. Returns how many.
size_t alert_delivery_troubles(const struct alert_delivery *delivery,
                               struct alert_delivery_trouble *ret_troubles, size_t limit);

// Sends what is due for up to `patience_ms`, then gives up what is under way (it stays queued),
// closes its handles, frees itself and calls back. Before the HTTP client and the pipeline are
// closed.
void alert_delivery_close(struct alert_delivery *delivery, uint64_t patience_ms,
                          void (*on_closed)(void *data), void *data);
