// SPDX-License-Identifier: MIT
// first_arrival, last_arrival: the first or last one in a window was on a day.
#include "claim/fields.h"
#include "claim/kind.h"
#include "claim/tally.h"

#define VERBS                                                                                      \
    (1u << CLAIM_VERB_HEADED_TO | 1u << CLAIM_VERB_FLEW_TO | 1u << CLAIM_VERB_ARRIVED |            \
     1u << CLAIM_VERB_LANDED)

enum side { FIRST, LAST };

static void read(struct fields *fields, struct clause *clause)
{
    fields_place(fields, clause);
    fields_verb(fields, VERBS, CLAIM_VERB_ARRIVED, &clause->verb);
    fields_window(fields, false, clause); // missing: that of the claim's first clause that has one
    fields_day(fields, "on", true, clause, &clause->on);
}

// The part of the window in which there must be none: before the day for the first, after it for
// the last.
static struct claim_window silent_part(const struct clause *clause, enum side side)
{
    struct claim_window part = clause->window;
    if (side == FIRST)
        part.to = clause->on.from;
    else
        part.from = clause->on.to;
    if (part.from > part.to)
        part.from = part.to;
    return part;
}

// A visit that is certainly in the silent part shows another day.
static uint32_t add_contrary(const struct clause *clause, const struct claim_facts *facts,
                             const struct claim_window *part, struct finding *finding)
{
    struct visit_tally tally =
        visit_tally_window(clause, facts, clause->places.items[0].id, part, VISIT_ARRIVAL);
    array_foreach (&tally, match) {
        bool contrary = match->strong && match->relation == WINDOW_INSIDE;
        // One that reaches over the day's edge is already there as uncertain evidence of the day.
        if (contrary)
            finding_add_visit(finding, facts, match->visit, EVIDENCE_CONTRADICTS, match->after,
                              match->before);
    }
    uint32_t contrary = tally.counted;
    visit_tally_done(&tally);
    return contrary;
}

// The day itself is silent or unclear. What was seen on the other side of it shows that there were
// arrivals.
static void judge_without_day(const struct clause *clause, const struct claim_facts *facts,
                              struct finding *finding)
{
    const char *place = clause->places.items[0].id;
    struct visit_tally others =
        visit_tally_window(clause, facts, place, &clause->window, VISIT_ARRIVAL);
    finding->coverage = coverage_tally_window(facts, place, &clause->on);
    double covered = coverage_covered_share(&finding->coverage);
    bool other_day = others.counted > 0 && finding->weak + finding->uncertain == 0;
    array_foreach (&others, match)
        if (other_day && match->strong)
            finding_add_visit(finding, facts, match->visit, EVIDENCE_CONTEXT, match->after,
                              match->before);
    if (other_day && covered >= COVERAGE_WINDOW_SHARE) {
        finding->verdict = VERDICT_PARTLY;
        finding_reason(finding, "date_differs", "a visit on the day",
                       "%u in the window, none on the day, which was covered in %.1f %%",
                       others.counted, 100 * covered);
    } else {
        finding_judge_silence(finding);
    }
    visit_tally_done(&others);
}

static void judge_with_day(const struct claim_facts *facts, const struct clause *clause,
                           const struct claim_window *part, struct finding *finding)
{
    struct coverage_tally rest = coverage_tally_window(facts, clause->places.items[0].id, part);
    double covered = rest.hours == 0 ? 1 : coverage_covered_share(&rest);
    bool sure = covered >= COVERAGE_WINDOW_SHARE;
    finding->coverage = rest;
    finding->verdict = sure ? VERDICT_CORROBORATED : VERDICT_CONSISTENT;
    finding_reason(
        finding, "on_the_day", "the rest of the window covered in at least 90 % of hours",
        "%u visits on the day; the %u hours in which there must be none covered in %.1f %%",
        finding->counted, rest.hours, 100 * covered);
}

static void judge(const struct clause *clause, const struct claim_facts *facts, enum side side,
                  struct finding *finding)
{
    struct claim_window part = silent_part(clause, side);
    struct visit_tally day =
        visit_tally_window(clause, facts, clause->places.items[0].id, &clause->on, VISIT_ARRIVAL);
    finding_take_tally(finding, facts, &day);
    visit_tally_done(&day);
    uint32_t contrary = add_contrary(clause, facts, &part, finding);
    if (contrary > 0) {
        finding->verdict = VERDICT_CONTRADICTED;
        finding->coverage = coverage_tally_window(facts, clause->places.items[0].id, &part);
        finding_reason(finding, side == FIRST ? "earlier_visit" : "later_visit", "none",
                       "%u visits of the needed grade %s the day", contrary,
                       side == FIRST ? "before" : "after");
    } else if (!claim_is_settled(facts, &clause->window)) {
        finding->coverage =
            coverage_tally_window(facts, clause->places.items[0].id, &clause->window);
        finding_judge_pending(finding, facts, &clause->window);
    } else if (finding->counted > 0) {
        judge_with_day(facts, clause, &part, finding);
    } else {
        judge_without_day(clause, facts, finding);
    }
    finding_would_change(
        finding,
        "A visit of grade %s or better at %s %s %s; or one on that day where none is seen.",
        evidence_grade_name(claim_verb_grade(clause->verb)), clause->places.items[0].id,
        side == FIRST ? "earlier in the window than" : "later in the window than",
        clause->on.from_text);
}

static void judge_first(const struct clause *clause, const struct claim_facts *facts,
                        struct finding *finding)
{
    judge(clause, facts, FIRST, finding);
}

static void judge_last(const struct clause *clause, const struct claim_facts *facts,
                       struct finding *finding)
{
    judge(clause, facts, LAST, finding);
}

const struct clause_kind clause_kind_first_arrival = {
    .name = "first_arrival",
    .asserts = "the first visit of such aircraft at a place in a window began on a day",
    .needs = CLAUSE_NEEDS_VISITS,
    .read = read,
    .judge = judge_first,
};

const struct clause_kind clause_kind_last_arrival = {
    .name = "last_arrival",
    .asserts = "the last visit of such aircraft at a place in a window began on a day",
    .needs = CLAUSE_NEEDS_VISITS,
    .read = read,
    .judge = judge_last,
};
