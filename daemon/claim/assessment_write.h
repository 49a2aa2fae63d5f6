// SPDX-License-Identifier: MIT
// An assessment in words and as JSON. The same assessment gives the same bytes.
#pragma once

#include "base/text.h"
#include "claim/clause.h"
#include "claim/facts.h"
#include "claim/judge.h"

#define ASSESSMENT_JSON_MAX (16 << 20)

// The arithmetic of one finding in one or two sentences: counts with grades, hours by state, bound,
// sources.
void finding_write_arithmetic(const struct clause *clause, const struct finding *finding,
                              struct text *text);

// The finding as a JSON object: verdict, likelihood, confidence, counts, coverage, bound, evidence,
// reasons, what would change it. Feeds are named.
void finding_write_json(const struct clause *clause, const struct finding *finding,
                        const struct claim_facts *facts, struct text *text);

// The whole assessment without its moment and number.
void assessment_write_json(const struct claim *claim, const struct assessment *assessment,
                           const struct claim_facts *facts, struct text *text);

// What makes an assessment a new one when it differs from the last: verdicts, bands, counts,
// evidence, and for windows that have ended the hours by state and the bound. While a window is
// open its hours grow by the clock alone, which is no news.
void assessment_write_essence(const struct claim *claim, const struct assessment *assessment,
                              struct text *text);

// "An assessment that rests on made-up data says so": "synthetic data: " or nothing, before a
// verdict.
const char *assessment_label(const struct assessment *assessment);
