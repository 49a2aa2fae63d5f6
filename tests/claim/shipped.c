// SPDX-License-Identifier: MIT
#include "shipped.h"

#include "config/json_file.h"
#include "config/problems.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static cJSON *read_json(const char *name, struct config_problems *problems)
{
    char path[1024];
    cJSON *root = NULL;
    snprintf(path, sizeof path, SOURCE_ROOT "/config/%s.json", name);
    if (json_file_read(path, name, &root, problems) < 0)
        fail_msg("%s", problems->lines.bytes);
    return root;
}

static void read_places(struct shipped *shipped, struct config_problems *problems)
{
    static const char *const files[] = {"places/airfields", "places/regions"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        cJSON *root = read_json(files[i], problems);
        place_read_file(root, files[i], &shipped->places, problems);
        cJSON_Delete(root);
    }
    if (problems->count > 0)
        fail_msg("%s", problems->lines.bytes);
}

void shipped_read(struct shipped *shipped)
{
    static const char *const files[] = {"reports/2025-10-hmeimim", "reports/2026-01-moscow-talks",
                                        "claims/2025-10-hmeimim", "claims/2026-01-moscow-talks"};
    struct claim_vocabulary vocabulary = maker_vocabulary();
    struct config_problems problems;
    struct claim_errors errors;
    *shipped = (struct shipped){0};
    config_problems_init(&problems);
    claim_errors_init(&errors);
    read_places(shipped, &problems);
    vocabulary.places = shipped->places.items;
    vocabulary.place_count = shipped->places.count;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        cJSON *root = read_json(files[i], &problems);
        if (claim_read_file(root, files[i], &vocabulary, &shipped->library, &errors) < 0)
            fail_msg("%s", errors.lines.bytes);
        cJSON_Delete(root);
    }
    if (claim_check_library(&shipped->library, &vocabulary, &errors) < 0)
        fail_msg("%s", errors.lines.bytes);
    claim_errors_done(&errors);
    config_problems_done(&problems);
}

void shipped_done(struct shipped *shipped)
{
    claim_library_done(&shipped->library);
    place_array_done(&shipped->places);
}

struct claim_facts shipped_facts(const struct shipped *shipped, const char *as_of)
{
    struct claim_facts facts = maker_facts(as_of);
    facts.places = shipped->places.items;
    facts.place_count = shipped->places.count;
    return facts;
}
