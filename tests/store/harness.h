// SPDX-License-Identifier: MIT
// What the store's tests share: a migrated database, a second connection to look with, and a source
// that feeds a writer as the daemon does.
#pragma once

#include "store/writer.h"
#include "support/synthetic_entry.h"

#include <libpq-fe.h>

// A connection as superuser to the private cluster; fails the test when there is none.
PGconn *harness_connect(void);
// Runs SQL, failing the test on an error.
void harness_execute(PGconn *connection, const char *sql);
// The first cell of the answer as a number.
int64_t harness_number(PGconn *connection, const char *sql);
// The same as text, in a buffer that the next call overwrites.
const char *harness_text(PGconn *connection, const char *sql);
// Runs SQL that must fail with this SQLSTATE.
void harness_expect_error(PGconn *connection, const char *sql, const char *sqlstate);
// An empty database with all migrations applied.
void harness_reset(PGconn *connection);
// Stops or starts the private server; mode "immediate" is a crash.
void harness_stop_server(const char *mode);
void harness_start_server(void);

// Feeds a writer entries 1 to `entries` and counts what comes back.
struct source {
    uv_loop_t loop;
    struct store_writer *writer;
    struct synthetic_shape shape;
    const char *journal_id;
    const char *database; // connection string; NULL for the environment's
    int64_t entries;      // how many there are
    int64_t entries_per_batch;
    size_t points_a_part;   // 0: no batch is sent in parts
    int64_t given_up_every; // so often one in parts is given up and then sent at once; 0: never
    int64_t submitted, stored;
    unsigned ready_count, away_count, refused_count;
    struct error last_error;
    // Called for each entry before it is encoded, so that a test may spoil it.
    void (*spoil)(struct entry *entry);
    // Called after each stored batch; may stop the loop.
    void (*on_progress)(struct source *source);
    bool stop_when_stored, stop_when_refused;
    uv_timer_t timer; // for the test's own use
    uv_timer_t deadline;
    // The entry that is sent in parts, and how many of its points are.
    struct entry entry;
    size_t points_sent;
    bool in_parts;
    uint64_t parts_sent;
    uv_timer_t next_part;
};

void source_init(struct source *source);
// Runs until everything is stored (or refused, if so wished), failing the test after `limit_s`.
void source_run(struct source *source, unsigned limit_s);
// Closes the writer and the loop; fails the test when a handle is left.
void source_done(struct source *source);
