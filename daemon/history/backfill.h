// SPDX-License-Identifier: MIT
// Reads archives of traces into the database: points of watched aircraft, and for all others who
// was heard low near the places of claims, by the hour. One thread reads, as many as there are
// cores unpack and scan, and the caller's stores; what comes out does not depend on how many.
// Nothing is unpacked to disk. Which files were read is committed with what they held: interrupted
// anywhere and run again it goes on, without loss or doubles. Deriving anew is left to the caller
// (history_pending).
#pragma once

#include "base/error.h"
#include "base/utc.h"
#include "feed/decoder.h"
#include "history/archive_reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct query_connection; // store/query.h
struct history_stream;   // history/stream.h
struct backfill;

#define BACKFILL_JOBS_MAX 64

// Counted from the first run on.
struct backfill_report {
    uint64_t files; // all of them; `known` ones were read before, `bad` ones could not be
    uint64_t known, bad;
    uint64_t passed_by; // of `files`: not looked into, since by their names nobody wants them
    uint64_t points;    // usable ones, of whomever
    uint64_t stored;    // points of watched aircraft that were not there yet
    uint64_t bytes;     // of files, packed
};

// Told on the thread that runs the backfill; each function may be NULL.
struct backfill_listener {
    void *data;
    // Something could not be read; `words` name it. The backfill goes on.
    void (*bad)(void *data, const char *words);
    // An archive was read from its first file to its end mark, nothing was damaged, and it is all
    // in the database. `name` is its path or its stream's name.
    void (*whole)(void *data, const char *name);
    // One such of which nothing says that it holds all aircraft of its day (history/archive_day.h):
    // the day does not count as listened to.
    void (*partial)(void *data, const char *name);
    // Some times a second. `at` is the file that was dealt with last.
    void (*progress)(void *data, const struct backfill_report *report, const char *at);
};

// Everything is borrowed and must outlive the backfill.
struct backfill_plan {
    const char *feed;                     // the id that points get; shorter than FEED_ID_SIZE
    const struct feed_interest *interest; // whom to keep, and where to hear the others
    const struct place *places;           // of the configuration: points get their flags by them
    size_t place_count;
    unsigned jobs;   // threads that scan; 0: one for each core
    bool again;      // read files that are known already once more
    bool whole_days; // each archive holds all aircraft of its day, whatever its name
    const char *watch_id, *watch_ids; // of the interest's watch list, as in store/loader.h
    struct backfill_listener listener;
};

// `connection` is borrowed and used by the calling thread only.
struct backfill *backfill_new(const struct backfill_plan *plan,
                              struct query_connection *connection);
void backfill_free(struct backfill *backfill); // accepts NULL

// Reads files, folders, archives, parts of split ones, or "-" (history/archive_reader.h). What is
// damaged is told and counted; an error is one of the database (store/query.h).
int backfill_paths(struct backfill *backfill, char *const *paths, size_t count,
                   struct error *error);

// Where streams come from, one after another.
struct backfill_streams {
    void *data;
    // Gives the next stream, which the backfill takes over. Returns 1, 0 after the last one, or a
    // negative errno with the name of what could not be had: told and counted as bad, and the next
    // one is asked for; -ECANCELED ends everything. Called on another thread than the one that runs
    // the backfill.
    int (*next)(void *data, struct history_stream **ret_stream, enum archive_kind *ret_kind,
                struct error *error);
    // May be NULL. The backfill ends early, since the database failed: what waits in `next` or in a
    // stream's read is to return soon, with -ECANCELED. Called on the thread that runs the
    // backfill.
    void (*stop)(void *data);
};

// The same from streams.
int backfill_streams(struct backfill *backfill, const struct backfill_streams *streams,
                     struct error *error);

const struct backfill_report *backfill_report(const struct backfill *backfill);

// Works out the hours of coverage at the interest's places from what was heard. `ret_changed` is
// how many changed.
int backfill_coverage(struct backfill *backfill, size_t *ret_changed, struct error *error);
