// SPDX-License-Identifier: MIT
// Moments at which an airframe certainly was at a place: on the ground by a visit, or seen inside a
// region. What route, presence and distinct_aircraft are made of.
#pragma once

#include "base/array.h"
#include "claim/clause.h"
#include "claim/facts.h"
#include "claim/finding.h"

struct touch {
    const char *icao24;              // borrowed from the row
    utc_us from, to;                 // it was there at both ends
    const struct known_visit *visit; // one of the two
    const struct known_presence *presence;
};
struct touch_array ARRAY_OF(struct touch);

// All touches of `place` by the clause's aircraft inside the window, by the order of facts. Visits
// need the grade; being seen inside a region needs none. Visits of a lower grade, or whose moment
// may lie outside the window, are counted in the finding as weak or uncertain and added as such
// evidence.
struct touch_array touches_of(const struct clause *clause, const struct claim_facts *facts,
                              const char *place, enum evidence_grade grade,
                              struct finding *finding);

void finding_add_touch(struct finding *finding, const struct claim_facts *facts,
                       const struct touch *touch, enum evidence_role role);
