// SPDX-License-Identifier: MIT
// Keeps the claims' verdicts up to date beside the daemon's loop: imports the configured files when
// it starts and after a reload, derives again what is pending (store/derive_pending.h), works out
// coverage once an hour, and judges again what something has happened to. Everything that waits
// runs on libuv's thread pool over a connection of its own; with PostgreSQL away it tries again
// later.
#pragma once

#include "base/error.h"
#include "base/utc.h"

#include <stdint.h>
#include <uv.h>

struct config;
struct claim_worker;

// How long after a change a verdict may lag behind.
#define CLAIM_WORKER_INTERVAL_MS 20000

// A verdict that differs from the one before it (which is empty for the first).
struct claim_news {
    int64_t assessment_id;
    int32_t number; // of the claim's assessments
    const char *claim_id, *statement, *verdict, *verdict_before, *confidence;
};

// What one round brought; called on the loop. Texts are valid during the call.
struct claim_worker_events {
    void (*on_verdict)(void *data, const struct claim_news *news);
    // Something to tell the operator: files that were refused, a database that is away. Once for
    // each change.
    void (*on_problem)(void *data, const char *problem);
    void *data;
};

// `config` and `password` (NULL: none) are borrowed until claim_worker_reload or the end of
// closing. The database is that of this first configuration, whatever a later one says.
struct claim_worker *claim_worker_new(uv_loop_t *loop, const struct config *config,
                                      const char *password,
                                      const struct claim_worker_events *events);
// A round at once, and then one each interval (CLAIM_WORKER_INTERVAL_MS).
void claim_worker_start(struct claim_worker *worker, uint64_t interval_ms);
// Takes over a new configuration as soon as the round under way, if any, is over; `on_released`
// says when the one before it is no longer used (at once where nothing is under way). A second call
// before that is fine: each call's on_released is called, once.
void claim_worker_reload(struct claim_worker *worker, const struct config *config,
                         void (*on_released)(void *data), void *data);
// Waits for the round under way, for two seconds, then ends it whatever it waits for; the worker is
// freed after on_closed.
void claim_worker_close(struct claim_worker *worker, void (*on_closed)(void *data), void *data);
