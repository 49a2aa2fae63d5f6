// SPDX-License-Identifier: MIT
#include "claim/assessment_write.h"

#include <math.h>
#include <string.h>

static void write_claimed(const struct clause *clause, struct text *text)
{
    if (clause->count_min == 0)
        return;
    if (clause->count_max == CLAIM_COUNT_OPEN)
        text_append_format(text, "; at least %u claimed", clause->count_min);
    else if (clause->count_max == clause->count_min)
        text_append_format(text, "; exactly %u claimed", clause->count_min);
    else
        text_append_format(text, "; %u to %u claimed", clause->count_min, clause->count_max);
}

static void write_counts(const struct clause *clause, const struct finding *finding,
                         struct text *text)
{
    char aircraft[200];
    text_append_format(text, "Counted for %s: %u",
                       aircraft_selector_describe(&clause->aircraft, aircraft, sizeof aircraft),
                       finding->counted);
    const char *joint = " (visits by grade: ";
    for (int grade = EVIDENCE_A4; grade >= EVIDENCE_A0; grade--) {
        if (finding->by_grade[grade] == 0)
            continue;
        text_append_format(text, "%s%u of %s", joint, finding->by_grade[grade],
                           evidence_grade_name((enum evidence_grade)grade));
        joint = ", ";
    }
    text_append(text, joint[0] == ',' ? ")" : "");
    text_append_format(text, "; the verb \"%s\" needs %s", claim_verb_name(clause->verb),
                       evidence_grade_name(claim_verb_grade(clause->verb)));
    write_claimed(clause, text);
    text_append_format(text, "; %u of a lower grade, %u whose time may lie outside. ",
                       finding->weak, finding->uncertain);
}

void finding_write_arithmetic(const struct clause *clause, const struct finding *finding,
                              struct text *text)
{
    char from[UTC_TEXT_SIZE], to[UTC_TEXT_SIZE];
    if (finding->verdict == VERDICT_UNTESTABLE) {
        text_append(text, "Nothing to count.");
        return;
    }
    write_counts(clause, finding, text);
    if (clause->window.to_text[0] != '\0')
        text_append_format(text, "Window %s to %s. ", utc_format(clause->window.from, from),
                           utc_format(clause->window.to, to));
    else
        text_append_format(text, "From %s on. ", utc_format(clause->window.from, from));
    text_append(text, "Coverage, ");
    coverage_describe(&finding->coverage, text);
    text_append(text, ".");
    if (finding->has_bound && finding->bound.bounded)
        text_append_format(
            text, " Control sample: %u of %u known arrivals seen; at most %u missed.",
            finding->bound.sample.seen, finding->bound.sample.known, finding->bound.missed_max);
    text_append_format(text, " Independent groups of feeds behind the evidence: %u.",
                       finding->feed_groups);
}

static void write_member(struct text *text, const char *key, const char *value)
{
    text_append_json_string(text, key);
    text_append(text, ":");
    if (value != NULL)
        text_append_json_string(text, value);
    else
        text_append(text, "null");
}

static void write_time(struct text *text, const char *key, utc_us time)
{
    char buffer[UTC_TEXT_SIZE];
    write_member(text, key, time == UTC_UNKNOWN ? NULL : utc_format(time, buffer));
}

static void write_feeds(const struct claim_facts *facts, uint64_t feeds, struct text *text)
{
    bool first = true;
    text_append(text, ",\"feeds\":[");
    for (size_t i = 0; i < facts->feeds.count && i < FACT_FEEDS_MAX; i++) {
        if ((feeds >> i & 1) == 0)
            continue;
        text_append(text, first ? "" : ",");
        text_append_json_string(text, facts->feeds.items[i].id);
        first = false;
    }
    text_append(text, "]");
}

static void write_evidence(const struct finding *finding, const struct claim_facts *facts,
                           struct text *text)
{
    text_append(text, ",\"evidence\":[");
    array_foreach (&finding->evidence, evidence) {
        text_append(text, evidence == finding->evidence.items ? "{" : ",{");
        write_member(text, "kind", evidence_kind_name(evidence->kind));
        text_append(text, ",");
        write_member(text, "role", evidence_role_name(evidence->role));
        text_append(text, ",");
        write_member(text, evidence->kind == EVIDENCE_VISIT ? "visit_id" : "sighting_id",
                     evidence->id);
        text_append(text, ",");
        write_member(text, "icao24", evidence->icao24);
        text_append(text, ",");
        write_member(text, "registration", evidence->registration);
        text_append(text, ",");
        write_member(text, "type_code", evidence->type_code);
        text_append(text, ",");
        write_member(text, "place", evidence->place[0] != '\0' ? evidence->place : NULL);
        text_append(text, ",");
        write_member(text, "grade",
                     evidence->kind == EVIDENCE_VISIT ? evidence_grade_name(evidence->grade)
                                                      : NULL);
        text_append(text, ",");
        write_time(text, "from", evidence->from);
        text_append(text, ",");
        write_time(text, "to", evidence->to);
        text_append_format(text, ",\"synthetic\":%s", evidence->synthetic ? "true" : "false");
        write_feeds(facts, evidence->feeds, text);
        text_append(text, "}");
    }
    text_append(text, "]");
}

static void write_reasons(const struct finding *finding, struct text *text)
{
    text_append(text, ",\"reasons\":[");
    array_foreach (&finding->reasons, reason) {
        text_append(text, reason == finding->reasons.items ? "{" : ",{");
        write_member(text, "rule", reason->rule);
        text_append(text, ",");
        write_member(text, "threshold", reason->threshold);
        text_append(text, ",");
        write_member(text, "value", reason->value);
        text_append(text, "}");
    }
    text_append(text, "]");
}

static void write_coverage(const struct coverage_tally *tally, struct text *text)
{
    text_append_format(text, ",\"coverage\":{\"hours\":%u", tally->hours);
    for (int state = COVERAGE_OBSERVED; state >= COVERAGE_NOT_LOOKED; state--)
        text_append_format(text, ",\"%s\":%u", coverage_state_name((enum coverage_state)state),
                           tally->by_state[state]);
    if (tally->unwatched > 0)
        text_append_format(text, ",\"unwatched\":%u", tally->unwatched);
    text_append_format(text, ",\"synthetic\":%u,\"looked_share\":%.4f,\"covered_share\":%.4f}",
                       tally->synthetic, coverage_looked_share(tally),
                       coverage_covered_share(tally));
}

static void write_bound(const struct finding *finding, struct text *text)
{
    const struct control_bound *bound = &finding->bound;
    if (!finding->has_bound) {
        text_append(text, ",\"bound\":null");
        return;
    }
    text_append_format(text, ",\"bound\":{\"known\":%u,\"seen\":%u,\"detect_low\":%.4f",
                       bound->sample.known, bound->sample.seen, bound->detect_low);
    if (bound->bounded)
        text_append_format(text, ",\"missed_max\":%u}", bound->missed_max);
    else
        text_append(text, ",\"missed_max\":null}");
}

static void write_window(const struct clause *clause, struct text *text)
{
    if (!claim_window_is_set(&clause->window)) {
        text_append(text, ",\"window\":null");
        return;
    }
    text_append(text, ",\"window\":{");
    write_time(text, "from", clause->window.from);
    text_append(text, ",");
    write_time(text, "to", clause->window.to);
    text_append(text, "}");
}

void finding_write_json(const struct clause *clause, const struct finding *finding,
                        const struct claim_facts *facts, struct text *text)
{
    struct text arithmetic;
    text_init(&arithmetic, FINDING_TEXT_MAX);
    finding_write_arithmetic(clause, finding, &arithmetic);
    text_append(text, "{");
    write_member(text, "clause", clause->id);
    text_append(text, ",");
    write_member(text, "kind", clause->kind->name);
    text_append_format(text, ",\"needed\":%s,", clause->needed ? "true" : "false");
    write_member(text, "verdict", verdict_name(finding->verdict));
    text_append(text, ",");
    write_member(text, "likelihood", likelihood_name(finding->likelihood));
    text_append(text, ",");
    write_member(text, "confidence", confidence_name(finding->confidence));
    text_append_format(text, ",\"counted\":%u,\"by_grade\":{", finding->counted);
    for (int grade = EVIDENCE_A4; grade >= EVIDENCE_A0; grade--)
        text_append_format(text, "%s\"%s\":%u", grade == EVIDENCE_A4 ? "" : ",",
                           evidence_grade_name((enum evidence_grade)grade),
                           finding->by_grade[grade]);
    text_append_format(text, "},\"weak\":%u,\"uncertain\":%u", finding->weak, finding->uncertain);
    write_window(clause, text);
    write_coverage(&finding->coverage, text);
    write_bound(finding, text);
    text_append_format(text, ",\"feed_groups\":%u", finding->feed_groups);
    write_evidence(finding, facts, text);
    write_reasons(finding, text);
    text_append(text, ",");
    write_member(text, "arithmetic", arithmetic.bytes);
    text_append(text, ",");
    write_member(text, "would_change", finding->would_change);
    text_append(text, "}");
    text_done(&arithmetic);
}

static void write_sources(const struct assessment *assessment, struct text *text)
{
    char source[2] = {assessment->source_reliability, '\0'};
    char information[2] = {assessment->information_credibility, '\0'};
    text_append_format(text, ",\"reports\":%u,\"independent_reports\":%u,\"feed_groups\":%u,",
                       assessment->report_count, assessment->independent_reports,
                       assessment->feed_groups);
    write_member(text, "source_reliability", source);
    text_append(text, ",");
    write_member(text, "information_credibility", information);
}

void assessment_write_json(const struct claim *claim, const struct assessment *assessment,
                           const struct claim_facts *facts, struct text *text)
{
    text_append(text, "{");
    write_member(text, "claim", claim->id);
    text_append(text, ",");
    write_member(text, "verdict", verdict_name(assessment->verdict));
    text_append(text, ",");
    write_member(text, "likelihood", likelihood_name(assessment->likelihood));
    text_append(text, ",");
    write_member(text, "confidence", confidence_name(assessment->confidence));
    text_append(text, ",");
    write_member(text, "weakest_clause", claim->clauses.items[assessment->weakest].id);
    text_append_format(text, ",\"synthetic\":%s", assessment->synthetic ? "true" : "false");
    write_sources(assessment, text);
    text_append(text, ",\"clauses\":[");
    for (size_t i = 0; i < assessment->finding_count; i++) {
        text_append(text, i > 0 ? "," : "");
        finding_write_json(&claim->clauses.items[i], &assessment->findings[i], facts, text);
    }
    text_append(text, "]}");
}

static void write_clause_essence(const struct clause *clause, const struct finding *finding,
                                 utc_us as_of, struct text *text)
{
    text_append_format(text, "%s %d %d %d %u %u %u %u\n", clause->id, (int)finding->verdict,
                       (int)finding->likelihood, (int)finding->confidence, finding->counted,
                       finding->weak, finding->uncertain, finding->feed_groups);
    array_foreach (&finding->evidence, evidence)
        text_append_format(text, " %d %d %s %s %s %d %lld %lld %llu\n", (int)evidence->kind,
                           (int)evidence->role, evidence->id, evidence->icao24, evidence->place,
                           (int)evidence->grade, (long long)evidence->from, (long long)evidence->to,
                           (unsigned long long)evidence->feeds);
    if (claim_window_is_set(&clause->window) && as_of < clause->window.to)
        return;
    for (int state = 0; state < COVERAGE_STATE_COUNT; state++)
        text_append_format(text, " %u", finding->coverage.by_state[state]);
    if (finding->has_bound)
        text_append_format(text, " %u/%u", finding->bound.sample.seen, finding->bound.sample.known);
    text_append(text, "\n");
}

void assessment_write_essence(const struct claim *claim, const struct assessment *assessment,
                              struct text *text)
{
    text_append_format(text, "%s %d %zu %u %u %c\n", claim->id, (int)assessment->verdict,
                       assessment->weakest, assessment->report_count,
                       assessment->independent_reports, assessment->source_reliability);
    for (size_t i = 0; i < assessment->finding_count; i++)
        write_clause_essence(&claim->clauses.items[i], &assessment->findings[i], assessment->as_of,
                             text);
}

const char *assessment_label(const struct assessment *assessment)
{
    return assessment->synthetic ? "synthetic data: " : "";
}
