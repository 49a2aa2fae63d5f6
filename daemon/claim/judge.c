// SPDX-License-Identifier: MIT
#include "claim/judge.h"

#include "claim/provenance.h"

#include <math.h>
#include <string.h>

void assessment_done(struct assessment *assessment)
{
    for (size_t i = 0; i < assessment->finding_count; i++)
        finding_done(&assessment->findings[i]);
    free(assessment->findings);
    *assessment = (struct assessment){0};
}

static size_t feed_index(const struct claim_facts *facts, const char *id)
{
    for (size_t i = 0; i < facts->feeds.count; i++)
        if (strcmp(facts->feeds.items[i].id, id) == 0)
            return i;
    return SIZE_MAX;
}

// How many groups of feeds that do not share receivers are in the mask.
static uint32_t count_feed_groups(const struct claim_facts *facts, uint64_t mask)
{
    struct provenance_edge edges[FACT_FEEDS_MAX];
    uint32_t used[FACT_FEEDS_MAX];
    size_t edge_count = 0, used_count = 0;
    for (uint32_t i = 0; i < facts->feeds.count && i < FACT_FEEDS_MAX; i++) {
        size_t shared = feed_index(facts, facts->feeds.items[i].shares_receivers_with);
        if (shared < FACT_FEEDS_MAX)
            edges[edge_count++] = (struct provenance_edge){i, (uint32_t)shared};
        if ((mask >> i & 1) != 0)
            used[used_count++] = i;
    }
    return (uint32_t)provenance_groups(facts->feeds.count, edges, edge_count, used, used_count);
}

static bool bears_verdict(const struct finding *finding, const struct evidence *evidence)
{
    return evidence->role == EVIDENCE_SUPPORTS || evidence->role == EVIDENCE_CONTRADICTS ||
           (finding->verdict == VERDICT_CONSISTENT &&
            (evidence->role == EVIDENCE_WEAK || evidence->role == EVIDENCE_UNCERTAIN));
}

// The weakest grade among what bears the verdict; being seen inside a region, or far away, is
// direct observation and counts as A3. EVIDENCE_GRADE_COUNT when nothing bears it.
static enum evidence_grade weakest_grade(const struct finding *finding)
{
    enum evidence_grade weakest = EVIDENCE_GRADE_COUNT;
    array_foreach (&finding->evidence, evidence) {
        enum evidence_grade grade =
            evidence->kind == EVIDENCE_VISIT ? evidence->grade : EVIDENCE_A3;
        if (bears_verdict(finding, evidence) && grade < weakest)
            weakest = grade;
    }
    return weakest;
}

// With no arrival seen, the claimed ones would all have been missed: a chance of at most (1 - p)^n.
// Against even prior odds the clause is then at most q / (1 + q) likely.
static enum likelihood likelihood_of_silence(const struct clause *clause,
                                             const struct finding *finding)
{
    if (!finding->has_bound || finding->bound.detect_low <= 0)
        return LIKELIHOOD_UNLIKELY;
    double detect = finding->bound.detect_low * coverage_covered_share(&finding->coverage);
    double missed_all = pow(1 - detect, clause->count_min > 0 ? clause->count_min : 1);
    return likelihood_of_probability(missed_all / (1 + missed_all));
}

static enum likelihood likelihood_of_support(const struct finding *finding,
                                             enum evidence_grade weakest)
{
    if (weakest >= EVIDENCE_A3 && weakest < EVIDENCE_GRADE_COUNT)
        return LIKELIHOOD_ALMOST_CERTAIN;
    if (weakest == EVIDENCE_A2)
        return LIKELIHOOD_VERY_LIKELY;
    // A silent pause that is corroborated rests on coverage and on the control sample.
    return weakest == EVIDENCE_GRADE_COUNT && finding->has_bound ? LIKELIHOOD_VERY_LIKELY
                                                                 : LIKELIHOOD_LIKELY;
}

// Half of what is claimed or more was seen, or a silent pause has its bound: likely. Less: even.
static enum likelihood likelihood_of_part(const struct clause *clause,
                                          const struct finding *finding)
{
    size_t claimed = clause->kind == &clause_kind_route ? clause->places.count : clause->count_min;
    bool half = (finding->counted + finding->uncertain) * 2 >= claimed;
    bool bounded_pause = clause->kind == &clause_kind_hiatus && finding->has_bound;
    if (clause->kind == &clause_kind_regular)
        return LIKELIHOOD_ROUGHLY_EVEN; // too few gaps, or gaps nobody could see into
    return (half && finding->counted + finding->uncertain > 0) || bounded_pause
               ? LIKELIHOOD_LIKELY
               : LIKELIHOOD_ROUGHLY_EVEN;
}

static enum likelihood rate_likelihood(const struct clause *clause, const struct finding *finding)
{
    enum evidence_grade weakest = weakest_grade(finding);
    switch (finding->verdict) {
    case VERDICT_CORROBORATED:
        return likelihood_of_support(finding, weakest);
    case VERDICT_CONSISTENT:
        return likelihood_of_part(clause, finding);
    case VERDICT_PARTLY:
        return LIKELIHOOD_UNLIKELY;
    case VERDICT_NOT_OBSERVED:
        return likelihood_of_silence(clause, finding);
    case VERDICT_CONTRADICTED:
        return weakest >= EVIDENCE_A3 ? LIKELIHOOD_ALMOST_NO_CHANCE : LIKELIHOOD_VERY_UNLIKELY;
    default:
        return LIKELIHOOD_NONE;
    }
}

// High needs two independent groups of feeds and a stop seen from both ends; one of the two is
// moderate. Silence is never better than moderate: an aircraft may fly without a transponder
// [inference].
static enum confidence rate_confidence(const struct finding *finding)
{
    enum evidence_grade weakest = weakest_grade(finding);
    bool silent = weakest == EVIDENCE_GRADE_COUNT;
    switch (finding->verdict) {
    case VERDICT_UNTESTABLE:
    case VERDICT_UNVERIFIABLE:
    case VERDICT_PENDING:
        return CONFIDENCE_NONE;
    default:
        break;
    }
    if (silent)
        return finding->has_bound && finding->bound.bounded ? CONFIDENCE_MODERATE : CONFIDENCE_LOW;
    bool independent = finding->feed_groups >= 2, strong = weakest >= EVIDENCE_A3;
    return independent && strong   ? CONFIDENCE_HIGH
           : independent || strong ? CONFIDENCE_MODERATE
                                   : CONFIDENCE_LOW;
}

// The control sample says how well silence speaks, for every kind in which silence is judged.
static void take_bound(const struct clause *clause, const struct claim_facts *facts,
                       struct finding *finding)
{
    if (finding->has_bound || finding->verdict != VERDICT_NOT_OBSERVED || clause->places.count == 0)
        return;
    array_foreach (&facts->controls, control) {
        if (!claim_facts_is_at(facts, control->place, clause->places.items[0].id))
            continue;
        finding->has_bound = true;
        finding->bound =
            control_sample_bound(control->sample, coverage_covered_share(&finding->coverage));
    }
}

void clause_judge(const struct clause *clause, const struct claim_facts *facts,
                  struct finding *ret_finding)
{
    clause->kind->judge(clause, facts, ret_finding);
    if (ret_finding->coverage.unwatched > 0)
        finding_reason(ret_finding, "watched", "aircraft that were looked for",
                       "not in %u of %u hours", ret_finding->coverage.unwatched,
                       ret_finding->coverage.hours);
    take_bound(clause, facts, ret_finding);
    uint64_t feeds = 0;
    array_foreach (&ret_finding->evidence, evidence)
        if (bears_verdict(ret_finding, evidence))
            feeds |= evidence->feeds;
    ret_finding->feed_groups = count_feed_groups(facts, feeds);
    ret_finding->likelihood = rate_likelihood(clause, ret_finding);
    ret_finding->confidence = rate_confidence(ret_finding);
}

static uint32_t report_index(const struct claim_library *library, const char *id)
{
    const struct report *report = claim_library_report(library, id);
    return report != NULL ? (uint32_t)(report - library->reports.items) : UINT32_MAX;
}

struct edge_array ARRAY_OF(struct provenance_edge);

static void count_sources(const struct claim *claim, const struct claim_library *library,
                          struct assessment *assessment)
{
    struct edge_array edges = {0};
    uint32_t roots[PROVENANCE_NODES_MAX];
    AUTO_FREE uint32_t *cited = memory_allocate_zeroed(claim->reports.count + 1, sizeof *cited);
    array_foreach (&library->reports, report)
        array_foreach (&report->derived_from, source) {
            uint32_t from = (uint32_t)(report - library->reports.items);
            *array_append(&edges) =
                (struct provenance_edge){from, report_index(library, source->text)};
        }
    array_foreach (&claim->reports, id)
        cited[id - claim->reports.items] = report_index(library, id->text);
    size_t count = provenance_roots(library->reports.count, edges.items, edges.count, cited,
                                    claim->reports.count, roots, PROVENANCE_NODES_MAX);
    array_free(&edges);
    assessment->report_count = (uint32_t)claim->reports.count;
    assessment->independent_reports = (uint32_t)count;
    assessment->source_reliability = 'F';
    for (size_t i = 0; i < count && i < PROVENANCE_NODES_MAX; i++) {
        char reliability = library->reports.items[roots[i]].source_reliability;
        if (reliability < assessment->source_reliability)
            assessment->source_reliability = reliability;
    }
}

static bool any_needed(const struct claim *claim)
{
    array_foreach (&claim->clauses, clause)
        if (clause->needed)
            return true;
    return false;
}

void claim_roll_up(const struct claim *claim, const struct claim_library *library,
                   const struct claim_facts *facts, struct finding *findings,
                   struct assessment *ret_assessment)
{
    struct assessment assessment = {
        .as_of = facts->as_of,
        .verdict = VERDICT_COUNT,
        .likelihood = LIKELIHOOD_COUNT,
        .confidence = CONFIDENCE_COUNT,
        .findings = findings,
        .finding_count = claim->clauses.count,
    };
    bool some_needed = any_needed(claim);
    uint64_t feeds = 0;
    for (size_t i = 0; i < assessment.finding_count; i++) {
        const struct finding *finding = &findings[i];
        assessment.synthetic |= finding_is_synthetic(finding);
        array_foreach (&finding->evidence, evidence)
            if (bears_verdict(finding, evidence))
                feeds |= evidence->feeds;
        if (some_needed && !claim->clauses.items[i].needed)
            continue;
        if (finding->verdict < assessment.verdict) {
            assessment.verdict = finding->verdict;
            assessment.weakest = i;
        }
        if (finding->likelihood < assessment.likelihood)
            assessment.likelihood = finding->likelihood;
        if (finding->confidence < assessment.confidence)
            assessment.confidence = finding->confidence;
    }
    assessment.feed_groups = count_feed_groups(facts, feeds);
    assessment.information_credibility = admiralty_information(assessment.verdict);
    count_sources(claim, library, &assessment);
    *ret_assessment = assessment;
}

void claim_assess(const struct claim *claim, const struct claim_library *library,
                  struct claim_facts *facts, struct assessment *ret_assessment)
{
    struct finding *findings = memory_allocate_zeroed(claim->clauses.count + 1, sizeof *findings);
    claim_facts_sort(facts);
    for (size_t i = 0; i < claim->clauses.count; i++) {
        facts->clause = i;
        clause_judge(&claim->clauses.items[i], facts, &findings[i]);
    }
    claim_roll_up(claim, library, facts, findings, ret_assessment);
}
