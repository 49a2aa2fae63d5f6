// SPDX-License-Identifier: MIT
// adsb.lol's list of releases, good and hostile.
#include "history/release_index.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define BASE "https://github.com/adsblol/globe_history_2025/releases/download/"
#define TAG(day) "v2025.10." day "-planes-readsb-prod-0"
#define ASSET(day, ending) BASE TAG(day) "/" TAG(day) ".tar" ending

// As the real one: the newest day first.
static const char real[] = ASSET("29", ".aa") "," ASSET("29", ".ab") "\n" ASSET(
    "28",
    "") "\n" BASE
        "v2025.10.27-planes-readsb-staging-0tmp/v2025.10.27-planes-readsb-staging-0tmp.tar.aa\n";

static utc_us day_of(const char *text)
{
    utc_us day;
    assert_int_equal(utc_parse(text, &day), 0);
    return day;
}

static int find(const char *index, const char *day, struct release *release)
{
    struct error error = {0};
    return release_index_find(index, strlen(index), day_of(day), release, &error);
}

static void finds_days(void **state)
{
    (void)state;
    struct release release;
    assert_int_equal(find(real, "2025-10-29", &release), 1);
    assert_string_equal(release.name, TAG("29"));
    assert_string_equal(release.urls, ASSET("29", ".aa") "\n" ASSET("29", ".ab") "\n");
    assert_int_equal(release.part_count, 2);
    assert_string_equal(release.absent, "");
    release_done(&release);
    assert_int_equal(find(real, "2025-10-28", &release), 1);
    assert_string_equal(release.urls, ASSET("28", "") "\n");
    release_done(&release);
    assert_int_equal(find(real, "2025-10-27", &release), 1);
    assert_string_equal(release.name, "v2025.10.27-planes-readsb-staging-0tmp");
    release_done(&release);
    assert_int_equal(find(real, "2025-10-26", &release), 0);
    assert_int_equal(find("", "2025-10-26", &release), 0);
}

static void puts_parts_in_order_and_misses_some(void **state)
{
    (void)state;
    static const struct {
        const char *index, *absent;
    } cases[] = {
        {ASSET("29", ".ab") " , " ASSET("29", ".aa") ",\r\n", ""},
        {ASSET("29", ".aa") "," ASSET("29", ".ac"), "ab"},
        {ASSET("29", ".ab"), "aa"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct release release;
        assert_int_equal(find(cases[i].index, "2025-10-29", &release), 1);
        assert_string_equal(release.absent, cases[i].absent);
        assert_int_equal(strncmp(release.urls, BASE, strlen(BASE)), 0);
        release_done(&release);
    }
}

static void passes_over_what_is_no_release(void **state)
{
    (void)state;
    static const char *const indexes[] = {
        "# a remark\n\n,,,\n<html>404</html>\n",
        BASE "v2025.10.29-x/v2025.10.29-x.zip\n",
        BASE "v2025.10.29-x/v2025.10.29-x.tar.gz\n",
        BASE "v2025.13.29-x/v2025.13.29-x.tar\n",
        BASE "v2025-10-29-x/v2025-10-29-x.tar\n",
        BASE "v2025.10.29/v2025.10.29.tar\n",
        BASE "x/v2025.10.29-a b.tar\n",
        BASE "x/v2025.10.29-\x1b[31m.tar\n",
        ASSET("29", ".AA"),
        ASSET("29", ".aaa"),
        ASSET("29", ".zz"),
        ".tar",
        "/",
    };
    for (size_t i = 0; i < LENGTH(indexes); i++) {
        struct release release;
        if (find(indexes[i], "2025-10-29", &release) != 0)
            fail_msg("%s", indexes[i]);
    }
}

static void refuses_what_contradicts_itself(void **state)
{
    (void)state;
    struct release release;
    struct error error = {0};
    assert_int_equal(find(ASSET("29", ".aa") "," ASSET("29", ".aa"), "2025-10-29", &release),
                     -EBADMSG);
    assert_int_equal(find(ASSET("29", "") "," ASSET("29", ".aa"), "2025-10-29", &release), 1);
    assert_string_equal(release.absent, "");
    release_done(&release);
    assert_int_equal(find(ASSET("29", ".aa") "," ASSET("28", ".ab"), "2025-10-29", &release),
                     -EBADMSG);
    char *wide = malloc(RELEASE_INDEX_LINE_MAX + 2);
    memset(wide, 'x', RELEASE_INDEX_LINE_MAX + 1);
    assert_int_equal(release_index_find(wide, RELEASE_INDEX_LINE_MAX + 1, 0, &release, &error),
                     -EBADMSG);
    assert_int_equal(release_index_find(wide, RELEASE_INDEX_LINE_MAX, 0, &release, &error), 0);
    free(wide);
    assert_int_equal(release_index_find("a\0b", 3, 0, &release, &error), -EBADMSG);
    struct text many;
    text_init(&many, RELEASE_INDEX_LINE_MAX);
    for (int i = 0; i <= RELEASE_PARTS_MAX; i++)
        text_append(&many, "https://example.org/v2025.10.29-x.tar.aa,");
    assert_false(many.failed);
    assert_int_equal(
        release_index_find(many.bytes, many.length, day_of("2025-10-29"), &release, &error),
        -EBADMSG);
    text_done(&many);
}

static void paths_of_releases(void **state)
{
    (void)state;
    static const char *const none[] = {
        "", "-", "day.tar", "/tmp/v2025.10.26-x.tar.gz", "v2025.10.26-x/", "v2025.10.26-x"};
    char name[RELEASE_NAME_SIZE];
    utc_us day;
    assert_true(release_of_path("/srv/" TAG("26") ".tar.aa", name, &day));
    assert_string_equal(name, TAG("26"));
    assert_true(day == day_of("2025-10-26"));
    assert_true(release_of_path(TAG("26") ".tar", name, &day));
    for (size_t i = 0; i < LENGTH(none); i++)
        assert_false(release_of_path(none[i], name, &day));
}

static void what_holds_all(void **state)
{
    (void)state;
    assert_true(release_holds_all("v2025.10.26-planes-readsb-prod-0"));
    assert_true(release_holds_all("v2025.10.27-planes-readsb-staging-0tmp"));
    assert_false(release_holds_all("v2025.10.26-planes-readsb-mlatonly-0"));
}

static void can_be_cut_anywhere(void **state)
{
    (void)state;
    for (size_t length = 0; length < sizeof real; length++) {
        struct release release;
        struct error error = {0};
        char *copy = malloc(length + 1); // so that a step too far is seen
        memcpy(copy, real, length);
        if (release_index_find(copy, length, day_of("2025-10-27"), &release, &error) == 1)
            release_done(&release);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_days),
        cmocka_unit_test(puts_parts_in_order_and_misses_some),
        cmocka_unit_test(passes_over_what_is_no_release),
        cmocka_unit_test(refuses_what_contradicts_itself),
        cmocka_unit_test(paths_of_releases),
        cmocka_unit_test(what_holds_all),
        cmocka_unit_test(can_be_cut_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
