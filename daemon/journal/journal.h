// SPDX-License-Identifier: MIT
// The durable queue: a SQLite file (WAL, synchronous=FULL) in the state directory. What was
// accepted is committed here before it counts; PostgreSQL and the webhooks are consumers with their
// own cursor. Synchronous: to be called from a worker thread, one call at a time (the caller
// serialises).
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "base/utc.h"

#include <stdbool.h>
#include <stdint.h>

#define JOURNAL_ID_TEXT_SIZE 37
#define JOURNAL_FEED_KEY_SIZE 129

struct journal;

struct journal_settings {
    const char *path;     // the file; its folder must exist
    uint64_t limit_bytes; // entries beyond this are refused with -ENOSPC
    bool durable;         // false: no fsync (replay and tests, whose source can be read again)
};

// What a feed's host wants remembered over a restart.
struct journal_feed_state {
    utc_us not_before; // do not ask before this; UTC_UNKNOWN when free
    uint32_t failures; // in a row
    utc_us budget_day; // the UTC day that budget_used counts
    uint64_t budget_used;
};

// Opens or creates it. -EBUSY when another process has it open, -EBADMSG for a damaged or newer
// file.
int journal_open(const struct journal_settings *settings, struct journal **ret_journal,
                 struct error *error);
void journal_close(struct journal *journal); // accepts NULL

// Another limit from now on, in bytes. One that is below what is there refuses entries until so
// much has gone.
void journal_set_limit(struct journal *journal, uint64_t limit_bytes);

// A UUID made when the file was created; it names this journal's cursor in PostgreSQL.
const char *journal_id(const struct journal *journal);

// Appends one entry and commits; with `sequence` 1, 2, 3, ... never used twice. -ENOSPC when the
// journal or the disk is full: nothing was changed, and the same call may be made again later. Some
// room on the disk is kept back (journal/reserve.h) for what shrinks the journal, and for entries
// without a poll, which pass its limit too: an alert that intake has stopped.
int journal_append(struct journal *journal, const void *bytes, size_t length, int64_t *ret_sequence,
                   struct error *error);

// The same, and in the same transaction what `entry` (whose bytes they are) holds for the outbox:
// its alerts and deliveries (journal/outbox.h).
struct entry;
int journal_append_entry(struct journal *journal, const void *bytes, size_t length,
                         const struct entry *entry, int64_t *ret_sequence, struct error *error);

// Reads the first entry after `after` into `writer` (cleared first). Returns 1 with the entry, 0
// when there is none yet.
int journal_read(struct journal *journal, int64_t after, int64_t *ret_sequence,
                 struct byte_writer *ret_bytes, struct error *error);

// Remembers that a consumer has everything up to and including `sequence`. Entries that every
// consumer and the newest snapshot are past are removed with the next append. -ENOSPC: remembered
// until the journal is closed.
int journal_acknowledge(struct journal *journal, const char *consumer, int64_t sequence,
                        struct error *error);
int journal_cursor(struct journal *journal, const char *consumer, int64_t *ret_sequence,
                   struct error *error);

// The tracker's state after `sequence`, so that a restart re-reads only the entries behind it.
int journal_save_snapshot(struct journal *journal, int64_t sequence, const void *bytes,
                          size_t length, struct error *error);
// Returns 1 with the newest one, 0 when there is none.
int journal_load_snapshot(struct journal *journal, int64_t *ret_sequence,
                          struct byte_writer *ret_bytes, struct error *error);

int journal_save_feed_state(struct journal *journal, const char *key,
                            const struct journal_feed_state *state, struct error *error);
// Returns 1 when there was one, else 0 and *ret_state is that of a fresh feed.
int journal_load_feed_state(struct journal *journal, const char *key,
                            struct journal_feed_state *ret_state, struct error *error);

// Bytes that the journal may still come to have on its disk, those included that it has; UINT64_MAX
// when that cannot be told.
uint64_t journal_room(const struct journal *journal);

struct journal_depth {
    int64_t first_sequence; // 0 when empty
    int64_t last_sequence;  // the last one ever given out
    uint64_t entries;
    uint64_t bytes;
};
struct journal_depth journal_depth(const struct journal *journal);
