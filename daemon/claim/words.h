// SPDX-License-Identifier: MIT
// The words of the claim stage: grades, verbs, verdicts, coverage states; and their spelling in
// files, in the database and in answers. One table each.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// How strong the evidence of a visit is (methods.md 3b; after Global Fishing Watch's port visits).
enum evidence_grade {
    EVIDENCE_A0, // only asserted by a third party, or estimated positions
    EVIDENCE_A1, // destination-consistent, lost above 10,000 ft
    EVIDENCE_A2, // one end only: dropped on approach, or emergence with no inbound
    EVIDENCE_A3, // one end observed and the stop bracketed from the other
    EVIDENCE_A4, // touchdown or alignment, and the later departure seen
    EVIDENCE_GRADE_COUNT,
};

const char *evidence_grade_name(enum evidence_grade grade); // "A3"
bool evidence_grade_from_name(const char *name, enum evidence_grade *ret_grade);

enum claim_verb {
    CLAIM_VERB_HEADED_TO,
    CLAIM_VERB_FLEW_TO,
    CLAIM_VERB_ARRIVED,
    CLAIM_VERB_LANDED,
    CLAIM_VERB_DEPARTED,
    CLAIM_VERB_COUNT,
};

const char *claim_verb_name(enum claim_verb verb);
bool claim_verb_from_name(const char *name, enum claim_verb *ret_verb);
// The weakest grade that bears the verb: landed A3; arrived, flew_to and departed A2; headed_to A1
// (design.md "Claims"; methods.md 3b).
enum evidence_grade claim_verb_grade(enum claim_verb verb);

// From the weakest to the strongest: a claim is as good as the weakest clause it needs (methods.md
// 3f), so the smallest of its clauses' verdicts is the claim's.
enum verdict {
    VERDICT_CONTRADICTED, // positive evidence to the contrary; silence alone never is
    VERDICT_NOT_OBSERVED, // looked, could have seen it, did not
    VERDICT_PARTLY,       // count or date differs
    VERDICT_UNTESTABLE,   // flight tracks cannot decide it
    VERDICT_UNVERIFIABLE, // not looked, or could not have seen it
    VERDICT_PENDING,      // the window is open, or the data not final
    VERDICT_CONSISTENT,   // compatible, not decisive
    VERDICT_CORROBORATED,
    VERDICT_COUNT,
};

const char *verdict_name(enum verdict verdict);
bool verdict_from_name(const char *name, enum verdict *ret_verdict);
// One sentence that says what the word means, for readers.
const char *verdict_meaning(enum verdict verdict);

// What can be said of one hour at one place (methods.md 3e).
enum coverage_state {
    COVERAGE_NOT_LOOKED,
    COVERAGE_LOOKED_NO_COVER,
    COVERAGE_COVERED_NOT_SEEN,
    COVERAGE_OBSERVED,
    COVERAGE_STATE_COUNT,
};

const char *coverage_state_name(enum coverage_state state);
bool coverage_state_from_name(const char *name, enum coverage_state *ret_state);
