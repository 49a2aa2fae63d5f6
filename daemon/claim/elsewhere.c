// SPDX-License-Identifier: MIT
#include "claim/elsewhere.h"

#include "claim/tally.h"

#include <string.h>

// An airframe certainly at a position from one moment to another.
struct stay {
    utc_us from, to;
    struct position position;
    const struct known_visit *visit; // one of the two
    const struct known_fix *fix;
};
struct stay_array ARRAY_OF(struct stay);

static bool is_whole(const struct claim_word_array *words)
{
    array_foreach (words, word)
        if (word->text[strcspn(word->text, "*?")] != '\0')
            return false;
    return words->count > 0;
}

static void add_visit(struct stay_array *stays, const struct claim_facts *facts,
                      const struct known_visit *visit)
{
    const struct place *field = claim_facts_place(facts, visit->place);
    if (visit->grade < ELSEWHERE_GRADE || field == NULL)
        return;
    utc_us from = visit->arrived_before, to = visit->departed_after;
    if (from == UTC_UNKNOWN)
        from = to;
    if (to == UTC_UNKNOWN || to < from)
        to = from;
    if (from != UTC_UNKNOWN)
        *array_append(stays) = (struct stay){from, to, field->reference, visit, NULL};
}

static int compare_stays(const void *first, const void *second)
{
    const struct stay *a = first, *b = second;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return (a->to > b->to) - (a->to < b->to);
}

// Where one airframe was. `pattern` is one word of the selector.
static struct stay_array stays_of(const struct claim_facts *facts, const struct claim_word *word,
                                  bool by_hex)
{
    struct stay_array stays = {0};
    array_foreach (&facts->visits, visit) {
        const char *name = by_hex ? visit->icao24 : visit->registration;
        if (fact_is_known(&visit->life, facts->as_of) && text_equal_ignoring_case(name, word->text))
            add_visit(&stays, facts, visit);
    }
    array_foreach (&facts->fixes, fix) {
        const char *name = by_hex ? fix->icao24 : fix->registration;
        if (fact_is_known(&fix->life, facts->as_of) && text_equal_ignoring_case(name, word->text))
            *array_append(&stays) = (struct stay){fix->at, fix->at, fix->position, NULL, fix};
    }
    if (stays.count > 1)
        qsort(stays.items, stays.count, sizeof *stays.items, compare_stays);
    return stays;
}

static utc_us travel_time(struct position from, struct position to)
{
    double hours = geodesy_distance_nm(from, to) / ELSEWHERE_SPEED_MAX_KT;
    return (utc_us)(hours * (double)UTC_HOUR);
}

// Whether the place could be touched inside the window between leaving `before` and reaching
// `after`, either of which may be missing.
static bool could_come_by(const struct stay *before, const struct stay *after,
                          struct position place, const struct claim_window *window)
{
    utc_us earliest = window->from, latest = window->to;
    if (before != NULL) {
        utc_us there = before->to + travel_time(before->position, place);
        earliest = there > earliest ? there : earliest;
    }
    if (after != NULL) {
        utc_us left = after->from - travel_time(place, after->position);
        latest = left < latest ? left : latest;
    }
    return earliest <= latest;
}

static bool airframe_is_elsewhere(const struct stay_array *stays, struct position place,
                                  const struct claim_window *window)
{
    if (stays->count == 0 || could_come_by(NULL, &stays->items[0], place, window))
        return false;
    for (size_t i = 0; i < stays->count; i++) {
        const struct stay *after = i + 1 < stays->count ? &stays->items[i + 1] : NULL;
        if (could_come_by(&stays->items[i], after, place, window))
            return false;
    }
    return true;
}

static void add_evidence(const struct stay_array *stays, const struct claim_facts *facts,
                         struct finding *finding)
{
    array_foreach (stays, stay) {
        if (stay->visit != NULL)
            finding_add_visit(finding, facts, stay->visit, EVIDENCE_CONTRADICTS, stay->from,
                              stay->to);
        else
            finding_add_fix(finding, facts, stay->fix, EVIDENCE_CONTRADICTS);
    }
}

bool elsewhere_is_proven(const struct clause *clause, const struct claim_facts *facts,
                         struct finding *finding)
{
    bool by_hex = is_whole(&clause->aircraft.hexes);
    const struct claim_word_array *names =
        by_hex ? &clause->aircraft.hexes : &clause->aircraft.registrations;
    const struct place *place = claim_facts_place(facts, clause->places.items[0].id);
    if (!is_whole(names) || place == NULL || place->kind != PLACE_AIRFIELD)
        return false;
    struct finding proof = {0};
    bool proven = true;
    array_foreach (names, name) {
        struct stay_array stays = stays_of(facts, name, by_hex);
        proven = proven && airframe_is_elsewhere(&stays, place->reference, &clause->window);
        if (proven)
            add_evidence(&stays, facts, &proof);
        array_free(&stays);
    }
    if (proven) {
        array_foreach (&proof.evidence, evidence)
            *array_append(&finding->evidence) = *evidence;
        finding_reason(finding, "elsewhere", "no time to come by at 600 kt",
                       "%zu named airframes, each at %zu known moments too far away", names->count,
                       proof.evidence.count / names->count);
    }
    finding_done(&proof);
    return proven;
}
