// SPDX-License-Identifier: MIT
// Segments of statements over a connection: what lies between two Syncs is one transaction without
// BEGIN, and leaves the session clean when it fails. Private to the store.
#pragma once

#include "store/connection.h"

#define SQLSTATE_SIZE 6
#define SEGMENT_STATEMENT_NONE (-1)

struct session;

struct session_events {
    void (*on_open)(void *data);
    // All segments under way are forgotten: none of their call backs comes.
    void (*on_lost)(void *data, const struct error *error);
    void *data;
};

struct segment_result {
    int failed_statement; // counted from 0; SEGMENT_STATEMENT_NONE when all is committed
    char sqlstate[SQLSTATE_SIZE];
    char message[512];
};

struct segment_events {
    // The rows of one statement; may be NULL.
    void (*on_rows)(void *data, int statement, const PGresult *rows);
    // At its Sync: committed or undone as a whole.
    void (*on_done)(void *data, const struct segment_result *result);
    void *data;
};

struct session *session_new(uv_loop_t *loop, const struct connection_settings *settings,
                            const struct session_events *events);
void session_start(struct session *session);

// A segment is begun, filled and ended; no other may be begun before that.
void session_begin(struct session *session, const struct segment_events *events);
void session_prepare(struct session *session, const char *name, const char *sql);
// A statement with text parameters; types as PostgreSQL infers them.
void session_query(struct session *session, const char *sql, int count, const char *const *values);
// A prepared one with binary parameters.
void session_execute(struct session *session, const char *name, int count,
                     const char *const *values, const int *lengths);
void session_end(struct session *session);
// Sends what the segment has so far; the server begins to work on it.
void session_flush(struct session *session);

// See connection.h.
void session_abandon(struct session *session, uint64_t delay_ms, const struct error *error);
void session_proved(struct session *session);
void session_close(struct session *session, void (*on_closed)(void *data), void *data);
