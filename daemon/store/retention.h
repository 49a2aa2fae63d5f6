// SPDX-License-Identifier: MIT
// What goes when it is past its time: days of points by partition, the ledger of polls row by row.
// What a visit or an assessment rests on stays (sql/011-retention.sql), and coverage is worked out
// for good before what it is made from goes. Every step may be interrupted and done again. Blocking
// (store/query.h).
#pragma once

#include "base/array.h"
#include "base/error.h"
#include "base/utc.h"

#include <stdbool.h>

struct query_connection;

// What is older than these times goes, each the beginning of a UTC day; UTC_UNKNOWN: nothing of it
// does.
struct retention_plan {
    utc_us points_before;     // track_point and raw_observation
    utc_us ledger_before;     // poll and poll_nearby
    utc_us quarantine_before; // what could not be stored
    utc_us feed_hours_before; // feed_hour, which outlives the ledger
};

struct retention_partition {
    char *name, *parent;
    char day[11]; // "2025-10-26"
    int64_t bytes;
    bool held; // by hand, in held_day
};
struct retention_partition_array ARRAY_OF(struct retention_partition);

// Only one retention may be at work in a database. Returns 1 when this session is the one from now
// on, 0 when another is.
int retention_begin(struct query_connection *connection, struct error *error);

// The partitions of days before `before`, in order.
int retention_list(struct query_connection *connection, utc_us before,
                   struct retention_partition_array *ret_partitions, struct error *error);
void retention_partitions_done(struct retention_partition_array *partitions);

// Moves a partition's evidence, detaches it beside running writers and drops it. Tries again for
// some seconds while others hold it, then returns -EBUSY; what was done by then stays and counts
// the next time. *ret_kept is how many rows of that day are kept as evidence.
int retention_retire(struct query_connection *connection, utc_us before, const char *partition,
                     int64_t *ret_kept, struct error *error);

// To be called once all partitions are through: points that were only kept because their sighting
// went on, and need not be any more, go too.
int retention_finish_points(struct query_connection *connection, utc_us before,
                            struct error *error);

// Works out, for good, the coverage of each airfield of interest (one that claims speak of, that
// other traffic is counted for, or that was asked about) as far as the plan takes away what it is
// made from. To be called first. `now` bounds it: hours that are not over are left out.
int retention_roll_up_coverage(struct query_connection *connection,
                               const struct retention_plan *plan, utc_us now, struct error *error);

// Works out the feeds' hours before `before`, then counts these hours by them. To be called before
// the ledger is trimmed.
int retention_roll_up_feeds(struct query_connection *connection, utc_us before,
                            struct error *error);

// Deletes the rows of "poll", "poll_nearby", "quarantine" or "feed_hour" that are older than
// `before`, some thousands a transaction.
int retention_trim(struct query_connection *connection, const char *table, utc_us before,
                   int64_t *ret_rows, struct error *error);

// The whole database's size, and that of what is kept as evidence.
int retention_sizes(struct query_connection *connection, int64_t *ret_database_bytes,
                    int64_t *ret_evidence_bytes, int64_t *ret_evidence_rows, struct error *error);
