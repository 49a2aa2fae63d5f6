// SPDX-License-Identifier: MIT
#include "base/memory.h"
#include "config/watch_held.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// OSLK lies 250 nm from the circle's edge, the other 5 nm.
static const struct place places[] = {
    {.id = "levant", .kind = PLACE_CIRCLE, .reference = {35.4011, 35.9487}, .radius_nm = 250},
    {.id = "OSLK", .kind = PLACE_AIRFIELD, .reference = {35.4011, 35.9487}},
    {.id = "edge", .kind = PLACE_AIRFIELD, .reference = {35.4011 + 245.0 / 60, 35.9487}},
};
#define PLACE_COUNT (sizeof places / sizeof *places)

static const struct airframe airframes[] = {
    {"154076", "RF-82038", "A124", "Russian Air Force"},
    {"1551df", "RA-86495", "IL62", "Russian Air Force"},
};

static struct watch_entry entry(const char *text)
{
    struct watch_entry made = {0};
    assert_true(watch_held_read(text, places, PLACE_COUNT, &made));
    return made;
}

// The list of these texts, separated by semicolons.
static struct watch_list list_of(const char *texts)
{
    struct watch_list list = {.entries = memory_allocate_zeroed(8, sizeof *list.entries)};
    AUTO_FREE char *copy = memory_copy_string(texts);
    char *rest = copy;
    for (char *text; (text = strsep(&rest, ";")) != NULL;)
        list.entries[list.entry_count++] = entry(text);
    list.airframes = memory_allocate(sizeof airframes);
    memcpy(list.airframes, airframes, sizeof airframes);
    list.airframe_count = sizeof airframes / sizeof *airframes;
    watch_list_compile(&list);
    return list;
}

static void check_text(const char *text, const char *expected)
{
    struct watch_entry made = entry(text);
    struct text written;
    text_init(&written, WATCH_HELD_TEXT_MAX);
    watch_held_write(&made, &written);
    assert_string_equal(written.bytes, expected);
    text_done(&written);
    watch_held_done(&made);
}

static void an_entry_is_a_text(void **state)
{
    (void)state;
    check_text("types=IL62,A124,IL62 registrations=RA-*", "types=A124,IL62 registrations=RA-*");
    check_text("military=no within=levant squawks=7700 callsigns=RFF* hexes=154076",
               "hexes=154076 callsigns=RFF* squawks=7700 within=levant military=no");
    check_text("*", "*");
    static const char *const bad[] = {"", "types", "kinds=A124", "within=nowhere",
                                      "types=A124  registrations=RA-*"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct watch_entry made;
        assert_false(watch_held_read(bad[i], places, PLACE_COUNT, &made));
    }
}

static bool covers(const char *held, const char *wanted, const char *airfield)
{
    struct watch_list list = list_of(held);
    struct watch_entry want = entry(wanted);
    const struct place *at = NULL;
    for (size_t i = 0; airfield != NULL && i < PLACE_COUNT; i++)
        if (strcmp(places[i].id, airfield) == 0)
            at = &places[i];
    bool answer = watch_held_covers(&list, &want, &at, at != NULL);
    watch_held_done(&want);
    watch_list_done(&list);
    return answer;
}

static void a_list_holds_what_it_names(void **state)
{
    (void)state;
    assert_true(covers("types=A124", "types=A124", NULL));
    assert_true(covers("types=A124", "types=A124 registrations=RA-*,RF-*", NULL));
    assert_false(covers("types=A124", "types=T154", NULL));
    assert_false(covers("types=A124", "types=A124,T154", NULL));
    assert_true(covers("types=A124;types=T154,IL62", "types=A124,T154", NULL));
    assert_false(covers("types=A124", "registrations=RA-*", NULL));
    assert_false(covers("types=A124 registrations=RA-*", "types=A124", NULL));
    assert_true(
        covers("types=A124 registrations=RA-*,RF-*", "types=A124 registrations=RF-*,RA-82*", NULL));
    assert_false(covers("types=A124 callsigns=RFF*", "types=A124", NULL));
    assert_false(covers("types=A124 military=yes", "types=A124", NULL));
    assert_true(covers("types=A124 military=yes", "types=A124 military=yes", NULL));
    // Anybody: only a list of everybody holds that.
    assert_false(covers("types=A124;registrations=RA-*", "*", NULL));
    assert_true(covers("hexes=*", "*", NULL));
    assert_true(covers("*", "types=T154 registrations=RA-85*", NULL));
}

static void patterns_hold_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *wide, *narrow;
        bool holds;
    } cases[] = {
        {"RA-*", "RA-*", true},
        {"RA-*", "RA-820??", true},
        {"RA-820??", "RA-8201?", true},
        {"RA-820??", "RA-820*", false},
        {"RA-8?*", "RA-820*", true},
        {"*", "R*", true},
        {"RA-82*", "RA-*", false},
        {"R?-820??", "RF-82010", true},
        {"*82*", "RA-820*", true},
        {"RA-82010", "RF-82010", true}, // one aircraft, two spellings
        {"RA-82010", "RA-8201?", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char held[64], wanted[64];
        snprintf(held, sizeof held, "registrations=%s", cases[i].wide);
        snprintf(wanted, sizeof wanted, "registrations=%s", cases[i].narrow);
        if (covers(held, wanted, NULL) != cases[i].holds)
            fail_msg("%s and %s", cases[i].wide, cases[i].narrow);
    }
}

static void airframes_are_known_by_their_address(void **state)
{
    (void)state;
    assert_true(covers("types=A124", "hexes=154076", NULL));
    assert_false(covers("types=A124", "hexes=1551df", NULL));
    assert_true(covers("types=IL62", "registrations=RF-86495", NULL));
    assert_true(covers("hexes=1551df", "registrations=RA-86495", NULL));
    assert_true(
        covers("registrations=RA-820*", "hexes=15405a", NULL)); // RA-82010: 0x140000 + 82010
    assert_false(
        covers("types=A124", "hexes=15405a", NULL)); // no airframe of that address is known
}

static void a_region_holds_what_comes_down_well_inside(void **state)
{
    (void)state;
    assert_true(covers("types=T154 within=levant", "types=T154", "OSLK"));
    assert_false(covers("types=T154 within=levant", "types=T154", "edge"));
    assert_false(covers("types=T154 within=levant", "types=T154", NULL));
    assert_true(covers("types=T154 within=levant", "types=T154 within=levant", NULL));
    assert_true(covers("types=T154", "types=T154 within=levant", NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_a_text),
        cmocka_unit_test(a_list_holds_what_it_names),
        cmocka_unit_test(patterns_hold_patterns),
        cmocka_unit_test(airframes_are_known_by_their_address),
        cmocka_unit_test(a_region_holds_what_comes_down_well_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
