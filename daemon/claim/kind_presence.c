// SPDX-License-Identifier: MIT
// presence: such an aircraft was seen in a region in a window. distinct_aircraft: at least so many
// of them.
#include "claim/fields.h"
#include "claim/kind.h"
#include "claim/tally.h"
#include "claim/touch.h"

#include <string.h>

#define VERBS                                                                                      \
    (1u << CLAIM_VERB_HEADED_TO | 1u << CLAIM_VERB_FLEW_TO | 1u << CLAIM_VERB_ARRIVED |            \
     1u << CLAIM_VERB_LANDED)

#define DISTINCT_MAX 10000

static void read_presence(struct fields *fields, struct clause *clause)
{
    fields_place(fields, clause);
    fields_window(fields, true, clause);
    clause->verb = CLAIM_VERB_FLEW_TO;
    clause->count_min = 1;
    clause->count_max = CLAIM_COUNT_OPEN;
}

static void read_distinct(struct fields *fields, struct clause *clause)
{
    fields_place(fields, clause);
    fields_verb(fields, VERBS, CLAIM_VERB_FLEW_TO, &clause->verb);
    fields_window(fields, true, clause);
    fields_whole(fields, "count", true, DISTINCT_MAX, &clause->count_min);
    clause->count_max = CLAIM_COUNT_OPEN;
}

static bool is_first_of_airframe(const struct touch_array *touches, const struct touch *touch)
{
    for (const struct touch *earlier = touches->items; earlier < touch; earlier++)
        if (strcmp(earlier->icao24, touch->icao24) == 0)
            return false;
    return true;
}

static void count_airframes(const struct clause *clause, const struct claim_facts *facts,
                            struct finding *finding)
{
    enum evidence_grade grade = claim_verb_grade(clause->verb);
    struct touch_array touches =
        touches_of(clause, facts, clause->places.items[0].id, grade, finding);
    array_foreach (&touches, touch) {
        if (touch->presence != NULL && clause->kind == &clause_kind_distinct_aircraft)
            continue; // flying over is not coming to
        finding->counted += is_first_of_airframe(&touches, touch);
        finding_add_touch(finding, facts, touch, EVIDENCE_SUPPORTS);
    }
    array_free(&touches);
}

static void judge(const struct clause *clause, const struct claim_facts *facts,
                  struct finding *finding)
{
    const char *place = clause->places.items[0].id;
    count_airframes(clause, facts, finding);
    finding->coverage = coverage_tally_window(facts, place, &clause->window);
    if (finding->counted >= clause->count_min) {
        finding->verdict = VERDICT_CORROBORATED;
        finding_reason(
            finding, "enough_airframes", evidence_grade_name(claim_verb_grade(clause->verb)),
            "%u different airframes, at least %u claimed", finding->counted, clause->count_min);
    } else if (!claim_is_settled(facts, &clause->window)) {
        finding_judge_pending(finding, facts, &clause->window);
    } else if (finding->counted == 0) {
        finding_judge_silence(finding);
    } else {
        finding_judge_fewer(finding, clause->count_min);
    }
    uint32_t missing =
        clause->count_min > finding->counted ? clause->count_min - finding->counted : 0;
    if (missing == 0)
        finding_would_change(finding, "These rows being superseded.");
    else
        finding_would_change(
            finding,
            "%u more airframes seen at %s in the window; or data for its %u uncovered hours.",
            missing, place, coverage_uncovered_hours(&finding->coverage));
}

const struct clause_kind clause_kind_presence = {
    .name = "presence",
    .asserts = "such an aircraft was seen in a region in a window",
    .needs = CLAUSE_NEEDS_VISITS | CLAUSE_NEEDS_PRESENCES,
    .read = read_presence,
    .judge = judge,
};

const struct clause_kind clause_kind_distinct_aircraft = {
    .name = "distinct_aircraft",
    .asserts = "at least so many airframes came to a place in a window",
    .needs = CLAUSE_NEEDS_VISITS,
    .read = read_distinct,
    .judge = judge,
};
