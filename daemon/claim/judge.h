// SPDX-License-Identifier: MIT
// The judgement: a clause against the facts, and a claim by the weakest clause it needs. Pure: the
// same claim and facts give the same assessment, whatever order the facts came in.
#pragma once

#include "claim/clause.h"
#include "claim/facts.h"
#include "claim/finding.h"
#include "claim/kind.h"

struct assessment {
    utc_us as_of;
    enum verdict verdict;       // of the weakest clause that the claim needs
    enum likelihood likelihood; // the lowest of those clauses
    enum confidence confidence; // the lowest of those clauses
    size_t weakest;             // index of that clause
    bool synthetic;             // made-up data is among the evidence
    uint32_t report_count;
    uint32_t independent_reports; // roots that the reports lead back to
    uint32_t feed_groups;         // independent groups of feeds behind the evidence
    char source_reliability;      // Admiralty, of the best root
    char information_credibility; // Admiralty, from the verdict
    struct finding *findings;     // one for each clause, in the claim's order; owned
    size_t finding_count;
};

void assessment_done(struct assessment *assessment);

// Judges one clause. `facts` need not hold more than what can bear on it; they must be sorted
// (claim_facts_sort). `ret_finding` is to be zeroed, and released by finding_done.
void clause_judge(const struct clause *clause, const struct claim_facts *facts,
                  struct finding *ret_finding);

// Rolls findings up. Takes over `findings` (claim->clauses.count of them). A claim in which no
// clause is needed is judged by all. Sources come from the library.
void claim_roll_up(const struct claim *claim, const struct claim_library *library,
                   const struct claim_facts *facts, struct finding *findings,
                   struct assessment *ret_assessment);

// Both for all clauses with the same facts: for tests and for `verify`.
void claim_assess(const struct claim *claim, const struct claim_library *library,
                  struct claim_facts *facts, struct assessment *ret_assessment);
