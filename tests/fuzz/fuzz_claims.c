// SPDX-License-Identifier: MIT
// The reader of report and claim files, and the judgement on whatever it takes: read again from
// what is stored it is the same, nothing known never contradicts it, and its assessment is JSON.
#include "base/memory.h"
#include "claim/assessment_write.h"
#include "claim/conflict.h"
#include "claim/judge.h"
#include "claim/read.h"
#include "config/json_file.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static const struct place places[] = {
    {.id = "OSLK",
     .time_zone = "Asia/Damascus",
     .aliases = {"LTK"},
     .reference = {35.4011, 35.9487}},
    {.id = "UUMU", .time_zone = "Europe/Moscow", .reference = {55.8783, 38.0617}},
    {.id = "libya", .kind = PLACE_CIRCLE, .reference = {29, 19}, .radius_nm = 420},
    {.id = "moscow-region", .kind = PLACE_CIRCLE, .reference = {55.75, 37.6}, .radius_nm = 80},
};

static int zone_offset(void *data, const char *zone, utc_us at, int32_t *ret_offset_min)
{
    (void)data;
    (void)at;
    *ret_offset_min = zone[0] == 'A' ? 180 : -300;
    return 0;
}

static void check_assessment(const struct claim *claim, const struct claim_library *library)
{
    struct claim_facts facts = {.as_of = 1900000000 * UTC_SECOND,
                                .places = places,
                                .place_count = sizeof places / sizeof *places};
    struct assessment assessment;
    struct text json, essence;
    // Windows of centuries hold more hours than one wants to count here.
    array_foreach (&claim->clauses, clause)
        if (clause->window.to - clause->window.from > 4000 * UTC_DAY)
            return;
    text_init(&json, ASSESSMENT_JSON_MAX);
    text_init(&essence, ASSESSMENT_JSON_MAX);
    claim_assess(claim, library, &facts, &assessment);
    if (assessment.verdict == VERDICT_CONTRADICTED || assessment.verdict == VERDICT_NOT_OBSERVED ||
        assessment.verdict >= VERDICT_COUNT)
        abort(); // silence without coverage says nothing
    assessment_write_json(claim, &assessment, &facts, &json);
    assessment_write_essence(claim, &assessment, &essence);
    cJSON *parsed = cJSON_Parse(json.bytes);
    if (parsed == NULL || json.failed)
        abort();
    cJSON_Delete(parsed);
    assessment_done(&assessment);
    text_done(&json);
    text_done(&essence);
}

static void check_claim(const struct claim *claim, const struct claim_library *library,
                        const struct claim_vocabulary *vocabulary)
{
    struct claim again;
    struct claim_errors errors;
    claim_errors_init(&errors);
    if (claim_read_one(claim->document, vocabulary, &again, &errors) < 0 ||
        strcmp(again.document, claim->document) != 0 || again.clauses.count != claim->clauses.count)
        abort();
    claim_done(&again);
    claim_errors_done(&errors);
    check_assessment(claim, library);
}

static void read_tree(const cJSON *root)
{
    const struct claim_vocabulary vocabulary = {.places = places,
                                                .place_count = sizeof places / sizeof *places,
                                                .zone_offset = zone_offset};
    struct claim_library library = {0};
    struct claim_errors errors;
    struct claim_conflict_array conflicts = {0};
    claim_errors_init(&errors);
    int result = claim_read_file(root, "fuzz.json", &vocabulary, &library, &errors);
    if ((result < 0) != (errors.count > 0) || (result < 0 && library.claims.count > 0))
        abort();
    claim_check_library(&library, &vocabulary, &errors);
    array_foreach (&library.claims, claim)
        check_claim(claim, &library, &vocabulary);
    claim_conflicts_find(&library, &conflicts);
    array_free(&conflicts);
    claim_library_done(&library);
    claim_errors_done(&errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct config_problems problems;
    cJSON *root = NULL;
    config_problems_init(&problems);
    if (json_file_parse((const char *)bytes, length, "fuzz.json", &root, &problems) == 0)
        read_tree(root);
    cJSON_Delete(root);
    config_problems_done(&problems);
    return 0;
}
