// SPDX-License-Identifier: MIT
// Inside the track stage: what is remembered of each aircraft. Not for other folders.
#pragma once

#include "base/array.h"
#include "track/aircraft_table.h"
#include "track/approach.h"
#include "track/field.h"
#include "track/point.h"
#include "track/sighting.h"
#include "track/stay.h"
#include "track/thresholds.h"
#include "track/track_fix.h"
#include "track/tracker.h"

enum track_phase {
    TRACK_PHASE_UNKNOWN,
    TRACK_PHASE_AIR,
    TRACK_PHASE_GROUND,
};

// The state before a long gap that was bridged, in case what follows turns out to be a fresh
// departure.
struct track_stitch {
    utc_us before_last_seen;
    struct position before_position;
    int32_t before_altitude_ft;
    utc_us before_heard_at;
    struct track_fix after;
};

// The first points of a sighting that began in the air, until they say whether it emerged from a
// field.
struct track_start {
    bool decided;
    uint8_t points;
    struct track_fix first;
};

// What a close announced by time has to give back when points within the allowed gap come after
// all.
struct before_close {
    struct stay *stay; // owned, or NULL
    struct track_start start;
    bool arrival_told;
};

// The newest touch-down, or the newest time it was found on the ground.
struct track_ground {
    bool has_last_air;
    struct track_fix last_air;
    struct track_fix first;
    uint32_t reports;
};

// One emitter on one address. The parts that few aircraft need are made when they are needed.
struct track {
    bool begun; // `sighting` holds the newest one, open or closed
    struct sighting sighting;
    utc_us previous_last_seen; // of the sighting before it; UTC_UNKNOWN when there was none

    utc_us heard_at;           // newest point of any kind that proves a signal
    int32_t heard_altitude_ft; // the newest known
    int32_t heard_rate_fpm;
    bool settled; // the close was announced and nothing was heard since

    bool has_good;
    struct track_fix good; // newest point that is plausible: the reference of the speed check
    struct track_fix
        *before_jump; // owned: the reference before the track was taken up elsewhere, or NULL

    enum track_phase phase;
    utc_us phase_since;
    struct track_fix phase_last; // newest good point of this phase
    enum track_phase pending_phase;
    uint32_t pending_reports;
    struct track_fix pending_first;
    bool was_airborne; // in this sighting
    bool landed;       // in this sighting, after being airborne

    struct track_stitch
        *stitch; // owned: of the newest gap that was bridged, while it may be vetoed

    // For visits.
    bool previous_known; // where it was before this sighting
    utc_us previous_at, previous_heard_at;
    struct position previous_position;
    struct track_start start;
    struct track_ground *ground; // owned: until the arrival is told, or NULL
    bool arrival_told;           // of this sighting's landing
    struct approach approach;
    struct stay *stay;                 // owned, or NULL
    struct before_close *before_close; // owned, or NULL

    // Not part of the saved state.
    bool changed;        // something that is stored changed since the last emission
    size_t effect_index; // where the newest emission is, if the caller has not cleared it
    size_t visit_effect_index;
};

struct feed_memory {
    uint8_t feed;
    uint8_t count;
    uint8_t next;
    utc_us observed_at[DUPLICATE_MEMORY];
};
struct feed_memory_array ARRAY_OF(struct feed_memory);

// Implausible points that agree among themselves: a second emitter, or the track after a jump.
struct track_chain {
    uint32_t count;
    uint32_t interleaved; // points that the tracks took since the chain began ...
    uint32_t since_last;  // ... and since its newest point
    bool in_cluster;
    struct track_fix first;
    struct track_fix last;
};

struct aircraft {
    char icao24[ICAO24_SIZE];
    utc_us received_at;                 // of the newest observation, duplicates too
    struct track *tracks[EMITTERS_MAX]; // NULL where there is none; the first always is
    struct track_chain *chain;          // owned, or NULL
    struct feed_memory_array feeds;
    void *slot; // of the table; private to it
};

struct feed_name {
    char id[FEED_ID_SIZE];
};
struct feed_name_array ARRAY_OF(struct feed_name);

struct tracker {
    struct aircraft_table *table;
    struct field_index *fields;
    struct feed_name_array feeds;
    utc_us next_check; // nothing closes before; not part of the saved state
};

// One call's context.
struct track_step {
    const struct tracker *tracker;
    struct aircraft *aircraft;
    struct track_effects *effects;
    const struct stay_end_reason *superseded; // of the visit that is being superseded, or NULL
};

// tracker.c
void tracker_clear(struct tracker *tracker);

// aircraft.c
struct aircraft *aircraft_new(const char *icao24);
void aircraft_free(struct aircraft *aircraft);
struct track *aircraft_track(struct aircraft *aircraft,
                             size_t emitter); // makes it where there is none
void track_drop_before_close(struct track *track);
// Whether this feed gave the same fix before; remembers it if not.
bool aircraft_is_duplicate(struct aircraft *aircraft, uint8_t feed, utc_us observed_at);

// emitter.c: which emitter a point belongs to. Adds SPEED_FAIL, SPOOF_CLUSTER or SECOND_EMITTER to
// *flags.
size_t emitter_choose(struct track_step *step, const struct track_fix *fix, uint32_t *flags);

// segment.c: sightings.
void segment_take(struct track_step *step, size_t emitter, const struct observation *observation,
                  const struct track_fix *fix, uint32_t flags);
void segment_take_late(struct track_step *step, size_t emitter, const struct track_fix *fix,
                       uint32_t flags);
// Announces the close of a track that has been silent for long enough. Returns when to ask again.
utc_us segment_advance(struct track_step *step, struct track *track, utc_us now);
// Announces the close of a track that is about to be forgotten.
void segment_end(struct track_step *step, struct track *track);

// stay.c: whether the first points of a sighting say that it emerged from a field.
void start_decide(struct track_step *step, struct track *track);

// emission.c: the newest state of a sighting, or of a track's visit, into the effects, once a step.
void emission_add(struct track_step *step, struct track *track, bool path_changed);
void emission_add_visit(struct track_step *step, struct track *track);
// One address in two places.
void emission_add_conflict(struct track_step *step, enum identity_conflict_kind kind,
                           uint32_t emitter, const struct track_fix *first,
                           const struct track_fix *second, double speed_limit_kt);
