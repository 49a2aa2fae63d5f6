// SPDX-License-Identifier: MIT
// A visit: one stay of one aircraft at an airfield, with a grade, a time bracket for each end, and
// the reasons. Each change is a new state of the same visit; the old ones are for the store to
// keep.
#pragma once

#include "base/array.h"
#include "base/place.h"
#include "base/utc.h"
#include "feed/observation.h"

#include <stdbool.h>
#include <stdint.h>

// Raised with every change that gives other visits or grades for the same points; stored with each
// row.
#define VISIT_DETECTOR_VERSION 1
#define VISIT_REASONS_MAX 20

enum visit_state {
    VISIT_PROVISIONAL, // the signal has been gone for long enough, but not yet for a turn-round
    VISIT_CONFIRMED,
    VISIT_UPGRADED,   // more was seen: the grade rose
    VISIT_SUPERSEDED, // later data contradicts it; the last reason says what
};
const char *visit_state_name(enum visit_state state); // "provisional", ...

// How strong the evidence is (methods 3b). A0 is what third parties assert; the track stage gives
// A1 to A4.
enum visit_grade { VISIT_A0, VISIT_A1, VISIT_A2, VISIT_A3, VISIT_A4 };
const char *visit_grade_name(enum visit_grade grade); // "A0", ...
// The strongest verb that the grade bears: "landed" (A3, A4), "arrived" (A2), "headed_to" (A1),
// "reported" (A0).
const char *visit_verb_name(enum visit_grade grade);

// What was tested. visit_rule_id() gives the word that the database and JSON use.
enum visit_rule {
    VISIT_RULE_ON_FIELD,         // distance from the field, nm, at most 2 km
    VISIT_RULE_NAMED_FIELD,      // ... at most 10 km
    VISIT_RULE_PROBABLE_FIELD,   // ... at most 25 nm
    VISIT_RULE_HEADED_FIELD,     // ... at most 50 nm
    VISIT_RULE_RUNNER_UP,        // the next best field: its score as a share of the best one's
    VISIT_RULE_RUNWAY,           // longest runway, ft, against what the type needs
    VISIT_RULE_GROUND_REPORTS,   // how many
    VISIT_RULE_GROUND_TIME,      // s between the first and the last of them
    VISIT_RULE_LAST_HEIGHT,      // ft above the field when lost, below 5,000
    VISIT_RULE_DESCENDING,       // of the last five vertical speeds
    VISIT_RULE_TOWARDS,          // degrees between the track and the direction of the field
    VISIT_RULE_DESCENT_PATH,     // ft of height for each nm to the field
    VISIT_RULE_ALIGNED,          // s on a runway's centre line
    VISIT_RULE_ALIGNED_HEIGHT,   // lowest height above the field on it
    VISIT_RULE_BARO_ONLY,        // minutes in which only the barometric altitude was usable
    VISIT_RULE_TOOK_OFF,         // ground reports, then airborne: s between them
    VISIT_RULE_FIRST_HEIGHT,     // ft above the field when found again
    VISIT_RULE_CLIMBING,         // of the first five vertical speeds
    VISIT_RULE_TURN_ROUND,       // minutes between loss and reappearance, at least 30
    VISIT_RULE_DEPARTURE_UNSEEN, // found again elsewhere: nm from the field
    VISIT_RULE_BRACKET_SPEED,    // kt: the type's top speed that the brackets use
    VISIT_RULE_FLAGGED_SHARE,    // share of doubtful points near the field
    VISIT_RULE_MLAT_SHARE,       // share of computed positions near the field
    VISIT_RULE_JUMP,             // the positions had jumped before
    VISIT_RULE_AIRBORNE_AGAIN,   // superseded: in the air again after so many minutes
    VISIT_RULE_SEEN_ELSEWHERE,   // superseded: the other field, and its distance
    VISIT_RULE_SIGNAL_RETURNED,  // superseded: points that came late continue the flight
    VISIT_RULE_COUNT,
};
const char *visit_rule_id(enum visit_rule rule); // "ground_reports"; never NULL
const char *
visit_rule_unit(enum visit_rule rule); // "ft", "nm", "s", "min", "deg", "kt", "share", ""

struct visit_reason {
    enum visit_rule rule;
    bool met;
    double threshold; // NAN where the rule has none
    double value;
    char place[PLACE_ID_SIZE]; // the other field, for the runner-up and where it was seen; else
                               // empty
    double distance_nm;        // of that field; NAN without one
};

struct visit {
    // The key: these four never change, and the id is made from them.
    char icao24[ICAO24_SIZE];
    uint32_t emitter;
    char place[PLACE_ID_SIZE];
    utc_us anchored_at; // opened_at of the sighting that came in; of the one that went out where
                        // none did

    enum visit_state state;
    enum visit_grade grade;
    // Each UTC_UNKNOWN where it is not known. A visit that has departed has departed_before.
    utc_us arrived_after, arrived_before;
    utc_us departed_after, departed_before;
    bool arrival_seen;   // else it was only seen to leave
    bool departure_seen; // from this field; else it was merely in the air again, or is still here
    // opened_at of the sightings on both sides (their key with icao24 and emitter), or UTC_UNKNOWN.
    utc_us sighting_in, sighting_out;
    char registration[REGISTRATION_SIZE];
    char type_code[TYPE_CODE_SIZE];
    char callsign_in[CALLSIGN_SIZE], callsign_out[CALLSIGN_SIZE];
    uint64_t watch_mask;
    struct position position; // the newest position that speaks for it
    struct visit_reason reasons[VISIT_REASONS_MAX];
    uint8_t reason_count;
};
struct visit_array ARRAY_OF(struct visit);

// One address in two places.
enum identity_conflict_kind {
    IDENTITY_TWO_EMITTERS,    // two tracks at the same time
    IDENTITY_IMPOSSIBLE_SPEED // found again farther off than the aircraft can fly
};
const char *identity_conflict_kind_name(enum identity_conflict_kind kind);

struct identity_conflict {
    char icao24[ICAO24_SIZE];
    enum identity_conflict_kind kind;
    uint32_t emitter;           // of the second point
    utc_us first_at, second_at; // observed
    struct position first, second;
    double distance_nm;
    double speed_kt; // that it would have taken
    double speed_limit_kt;
};
struct identity_conflict_array ARRAY_OF(struct identity_conflict);
