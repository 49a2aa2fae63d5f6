// SPDX-License-Identifier: MIT
// Predictions that went by: a clause that spoke of the future when it was reported, whose time has
// ended and settled, and of which not enough was seen. Whether it could have been seen is part of
// the answer; silence alone proves nothing. Pure.
#pragma once

#include "base/array.h"
#include "claim/judge.h"

#define OVERDUE_COVERAGE_SIZE 320

struct overdue_clause {
    size_t clause; // its index in the claim
    struct claim_window
        window;        // that went by; of a series, from the last visit to when the next was due
    utc_us overdue_at; // its end and the settling time (CLAIM_SETTLING of claim/tally.h)
    char coverage[OVERDUE_COVERAGE_SIZE]; // a sentence: could we have seen it?
};
struct overdue_clause_array ARRAY_OF(struct overdue_clause);

// When the claim was made: the end of the day of its earliest report (the moment, where the report
// has one), else `imported_at`.
utc_us claim_reported_at(const struct claim *claim, const struct claim_library *library,
                         utc_us imported_at);

// Appends the clauses of the claim that are overdue by its assessment. A window was predicted when
// more of it lay after `reported_at` than before: "arrived today" is no prediction, whatever time
// zone the day was meant in. A clause that is corroborated, consistent, pending or untestable is
// not overdue, nor is one that asserts silence.
void claim_find_overdue(const struct claim *claim, const struct assessment *assessment,
                        const struct claim_facts *facts, utc_us reported_at,
                        struct overdue_clause_array *ret_overdue);
