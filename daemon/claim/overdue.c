// SPDX-License-Identifier: MIT
#include "claim/overdue.h"

#include "claim/tally.h"

#include <stdio.h>
#include <string.h>

#define DAY_TEXT_LENGTH (sizeof "2025-10-24" - 1)

utc_us claim_reported_at(const struct claim *claim, const struct claim_library *library,
                         utc_us imported_at)
{
    utc_us earliest = UTC_UNKNOWN;
    array_foreach (&claim->reports, id) {
        const struct report *report = claim_library_report(library, id->text);
        if (report == NULL || report->published == UTC_UNKNOWN)
            continue;
        bool is_day = strlen(report->published_text) <= DAY_TEXT_LENGTH;
        utc_us published = report->published + (is_day ? UTC_DAY : 0);
        if (earliest == UTC_UNKNOWN || published < earliest)
            earliest = published;
    }
    return earliest != UTC_UNKNOWN ? earliest : imported_at;
}

// --- the time that a clause predicts -----------------------------------------------------------

static struct claim_window whole_window(const struct clause *clause, const struct finding *finding)
{
    (void)finding;
    return clause->window;
}

static struct claim_window named_day(const struct clause *clause, const struct finding *finding)
{
    (void)finding;
    return clause->on;
}

// From the last visit that counts to when the next one is due.
static struct claim_window next_of_series(const struct clause *clause,
                                          const struct finding *finding)
{
    struct claim_window next = {.from = clause->on.to};
    array_foreach (&finding->evidence, evidence)
        if (evidence->role == EVIDENCE_SUPPORTS && evidence->to != UTC_UNKNOWN &&
            evidence->to > next.from)
            next.from = evidence->to;
    next.to = next.from + (utc_us)(clause->every_days * (double)UTC_DAY);
    bool has_end = clause->window.to_text[0] != '\0';
    return has_end && next.to > clause->window.to ? CLAIM_WINDOW_NONE : next;
}

// The kinds that assert a flight at a time. The others assert silence, or nothing that tracks can
// show.
static const struct {
    const struct clause_kind *kind;
    struct claim_window (*predicted)(const struct clause *clause, const struct finding *finding);
} predictions[] = {
    {&clause_kind_arrivals, whole_window},
    {&clause_kind_departures, whole_window},
    {&clause_kind_distinct_aircraft, whole_window},
    {&clause_kind_presence, whole_window},
    {&clause_kind_route, whole_window},
    {&clause_kind_first_arrival, named_day},
    {&clause_kind_last_arrival, named_day},
    {&clause_kind_regular, next_of_series},
};

static struct claim_window predicted_by(const struct clause *clause, const struct finding *finding)
{
    for (size_t i = 0; i < sizeof predictions / sizeof *predictions; i++)
        if (predictions[i].kind == clause->kind)
            return predictions[i].predicted(clause, finding);
    return CLAIM_WINDOW_NONE;
}

// A series is reported while it goes on: only when the next visit is due can lie ahead.
static bool was_ahead(const struct clause *clause, const struct claim_window *window,
                      utc_us reported_at)
{
    if (clause->kind == &clause_kind_regular)
        return window->to > reported_at;
    return window->from / 2 + window->to / 2 > reported_at;
}

static bool needs_no_alarm(enum verdict verdict)
{
    return verdict == VERDICT_CORROBORATED || verdict == VERDICT_CONSISTENT ||
           verdict == VERDICT_PENDING || verdict == VERDICT_UNTESTABLE;
}

// --- could we have seen it? --------------------------------------------------------------------

static void describe_coverage(const struct clause *clause, const struct finding *finding,
                              const struct claim_facts *facts, struct overdue_clause *overdue)
{
    struct coverage_tally tally = finding->coverage;
    struct claim_facts own = *facts; // shares the rows
    struct text hours;
    own.clause = overdue->clause;
    if (clause->kind == &clause_kind_regular)
        tally = coverage_tally_window(&own, clause->places.items[0].id, &overdue->window);
    double share = coverage_covered_share(&tally);
    text_init(&hours, OVERDUE_COVERAGE_SIZE);
    coverage_describe(&tally, &hours);
    snprintf(overdue->coverage, sizeof overdue->coverage, "%s (%s).",
             tally.hours > 0 && share >= COVERAGE_WINDOW_SHARE ? "We could have seen it"
             : coverage_covered_hours(&tally) > 0
                 ? "We could have seen it for part of the time only"
                 : "We could not have seen it",
             hours.bytes != NULL ? hours.bytes : "");
    text_done(&hours);
}

void claim_find_overdue(const struct claim *claim, const struct assessment *assessment,
                        const struct claim_facts *facts, utc_us reported_at,
                        struct overdue_clause_array *ret_overdue)
{
    for (size_t i = 0; i < assessment->finding_count; i++) {
        const struct clause *clause = &claim->clauses.items[i];
        const struct finding *finding = &assessment->findings[i];
        struct claim_window window = predicted_by(clause, finding);
        if (!claim_window_is_set(&window) || needs_no_alarm(finding->verdict) ||
            !claim_is_settled(facts, &window) || !was_ahead(clause, &window, reported_at))
            continue;
        struct overdue_clause *overdue = array_append(ret_overdue);
        *overdue = (struct overdue_clause){
            .clause = i, .window = window, .overdue_at = window.to + CLAIM_SETTLING};
        describe_coverage(clause, finding, facts, overdue);
    }
}
