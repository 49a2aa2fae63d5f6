// SPDX-License-Identifier: MIT
// A sighting: one watched aircraft seen in one flight. Opened by the first point, extended by each,
// closed by a landing or by loss of signal.
#pragma once

#include "base/array.h"
#include "base/place.h"
#include "base/utc.h"
#include "feed/observation.h"
#include "track/point.h"

#define SIGHTING_CALLSIGNS_MAX 8
#define SIGHTING_FEEDS_MAX 8

enum sighting_state {
    SIGHTING_OPEN,
    SIGHTING_LANDED,    // closed by ground reports
    SIGHTING_LOST_LOW,  // closed by loss of signal below 10,000 ft above the nearest field (methods
                        // 3a)
    SIGHTING_LOST_HIGH, // closed by loss of signal higher up, after the time in which it could be
                        // stitched
    SIGHTING_SUPERSEDED // a later derivation has no such sighting
};

const char *sighting_state_name(enum sighting_state state); // "open", "landed", "lost_low", ...

struct sighting {
    // The key: these three never change once the sighting is open, and its id is made from them.
    char icao24[ICAO24_SIZE];
    utc_us opened_at; // observed_at of the point that opened it
    uint32_t emitter;

    enum sighting_state state;
    char registration[REGISTRATION_SIZE];
    char type_code[TYPE_CODE_SIZE];
    char callsigns[SIGHTING_CALLSIGNS_MAX][CALLSIGN_SIZE]; // in order of appearance
    uint8_t callsign_count;
    char feeds[SIGHTING_FEEDS_MAX][FEED_ID_SIZE];
    uint8_t feed_count;
    uint64_t watch_mask;
    utc_us first_seen; // earlier than opened_at only when a late point came in
    utc_us last_seen;
    struct position first_position;
    struct position last_position;
    int32_t last_altitude_ft;
    char origin[PLACE_ID_SIZE];      // airfield it was seen to leave, or empty
    char destination[PLACE_ID_SIZE]; // airfield it was seen to reach, or empty
    bool path_changed; // points were added behind the sighting's back (late ones): draw the path
                       // again
};

struct sighting_array ARRAY_OF(struct sighting);
