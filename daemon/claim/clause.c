// SPDX-License-Identifier: MIT
#include "claim/clause.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

void report_done(struct report *report)
{
    free(report->publisher);
    free(report->title);
    free(report->url);
    free(report->notes);
    free(report->document);
    array_free(&report->derived_from);
    *report = (struct report){0};
}

void clause_done(struct clause *clause)
{
    array_free(&clause->aircraft.types);
    array_free(&clause->aircraft.registrations);
    array_free(&clause->aircraft.hexes);
    array_free(&clause->places);
    free(clause->reason);
    free(clause->note);
    *clause = (struct clause){0};
}

void claim_done(struct claim *claim)
{
    array_foreach (&claim->clauses, clause)
        clause_done(clause);
    array_free(&claim->clauses);
    array_free(&claim->reports);
    free(claim->statement);
    free(claim->note);
    free(claim->document);
    *claim = (struct claim){0};
}

void claim_library_done(struct claim_library *library)
{
    array_foreach (&library->reports, report)
        report_done(report);
    array_foreach (&library->claims, claim)
        claim_done(claim);
    array_free(&library->reports);
    array_free(&library->claims);
}

const struct report *claim_library_report(const struct claim_library *library, const char *id)
{
    array_foreach (&library->reports, report)
        if (strcmp(report->id, id) == 0)
            return report;
    return NULL;
}

const struct claim *claim_library_claim(const struct claim_library *library, const char *id)
{
    array_foreach (&library->claims, claim)
        if (strcmp(claim->id, id) == 0)
            return claim;
    return NULL;
}

static bool matches_one(const struct claim_word_array *patterns, const char *text)
{
    if (patterns->count == 0)
        return true;
    array_foreach (patterns, pattern)
        if (text_matches_pattern(text, pattern->text))
            return true;
    return false;
}

bool aircraft_selector_matches(const struct aircraft_selector *selector, const char *icao24,
                               const char *registration, const char *type_code)
{
    return matches_one(&selector->types, type_code) &&
           matches_one(&selector->registrations, registration) &&
           matches_one(&selector->hexes, icao24);
}

static size_t describe_list(char *buffer, size_t size, size_t used, const char *before,
                            const struct claim_word_array *words)
{
    array_foreach (words, word) {
        const char *joint = word == words->items ? before : " or ";
        int written =
            used < size ? snprintf(buffer + used, size - used, "%s%s", joint, word->text) : 0;
        used += written > 0 ? (size_t)written : 0;
    }
    return used;
}

const char *aircraft_selector_describe(const struct aircraft_selector *selector, char *buffer,
                                       size_t size)
{
    text_copy(buffer, size, "");
    size_t used = describe_list(buffer, size, 0, "", &selector->types);
    used = describe_list(buffer, size, used, used > 0 ? " registered " : "registration ",
                         &selector->registrations);
    used = describe_list(buffer, size, used, used > 0 ? " with address " : "address ",
                         &selector->hexes);
    if (used == 0)
        text_copy(buffer, size, "any aircraft");
    return buffer;
}
