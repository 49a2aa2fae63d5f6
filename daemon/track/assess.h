// SPDX-License-Identifier: MIT
// From the two ends of a stay to a visit: grade, brackets and reasons. Pure and without memory.
#pragma once

#include "track/stay.h"

// How strongly the end of a sighting speaks for a landing at a field.
enum arrival_strength {
    ARRIVAL_NONE,
    ARRIVAL_HEADED,      // destination-consistent only
    ARRIVAL_FADED,       // lost below 10,000 ft within 25 nm, descending
    ARRIVAL_DROPPED,     // dropped on approach
    ARRIVAL_ALIGNED_LOW, // on a runway's centre line down to 500 ft
    ARRIVAL_GROUND,      // ground reports on the field
};

enum departure_strength {
    DEPARTURE_NONE,
    DEPARTURE_EMERGED,     // within 25 nm below 10,000 ft, climbing
    DEPARTURE_EMERGED_LOW, // below 5,000 ft
    DEPARTURE_TOOK_OFF,    // ground reports on the field, then airborne
};

enum arrival_strength assess_arrival(const struct place *field, const struct visit_end *in,
                                     const char *type_code);
enum departure_strength assess_departure(const struct place *field, const struct visit_end *out,
                                         const char *type_code);

// The fields that the end of a sighting may belong to, best first.
struct candidate;
size_t assess_candidates(const struct field_index *fields, const struct visit_end *end,
                         bool departing, double within_nm, const char *favoured,
                         const char *type_code, struct candidate *ret_candidates);

// How well a field fits the ends that were seen in the air (either may be NULL): the sum of their
// scores.
double assess_fit(const struct place *field, const struct visit_end *in,
                  const struct visit_end *out, double within_nm, const char *type_code);

// Fills grade, brackets, position and reasons of `ret_visit` (and leaves the rest alone).
void assess_visit(const struct field_index *fields, const struct stay *stay, const char *type_code,
                  struct visit *ret_visit);
