// SPDX-License-Identifier: MIT
// An observation: one aircraft's state as one feed reported it, decoded to our units, with the
// feed's own time. What the feed did not say is unknown, never zero.
#pragma once

#include "base/geodesy.h"
#include "base/utc.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define OBSERVATION_UNKNOWN INT32_MIN  // for the whole numbers; the fractional ones are NAN
#define OBSERVATION_SMALL_UNKNOWN (-1) // for nic, nac_p, sil and adsb_version

#define ICAO24_SIZE 8 // "15405a", or "~2a3b4c" for an address that is not ICAO's
#define REGISTRATION_SIZE 13
#define TYPE_CODE_SIZE 5 // ICAO Doc 8643 designator
#define CALLSIGN_SIZE 9
#define SQUAWK_SIZE 5

// Where a position came from, best first (readsb's "type", feeds.md 1.3).
enum position_source {
    POSITION_SOURCE_UNKNOWN,
    POSITION_SOURCE_ADSB_ICAO,
    POSITION_SOURCE_ADSB_ICAO_NT, // no transponder: vehicles, towers
    POSITION_SOURCE_ADSR_ICAO,
    POSITION_SOURCE_TISB_ICAO,
    POSITION_SOURCE_ADSC, // satellite, one fix in 10 to 15 minutes
    POSITION_SOURCE_MLAT, // computed from times of arrival; errors of kilometres
    POSITION_SOURCE_OTHER,
    POSITION_SOURCE_MODE_S, // no position of its own
    POSITION_SOURCE_ADSB_OTHER,
    POSITION_SOURCE_ADSR_OTHER,
    POSITION_SOURCE_TISB_OTHER,
    POSITION_SOURCE_TISB_TRACKFILE,
    POSITION_SOURCE_MODE_AC,
    POSITION_SOURCE_ESTIMATED, // a feed's own guess: never an observation of a landing
    POSITION_SOURCE_COUNT,
};

// readsb's own word for it ("adsb_icao"), "estimated" for ours; never NULL.
const char *position_source_name(enum position_source source);
// POSITION_SOURCE_UNKNOWN for a word that is not in the table.
enum position_source position_source_from_name(const char *name, size_t length);

struct observation {
    char icao24[ICAO24_SIZE]; // lower case
    char registration[REGISTRATION_SIZE];
    char type_code[TYPE_CODE_SIZE];
    char callsign[CALLSIGN_SIZE]; // trimmed; empty for blanks and known junk
    char squawk[SQUAWK_SIZE];     // four octal digits, or empty
    enum position_source position_source;
    // Time of the position (now - seen_pos), or of the last message (now - seen) where there is
    // none.
    utc_us observed_at;
    bool has_position;
    struct position position; // NAN without one; rr_lat, lastPosition and gpsOkLat are never one
    bool on_ground;
    bool military;            // bit 0 of dbFlags
    int32_t altitude_baro_ft; // pressure altitude; unknown on the ground
    int32_t altitude_geom_ft; // above the WGS-84 ellipsoid
    float ground_speed_kt;
    float track_deg;           // true; true heading on the ground
    int32_t vertical_rate_fpm; // barometric, else geometric
    int8_t nic;                // 0 is jammed or unknown to the sender, -1 not said
    int8_t nac_p;
    int8_t sil;
    int8_t adsb_version;
    utc_us gps_ok_before;  // UTC_UNKNOWN unless the feed says that GPS is lost since then
    float seen_position_s; // age of the position at the feed's "now"; NAN without one
    uint32_t raw_offset;   // the object's bytes in the answer, as they were sent
    uint32_t raw_length;
    uint64_t watch_mask; // bit n: entry n of the watch list matched
};
