// SPDX-License-Identifier: MIT
// route: one airframe visited or crossed these places in this order in a window. A field counts by
// a visit of the needed grade; a region by a visit to a field in it, or by being seen inside.
#include "claim/fields.h"
#include "claim/kind.h"
#include "claim/tally.h"
#include "claim/touch.h"

#include <string.h>

#define VERBS (1u << CLAIM_VERB_FLEW_TO | 1u << CLAIM_VERB_ARRIVED | 1u << CLAIM_VERB_LANDED)
#define ROUTE_PLACES_MAX 16

static void read(struct fields *fields, struct clause *clause)
{
    fields_places(fields, clause);
    fields_verb(fields, VERBS, CLAIM_VERB_FLEW_TO, &clause->verb);
    fields_window(fields, true, clause);
    if (clause->places.count > ROUTE_PLACES_MAX)
        fields_error(fields, "places", "expected at most %d places", ROUTE_PLACES_MAX);
}

// Touches of each place of the route, in its order.
struct route {
    struct touch_array touches[ROUTE_PLACES_MAX];
    size_t count;
};

// How one airframe's touches fit the order: which touch serves each place (NULL: none).
struct fit {
    const char *icao24;
    const struct touch *chosen[ROUTE_PLACES_MAX];
    size_t reached;  // places that fit the order
    size_t anywhere; // places touched at all, in whatever order
};

// The touch that leaves most time for the places after it: the one whose moment at or after `since`
// is earliest.
static const struct touch *earliest_touch(const struct touch_array *touches, const char *icao24,
                                          utc_us since, utc_us *ret_moment)
{
    const struct touch *best = NULL;
    array_foreach (touches, touch) {
        if (strcmp(touch->icao24, icao24) != 0 || touch->to < since)
            continue;
        utc_us moment = touch->from > since ? touch->from : since;
        if (best == NULL || moment < *ret_moment) {
            best = touch;
            *ret_moment = moment;
        }
    }
    return best;
}

static struct fit fit_from(const struct route *route, const char *icao24, size_t first)
{
    struct fit fit = {.icao24 = icao24};
    utc_us since = INT64_MIN + 1, moment = 0;
    for (size_t i = 0; i < route->count; i++) {
        fit.anywhere += earliest_touch(&route->touches[i], icao24, INT64_MIN + 1, &moment) != NULL;
        const struct touch *touch =
            i < first ? NULL : earliest_touch(&route->touches[i], icao24, since, &moment);
        if (touch == NULL)
            continue;
        fit.chosen[i] = touch;
        fit.reached++;
        since = moment;
    }
    return fit;
}

// The best of the airframe's fits. An early touch that belongs to no good order must not spoil the
// rest.
static struct fit best_fit_of(const struct route *route, const char *icao24)
{
    struct fit best = {0};
    for (size_t first = 0; first < route->count; first++) {
        struct fit fit = fit_from(route, icao24, first);
        if (fit.reached > best.reached)
            best = fit;
    }
    return best;
}

static struct fit best_fit(const struct route *route)
{
    struct fit best = {0};
    for (size_t i = 0; i < route->count; i++)
        array_foreach (&route->touches[i], touch) {
            struct fit fit = best_fit_of(route, touch->icao24);
            bool better =
                fit.reached > best.reached || (fit.reached == best.reached && best.icao24 != NULL &&
                                               strcmp(fit.icao24, best.icao24) < 0);
            if (better)
                best = fit;
        }
    return best;
}

// Coverage of the place that was seen worst among those the route still lacks.
static struct coverage_tally worst_coverage(const struct clause *clause,
                                            const struct claim_facts *facts, const struct fit *fit)
{
    struct coverage_tally worst = {0};
    bool any = false;
    for (size_t i = 0; i < clause->places.count; i++) {
        if (fit->chosen[i] != NULL && fit->reached < clause->places.count)
            continue;
        struct coverage_tally tally =
            coverage_tally_window(facts, clause->places.items[i].id, &clause->window);
        if (!any || coverage_covered_share(&tally) < coverage_covered_share(&worst))
            worst = tally;
        any = true;
    }
    return worst;
}

static void judge_part(const struct clause *clause, const struct fit *fit, struct finding *finding)
{
    double covered = coverage_covered_share(&finding->coverage);
    bool other_order = fit->anywhere == clause->places.count;
    bool room = covered < COVERAGE_WINDOW_SHARE && !other_order;
    finding->verdict = room || (finding->weak + finding->uncertain > 0 && !other_order)
                           ? VERDICT_CONSISTENT
                           : VERDICT_PARTLY;
    finding_reason(finding, other_order ? "other_order" : "part_of_the_route",
                   "all places in order by one airframe",
                   "%zu of %zu places by %s; the worst covered of the others in %.1f %% of hours",
                   fit->reached, clause->places.count, fit->icao24, 100 * covered);
}

static void judge_fit(const struct clause *clause, const struct claim_facts *facts,
                      const struct fit *fit, struct finding *finding)
{
    if (fit->reached == clause->places.count) {
        finding->verdict = VERDICT_CORROBORATED;
        finding_reason(finding, "whole_route", "all places in order by one airframe",
                       "%s at all %zu places", fit->icao24, clause->places.count);
    } else if (!claim_is_settled(facts, &clause->window)) {
        finding_judge_pending(finding, facts, &clause->window);
    } else if (fit->reached == 0) {
        finding_judge_silence(finding);
    } else {
        judge_part(clause, fit, finding);
    }
}

static void judge(const struct clause *clause, const struct claim_facts *facts,
                  struct finding *finding)
{
    struct route route = {.count = clause->places.count};
    for (size_t i = 0; i < route.count; i++)
        route.touches[i] = touches_of(clause, facts, clause->places.items[i].id,
                                      claim_verb_grade(clause->verb), finding);
    struct fit fit = best_fit(&route);
    finding->counted = (uint32_t)fit.reached;
    for (size_t i = 0; i < route.count; i++)
        if (fit.chosen[i] != NULL)
            finding_add_touch(finding, facts, fit.chosen[i], EVIDENCE_SUPPORTS);
    finding->coverage = worst_coverage(clause, facts, &fit);
    judge_fit(clause, facts, &fit, finding);
    for (size_t i = 0; i < route.count; i++)
        array_free(&route.touches[i]);
    finding_would_change(
        finding,
        "One airframe seen at the missing places in this order in the window; or a row of this one "
        "being superseded.");
}

const struct clause_kind clause_kind_route = {
    .name = "route",
    .asserts = "one airframe visited or crossed these places in this order in a window",
    .needs = CLAUSE_NEEDS_VISITS | CLAUSE_NEEDS_PRESENCES,
    .read = read,
    .judge = judge,
};
