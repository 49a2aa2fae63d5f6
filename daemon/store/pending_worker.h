// SPDX-License-Identifier: MIT
// Hands the events that wait in PostgreSQL (store/pending_event.h) to the daemon, on its loop, and
// removes each once the daemon says that its journal has it. Everything that waits runs on libuv's
// thread pool over a connection of its own; with PostgreSQL away it tries again later. Of several
// daemons on one database one takes them: which, an advisory lock of the session decides.
#pragma once

#include "base/digest.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct pending_worker;

// How long an event may wait for a daemon that runs: short beside a verdict's own lag
// (CLAIM_WORKER_INTERVAL_MS), and a question that a small index answers.
#define PENDING_WORKER_INTERVAL_MS 2000

struct pending_worker_events {
    // One event (alert/event_json.h). Each is to be answered with pending_worker_answer, at once or
    // later.
    void (*on_event)(void *data, const uint8_t event_id[DIGEST_UUID_SIZE], const char *document);
    void *data;
};

// `database` and `password` (NULL: none) are copied; `password` is wiped at the end.
struct pending_worker *pending_worker_new(uv_loop_t *loop, const char *database,
                                          const char *password,
                                          const struct pending_worker_events *events);
// A round at once, and then one each interval (PENDING_WORKER_INTERVAL_MS).
void pending_worker_start(struct pending_worker *worker, uint64_t interval_ms);

// The journal has committed the event, or knew it (`kept`), or has no room now: then it is handed
// over again later.
void pending_worker_answer(struct pending_worker *worker, const uint8_t event_id[DIGEST_UUID_SIZE],
                           bool kept);

// Hands over nothing more; waits for the answers that are due, and a second for the round under
// way, which is ended then whatever it waits for; the worker is freed before on_closed.
void pending_worker_close(struct pending_worker *worker, void (*on_closed)(void *data), void *data);
