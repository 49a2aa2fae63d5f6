// SPDX-License-Identifier: MIT
// What the points of one sighting say about it as a whole: their feeds, doubts and silences.
#pragma once

#include "base/array.h"
#include "cli/explain.h"
#include "cli/sighting_query.h"

#define EXPLAIN_FLAGS_MAX 32

struct point_feed {
    char *feed;
    int64_t points;
    utc_us first, last;
};
struct point_feed_array ARRAY_OF(struct point_feed);

// A silence that the sighting goes on after.
struct point_gap {
    utc_us lost_at, found_at;
    double lost_altitude_ft, found_altitude_ft; // NAN: unknown
    double distance_nm;
};
struct point_gap_array ARRAY_OF(struct point_gap);

struct point_summary {
    int64_t points;
    struct point_feed_array feeds; // the one with most points first
    struct point_gap_array gaps;
    int64_t flagged[EXPLAIN_FLAGS_MAX]; // points with that bit of enum track_point_flag
};

// Reads it from the stored points of the sighting. To be released either way.
int point_summary_read(struct explanation *explanation, const struct sighting_row *sighting,
                       struct point_summary *ret_summary, struct error *error);
void point_summary_done(struct point_summary *summary);

// A flag of a point: its name, and what it means of the points that have it.
struct point_flag {
    const char *name, *meaning;
    bool is_interference; // what jamming and spoofing leave behind
};
const struct point_flag *point_flag_find(unsigned bit); // NULL for a bit that is none

// A "- " paragraph for each flag that was met, or one that says why there is none.
void point_summary_write_flags(FILE *file, const struct point_summary *summary);
// [{"flag": "stale", "points": 3, "meaning": "..."}, ...]
cJSON *point_summary_flags_json(const struct point_summary *summary);
// [{"feed": "adsb.lol", "points": 60, "first": "...", "last": "..."}, ...]
cJSON *point_summary_feeds_json(const struct point_summary *summary);
