// SPDX-License-Identifier: MIT
// Runs pushes through a tracker and keeps what a store would hold in the end: the newest state of
// each sighting by its key, and every point.
#pragma once

#include "maker.h"

struct followed {
    struct sighting_array sightings; // newest state of each, in order of first appearance
    struct visit_array visits;       // newest state of each
    struct identity_conflict_array conflicts;
    struct track_point_array points;
    uint32_t duplicates;
    size_t emissions; // of sightings
};

// How the pushes reach the tracker; the outcome must not depend on it.
struct follow_manner {
    size_t batch;      // pushes between two clearings of the effects; 0 for all in one
    bool ticks;        // tracker_advance after each batch
    utc_us tick_ahead; // and with the time so much after the newest push's, at most the next one's
    size_t save_every; // save and load into a new tracker after so many pushes; 0 never
    bool twice;        // every push twice
    const struct place *places; // NULL for those of maker.h
    size_t place_count;
};

struct followed follow(const struct made_pushes *pushes, struct follow_manner manner);
void followed_done(struct followed *followed);
// What stands in the end is the same: sightings, visits that are not superseded, and points. A
// visit that one manner announced early and took back may be missing from the other.
void followed_assert_equal(const struct followed *first, const struct followed *second);
