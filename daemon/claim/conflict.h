// SPDX-License-Identifier: MIT
// Reports that cannot all be right: claims about one named event whose clauses exclude one another
// by date, by number or by length. No evidence is needed to see it, and none is taken.
#pragma once

#include "base/array.h"
#include "claim/clause.h"

enum conflict_kind { CONFLICT_DATES, CONFLICT_NUMBERS, CONFLICT_LENGTHS, CONFLICT_KIND_COUNT };

const char *conflict_kind_name(enum conflict_kind kind); // "dates"

struct claim_conflict {
    enum conflict_kind kind;
    const struct claim *first,
        *second; // borrowed from the library; first's id sorts before second's
    const struct clause *first_clause, *second_clause;
};
struct claim_conflict_array ARRAY_OF(struct claim_conflict);

#define CLAIM_CONFLICTS_MAX 10000

// All pairs, in the order of the claims' ids. Windows conflict when they do not touch (each is
// already the union over the zones concerned); numbers and lengths when their ranges do not.
void claim_conflicts_find(const struct claim_library *library,
                          struct claim_conflict_array *ret_conflicts);
