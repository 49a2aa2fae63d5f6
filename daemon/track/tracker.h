// SPDX-License-Identifier: MIT
// The track stage: orders and flags the points of each aircraft, and derives sightings (and visits)
// from them. Pure: no clock, no randomness, no I/O. The same points in the same order give the same
// results, in batches of any size, with duplicates, and across a save and load at any point.
#pragma once

#include "base/bytes.h"
#include "base/place.h"
#include "track/point.h"
#include "track/sighting.h"
#include "track/visit.h"

struct tracker;

// What one step changed, appended in order. The caller clears it between steps.
struct track_effects {
    struct track_point_array points; // accepted, with their flags
    struct sighting_array sightings; // new or changed; the newest state of each, whole
    struct visit_array visits;       // new or changed; the newest state of each, whole
    struct identity_conflict_array conflicts;
    uint32_t duplicates; // observations dropped: the same fix of the same feed again
};

void track_effects_done(struct track_effects *effects);

// `places` is borrowed and must outlive the tracker.
struct tracker *tracker_new(const struct place *places, size_t place_count);
void tracker_free(struct tracker *tracker);

// Takes one observation with a position of a watched aircraft, as `feed` reported it and as we
// received it. Observations must come in order of received_at.
void tracker_push(struct tracker *tracker, const struct observation *observation, const char *feed,
                  utc_us received_at, struct track_effects *effects);

// Lets time pass: closes what has been silent for too long. To be called at the end of every poll's
// batch with the poll's received_at, answered or not. Calling it more often changes nothing in the
// end.
void tracker_advance(struct tracker *tracker, utc_us now, struct track_effects *effects);

// New places after a reload; open sightings go on.
void tracker_set_places(struct tracker *tracker, const struct place *places, size_t place_count);

// The whole state, so that a restart goes on as if there had been none.
void tracker_save(const struct tracker *tracker, struct byte_writer *writer);
// Replaces the tracker's state. Returns 0, or -EBADMSG (and an empty tracker) for bytes of another
// version.
int tracker_load(struct tracker *tracker, struct byte_reader *reader);

size_t tracker_aircraft_count(const struct tracker *tracker);
size_t tracker_open_sighting_count(const struct tracker *tracker);
