// SPDX-License-Identifier: MIT
// Where past days are fetched from. A source first plans: which items (an archive of a day, one
// aircraft's trace of a day) answer an order; then gives each item's bytes as a stream. Blocking,
// for the operator's tool.
//
// How to add a kind: write source_NAME.c with one `const struct history_kind history_kind_NAME`,
// name it below and in the table of source.c; in config/history_read.c a row of presets and the
// kind's word, which config/schema/skywitness.schema.json needs too.
#pragma once

#include "base/array.h"
#include "base/error.h"
#include "base/text.h"
#include "base/utc.h"
#include "config/config.h"
#include "feed/observation.h"
#include "history/archive_reader.h"
#include "history/stream.h"
#include "net/download.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

// Ten years: more is a slip of the keyboard.
#define HISTORY_DAYS_MAX 3660
// An aircraft-day each, at two seconds a request, is a week.
#define HISTORY_ITEMS_MAX 300000

struct history_aircraft {
    char icao24[ICAO24_SIZE];
};
struct history_aircraft_array ARRAY_OF(struct history_aircraft);

// What is wanted.
struct history_order {
    utc_us first_day, last_day; // both included; starts of UTC days
    const struct history_aircraft_array
        *aircraft; // for kinds that ask for them one by one; else NULL
};

struct history_item {
    char name[HISTORY_STREAM_NAME_SIZE]; // of its stream; the same for the same bytes
    utc_us day;
    enum archive_kind kind;
    char icao24[ICAO24_SIZE]; // of a trace; empty for an archive
    char *urls;               // of its parts in order, a line each; owned
    // What is known to be wrong with it although it can be had in part, so that it never counts as
    // whole; empty where nothing is.
    char flaw[160];
};
struct history_items ARRAY_OF(struct history_item);
void history_items_done(struct history_items *items);

// A day that cannot be had, with the reason.
struct history_missing {
    utc_us day;
    char words[300];
};
struct history_missing_days ARRAY_OF(struct history_missing);

struct history_source;

struct history_kind {
    const char *name;   // config_history.kind
    bool asks_aircraft; // an order names them
    // Appends the items that answer the order, by day, and the days for which there is nothing.
    int (*plan)(struct history_source *source, const struct history_order *order,
                struct history_items *items, struct history_missing_days *missing,
                struct error *error);
};

extern const struct history_kind history_kind_releases;
extern const struct history_kind history_kind_readsb_web;

struct history_source {
    const struct history_kind *kind;
    const struct config_history *config; // borrowed
    struct download_terms terms;
    struct download_client *client;
    char user_agent[300];
    char **hosts; // owned
    size_t host_count;
    int64_t asked_ns; // by the monotonic clock; 0: not yet
    unsigned refused; // in a row
    // For whoever watches, from any thread: what came in all, and of the stream that is read its
    // size (0: unknown) and what had come before it.
    atomic_uint_least64_t fetched_bytes, stream_total, stream_began;
};

// -EINVAL for an address that is none.
int history_source_new(const struct config_history *config, const char *contact,
                       struct history_source **ret_source, struct error *error);
void history_source_free(struct history_source *source); // accepts NULL

// Errors of the source as a whole: those of net/download.h; -E2BIG for an order of more than
// HISTORY_ITEMS_MAX.
int history_source_plan(struct history_source *source, const struct history_order *order,
                        struct history_items *items, struct history_missing_days *missing,
                        struct error *error);

// Begins to fetch; waits where requests come faster than the source allows. One stream at a time;
// the source must outlive it. May be called on another thread than the other functions. Errors as
// of net/download.h; -ENOENT for a trace says that the aircraft was not seen that day, or that the
// day has expired; -ECANCELED that going on makes no sense: the source refuses everything.
int history_source_fetch(struct history_source *source, const struct history_item *item,
                         struct history_stream **ret_stream, struct error *error);

// Has fetching and reading end soon with -ECANCELED. From any thread.
void history_source_stop(struct history_source *source);

// Waits until the next request may be made. Returns 0 or -ECANCELED. For the kinds.
int history_source_pace(struct history_source *source, struct error *error);
