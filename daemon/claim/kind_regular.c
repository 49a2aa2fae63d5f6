// SPDX-License-Identifier: MIT
// regular: since a day, a visit at least every so many days; tested against the record before it.
#include "claim/fields.h"
#include "claim/kind.h"
#include "claim/regularity.h"
#include "claim/tally.h"

#include <math.h>
#include <stdio.h>

#define VERBS (1u << CLAIM_VERB_FLEW_TO | 1u << CLAIM_VERB_ARRIVED | 1u << CLAIM_VERB_LANDED)
#define EVERY_DAYS_MAX 3650.0
// A claim without an end is tested to the moment of the judgement; this only bounds the query.
#define OPEN_END_DAYS 3650

static void read(struct fields *fields, struct clause *clause)
{
    struct claim_window until = CLAIM_WINDOW_NONE;
    fields_place(fields, clause);
    fields_verb(fields, VERBS, CLAIM_VERB_ARRIVED, &clause->verb);
    fields_number(fields, "every_days", true, 0.04, EVERY_DAYS_MAX, &clause->every_days);
    bool has_end = fields_day(fields, "until", false, clause, &until);
    if (!fields_day(fields, "since", true, clause, &clause->on))
        return;
    clause->window = clause->on;
    clause->window.to = has_end ? until.to : clause->on.from + OPEN_END_DAYS * UTC_DAY;
    text_copy(clause->window.to_text, sizeof clause->window.to_text, has_end ? until.to_text : "");
    if (has_end && until.from < clause->on.from)
        fields_error(fields, "until", "expected a day after since");
}

struct gaps {
    uint32_t count;     // between two visits
    uint32_t too_long;  // longer than claimed, the ends of the span included
    uint32_t with_room; // of these: whose uncovered hours could hold a visit
    double longest_days;
};

static void take_gap(const struct clause *clause, const struct claim_facts *facts, utc_us from,
                     utc_us to, struct gaps *gaps)
{
    double length = (double)(to - from) / (double)UTC_DAY;
    if (length > gaps->longest_days)
        gaps->longest_days = length;
    if (length <= clause->every_days)
        return;
    struct claim_window gap = {from, to, "", ""};
    struct coverage_tally hours = coverage_tally_window(facts, clause->places.items[0].id, &gap);
    gaps->too_long++;
    gaps->with_room += coverage_covered_share(&hours) < COVERAGE_WINDOW_SHARE;
}

// Gaps between the middle of each bracket and the next; visits come in the order of facts.
static struct gaps measure_gaps(const struct clause *clause, const struct claim_facts *facts,
                                const struct visit_tally *tally, utc_us end)
{
    struct gaps gaps = {0};
    utc_us last = clause->on.to < end ? clause->on.to
                                      : end; // the first visit is due within a gap of that day
    array_foreach (tally, match) {
        if (!match->strong || match->relation != WINDOW_INSIDE)
            continue;
        take_gap(clause, facts, last, match->after > last ? match->after : last, &gaps);
        gaps.count += last != clause->on.to;
        last = match->before;
    }
    take_gap(clause, facts, last, end > last ? end : last, &gaps);
    return gaps;
}

static void test_against_before(const struct clause *clause, const struct claim_facts *facts,
                                utc_us end, struct finding *finding)
{
    const char *place = clause->places.items[0].id;
    struct claim_window before = {clause->window.from - CLAIM_BASELINE_DAYS * UTC_DAY,
                                  clause->window.from, "", ""};
    struct claim_window after = {clause->window.from, end, "", ""};
    struct visit_tally visits = visit_tally_window(clause, facts, place, &before, VISIT_ARRIVAL);
    struct coverage_tally hours_before = coverage_tally_window(facts, place, &before);
    struct coverage_tally hours_after = coverage_tally_window(facts, place, &after);
    struct regularity_spans spans = {
        .before_count = visits.counted,
        .before_days = coverage_covered_hours(&hours_before) / 24.0,
        .after_count = finding->counted,
        .after_days = coverage_covered_hours(&hours_after) / 24.0,
    };
    visit_tally_done(&visits);
    struct regularity_test test = regularity_compare(spans);
    const char *warning = test.small_sample ? ": a small sample, read with care" : "";
    if (isnan(test.more_by_chance))
        finding_reason(
            finding, "against_the_record_before", "5 %",
            "no test: %u visits in %.1f covered days before, %u in %.1f since (sample of %u%s)",
            spans.before_count, spans.before_days, spans.after_count, spans.after_days, test.sample,
            warning);
    else
        finding_reason(
            finding, "against_the_record_before", "5 %",
            "%u visits in %.1f covered days before, %u in %.1f since; as many by chance: %.2g "
            "(sample of %u%s)",
            spans.before_count, spans.before_days, spans.after_count, spans.after_days,
            test.more_by_chance, test.sample, warning);
}

static void judge_gaps(const struct clause *clause, const struct gaps *gaps,
                       struct finding *finding)
{
    char every[64];
    snprintf(every, sizeof every, "a visit at least every %g days", clause->every_days);
    if (gaps->too_long == 0)
        finding->verdict =
            gaps->count >= REGULARITY_GAPS_NEEDED ? VERDICT_CORROBORATED : VERDICT_CONSISTENT;
    else
        finding->verdict = gaps->with_room == gaps->too_long ? VERDICT_CONSISTENT : VERDICT_PARTLY;
    finding_reason(
        finding, "gaps", every,
        "%u gaps between %u visits%s; the longest time without one %.1f days; %u times longer than "
        "claimed, %u of these with room for an unseen visit",
        gaps->count, finding->counted,
        gaps->count < REGULARITY_GAPS_NEEDED ? ", fewer than three: too few for a pattern" : "",
        gaps->longest_days, gaps->too_long, gaps->with_room);
}

static void judge(const struct clause *clause, const struct claim_facts *facts,
                  struct finding *finding)
{
    const char *place = clause->places.items[0].id;
    bool open_ended = clause->window.to_text[0] == '\0';
    utc_us end = clause->window.to < facts->as_of ? clause->window.to : facts->as_of;
    struct visit_tally tally =
        visit_tally_window(clause, facts, place, &clause->window, VISIT_ARRIVAL);
    finding_take_tally(finding, facts, &tally);
    finding->coverage = coverage_tally_window(facts, place, &clause->window);
    bool too_early = (double)(end - clause->on.to) < clause->every_days * (double)UTC_DAY;
    struct gaps gaps = measure_gaps(clause, facts, &tally, end);
    visit_tally_done(&tally);
    test_against_before(clause, facts, end, finding);
    if (too_early || (!open_ended && !claim_is_settled(facts, &clause->window)))
        finding_judge_pending(finding, facts, &clause->window);
    else if (finding->counted == 0)
        finding_judge_silence(finding);
    else
        judge_gaps(clause, &gaps, finding);
    finding_would_change(
        finding,
        "A covered stretch of more than %g days without a visit of grade %s at %s speaks against "
        "it; more visits in step speak for it.",
        clause->every_days, evidence_grade_name(claim_verb_grade(clause->verb)), place);
}

const struct clause_kind clause_kind_regular = {
    .name = "regular",
    .asserts = "since a day, a visit at a place at least every so many days",
    .needs = CLAUSE_NEEDS_VISITS | CLAUSE_NEEDS_BASELINE,
    .read = read,
    .judge = judge,
};
