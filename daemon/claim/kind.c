// SPDX-License-Identifier: MIT
#include "claim/kind.h"

#include <string.h>

static const struct clause_kind *const kinds[] = {
    &clause_kind_arrivals,
    &clause_kind_departures,
    &clause_kind_first_arrival,
    &clause_kind_last_arrival,
    &clause_kind_route,
    &clause_kind_distinct_aircraft,
    &clause_kind_hiatus,
    &clause_kind_regular,
    &clause_kind_presence,
    &clause_kind_untestable,
    NULL,
};

const struct clause_kind *const *clause_kinds(void)
{
    return kinds;
}

const struct clause_kind *clause_kind_find(const char *name)
{
    for (size_t i = 0; kinds[i] != NULL; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

struct claim_window clause_reach(const struct clause *clause)
{
    struct claim_window reach = clause->window;
    if (claim_window_is_set(&reach) && (clause->kind->needs & CLAUSE_NEEDS_BASELINE) != 0) {
        reach.from -= CLAIM_BASELINE_DAYS * UTC_DAY;
        reach.to += CLAIM_RESUMED_DAYS * UTC_DAY;
    }
    return reach;
}
