// SPDX-License-Identifier: MIT
// What a store_batch holds; its public side is in store/writer.h. Private to the store.
#pragma once

#include "base/array.h"
#include "base/digest.h"
#include "journal/entry_id.h"
#include "store/table.h"
#include "store/writer.h"

struct watch_list;
struct sighting;
struct poll;
struct visit;
struct identity_conflict;

struct batch_days ARRAY_OF(utc_us); // first moments of UTC days

struct store_batch {
    const struct watch_list *watch;
    struct table_rows tables[TABLE_COUNT];
    int64_t first_sequence, last_sequence; // 0 while empty
    struct batch_days days;                // whose partitions it needs
};

size_t store_batch_bytes(const struct store_batch *batch);

// One value that is null where it is unknown, and the ids of the watch entries in a mask.
void batch_add_whole(struct column *column, int32_t value);
void batch_add_watch_ids(struct column *column, const struct watch_list *watch, uint64_t mask);

// batch_visit.c: one row of the visit and one of its history; `decided_at` is when its answer was
// received.
void batch_add_visit(struct store_batch *batch, const struct visit *visit, utc_us decided_at);
void batch_add_conflict(struct store_batch *batch, const struct identity_conflict *conflict,
                        utc_us decided_at);

// batch_alert.c: the alerts, and the newest state of each delivery.
void batch_add_alerts(struct store_batch *batch, const struct entry *entry);
