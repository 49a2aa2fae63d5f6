// SPDX-License-Identifier: MIT
// What a store_batch holds; its public side is in store/writer.h. Private to the store.
#pragma once

#include "base/array.h"
#include "base/digest.h"
#include "store/table.h"
#include "store/writer.h"

struct watch_list;
struct sighting;
struct poll;

struct batch_days ARRAY_OF(utc_us); // first moments of UTC days

struct store_batch {
    const struct watch_list *watch;
    struct table_rows tables[TABLE_COUNT];
    int64_t first_sequence, last_sequence; // 0 while empty
    struct batch_days days;                // whose partitions it needs
};

size_t store_batch_bytes(const struct store_batch *batch);

// Ids made from what happened (base/digest.h): the same on every machine and in every replay.
void sighting_uuid(const struct sighting *sighting, uint8_t ret_uuid[DIGEST_UUID_SIZE]);
void poll_uuid(const struct poll *poll, uint8_t ret_uuid[DIGEST_UUID_SIZE]);
