// SPDX-License-Identifier: MIT
// The reader of report and claim files: good ones are taken, bad ones are refused whole with the
// errors that their first lines announce, and the shipped ones hold what the reports say.
#include "claim/conflict.h"
#include "claim/designator.h"
#include "claim/kind.h"
#include "config/json_file.h"
#include "config/problems.h"
#include "shipped.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define FILES_MIN 55 // a folder that was not found must not look like success

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "re");
    if (file == NULL)
        fail_msg("%s: cannot be read", path);
    char *bytes = memory_allocate_zeroed(1, 1 << 20);
    size_t length = fread(bytes, 1, (1 << 20) - 1, file);
    fclose(file);
    bytes[length] = '\0';
    return bytes;
}

// Reads one file as the programs do; errors of syntax and of content come out together.
static int read_file(const char *path, struct claim_library *library, struct claim_errors *errors)
{
    struct claim_vocabulary vocabulary = maker_vocabulary();
    struct config_problems problems;
    cJSON *root = NULL;
    const char *name = strrchr(path, '/') + 1;
    config_problems_init(&problems);
    int result = json_file_read(path, name, &root, &problems);
    if (result < 0) {
        text_append(&errors->lines, problems.lines.bytes);
        errors->count += problems.count;
    } else {
        result = claim_read_file(root, name, &vocabulary, library, errors);
        if (result == 0)
            result = claim_check_library(library, &vocabulary, errors);
    }
    cJSON_Delete(root);
    config_problems_done(&problems);
    return result;
}

// The file's own lines "// expects: ..." must each be part of the errors.
static void check_announced(const char *path, const char *errors)
{
    static const char mark[] = "// expects: ";
    char *text = read_text(path);
    unsigned expected = 0;
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (strncmp(line, mark, strlen(mark)) != 0)
            continue;
        expected++;
        if (strstr(errors, line + strlen(mark)) == NULL)
            fail_msg("%s: expected \"%s\", got:\n%s", path, line + strlen(mark), errors);
    }
    if (expected == 0)
        fail_msg("%s: says not what it expects", path);
    free(text);
}

static void check_file(const char *path, bool good)
{
    struct claim_library library = {0};
    struct claim_errors errors;
    claim_errors_init(&errors);
    int result = read_file(path, &library, &errors);
    if (good && result != 0)
        fail_msg("%s: %s", path, errors.lines.bytes);
    if (!good) {
        assert_true(result < 0);
        assert_true(errors.count > 0);
        check_announced(path, errors.lines.bytes);
    }
    claim_errors_done(&errors);
    claim_library_done(&library);
}

static unsigned check_folder(const char *folder, bool good)
{
    char path[1024];
    unsigned count = 0;
    snprintf(path, sizeof path, SOURCE_ROOT "/tests/claim/%s", folder);
    DIR *directory = opendir(path);
    if (directory == NULL)
        fail_msg("%s: cannot be read", path);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (strstr(entry->d_name, ".json") == NULL)
            continue;
        snprintf(path, sizeof path, SOURCE_ROOT "/tests/claim/%s/%s", folder, entry->d_name);
        check_file(path, good);
        count++;
    }
    closedir(directory);
    return count;
}

static void good_and_bad_files(void **state)
{
    (void)state;
    unsigned count = check_folder("good", true) + check_folder("bad", false);
    assert_true(count >= FILES_MIN);
}

static void a_bad_file_leaves_nothing(void **state)
{
    (void)state;
    struct claim_library library = {0};
    struct claim_errors errors;
    claim_errors_init(&errors);
    assert_true(read_file(SOURCE_ROOT "/tests/claim/bad/meaning_unknown_place.json", &library,
                          &errors) < 0);
    assert_int_equal(library.claims.count, 0);
    assert_int_equal(library.reports.count, 0); // nor its good reports
    claim_errors_done(&errors);
    claim_library_done(&library);
}

static void numbers_of_errors_are_limited(void **state)
{
    (void)state;
    struct claim_library library = {0};
    struct claim_errors errors;
    struct claim_vocabulary vocabulary = maker_vocabulary();
    cJSON *root = cJSON_CreateObject(), *claims = cJSON_AddArrayToObject(root, "claims");
    for (int i = 0; i < 5000; i++)
        cJSON_AddItemToArray(claims, cJSON_CreateNumber(i));
    claim_errors_init(&errors);
    assert_int_equal(claim_read_file(root, "many.json", &vocabulary, &library, &errors), -EINVAL);
    assert_true(errors.count >= 5000);
    assert_true(errors.lines.length < CLAIM_ERRORS_BYTES_MAX);
    cJSON_Delete(root);
    claim_errors_done(&errors);
    claim_library_done(&library);
}

static void nearest_designators(void **state)
{
    (void)state;
    static const struct {
        const char *word, *nearest;
    } cases[] = {{"IL26M", "IL62"}, {"IL62M", "IL62"}, {"A142", "A124"}, {"AN124", "A124"},
                 {"TU154", NULL},   {"B52", NULL},     {"", NULL},       {"XXXXXXXXXXXXXXX", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *nearest = designator_nearest(cases[i].word, NULL, 0);
        if (cases[i].nearest != NULL)
            assert_string_equal(nearest, cases[i].nearest);
    }
    assert_null(designator_nearest("XXXXXXXXXXXXXXX", NULL, 0));
    assert_true(designator_is_known("A124", NULL, 0));
    assert_false(designator_is_known("IL78", NULL, 0)); // flies as IL76
    const char *const more[] = {"ZZ9"};
    assert_true(designator_is_known("ZZ9", more, 1));
    assert_string_equal(designator_nearest("ZZ8", more, 1), "ZZ9");
}

static void a_stored_claim_reads_the_same(void **state)
{
    (void)state;
    struct claim_vocabulary vocabulary = maker_vocabulary();
    struct claim_library library = maker_claim(
        "{\"id\": \"x\", \"kind\": \"arrivals\", \"aircraft\": {\"types\": [\"A124\"]}, \"place\": "
        "\"OSLK\", "
        "\"window\": {\"from\": \"2025-10-24\", \"to\": \"2025-10-29\"}, \"count\": 3}");
    struct claim_errors errors;
    struct claim again = {0};
    claim_errors_init(&errors);
    assert_int_equal(claim_read_one(library.claims.items[0].document, &vocabulary, &again, &errors),
                     0);
    assert_string_equal(again.document, library.claims.items[0].document);
    assert_int_equal(again.clauses.items[0].window.from,
                     library.claims.items[0].clauses.items[0].window.from);
    claim_done(&again);
    assert_int_equal(claim_read_one("{\"id\": \"x\"}", &vocabulary, &again, &errors), -EINVAL);
    assert_int_equal(claim_read_one("nonsense", &vocabulary, &again, &errors), -EINVAL);
    claim_errors_done(&errors);
    claim_library_done(&library);
}

static void assess(const struct shipped *shipped, const char *id, struct assessment *ret_assessment)
{
    struct claim_facts facts = shipped_facts(shipped, "2026-03-01");
    const struct claim *claim = claim_library_claim(&shipped->library, id);
    assert_non_null(claim);
    claim_assess(claim, &shipped->library, &facts, ret_assessment);
    claim_facts_done(&facts);
}

static void five_articles_are_one_source(void **state)
{
    (void)state;
    struct shipped shipped;
    struct assessment assessment;
    shipped_read(&shipped);
    assess(&shipped, "flights-resumed-after-six-months", &assessment);
    assert_int_equal(assessment.report_count, 5);
    assert_int_equal(assessment.independent_reports, 1);
    assert_int_equal(assessment.source_reliability, 'B');
    assert_int_equal(assessment.information_credibility, '6');
    assert_string_equal(verdict_name(assessment.verdict), "unverifiable"); // an empty database
    assessment_done(&assessment);
    assess(&shipped, "moscow-talks-2026-01-28", &assessment);
    assert_int_equal(assessment.independent_reports, 2); // the AP, and one that names nobody
    assessment_done(&assessment);
    assess(&shipped, "bases-on-the-agenda", &assessment);
    assert_string_equal(verdict_name(assessment.verdict), "untestable");
    assessment_done(&assessment);
    shipped_done(&shipped);
}

static void reports_that_exclude_one_another(void **state)
{
    (void)state;
    struct shipped shipped;
    struct claim_conflict_array conflicts = {0};
    shipped_read(&shipped);
    claim_conflicts_find(&shipped.library, &conflicts);
    // October 2024 against October 2025, once for each claim that has the latter; the lengths of
    // the pause overlap and are no conflict.
    assert_int_equal(conflicts.count, 2);
    assert_string_equal(conflicts.items[0].first->id, "first-moscow-visit-october-2024");
    assert_string_equal(conflicts.items[0].second->id, "first-moscow-visit-october-2025");
    assert_string_equal(conflicts.items[1].second->id, "moscow-talks-2025-10-15");
    assert_string_equal(conflict_kind_name(conflicts.items[0].kind), "dates");
    array_free(&conflicts);
    shipped_done(&shipped);
}

static void numbers_and_lengths_conflict_too(void **state)
{
    (void)state;
    struct claim_library library = maker_claim(
        "{\"id\": \"n\", \"kind\": \"arrivals\", \"aircraft\": {\"types\": [\"A124\"]}, \"place\": "
        "\"OSLK\", "
        "\"window\": {\"from\": \"2025-10-24\", \"to\": \"2025-10-29\"}, \"count\": 3},"
        "{\"id\": \"l\", \"kind\": \"hiatus\", \"aircraft\": {\"types\": [\"A124\"]}, \"place\": "
        "\"OSLK\", "
        "\"lasting\": {\"min_days\": 150, \"max_days\": 190}, \"until\": \"2025-10-24\"}");
    struct claim_library other = maker_claim(
        "{\"id\": \"n\", \"kind\": \"arrivals\", \"aircraft\": {\"types\": [\"A124\"]}, \"place\": "
        "\"OSLK\", "
        "\"window\": {\"from\": \"2025-10-24\", \"to\": \"2025-10-29\"}, \"count\": {\"max\": 2}},"
        "{\"id\": \"l\", \"kind\": \"hiatus\", \"aircraft\": {\"types\": [\"A124\"]}, \"place\": "
        "\"OSLK\", "
        "\"lasting\": {\"min_days\": 191, \"max_days\": 200}, \"until\": \"2025-10-24\"}");
    struct claim_conflict_array conflicts = {0};
    text_copy(library.claims.items[0].event, CLAIM_ID_SIZE, "e");
    text_copy(other.claims.items[0].event, CLAIM_ID_SIZE, "e");
    text_copy(other.claims.items[0].id, CLAIM_ID_SIZE, "d");
    *array_append(&library.claims) = other.claims.items[0];
    claim_conflicts_find(&library, &conflicts);
    assert_int_equal(conflicts.count, 2);
    assert_int_equal(conflicts.items[0].kind, CONFLICT_NUMBERS);
    assert_int_equal(conflicts.items[1].kind, CONFLICT_LENGTHS);
    array_clear(&conflicts);
    library.claims.items[1].clauses.items[0].count_max = 3;
    library.claims.items[1].clauses.items[1].lasting_min_days = 190;
    claim_conflicts_find(&library, &conflicts);
    assert_int_equal(conflicts.count, 0);
    array_free(&conflicts);
    other.claims.count = 0; // its claim moved
    array_free(&other.claims);
    claim_library_done(&other);
    claim_library_done(&library);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_and_bad_files),
        cmocka_unit_test(a_bad_file_leaves_nothing),
        cmocka_unit_test(numbers_of_errors_are_limited),
        cmocka_unit_test(nearest_designators),
        cmocka_unit_test(a_stored_claim_reads_the_same),
        cmocka_unit_test(five_articles_are_one_source),
        cmocka_unit_test(reports_that_exclude_one_another),
        cmocka_unit_test(numbers_and_lengths_conflict_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
