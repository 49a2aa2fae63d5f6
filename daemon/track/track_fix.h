// SPDX-License-Identifier: MIT
// What later points are compared with: the part of a point that says when, where, how high and how
// fast.
#pragma once

#include "base/geodesy.h"
#include "base/utc.h"

#include <stdbool.h>
#include <stdint.h>

struct track_fix {
    utc_us at;          // observed_at, but never later than when we received it (clocks run ahead)
    utc_us observed_at; // as stored
    utc_us upper_at;    // when it was made at the latest (clocks run behind)
    struct position position;
    int32_t altitude_ft; // barometric, else geometric, else OBSERVATION_UNKNOWN
    int32_t vertical_rate_fpm;
    float ground_speed_kt;
    float track_deg;
    uint8_t feed;        // index into the tracker's feed names
    bool on_ground;      // as flagged, unless that cannot be
    bool ground_refused; // flagged "ground", but that cannot be: in the air, or fast on a runway
    bool mlat;
};

// When the point was made at the earliest.
utc_us track_fix_lower_at(const struct track_fix *fix);
