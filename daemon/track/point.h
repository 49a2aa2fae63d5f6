// SPDX-License-Identifier: MIT
// A track point: an observation with a position, accepted for a watched aircraft, stored and never
// changed. Doubts are flags on it.
#pragma once

#include "base/array.h"
#include "base/utc.h"
#include "feed/observation.h"

#define FEED_ID_SIZE 33

enum track_point_flag {
    TRACK_POINT_STALE = 1 << 0,     // the position was old when the feed reported it
    TRACK_POINT_ESTIMATED = 1 << 1, // a feed's guess, adsc, other: never evidence of a landing
    TRACK_POINT_MLAT = 1 << 2,      // computed position
    TRACK_POINT_TISB = 1 << 3,      // TIS-B or ADS-R: re-broadcast by the ground
    TRACK_POINT_SPEED_FAIL =
        1 << 4,                    // not reachable from the track so far (methods 3c, speed check)
    TRACK_POINT_SIL0 = 1 << 5,     // version 2 transponder that vouches for nothing
    TRACK_POINT_NACP_LOW = 1 << 6, // NACp <= 2: 4 nm or worse
    TRACK_POINT_SPOOF_CLUSTER = 1 << 7, // inside a configured spoof cluster
    TRACK_POINT_FROZEN = 1 << 8,        // same position while the aircraft says it moves
    TRACK_POINT_GPS_LOST = 1 << 9,      // the feed says GPS was last good before this point
    TRACK_POINT_BAD_GROUND = 1 << 10, // "ground" that cannot be (fast, or geometric altitude high)
    TRACK_POINT_LATE = 1 << 11,       // arrived after a newer point of the same aircraft
    TRACK_POINT_SECOND_EMITTER = 1 << 12, // belongs to another track on the same address
};

// Points with one of these do not draw the path and are no evidence of place.
#define TRACK_POINT_IMPLAUSIBLE                                                                    \
    (TRACK_POINT_ESTIMATED | TRACK_POINT_SPEED_FAIL | TRACK_POINT_SPOOF_CLUSTER |                  \
     TRACK_POINT_FROZEN | TRACK_POINT_GPS_LOST)

struct track_point {
    struct observation seen;
    utc_us received_at; // when our poll was answered
    char feed[FEED_ID_SIZE];
    uint32_t flags;   // of enum track_point_flag
    uint32_t emitter; // 0, or the number of the second, third track on the same address
};

struct track_point_array ARRAY_OF(struct track_point);
