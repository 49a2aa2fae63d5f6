// SPDX-License-Identifier: MIT
// Spans of time that a claim speaks of. A date without a zone means the union of that day in UTC
// and in the zone of each place concerned (design.md "Claims"; methods.md 3f): whoever wrote it may
// have meant either. Time zones come in as data, minutes east of UTC: an IANA name is resolved by
// the shell.
#pragma once

#include "base/utc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLAIM_WINDOW_TEXT_SIZE 36
#define CLAIM_ZONES_MAX 16

// Half open: from <= t < to. Both UTC_UNKNOWN where a clause has none.
struct claim_window {
    utc_us from;
    utc_us to;
    char from_text[CLAIM_WINDOW_TEXT_SIZE]; // as it was written
    char to_text[CLAIM_WINDOW_TEXT_SIZE];
};

#define CLAIM_WINDOW_NONE ((struct claim_window){.from = UTC_UNKNOWN, .to = UTC_UNKNOWN})

// How far east of UTC a zone is at a moment. Returns 0, or a negative errno for a zone it does not
// know.
typedef int claim_zone_offset(void *data, const char *zone, utc_us at, int32_t *ret_offset_min);

// The zones in which a day is to be read, beside UTC.
struct claim_zones {
    const char *names[CLAIM_ZONES_MAX]; // borrowed; empty names are UTC
    size_t count;
    claim_zone_offset *offset; // NULL: UTC only
    void *data;
};

// The union of the day that begins at `day_start` (as if it were UTC) in UTC and in every zone.
// Returns 0, or the resolver's error with *ret_zone naming the zone.
int claim_window_of_day(utc_us day_start, const struct claim_zones *zones,
                        struct claim_window *ret_window, const char **ret_zone);

// From "2025-10-24" or a full time, to a day (which is included whole) or a full time (which is not
// included). Returns 0; -EINVAL for what is not a time or a day that does not exist, with
// *ret_bad_end 0 for `from` and 1 for `to`; -ERANGE when the window is empty or reversed; the
// resolver's error.
int claim_window_read(const char *from, const char *to, const struct claim_zones *zones,
                      struct claim_window *ret_window, int *ret_bad_end);

bool claim_window_is_set(const struct claim_window *window);
bool claim_window_holds(const struct claim_window *window, utc_us time);

enum window_relation {
    WINDOW_OUTSIDE,
    WINDOW_STRADDLES, // the bracket may lie in it or not
    WINDOW_INSIDE,
};

// How a bracket [after, before] lies to the window. An unknown end is unbounded on that side.
enum window_relation claim_window_relation(const struct claim_window *window, utc_us after,
                                           utc_us before);
