// SPDX-License-Identifier: MIT
// The consumer that moves journal entries into PostgreSQL, each row exactly once, on the libuv
// loop. One pipeline segment a batch without BEGIN: points, then what was derived, then the
// journal's cursor. With PostgreSQL away it waits and connects again; the journal holds what came
// meanwhile.
#pragma once

#include "base/error.h"
#include "base/utc.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct entry;
struct track_point;
struct watch_list;
struct store_writer;

enum store_state {
    STORE_CONNECTING, // first time
    STORE_READY,
    STORE_AWAY,    // lost or refused; waiting to connect again
    STORE_REFUSED, // schema too old, too new or changed: needs the operator
};

struct store_writer_settings {
    const char *database;   // libpq connection string or URI
    const char *password;   // NULL, or the secret read from its credential
    const char *journal_id; // whose cursor this is
};

// Called on the loop whenever there is news: connected, batch done, away. Callbacks may submit
// more.
struct store_writer_events {
    // `cursor` is the sequence that PostgreSQL has; entries after it are to be submitted, in order.
    void (*on_ready)(void *data, int64_t cursor);
    // Everything up to and including `sequence` is durable there.
    void (*on_stored)(void *data, int64_t sequence);
    void (*on_state)(void *data, enum store_state state, const struct error *error);
    void *data;
};

struct store_writer *store_writer_new(uv_loop_t *loop, const struct store_writer_settings *settings,
                                      const struct store_writer_events *events);

// Begins to connect; on_ready follows.
void store_writer_start(struct store_writer *writer);

// How many more rows may be submitted now; 0 while away or while the window is full.
size_t store_writer_room(const struct store_writer *writer);

// Encoded rows of one or more consecutive entries, made on a worker thread.
struct store_batch;
struct store_batch *store_batch_new(const struct watch_list *watch);
void store_batch_free(struct store_batch *batch);
// Before the first entry: what follows `sequence` is gone, up to that entry. A database that is
// older than the journal (a restored dump, a new one) wants entries that the journal has let go of.
void store_batch_pass_over(struct store_batch *batch, int64_t sequence);
// Adds one entry's rows. Sequences must rise without a gap within a batch.
void store_batch_add(struct store_batch *batch, const struct entry *entry);
// A part: points of an entry that is still being made, which has no sequence yet; and the entry's
// other rows when it is there, of which the first `points_added` points are in parts.
void store_batch_add_points(struct store_batch *batch, const struct track_point *points,
                            size_t count);
void store_batch_add_rest(struct store_batch *batch, const struct entry *entry,
                          size_t points_added);
// Adds a part's rows and frees the part.
void store_batch_absorb(struct store_batch *batch, struct store_batch *part);
size_t store_batch_rows(const struct store_batch *batch);
int64_t store_batch_last_sequence(const struct store_batch *batch);

// Sends the batch and takes ownership of it. Must not be called without room.
void store_writer_submit(struct store_writer *writer, struct store_batch *batch);

// A batch in parts: PostgreSQL works on the first rows while the last are being made, and commits
// all of them or none, at the end. False when something else is on its way or PostgreSQL is away:
// use one batch then.
bool store_writer_begin_parts(struct store_writer *writer);
// Sends a part and takes ownership of it.
void store_writer_send_part(struct store_writer *writer, struct store_batch *part);
// Sends what is left of the batch, takes ownership of it, and has all of it committed: on_stored
// follows. False when PostgreSQL was lost since the beginning: nothing was stored.
bool store_writer_finish_parts(struct store_writer *writer, struct store_batch *rest);
// Or gives it up: nothing of it is stored.
void store_writer_give_up_parts(struct store_writer *writer);

enum store_state store_writer_state(const struct store_writer *writer);

// Closes the connection and its handles, then calls back; the writer is freed after that.
void store_writer_close(struct store_writer *writer, void (*on_closed)(void *data), void *data);
