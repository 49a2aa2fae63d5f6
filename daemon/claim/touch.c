// SPDX-License-Identifier: MIT
#include "claim/touch.h"

#include "claim/tally.h"

#include <string.h>

static utc_us later(utc_us first, utc_us second)
{
    return first > second ? first : second; // UTC_UNKNOWN is the smallest
}

// When the visit was at its place inside the window, for certain; false when that is not known.
// With both ends known it was there between them. Otherwise it was there at some moment of a
// bracket, which must lie in the window as a whole; the bracket's end stands for the moment.
static bool certain_stay(const struct known_visit *visit, const struct claim_window *window,
                         utc_us *ret_from, utc_us *ret_to)
{
    utc_us from = visit->arrived_before, to = visit->departed_after;
    if (from != UTC_UNKNOWN && to != UTC_UNKNOWN && from <= to) {
        *ret_from = from;
        *ret_to = to;
        return from < window->to && to >= window->from;
    }
    utc_us low = later(visit->arrived_after, visit->departed_after);
    utc_us high = from != UTC_UNKNOWN ? from : visit->departed_before;
    *ret_from = *ret_to = high;
    return claim_window_relation(window, low, high) == WINDOW_INSIDE;
}

static void take_visit(const struct clause *clause, const struct claim_facts *facts,
                       const struct known_visit *visit, enum evidence_grade grade,
                       struct touch_array *touches, struct finding *finding)
{
    struct touch touch = {.icao24 = visit->icao24, .visit = visit};
    utc_us after, before;
    visit_bracket(visit, VISIT_ARRIVAL, &after, &before);
    if (claim_window_relation(&clause->window, after, visit->departed_before) == WINDOW_OUTSIDE)
        return;
    bool certain = certain_stay(visit, &clause->window, &touch.from, &touch.to);
    if (visit->grade < grade) {
        finding->weak++;
        finding_add_visit(finding, facts, visit, EVIDENCE_WEAK, after, before);
    } else if (!certain) {
        finding->uncertain++;
        finding_add_visit(finding, facts, visit, EVIDENCE_UNCERTAIN, after, before);
    } else {
        // Only the part inside the window counts for the order of a route.
        if (touch.from < clause->window.from)
            touch.from = clause->window.from;
        if (touch.to >= clause->window.to)
            touch.to = clause->window.to - 1;
        *array_append(touches) = touch;
    }
}

static void take_presence(const struct clause *clause, const struct known_presence *presence,
                          struct touch_array *touches)
{
    bool entered = claim_window_holds(&clause->window, presence->entered_at);
    bool left = claim_window_holds(&clause->window, presence->left_at);
    // Inside before and after the window but not seen in it: nothing is known of the window.
    if (!entered && !left)
        return;
    *array_append(touches) = (struct touch){
        .icao24 = presence->icao24,
        .from = entered ? presence->entered_at : presence->left_at,
        .to = left ? presence->left_at : presence->entered_at,
        .presence = presence,
    };
}

struct touch_array touches_of(const struct clause *clause, const struct claim_facts *facts,
                              const char *place, enum evidence_grade grade, struct finding *finding)
{
    struct touch_array touches = {0};
    array_foreach (&facts->visits, visit)
        if (visit_is_of(clause, facts, visit) && claim_facts_is_at(facts, visit->place, place))
            take_visit(clause, facts, visit, grade, &touches, finding);
    array_foreach (&facts->presences, presence) {
        bool known = fact_is_known(&presence->life, facts->as_of) &&
                     aircraft_selector_matches(&clause->aircraft, presence->icao24,
                                               presence->registration, presence->type_code);
        if (known && strcmp(presence->region, place) == 0)
            take_presence(clause, presence, &touches);
    }
    return touches;
}

void finding_add_touch(struct finding *finding, const struct claim_facts *facts,
                       const struct touch *touch, enum evidence_role role)
{
    if (touch->visit != NULL)
        finding_add_visit(finding, facts, touch->visit, role, touch->from, touch->to);
    else
        finding_add_presence(finding, facts, touch->presence, role);
    if (touch->visit != NULL && role == EVIDENCE_SUPPORTS)
        finding->by_grade[touch->visit->grade]++;
}
