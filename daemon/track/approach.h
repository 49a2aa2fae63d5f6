// SPDX-License-Identifier: MIT
// What the newest minutes of a track say about an approach: vertical speeds, alignment with a
// runway, and how many points were doubtful.
#pragma once

#include "track/field.h"
#include "track/thresholds.h"
#include "track/track_fix.h"

struct approach {
    // The newest vertical speeds in the air, at least RATE_SPACING_US apart.
    int16_t rates_fpm[DROPPED_RATES];
    uint8_t rate_count;
    uint8_t rate_next;
    utc_us rate_at;
    int32_t rate_altitude_ft;
    // Points in each of the newest minutes.
    struct {
        int32_t minute; // since 1970
        uint8_t points, flagged, mlat;
    } doubts[DOUBT_MINUTES];
    // On the centre line of a runway, if aligned_field is not empty.
    char aligned_field[PLACE_ID_SIZE];
    char aligned_runway[5];
    utc_us aligned_since, aligned_last;
    int32_t aligned_lowest_ft; // above the field
    // UTC_UNKNOWN unless the position jumped without an explanation, to jumped_to, and the aircraft
    // has not been seen to fly away from there.
    utc_us jumped_at;
    struct position jumped_to;
};

void approach_clear(struct approach *approach);
// For a new sighting: all but a jump, which a gap does not explain.
void approach_begin(struct approach *approach);

// Takes a point that was heard. `plausible` says whether its position counts.
void approach_take(struct approach *approach, const struct field_index *fields,
                   const struct track_fix *fix, uint32_t flags, bool plausible);

// How many of the newest five vertical speeds are at most (or for a positive limit at least)
// `limit_fpm`.
uint8_t approach_rates_beyond(const struct approach *approach, int limit_fpm);

// Shares of flagged and of computed points in the DOUBT_MINUTES up to `until`.
void approach_doubts(const struct approach *approach, utc_us until, float *ret_flagged_share,
                     float *ret_mlat_share);
