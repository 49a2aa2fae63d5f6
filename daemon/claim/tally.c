// SPDX-License-Identifier: MIT
#include "claim/tally.h"

#include <string.h>

#define PERCENT(share) (100 * (share))

void visit_tally_done(struct visit_tally *tally)
{
    array_free(tally);
}

void visit_bracket(const struct known_visit *visit, enum visit_end end, utc_us *ret_after,
                   utc_us *ret_before)
{
    utc_us after = end == VISIT_ARRIVAL ? visit->arrived_after : visit->departed_after;
    utc_us before = end == VISIT_ARRIVAL ? visit->arrived_before : visit->departed_before;
    if (end == VISIT_ARRIVAL && before == UTC_UNKNOWN)
        before = visit->departed_before;
    if (end == VISIT_DEPARTURE && after == UTC_UNKNOWN)
        after = visit->arrived_after;
    *ret_after = after;
    *ret_before = before;
}

bool visit_is_of(const struct clause *clause, const struct claim_facts *facts,
                 const struct known_visit *visit)
{
    return fact_is_known(&visit->life, facts->as_of) &&
           aircraft_selector_matches(&clause->aircraft, visit->icao24, visit->registration,
                                     visit->type_code);
}

// A departure that was not seen is no departure: the aircraft may still be there.
static bool has_end(const struct known_visit *visit, enum visit_end end)
{
    if (end == VISIT_ARRIVAL)
        return true;
    return visit->departed_after != UTC_UNKNOWN || visit->departed_before != UTC_UNKNOWN;
}

static void count_match(struct visit_tally *tally, const struct visit_match *match)
{
    if (!match->strong)
        tally->weak++;
    else if (match->relation == WINDOW_INSIDE)
        tally->counted++;
    else
        tally->uncertain++;
}

struct visit_tally visit_tally_window(const struct clause *clause, const struct claim_facts *facts,
                                      const char *place, const struct claim_window *window,
                                      enum visit_end end)
{
    struct visit_tally tally = {0};
    array_foreach (&facts->visits, visit) {
        if (!has_end(visit, end) || !visit_is_of(clause, facts, visit) ||
            !claim_facts_is_at(facts, visit->place, place))
            continue;
        struct visit_match match = {.visit = visit,
                                    .strong = visit->grade >= claim_verb_grade(clause->verb)};
        visit_bracket(visit, end, &match.after, &match.before);
        match.relation = claim_window_relation(window, match.after, match.before);
        if (match.relation == WINDOW_OUTSIDE)
            continue;
        *array_append(&tally) = match;
        count_match(&tally, &match);
    }
    return tally;
}

static enum evidence_role role_of(const struct visit_match *match)
{
    if (!match->strong)
        return EVIDENCE_WEAK;
    return match->relation == WINDOW_INSIDE ? EVIDENCE_SUPPORTS : EVIDENCE_UNCERTAIN;
}

void finding_take_tally(struct finding *finding, const struct claim_facts *facts,
                        const struct visit_tally *tally)
{
    finding->counted += tally->counted;
    finding->weak += tally->weak;
    finding->uncertain += tally->uncertain;
    array_foreach (tally, match) {
        enum evidence_role role = role_of(match);
        if (role == EVIDENCE_SUPPORTS)
            finding->by_grade[match->visit->grade]++;
        finding_add_visit(finding, facts, match->visit, role, match->after, match->before);
    }
}

bool claim_is_settled(const struct claim_facts *facts, const struct claim_window *window)
{
    return facts->as_of >= window->to + CLAIM_SETTLING;
}

void finding_judge_silence(struct finding *finding)
{
    double covered = coverage_covered_share(&finding->coverage);
    if (finding->weak + finding->uncertain > 0) {
        finding->verdict = VERDICT_CONSISTENT;
        finding_reason(finding, "weak_evidence", "grade and bracket that bear the verb",
                       "%u visits of a lower grade, %u whose time may lie outside", finding->weak,
                       finding->uncertain);
        return;
    }
    bool could_have_seen = covered >= COVERAGE_WINDOW_SHARE;
    finding->verdict = could_have_seen ? VERDICT_NOT_OBSERVED : VERDICT_UNVERIFIABLE;
    finding_reason(finding, "silence", "covered in at least 90 % of hours", "covered in %.1f %%",
                   PERCENT(covered));
}

void finding_judge_fewer(struct finding *finding, uint32_t claimed)
{
    uint32_t missing = claimed - finding->counted;
    uint32_t uncovered = coverage_uncovered_hours(&finding->coverage);
    uint32_t could_be = finding->weak + finding->uncertain;
    bool room = uncovered + could_be >= missing;
    finding->verdict = room ? VERDICT_CONSISTENT : VERDICT_PARTLY;
    finding_reason(
        finding, "fewer_than_claimed", "an uncovered hour or a weak visit for each missing one",
        "%u of %u seen; %u uncovered hours, %u weak or uncertain visits for the other %u",
        finding->counted, claimed, uncovered, could_be, missing);
}

void finding_judge_pending(struct finding *finding, const struct claim_facts *facts,
                           const struct claim_window *window)
{
    char to[UTC_TEXT_SIZE], as_of[UTC_TEXT_SIZE];
    finding->verdict = VERDICT_PENDING;
    finding_reason(finding, "window_open", "24 h after the window's end",
                   "the window ends %s, judged as of %s", utc_format(window->to, to),
                   utc_format(facts->as_of, as_of));
}
