// SPDX-License-Identifier: MIT
// Which visits a clause's aircraft made at its place, how each lies to the window, and the verdicts
// that all counting kinds share.
#pragma once

#include "base/array.h"
#include "claim/clause.h"
#include "claim/facts.h"
#include "claim/finding.h"
#include "claim/window.h"

enum visit_end { VISIT_ARRIVAL, VISIT_DEPARTURE };

struct visit_match {
    const struct known_visit *visit;
    enum window_relation relation; // of that end's bracket to the window; never WINDOW_OUTSIDE
    bool strong;                   // grade bears the clause's verb
    utc_us after, before;          // that end's bracket
};

struct visit_tally {
    struct visit_match *items; // owned
    size_t count;
    size_t capacity;
    uint32_t counted;   // strong and inside
    uint32_t weak;      // inside or straddling, grade too low
    uint32_t uncertain; // strong and straddling
};

void visit_tally_done(struct visit_tally *tally);

// The bracket of one end of a visit. An arrival is never later than the departure: an open bracket
// is closed by the other end where that is known.
void visit_bracket(const struct known_visit *visit, enum visit_end end, utc_us *ret_after,
                   utc_us *ret_before);

// All visits known as of `facts->as_of` of the clause's aircraft at `place` whose end may lie in
// the window, in the order of facts.
struct visit_tally visit_tally_window(const struct clause *clause, const struct claim_facts *facts,
                                      const char *place, const struct claim_window *window,
                                      enum visit_end end);

// The same without regard to the place.
bool visit_is_of(const struct clause *clause, const struct claim_facts *facts,
                 const struct known_visit *visit);

// Copies the tally's numbers and its visits as evidence into the finding: strong inside ones
// support, the others are weak or uncertain.
void finding_take_tally(struct finding *finding, const struct claim_facts *facts,
                        const struct visit_tally *tally);

// A report of a window is judged when it has ended and late data had time to come in: a stop is
// bracketed by the next departure, and daily archives appear after the day's end [inference,
// methods.md 3b, 0].
#define CLAIM_SETTLING (24 * UTC_HOUR)

// Whether the window has ended and settled as of the facts' moment.
bool claim_is_settled(const struct claim_facts *facts, const struct claim_window *window);

// Nothing of the needed grade was found and the window is settled: weak or uncertain evidence makes
// it consistent; else not_observed where COVERAGE_WINDOW_SHARE of the hours were covered, else
// unverifiable.
void finding_judge_silence(struct finding *finding);

// Fewer than claimed: consistent where the uncovered hours could hold the rest (an hour each), or
// where weak or uncertain visits make up the number; else partly.
void finding_judge_fewer(struct finding *finding, uint32_t claimed);

// The open window's verdict.
void finding_judge_pending(struct finding *finding, const struct claim_facts *facts,
                           const struct claim_window *window);
