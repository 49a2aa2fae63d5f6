// SPDX-License-Identifier: MIT
#include "claim/conflict.h"

#include "claim/kind.h"

#include <string.h>

const char *conflict_kind_name(enum conflict_kind kind)
{
    static const char *const names[CONFLICT_KIND_COUNT] = {"dates", "numbers", "lengths"};
    return kind < CONFLICT_KIND_COUNT ? names[kind] : "unknown";
}

// When the clause says that it happened: a first or last one on its day, else in its window.
static const struct claim_window *dated(const struct clause *clause)
{
    if (clause->kind == &clause_kind_untestable || clause->kind == &clause_kind_hiatus ||
        clause->kind == &clause_kind_regular)
        return NULL;
    const struct claim_window *window =
        claim_window_is_set(&clause->on) ? &clause->on : &clause->window;
    return claim_window_is_set(window) ? window : NULL;
}

static bool dates_exclude(const struct clause *first, const struct clause *second)
{
    const struct claim_window *a = dated(first), *b = dated(second);
    return a != NULL && b != NULL && (a->to <= b->from || b->to <= a->from);
}

static bool same_place(const struct clause *first, const struct clause *second)
{
    return first->places.count > 0 && second->places.count > 0 &&
           strcmp(first->places.items[0].id, second->places.items[0].id) == 0;
}

static bool numbers_exclude(const struct clause *first, const struct clause *second)
{
    bool counted = first->kind == second->kind &&
                   (first->kind == &clause_kind_arrivals || first->kind == &clause_kind_departures);
    return counted && same_place(first, second) &&
           (first->count_max < second->count_min || second->count_max < first->count_min);
}

static bool lengths_exclude(const struct clause *first, const struct clause *second)
{
    return first->kind == &clause_kind_hiatus && second->kind == &clause_kind_hiatus &&
           (first->lasting_max_days < second->lasting_min_days ||
            second->lasting_max_days < first->lasting_min_days);
}

static void compare_clauses(const struct claim *first, const struct claim *second,
                            struct claim_conflict_array *conflicts)
{
    static bool (*const exclude[CONFLICT_KIND_COUNT])(const struct clause *,
                                                      const struct clause *) = {
        [CONFLICT_DATES] = dates_exclude,
        [CONFLICT_NUMBERS] = numbers_exclude,
        [CONFLICT_LENGTHS] = lengths_exclude,
    };
    array_foreach (&first->clauses, a)
        array_foreach (&second->clauses, b) {
            for (int kind = 0; kind < CONFLICT_KIND_COUNT; kind++)
                if (exclude[kind](a, b) && conflicts->count < CLAIM_CONFLICTS_MAX)
                    *array_append(conflicts) =
                        (struct claim_conflict){(enum conflict_kind)kind, first, second, a, b};
        }
}

static int compare_claims(const void *first, const void *second)
{
    const struct claim *const *a = first, *const *b = second;
    int order = strcmp((*a)->event, (*b)->event);
    return order != 0 ? order : strcmp((*a)->id, (*b)->id);
}

void claim_conflicts_find(const struct claim_library *library,
                          struct claim_conflict_array *ret_conflicts)
{
    size_t count = 0;
    AUTO_FREE const struct claim **sorted =
        memory_allocate_zeroed(library->claims.count + 1, sizeof(struct claim *));
    array_foreach (&library->claims, claim)
        if (claim->event[0] != '\0')
            sorted[count++] = claim;
    qsort(sorted, count, sizeof *sorted, compare_claims);
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count && strcmp(sorted[i]->event, sorted[j]->event) == 0; j++)
            compare_clauses(sorted[i], sorted[j], ret_conflicts);
}
