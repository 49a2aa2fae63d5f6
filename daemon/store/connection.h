// SPDX-License-Identifier: MIT
// One non-blocking connection to PostgreSQL in pipeline mode on the libuv loop. It connects, and
// when it is lost or cannot be made it waits (0.25 s doubling to 30 s, with jitter) and connects
// again, until closed. Private to the store.
#pragma once

#include "base/error.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct connection;

struct connection_settings {
    const char *database;     // libpq connection string or URI; may be empty
    const char *password;     // or NULL
    const char *application;  // shown in pg_stat_activity
    const char *options;      // "-c name=value ..." for the session
    uint64_t wait_longest_ms; // between tries to connect; 0: 30 s
    uint64_t patience_ms; // give it up when a segment has no answer for so long; 0: wait for ever
};

// All are called on the loop, never from within connection_start.
struct connection_events {
    void (*on_open)(void *data); // connected, empty pipeline
    // Whether results are still to come. Nothing is read from libpq without it: with nothing under
    // way PQgetResult has no end.
    bool (*expects)(void *data);
    // One result, or NULL at the end of a statement's results. Borrowed.
    void (*on_result)(void *data, const PGresult *result);
    // The connection was lost, or could not be made; whatever was under way is gone. Once each
    // time.
    void (*on_lost)(void *data, const struct error *error);
    void *data;
};

struct connection *connection_new(uv_loop_t *loop, const struct connection_settings *settings,
                                  const struct connection_events *events);
void connection_start(struct connection *connection);

// libpq's handle while open, else NULL: for PQsend... only.
PGconn *connection_native(struct connection *connection);

// To be called after PQsend...: sends what can be sent now, the rest when the socket takes it.
void connection_flush(struct connection *connection);

// Gives the connection up, on_lost following with this error, and connects again after at least
// `delay_ms`.
void connection_abandon(struct connection *connection, uint64_t delay_ms,
                        const struct error *error);

// The work done over this connection shows that all is well: the next wait begins short again.
void connection_proved(struct connection *connection);

// Closes, then calls back; the connection is freed after that. No event comes any more.
void connection_close(struct connection *connection, void (*on_closed)(void *data), void *data);
