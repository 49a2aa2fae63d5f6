// SPDX-License-Identifier: MIT
// schema.org ClaimReview as JSON-LD: one review a claim, one Claim whose appearances are all the
// articles that carry it.
#pragma once

#include "base/text.h"
#include "claim/clause.h"
#include "claim/words.h"

// What the newest assessment said.
struct claimreview {
    const struct claim *claim;
    enum verdict verdict;
    const char *summary;       // one sentence or two: why
    const char *date_reviewed; // "2025-11-02"
    const char *author;        // who publishes the review
    const char *url;           // where it stands, or NULL
    bool synthetic;            // made-up data is among the evidence
};

// A rating exists only where tracks say something: 1 contradicted, 2 not observed, 3 partly, 4
// consistent, 5 corroborated. The others carry their name and no number: silence is no rating.
int claimreview_rating(enum verdict verdict); // 0: none

// The heading that a reader sees; never the word "false".
const char *claimreview_heading(enum verdict verdict);

void claimreview_write(const struct claimreview *review, const struct claim_library *library,
                       struct text *text);
