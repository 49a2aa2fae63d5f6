// SPDX-License-Identifier: MIT
// The one way in which "it was not there" is shown for named airframes: each of them was, at known
// moments, so far away that it could not have come by in between.
#pragma once

#include "claim/clause.h"
#include "claim/facts.h"
#include "claim/finding.h"

// Faster than this between two places is impossible for any aircraft a claim may name (methods.md
// 3d): with it "could not have come by" stays true in a jet stream.
#define ELSEWHERE_SPEED_MAX_KT 600.0
// From this grade on a visit shows where the airframe was (methods.md 3b: "arrived" needs A2).
#define ELSEWHERE_GRADE EVIDENCE_A2

// True when the clause names its airframes one by one (addresses or whole registrations) and none
// of them can have been at the clause's place at any moment of its window. Adds the moments as
// contradicting evidence and the reason. Never true for aircraft given by type or pattern: there is
// always another one.
bool elsewhere_is_proven(const struct clause *clause, const struct claim_facts *facts,
                         struct finding *finding);
