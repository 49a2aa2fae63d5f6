// SPDX-License-Identifier: MIT
#include "claim/read.h"

#include "base/memory.h"
#include "claim/kind.h"
#include "claim/likelihood.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *canonical(const cJSON *json)
{
    char *printed = cJSON_PrintUnformatted(json);
    char *copy = memory_copy_string(printed != NULL ? printed : "{}");
    cJSON_free(printed);
    return copy;
}

// The day a report appeared, in UTC: only for order and display.
static void read_published(struct fields *fields, struct report *report)
{
    report->published = UTC_UNKNOWN;
    if (!fields_string(fields, "published", false, report->published_text,
                       sizeof report->published_text))
        return;
    if (utc_parse(report->published_text, &report->published) < 0)
        fields_error(fields, "published",
                     "expected a day that exists or a time in ISO 8601, got \"%s\"",
                     report->published_text);
}

static void read_reliability(struct fields *fields, struct report *report)
{
    char rating[4];
    report->source_reliability = 'F';
    if (!fields_string(fields, "source_reliability", false, rating, sizeof rating))
        return;
    if (rating[1] != '\0' || admiralty_source_words(rating[0]) == NULL)
        fields_error(fields, "source_reliability",
                     "expected a letter from A to F (Admiralty code), got \"%s\"", rating);
    else
        report->source_reliability = rating[0];
}

static void read_url(struct fields *fields, struct report *report)
{
    report->url = fields_text(fields, "url", false);
    bool good = report->url == NULL || strncmp(report->url, "https://", 8) == 0 ||
                strncmp(report->url, "http://", 7) == 0;
    if (!good)
        fields_error(fields, "url", "expected an address that begins with https:// or http://");
}

static void read_report(const cJSON *json, const char *path,
                        const struct claim_vocabulary *vocabulary, struct claim_errors *errors,
                        struct report *report)
{
    struct fields fields;
    fields_init(&fields, json, path, errors, vocabulary);
    fields_id(&fields, "id", true, report->id);
    report->publisher = fields_text(&fields, "publisher", true);
    report->title = fields_text(&fields, "title", false);
    read_published(&fields, report);
    read_url(&fields, report);
    fields_ids(&fields, "derived_from", false, &report->derived_from);
    read_reliability(&fields, report);
    report->notes = fields_text(&fields, "notes", false);
    fields_finish(&fields);
    report->document = canonical(json);
}

static const struct clause_kind *read_kind(struct fields *fields)
{
    char word[CLAIM_ID_SIZE], known[256] = "";
    if (!fields_string(fields, "kind", true, word, sizeof word))
        return NULL;
    const struct clause_kind *kind = clause_kind_find(word);
    if (kind != NULL)
        return kind;
    size_t used = 0;
    for (const struct clause_kind *const *each = clause_kinds();
         *each != NULL && used < sizeof known; each++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", used > 0 ? ", " : "",
                                 (*each)->name);
    fields_error(fields, "kind", "unknown clause kind \"%s\"; expected one of %s", word, known);
    return NULL;
}

static void read_clause(const cJSON *json, const char *path,
                        const struct claim_vocabulary *vocabulary, struct claim_errors *errors,
                        struct clause *clause)
{
    struct fields fields;
    clause->window = clause->on = CLAIM_WINDOW_NONE;
    fields_init(&fields, json, path, errors, vocabulary);
    fields_id(&fields, "id", true, clause->id);
    clause->needed = fields_boolean(&fields, "needed", true);
    clause->note = fields_text(&fields, "note", false);
    clause->kind = read_kind(&fields);
    if (clause->kind == NULL)
        return; // which other keys it may have is not known
    if (clause->kind->needs != 0)
        fields_aircraft(&fields, &clause->aircraft);
    clause->kind->read(&fields, clause);
    fields_finish(&fields);
}

// A first or last arrival without a window is about that of the claim's first clause that has one.
static void share_window(struct claim *claim, const char *path, struct claim_errors *errors)
{
    const struct claim_window *shared = NULL;
    array_foreach (&claim->clauses, clause)
        if (shared == NULL && claim_window_is_set(&clause->window))
            shared = &clause->window;
    array_foreach (&claim->clauses, clause) {
        if (!claim_window_is_set(&clause->on))
            continue;
        if (!claim_window_is_set(&clause->window) && shared != NULL)
            clause->window = *shared;
        struct fields fields = {.errors = errors};
        snprintf(fields.path, sizeof fields.path, "%.200s.clauses[%zu]", path,
                 (size_t)(clause - claim->clauses.items));
        if (!claim_window_is_set(&clause->window))
            fields_error(&fields, "window", "missing, and no other clause of the claim has one");
        else if (clause->on.to <= clause->window.from && clause->kind != &clause_kind_hiatus)
            fields_error(&fields, "on", "before the window");
        else if (clause->on.from >= clause->window.to && clause->kind != &clause_kind_hiatus)
            fields_error(&fields, "on", "after the window");
    }
}

static void check_clause_ids(const struct claim *claim, const char *path,
                             struct claim_errors *errors)
{
    array_foreach (&claim->clauses, clause)
        for (const struct clause *other = claim->clauses.items; other < clause; other++) {
            if (clause->id[0] == '\0' || strcmp(clause->id, other->id) != 0)
                continue;
            struct fields fields = {.errors = errors};
            snprintf(fields.path, sizeof fields.path, "%.200s.clauses[%zu]", path,
                     (size_t)(clause - claim->clauses.items));
            fields_error(&fields, "id", "\"%s\" stands twice", clause->id);
        }
}

static void read_clauses(struct fields *fields, const char *path,
                         const struct claim_vocabulary *vocabulary, struct claim *claim)
{
    char clause_path[FIELDS_PATH_SIZE];
    const cJSON *list = fields_get(fields, "clauses", true), *item;
    if (list == NULL)
        return;
    if (!cJSON_IsArray(list) || list->child == NULL ||
        cJSON_GetArraySize(list) > CLAIM_CLAUSES_MAX) {
        fields_error(fields, "clauses", "expected a list of 1 to %d clauses", CLAIM_CLAUSES_MAX);
        return;
    }
    size_t before = fields->errors->count;
    cJSON_ArrayForEach(item, list)
    {
        snprintf(clause_path, sizeof clause_path, "%.200s.clauses[%zu]", path,
                 claim->clauses.count);
        read_clause(item, clause_path, vocabulary, fields->errors, array_append(&claim->clauses));
    }
    check_clause_ids(claim, path, fields->errors);
    if (fields->errors->count == before)
        share_window(claim, path, fields->errors);
}

static void read_claim(const cJSON *json, const char *path,
                       const struct claim_vocabulary *vocabulary, struct claim_errors *errors,
                       struct claim *claim)
{
    struct fields fields;
    fields_init(&fields, json, path, errors, vocabulary);
    fields_id(&fields, "id", true, claim->id);
    claim->statement = fields_text(&fields, "statement", true);
    fields_ids(&fields, "reports", true, &claim->reports);
    fields_id(&fields, "event", false, claim->event);
    claim->note = fields_text(&fields, "note", false);
    read_clauses(&fields, path, vocabulary, claim);
    fields_finish(&fields);
    claim->document = canonical(json);
}

static const cJSON *get_list(struct fields *fields, const char *key, int most)
{
    const cJSON *list = fields_get(fields, key, false);
    if (list != NULL && (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > most)) {
        fields_error(fields, key, "expected a list of at most %d", most);
        return NULL;
    }
    return list;
}

static void read_lists(struct fields *fields, const char *file,
                       const struct claim_vocabulary *vocabulary, struct claim_library *found)
{
    char path[FIELDS_PATH_SIZE];
    const cJSON *item;
    fields_get(fields, "$schema", false); // for editors
    const cJSON *reports = get_list(fields, "reports", CLAIM_FILE_REPORTS_MAX);
    const cJSON *claims = get_list(fields, "claims", CLAIM_FILE_CLAIMS_MAX);
    cJSON_ArrayForEach(item, reports)
    {
        snprintf(path, sizeof path, "%.100s: reports[%zu]", file, found->reports.count);
        read_report(item, path, vocabulary, fields->errors, array_append(&found->reports));
    }
    cJSON_ArrayForEach(item, claims)
    {
        snprintf(path, sizeof path, "%.100s: claims[%zu]", file, found->claims.count);
        read_claim(item, path, vocabulary, fields->errors, array_append(&found->claims));
    }
    if (reports == NULL && claims == NULL)
        fields_error(fields, "", "expected reports or claims");
    fields_finish(fields);
}

// Ids that stand twice in one file make the file bad; across files claim_check_library tells.
static void check_file_ids(const struct claim_library *found, const char *file,
                           struct claim_errors *errors)
{
    struct fields fields = {.errors = errors};
    array_foreach (&found->reports, report)
        if (report->id[0] != '\0' && claim_library_report(found, report->id) != report) {
            snprintf(fields.path, sizeof fields.path, "%.100s: reports[%zu]", file,
                     (size_t)(report - found->reports.items));
            fields_error(&fields, "id", "\"%s\" stands twice", report->id);
        }
    array_foreach (&found->claims, claim)
        if (claim->id[0] != '\0' && claim_library_claim(found, claim->id) != claim) {
            snprintf(fields.path, sizeof fields.path, "%.100s: claims[%zu]", file,
                     (size_t)(claim - found->claims.items));
            fields_error(&fields, "id", "\"%s\" stands twice", claim->id);
        }
}

int claim_read_file(const cJSON *root, const char *file, const struct claim_vocabulary *vocabulary,
                    struct claim_library *library, struct claim_errors *errors)
{
    struct claim_library found = {0};
    struct fields fields;
    char path[FIELDS_PATH_SIZE];
    size_t before = errors->count;
    snprintf(path, sizeof path, "%.100s:", file);
    fields_init(&fields, root, path, errors, vocabulary);
    read_lists(&fields, file, vocabulary, &found);
    check_file_ids(&found, file, errors);
    if (errors->count > before) {
        claim_library_done(&found);
        return -EINVAL;
    }
    array_foreach (&found.reports, report)
        *array_append(&library->reports) = *report;
    array_foreach (&found.claims, claim)
        *array_append(&library->claims) = *claim;
    array_free(&found.reports);
    array_free(&found.claims);
    return 0;
}

static bool is_known_report(const struct claim_library *library,
                            const struct claim_vocabulary *vocabulary, const char *id)
{
    return claim_library_report(library, id) != NULL ||
           (vocabulary->knows_report != NULL &&
            vocabulary->knows_report(vocabulary->report_data, id));
}

static void check_ids(const struct claim_library *library,
                      const struct claim_vocabulary *vocabulary, const struct claim_id_array *ids,
                      struct fields *fields, const char *key)
{
    char path[64];
    array_foreach (ids, id) {
        if (is_known_report(library, vocabulary, id->text))
            continue;
        snprintf(path, sizeof path, "%s[%zu]", key, (size_t)(id - ids->items));
        fields_error(fields, path, "unknown report \"%s\"", id->text);
    }
}

int claim_check_library(const struct claim_library *library,
                        const struct claim_vocabulary *vocabulary, struct claim_errors *errors)
{
    size_t before = errors->count;
    struct fields fields = {.errors = errors};
    array_foreach (&library->reports, report) {
        snprintf(fields.path, sizeof fields.path, "report %s", report->id);
        if (claim_library_report(library, report->id) != report)
            fields_error(&fields, "id", "\"%s\" stands in two files", report->id);
        check_ids(library, vocabulary, &report->derived_from, &fields, "derived_from");
        array_foreach (&report->derived_from, source)
            if (strcmp(source->text, report->id) == 0)
                fields_error(&fields, "derived_from", "the report itself");
    }
    array_foreach (&library->claims, claim) {
        snprintf(fields.path, sizeof fields.path, "claim %s", claim->id);
        if (claim_library_claim(library, claim->id) != claim)
            fields_error(&fields, "id", "\"%s\" stands in two files", claim->id);
        check_ids(library, vocabulary, &claim->reports, &fields, "reports");
    }
    return errors->count > before ? -EINVAL : 0;
}

int claim_read_one(const char *document, const struct claim_vocabulary *vocabulary,
                   struct claim *ret_claim, struct claim_errors *errors)
{
    size_t before = errors->count;
    struct claim claim = {0};
    cJSON *json = cJSON_Parse(document);
    read_claim(json, "stored claim", vocabulary, errors, &claim);
    cJSON_Delete(json);
    if (errors->count > before) {
        claim_done(&claim);
        return -EINVAL;
    }
    *ret_claim = claim;
    return 0;
}

int claim_read_one_report(const char *document, const struct claim_vocabulary *vocabulary,
                          struct report *ret_report, struct claim_errors *errors)
{
    size_t before = errors->count;
    struct report report = {0};
    cJSON *json = cJSON_Parse(document);
    read_report(json, "stored report", vocabulary, errors, &report);
    cJSON_Delete(json);
    if (errors->count > before) {
        report_done(&report);
        return -EINVAL;
    }
    *ret_report = report;
    return 0;
}
