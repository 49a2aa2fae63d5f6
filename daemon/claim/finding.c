// SPDX-License-Identifier: MIT
#include "claim/finding.h"

#include <stdarg.h>
#include <stdio.h>

const char *evidence_kind_name(enum evidence_kind kind)
{
    static const char *const names[EVIDENCE_KIND_COUNT] = {"visit", "presence", "fix"};
    return kind < EVIDENCE_KIND_COUNT ? names[kind] : "unknown";
}

const char *evidence_role_name(enum evidence_role role)
{
    static const char *const names[EVIDENCE_ROLE_COUNT] = {"supports", "contradicts", "weak",
                                                           "uncertain", "context"};
    return role < EVIDENCE_ROLE_COUNT ? names[role] : "unknown";
}

void finding_done(struct finding *finding)
{
    array_foreach (&finding->reasons, reason) {
        free(reason->threshold);
        free(reason->value);
    }
    array_free(&finding->reasons);
    array_free(&finding->evidence);
    free(finding->would_change);
    *finding = (struct finding){0};
}

__attribute__((format(printf, 1, 0))) static char *formatted(const char *format, va_list arguments)
{
    char buffer[1024];
    vsnprintf(buffer, sizeof buffer, format, arguments);
    return memory_copy_string(buffer);
}

void finding_reason(struct finding *finding, const char *rule, const char *threshold,
                    const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct reason *reason = array_append(&finding->reasons);
    reason->rule = rule;
    reason->threshold = threshold != NULL ? memory_copy_string(threshold) : NULL;
    reason->value = formatted(format, arguments);
    va_end(arguments);
}

void finding_would_change(struct finding *finding, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    free(finding->would_change);
    finding->would_change = formatted(format, arguments);
    va_end(arguments);
}

static bool is_synthetic(const struct claim_facts *facts, uint64_t feeds)
{
    for (size_t i = 0; i < facts->feeds.count && i < FACT_FEEDS_MAX; i++)
        if ((feeds >> i & 1) != 0 && facts->feeds.items[i].synthetic)
            return true;
    return false;
}

static struct evidence *add(struct finding *finding, const struct claim_facts *facts,
                            uint64_t feeds)
{
    static struct evidence beyond_limit;
    if (finding->evidence.count >= FINDING_EVIDENCE_MAX)
        return &beyond_limit;
    struct evidence *evidence = array_append(&finding->evidence);
    evidence->feeds = feeds;
    evidence->synthetic = is_synthetic(facts, feeds);
    return evidence;
}

static void copy_identity(struct evidence *evidence, const char *icao24, const char *registration,
                          const char *type_code)
{
    text_copy(evidence->icao24, sizeof evidence->icao24, icao24);
    text_copy(evidence->registration, sizeof evidence->registration, registration);
    text_copy(evidence->type_code, sizeof evidence->type_code, type_code);
}

void finding_add_visit(struct finding *finding, const struct claim_facts *facts,
                       const struct known_visit *visit, enum evidence_role role, utc_us from,
                       utc_us to)
{
    struct evidence *evidence = add(finding, facts, visit->feeds);
    copy_identity(evidence, visit->icao24, visit->registration, visit->type_code);
    text_copy(evidence->id, sizeof evidence->id, visit->visit_id);
    text_copy(evidence->place, sizeof evidence->place, visit->place);
    evidence->kind = EVIDENCE_VISIT;
    evidence->role = role;
    evidence->grade = visit->grade;
    evidence->from = from;
    evidence->to = to;
}

void finding_add_presence(struct finding *finding, const struct claim_facts *facts,
                          const struct known_presence *presence, enum evidence_role role)
{
    struct evidence *evidence = add(finding, facts, presence->feeds);
    copy_identity(evidence, presence->icao24, presence->registration, presence->type_code);
    text_copy(evidence->id, sizeof evidence->id, presence->sighting_id);
    text_copy(evidence->place, sizeof evidence->place, presence->region);
    evidence->kind = EVIDENCE_PRESENCE;
    evidence->role = role;
    evidence->from = presence->entered_at;
    evidence->to = presence->left_at;
}

void finding_add_fix(struct finding *finding, const struct claim_facts *facts,
                     const struct known_fix *fix, enum evidence_role role)
{
    struct evidence *evidence = add(finding, facts, fix->feeds);
    copy_identity(evidence, fix->icao24, fix->registration, fix->type_code);
    text_copy(evidence->id, sizeof evidence->id, fix->sighting_id);
    evidence->kind = EVIDENCE_FIX;
    evidence->role = role;
    evidence->from = evidence->to = fix->at;
}

bool finding_is_synthetic(const struct finding *finding)
{
    array_foreach (&finding->evidence, evidence)
        if (evidence->synthetic)
            return true;
    return finding->coverage.synthetic > 0;
}
