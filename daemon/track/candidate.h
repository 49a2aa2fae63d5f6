// SPDX-License-Identifier: MIT
// Airfields compete for the end of a flight: each within reach gets a score, and the runner-up is
// kept.
#pragma once

#include "track/field.h"
#include "track/track_fix.h"

#define CANDIDATES_MAX 8

struct candidate {
    const struct place *field;
    double distance_nm;
    double angle_deg;  // between the track and the way to (or from) the field; NAN without a track
    int32_t height_ft; // above that field; OBSERVATION_UNKNOWN without an altitude
    double score;
};

struct candidate_question {
    const struct track_fix *fix;
    int32_t altitude_ft; // the newest, which may be newer than the fix
    const char *type_code;
    double within_nm;
    bool departing;            // the fix comes from the field, not to it
    const char *aligned_field; // id, or empty
    utc_us aligned_us;
    const char *favoured; // id of the field it came to, when departing; or empty
};

// The candidates, best first; returns how many. Fields with runways too short for the type are left
// out.
size_t candidates_find(const struct field_index *fields, const struct candidate_question *question,
                       struct candidate ret_candidates[CANDIDATES_MAX]);

// One field measured by the same rules, whether or not it is within reach.
struct candidate candidate_measure(const struct place *field,
                                   const struct candidate_question *question);
