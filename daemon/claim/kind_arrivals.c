// SPDX-License-Identifier: MIT
// arrivals, departures: so many visits of such aircraft at a place in a window.
#include "claim/elsewhere.h"
#include "claim/fields.h"
#include "claim/kind.h"
#include "claim/tally.h"

#define ARRIVAL_VERBS                                                                              \
    (1u << CLAIM_VERB_HEADED_TO | 1u << CLAIM_VERB_FLEW_TO | 1u << CLAIM_VERB_ARRIVED |            \
     1u << CLAIM_VERB_LANDED)
#define DEPARTURE_VERBS (1u << CLAIM_VERB_DEPARTED)

static void read_arrivals(struct fields *fields, struct clause *clause)
{
    fields_place(fields, clause);
    fields_verb(fields, ARRIVAL_VERBS, CLAIM_VERB_ARRIVED, &clause->verb);
    fields_window(fields, true, clause);
    fields_count(fields, clause);
}

static void read_departures(struct fields *fields, struct clause *clause)
{
    fields_place(fields, clause);
    fields_verb(fields, DEPARTURE_VERBS, CLAIM_VERB_DEPARTED, &clause->verb);
    fields_window(fields, true, clause);
    fields_count(fields, clause);
}

static void say_more(const struct clause *clause, struct finding *finding)
{
    const char *grade = evidence_grade_name(claim_verb_grade(clause->verb));
    const char *place = clause->places.items[0].id;
    uint32_t uncovered = coverage_uncovered_hours(&finding->coverage);
    if (finding->verdict == VERDICT_CORROBORATED || finding->verdict == VERDICT_PARTLY)
        finding_would_change(
            finding,
            "One of these visits being superseded or moved out of the window, or one more "
            "visit of grade %s at %s in it where the number is exact.",
            grade, place);
    else if (finding->verdict == VERDICT_CONTRADICTED)
        finding_would_change(
            finding, "One of the fixes that place the airframes elsewhere being withdrawn.");
    else
        finding_would_change(
            finding, "%u more visits of grade %s or better at %s in the window%s",
            clause->count_min > finding->counted ? clause->count_min - finding->counted : 0, grade,
            place, uncovered > 0 ? "; or data for its uncovered hours." : ".");
}

static void judge_count(const struct clause *clause, const struct claim_facts *facts,
                        struct finding *finding)
{
    bool settled = claim_is_settled(facts, &clause->window);
    if (clause->count_max != CLAIM_COUNT_OPEN && finding->counted > clause->count_max) {
        finding->verdict = VERDICT_PARTLY;
        finding_reason(finding, "more_than_claimed", "no more than claimed", "%u seen, %u claimed",
                       finding->counted, clause->count_max);
    } else if (finding->counted >= clause->count_min &&
               (settled || clause->count_max == CLAIM_COUNT_OPEN)) {
        // An "at least" that is reached cannot be undone by time; an exact count can.
        finding->verdict = VERDICT_CORROBORATED;
        finding_reason(finding, "enough_visits",
                       evidence_grade_name(claim_verb_grade(clause->verb)), "%u seen, %u claimed",
                       finding->counted, clause->count_min);
    } else if (!settled) {
        finding_judge_pending(finding, facts, &clause->window);
    } else if (finding->counted == 0 && finding->weak + finding->uncertain == 0 &&
               elsewhere_is_proven(clause, facts, finding)) {
        finding->verdict = VERDICT_CONTRADICTED;
    } else if (finding->counted == 0) {
        finding_judge_silence(finding);
    } else {
        finding_judge_fewer(finding, clause->count_min);
    }
}

static void judge(const struct clause *clause, const struct claim_facts *facts, enum visit_end end,
                  struct finding *finding)
{
    const char *place = clause->places.items[0].id;
    struct visit_tally tally = visit_tally_window(clause, facts, place, &clause->window, end);
    finding_take_tally(finding, facts, &tally);
    visit_tally_done(&tally);
    finding->coverage = coverage_tally_window(facts, place, &clause->window);
    judge_count(clause, facts, finding);
    say_more(clause, finding);
}

static void judge_arrivals(const struct clause *clause, const struct claim_facts *facts,
                           struct finding *finding)
{
    judge(clause, facts, VISIT_ARRIVAL, finding);
}

static void judge_departures(const struct clause *clause, const struct claim_facts *facts,
                             struct finding *finding)
{
    judge(clause, facts, VISIT_DEPARTURE, finding);
}

const struct clause_kind clause_kind_arrivals = {
    .name = "arrivals",
    .asserts = "so many visits of such aircraft began at a place in a window",
    .needs = CLAUSE_NEEDS_VISITS,
    .read = read_arrivals,
    .judge = judge_arrivals,
};

const struct clause_kind clause_kind_departures = {
    .name = "departures",
    .asserts = "so many visits of such aircraft ended at a place in a window",
    .needs = CLAUSE_NEEDS_VISITS,
    .read = read_departures,
    .judge = judge_departures,
};
