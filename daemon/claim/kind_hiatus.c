// SPDX-License-Identifier: MIT
// hiatus: no such visit for so long before a day. One visit of A2 or better inside contradicts it;
// silence supports it only through hours in which an arrival would have been seen, with an upper
// bound on those missed.
#include "claim/fields.h"
#include "claim/kind.h"
#include "claim/regularity.h"
#include "claim/tally.h"

#include <math.h>
#include <stdio.h>

#define VERBS (1u << CLAIM_VERB_FLEW_TO | 1u << CLAIM_VERB_ARRIVED | 1u << CLAIM_VERB_LANDED)
#define LASTING_DAYS_MAX 36500.0

static void read_lasting(struct fields *fields, struct clause *clause)
{
    struct fields lasting;
    char path[FIELDS_PATH_SIZE];
    const cJSON *object = fields_get(fields, "lasting", true);
    if (object == NULL)
        return;
    snprintf(path, sizeof path, "%.200s.lasting", fields->path);
    fields_init(&lasting, object, path, fields->errors, fields->vocabulary);
    bool has_least =
        fields_number(&lasting, "min_days", true, 1, LASTING_DAYS_MAX, &clause->lasting_min_days);
    bool has_most =
        fields_number(&lasting, "max_days", true, 1, LASTING_DAYS_MAX, &clause->lasting_max_days);
    if (has_least && has_most && clause->lasting_max_days < clause->lasting_min_days)
        fields_error(&lasting, "max_days", "expected at least min_days");
    fields_finish(&lasting);
}

static utc_us days(double count)
{
    return (utc_us)(count * (double)UTC_DAY);
}

static void read(struct fields *fields, struct clause *clause)
{
    fields_place(fields, clause);
    fields_verb(fields, VERBS, CLAIM_VERB_ARRIVED, &clause->verb);
    read_lasting(fields, clause);
    if (!fields_day(fields, "until", true, clause, &clause->on))
        return;
    // The pause that every reading of the claim contains: the shortest claimed one, to the day's
    // earliest moment.
    clause->window = (struct claim_window){
        .from = clause->on.from - days(clause->lasting_min_days),
        .to = clause->on.from,
    };
    utc_format_day(clause->window.from, clause->window.from_text);
    text_copy(clause->window.to_text, sizeof clause->window.to_text, clause->on.from_text);
}

// Visits between the longest and the shortest pause claimed: one of them is the visit after which
// it began.
static uint32_t count_opening(const struct clause *clause, const struct claim_facts *facts,
                              struct finding *finding)
{
    struct claim_window before = {
        .from = clause->on.from - days(clause->lasting_max_days),
        .to = clause->window.from,
    };
    struct visit_tally tally =
        visit_tally_window(clause, facts, clause->places.items[0].id, &before, VISIT_ARRIVAL);
    array_foreach (&tally, match)
        if (match->strong && match->relation == WINDOW_INSIDE)
            finding_add_visit(finding, facts, match->visit, EVIDENCE_CONTEXT, match->after,
                              match->before);
    uint32_t opening = tally.counted;
    visit_tally_done(&tally);
    finding_reason(finding, "beginning_of_the_pause",
                   "a visit between the longest and the shortest pause", "%u seen%s", opening,
                   opening == 0 ? ": the pause may be longer than claimed" : "");
    return opening;
}

// Visits and covered days of a span.
static void measure(const struct clause *clause, const struct claim_facts *facts,
                    const struct claim_window *span, uint32_t *ret_count, double *ret_days)
{
    const char *place = clause->places.items[0].id;
    struct visit_tally tally = visit_tally_window(clause, facts, place, span, VISIT_ARRIVAL);
    struct coverage_tally hours = coverage_tally_window(facts, place, span);
    *ret_count = tally.counted;
    *ret_days = coverage_covered_hours(&hours) / 24.0;
    visit_tally_done(&tally);
}

static void say_test(struct finding *finding, const char *rule, struct regularity_spans spans,
                     double chance, const struct regularity_test *test)
{
    if (isnan(chance)) {
        finding_reason(finding, rule, "5 %",
                       "no test: %u visits in %.1f covered days before, %u in %.1f after",
                       spans.before_count, spans.before_days, spans.after_count, spans.after_days);
        return;
    }
    finding_reason(
        finding, rule, "5 %",
        "%u visits in %.1f covered days before, %u in %.1f after; by chance %.2g (sample of %u%s)",
        spans.before_count, spans.before_days, spans.after_count, spans.after_days, chance,
        test->sample, test->small_sample ? ": a small sample, read with care" : "");
}

// Is the pause more than an ordinary gap in the airframes' own record, and what follows it more
// than chance?
static void test_rates(const struct clause *clause, const struct claim_facts *facts,
                       struct finding *finding)
{
    struct claim_window before = {clause->window.from - CLAIM_BASELINE_DAYS * UTC_DAY,
                                  clause->window.from, "", ""};
    struct claim_window after = {clause->on.from, clause->on.from + CLAIM_RESUMED_DAYS * UTC_DAY,
                                 "", ""};
    struct regularity_spans spans, resumed;
    measure(clause, facts, &before, &spans.before_count, &spans.before_days);
    measure(clause, facts, &clause->window, &spans.after_count, &spans.after_days);
    struct regularity_test test = regularity_compare(spans);
    say_test(finding, "pause_against_the_record_before", spans, test.fewer_by_chance, &test);

    resumed.before_count = spans.after_count;
    resumed.before_days = spans.after_days;
    measure(clause, facts, &after, &resumed.after_count, &resumed.after_days);
    test = regularity_compare(resumed);
    say_test(finding, "resumption_against_the_pause", resumed, test.more_by_chance, &test);
}

static void take_bound(const struct claim_facts *facts, const char *place, struct finding *finding)
{
    array_foreach (&facts->controls, control) {
        if (!claim_facts_is_at(facts, control->place, place))
            continue;
        finding->bound =
            control_sample_bound(control->sample, coverage_covered_share(&finding->coverage));
        finding->has_bound = true;
    }
    if (!finding->has_bound)
        finding_reason(finding, "control_sample", NULL,
                       "no control sample of other arrivals: no bound on visits that were missed");
    else if (!finding->bound.bounded)
        finding_reason(finding, "control_sample", NULL,
                       "%u of %u known arrivals seen: no useful bound", finding->bound.sample.seen,
                       finding->bound.sample.known);
    else
        finding_reason(finding, "control_sample", "95 % confidence",
                       "%u of %u known arrivals of other traffic seen, so at least %.3f of "
                       "arrivals are; at most "
                       "%u may have been missed, if they flew with transponders on",
                       finding->bound.sample.seen, finding->bound.sample.known,
                       finding->bound.detect_low, finding->bound.missed_max);
}

// Silence throughout. Corroborated only when nothing is left open: covered, no arrival can have
// been missed, the visit before the pause seen, and nothing weak inside.
static void judge_silent_pause(const struct clause *clause, const struct claim_facts *facts,
                               struct finding *finding)
{
    double covered = coverage_covered_share(&finding->coverage);
    uint32_t opening = count_opening(clause, facts, finding);
    bool unclear = finding->weak + finding->uncertain > 0;
    bool none_missed =
        finding->has_bound && finding->bound.bounded && finding->bound.missed_max == 0;
    if (covered < COVERAGE_WINDOW_SHARE)
        finding->verdict = VERDICT_UNVERIFIABLE;
    else if (none_missed && opening > 0 && !unclear)
        finding->verdict = VERDICT_CORROBORATED;
    else
        finding->verdict = VERDICT_CONSISTENT;
    finding_reason(finding, "silence", "covered in at least 90 % of hours",
                   "no visit; covered in %.1f %%", 100 * covered);
}

static void judge(const struct clause *clause, const struct claim_facts *facts,
                  struct finding *finding)
{
    const char *place = clause->places.items[0].id;
    struct visit_tally pause =
        visit_tally_window(clause, facts, place, &clause->window, VISIT_ARRIVAL);
    finding_take_tally(finding, facts, &pause);
    visit_tally_done(&pause);
    array_foreach (&finding->evidence, evidence)
        if (evidence->role == EVIDENCE_SUPPORTS)
            evidence->role = EVIDENCE_CONTRADICTS;
    finding->coverage = coverage_tally_window(facts, place, &clause->window);
    take_bound(facts, place, finding);
    test_rates(clause, facts, finding);
    if (finding->counted > 0) {
        finding->verdict = VERDICT_CONTRADICTED;
        finding_reason(finding, "visit_in_the_pause", "none of grade A2 or better", "%u",
                       finding->counted);
    } else if (!claim_is_settled(facts, &clause->window)) {
        finding_judge_pending(finding, facts, &clause->window);
    } else {
        judge_silent_pause(clause, facts, finding);
    }
    finding_would_change(
        finding,
        "One visit of grade A2 or better at %s between %s and %s contradicts it; data for the %u "
        "uncovered hours and a larger control sample strengthen it.",
        place, clause->window.from_text, clause->window.to_text,
        coverage_uncovered_hours(&finding->coverage));
}

const struct clause_kind clause_kind_hiatus = {
    .name = "hiatus",
    .asserts = "no such visit at a place for so long before a day",
    .needs = CLAUSE_NEEDS_VISITS | CLAUSE_NEEDS_BASELINE,
    .read = read,
    .judge = judge,
};
