// SPDX-License-Identifier: MIT
// The kinds of clause. How to add one:
//   1. Write kind_<name>.c with one `const struct clause_kind clause_kind_<name>`: `read` takes the
//   keys that
//      only this kind has (claim/fields.h; each names its own errors), `judge` sets the finding's
//      verdict, evidence, reasons and what would change it (claim/finding.h, claim/tally.h help).
//   2. Name it below and in the table of kind.c, the file in meson.build, the keys in
//      config/schema/claims.schema.json.
//   3. Test both sides of each of its thresholds in tests/claim/test_kinds.c.
// A judge sees only the clause and the facts; it asks no clock (facts->as_of is the moment), and it
// never makes "contradicted" out of silence.
#pragma once

#include "claim/clause.h"
#include "claim/facts.h"
#include "claim/finding.h"

struct fields; // claim/fields.h

// Which rows a clause needs beside the visits of its window; the shell fetches them.
enum clause_needs {
    CLAUSE_NEEDS_VISITS = 1 << 0,
    CLAUSE_NEEDS_PRESENCES = 1 << 1,
    CLAUSE_NEEDS_BASELINE = 1 << 2, // the record before the window, BASELINE_DAYS long
};

// The record before a pause or a series that it is compared with: a year, so that every season is
// in it [inference].
#define CLAIM_BASELINE_DAYS 365
// The record after a pause that shows a resumption: a month [inference].
#define CLAIM_RESUMED_DAYS 30

struct clause_kind {
    const char *name;    // the "kind" of a claim file
    const char *asserts; // one line for readers
    unsigned needs;      // of enum clause_needs
    void (*read)(struct fields *fields, struct clause *clause);
    void (*judge)(const struct clause *clause, const struct claim_facts *facts,
                  struct finding *finding);
};

extern const struct clause_kind clause_kind_arrivals;
extern const struct clause_kind clause_kind_departures;
extern const struct clause_kind clause_kind_first_arrival;
extern const struct clause_kind clause_kind_last_arrival;
extern const struct clause_kind clause_kind_route;
extern const struct clause_kind clause_kind_distinct_aircraft;
extern const struct clause_kind clause_kind_hiatus;
extern const struct clause_kind clause_kind_regular;
extern const struct clause_kind clause_kind_presence;
extern const struct clause_kind clause_kind_untestable;

// NULL for an unknown name.
const struct clause_kind *clause_kind_find(const char *name);
// All of them, ended by NULL.
const struct clause_kind *const *clause_kinds(void);

// The span of time whose rows can bear on the clause: what the shell's query asks for.
struct claim_window clause_reach(const struct clause *clause);
