// SPDX-License-Identifier: MIT
// Stores what archives hold: points by binary COPY, and with them, in the same transaction, which
// files they came from. Blocking (store/query.h). Points that are there already, and those that
// coincide with one which came live by the same feed, are not stored again.
#pragma once

#include "base/digest.h"
#include "base/error.h"
#include "feed/trace.h"
#include "track/point.h"

#include <stdbool.h>
#include <stddef.h>

struct query_connection;
struct history_loader;

// A live answer and an archive give one position two times of different roundness: now - seen_pos,
// in tenths of a second in old versions of readsb, and hundredths since midnight. ADS-B positions
// are half a second apart.
#define HISTORY_COINCIDE_US (200 * (UTC_SECOND / 1000))

struct history_file {
    uint8_t content[DIGEST_UUID_SIZE];
    char icao24[ICAO24_SIZE];
    utc_us begins_at;
    uint32_t points, kept, refused;
};

// What is looked for. The texts are copied.
struct history_loader_order {
    const char *feed;     // the id that the points get
    const char *places;   // ids of the airfields that are listened at, as PostgreSQL's array text
                          // (store/sql_array.h)
    const char *watch_id; // the watch list's number (store/watch_record.h); NULL: not known
    const char
        *watch_ids; // those of the lists that hold what it does, as array text; NULL: whichever
};
// `connection` is borrowed.
struct history_loader *history_loader_new(struct query_connection *connection,
                                          const struct history_loader_order *order);
void history_loader_free(struct history_loader *loader); // accepts NULL

struct history_known {
    uint8_t content[DIGEST_UUID_SIZE];
    bool is_known; // stored before, by a watch list that held all that ours does
    utc_us day;    // and of this day; else UTC_UNKNOWN
};
// Looks up the files by their contents and fills in the rest.
int history_loader_know(struct history_loader *loader, struct history_known *files, size_t count,
                        struct error *error);

// These add to the transaction that history_loader_commit makes. A file's points come in order of
// time.
void history_loader_add_file(struct history_loader *loader, const struct history_file *file);
void history_loader_add_point(struct history_loader *loader, const struct track_point *point);
void history_loader_add_heard(struct history_loader *loader, const char *place, const char *icao24,
                              const struct trace_heard *heard);
// Rows that were added since the last commit.
size_t history_loader_rows(const struct history_loader *loader);

// Stores all or nothing; on an error what was added is forgotten.
int history_loader_commit(struct history_loader *loader, struct error *error);

// How many points were new so far.
uint64_t history_loader_stored(const struct history_loader *loader);

// Says that the archive of that day was read and nothing was missing. Where none of its files was
// passed over as known
// (`was_read_through`) all of it was listened to at the loader's places too; else at those where
// all parts were.
int history_loader_day_is_whole(struct history_loader *loader, utc_us day, bool was_read_through,
                                struct error *error);
