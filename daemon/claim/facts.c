// SPDX-License-Identifier: MIT
#include "claim/facts.h"

#include <stdlib.h>
#include <string.h>

void claim_facts_done(struct claim_facts *facts)
{
    array_free(&facts->visits);
    array_free(&facts->presences);
    array_free(&facts->fixes);
    array_free(&facts->hours);
    array_free(&facts->controls);
    array_free(&facts->feeds);
}

void claim_facts_clear(struct claim_facts *facts)
{
    array_clear(&facts->visits);
    array_clear(&facts->presences);
    array_clear(&facts->fixes);
    array_clear(&facts->hours);
    array_clear(&facts->controls);
}

static int compare_times(utc_us first, utc_us second)
{
    return (first > second) - (first < second);
}

static int compare_visits(const void *first, const void *second)
{
    const struct known_visit *a = first, *b = second;
    int order = compare_times(a->arrived_before, b->arrived_before);
    if (order == 0)
        order = compare_times(a->departed_before, b->departed_before);
    if (order == 0)
        order = strcmp(a->visit_id, b->visit_id);
    return order != 0 ? order : compare_times(a->life.recorded_at, b->life.recorded_at);
}

static int compare_presences(const void *first, const void *second)
{
    const struct known_presence *a = first, *b = second;
    int order = compare_times(a->entered_at, b->entered_at);
    if (order == 0)
        order = strcmp(a->sighting_id, b->sighting_id);
    return order != 0 ? order : strcmp(a->region, b->region);
}

static int compare_fixes(const void *first, const void *second)
{
    const struct known_fix *a = first, *b = second;
    int order = strcmp(a->icao24, b->icao24);
    if (order == 0)
        order = compare_times(a->at, b->at);
    return order != 0 ? order : strcmp(a->sighting_id, b->sighting_id);
}

static int compare_hours(const void *first, const void *second)
{
    const struct known_hour *a = first, *b = second;
    int order = strcmp(a->place, b->place);
    return order != 0 ? order : compare_times(a->hour, b->hour);
}

static int compare_controls(const void *first, const void *second)
{
    const struct known_control *a = first, *b = second;
    return strcmp(a->place, b->place);
}

// Sorts and drops equal neighbours; returns the new count.
static size_t sort_unique(void *items, size_t count, size_t size,
                          int (*compare)(const void *, const void *))
{
    if (count < 2)
        return count;
    qsort(items, count, size, compare);
    char *bytes = items;
    size_t kept = 1;
    for (size_t i = 1; i < count; i++) {
        if (compare(bytes + (kept - 1) * size, bytes + i * size) == 0)
            continue;
        if (kept != i)
            memcpy(bytes + kept * size, bytes + i * size, size);
        kept++;
    }
    return kept;
}

#define SORT_UNIQUE(array, compare)                                                                \
    ((array)->count = sort_unique((array)->items, (array)->count, sizeof *(array)->items, compare))

void claim_facts_sort(struct claim_facts *facts)
{
    SORT_UNIQUE(&facts->visits, compare_visits);
    SORT_UNIQUE(&facts->presences, compare_presences);
    SORT_UNIQUE(&facts->fixes, compare_fixes);
    SORT_UNIQUE(&facts->hours, compare_hours);
    SORT_UNIQUE(&facts->controls, compare_controls);
}

bool fact_is_known(const struct fact_life *life, utc_us as_of)
{
    bool recorded = life->recorded_at == UTC_UNKNOWN || life->recorded_at <= as_of;
    bool stands = life->superseded_at == UTC_UNKNOWN || life->superseded_at > as_of;
    return recorded && stands;
}

const struct place *claim_facts_place(const struct claim_facts *facts, const char *id)
{
    for (size_t i = 0; i < facts->place_count; i++)
        if (place_is_named(&facts->places[i], id))
            return &facts->places[i];
    return NULL;
}

bool claim_facts_is_at(const struct claim_facts *facts, const char *airfield, const char *place_id)
{
    if (strcmp(airfield, place_id) == 0)
        return true;
    const struct place *place = claim_facts_place(facts, place_id);
    if (place == NULL)
        return false;
    if (place_is_named(place, airfield))
        return true;
    const struct place *field = claim_facts_place(facts, airfield);
    return field != NULL && place->kind != PLACE_AIRFIELD && field->kind == PLACE_AIRFIELD &&
           place_contains(place, field->reference, 0);
}
