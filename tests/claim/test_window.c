// SPDX-License-Identifier: MIT
#include "claim/coverage.h"
#include "maker.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct claim_zones zones_named(const char *zone)
{
    struct claim_vocabulary vocabulary = maker_vocabulary();
    return (struct claim_zones){.names = {zone}, .count = 1, .offset = vocabulary.zone_offset};
}

static void a_day_is_the_union_over_zones(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *day, *from, *to;
    } cases[] = {
        {"", "2025-10-24", "2025-10-24T00:00Z", "2025-10-25T00:00Z"},
        {"Asia/Damascus", "2025-10-24", "2025-10-23T21:00Z", "2025-10-25T00:00Z"},
        {"Asia/Kolkata", "2025-10-24", "2025-10-23T18:30Z", "2025-10-25T00:00Z"},
        {"Test/Changing", "2025-03-30", "2025-03-29T23:00Z", "2025-03-31T00:00Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct claim_zones zones = zones_named(cases[i].zone);
        struct claim_window window;
        int bad_end;
        assert_int_equal(claim_window_read(cases[i].day, cases[i].day, &zones, &window, &bad_end),
                         0);
        assert_int_equal(window.from, at(cases[i].from));
        assert_int_equal(window.to, at(cases[i].to));
    }
}

static void west_of_greenwich_a_day_ends_later(void **state)
{
    (void)state;
    struct claim_window day;
    assert_int_equal(claim_window_of_day(at("2025-10-24"), NULL, &day, NULL), 0);
    assert_int_equal(day.to, at("2025-10-25"));
    const char *bad_zone = NULL;
    struct claim_zones zones = zones_named("Mars/Olympus");
    assert_int_equal(claim_window_of_day(at("2025-10-24"), &zones, &day, &bad_zone), -ENOENT);
    assert_string_equal(bad_zone, "Mars/Olympus");
}

static void windows_that_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        int result, bad_end;
    } cases[] = {
        {"2025-02-29", "2025-03-01", -EINVAL, 0}, // does not exist
        {"2025-02-28", "2025-02-30", -EINVAL, 1},
        {"2025-10-25", "2025-10-24", -ERANGE,
         1}, // the unions overlap; the days are reversed all the same
        {"2025-10-25T10:00Z", "2025-10-25T10:00Z", -ERANGE, 1}, // empty
        {"2025-10-25T10:00Z", "2025-10-25T09:59Z", -ERANGE, 1},
        {"2025-10-25T10:00Z", "2025-10-25T10:01Z", 0, 1},
        {"2025-10-25", "2025-10-25", 0, 1},
    };
    struct claim_zones zones = zones_named("Asia/Damascus");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct claim_window window;
        int bad_end = -1;
        assert_int_equal(claim_window_read(cases[i].from, cases[i].to, &zones, &window, &bad_end),
                         cases[i].result);
        assert_int_equal(bad_end, cases[i].bad_end);
    }
}

static void brackets_against_a_window(void **state)
{
    (void)state;
    struct claim_window window = {.from = 100, .to = 200};
    static const struct {
        utc_us after, before;
        enum window_relation relation;
    } cases[] = {
        {100, 199, WINDOW_INSIDE},          {100, 200, WINDOW_STRADDLES},
        {99, 199, WINDOW_STRADDLES},        {99, 99, WINDOW_OUTSIDE},
        {99, 100, WINDOW_STRADDLES},        {199, 300, WINDOW_STRADDLES},
        {200, 300, WINDOW_OUTSIDE},         {UTC_UNKNOWN, 150, WINDOW_STRADDLES},
        {UTC_UNKNOWN, 99, WINDOW_OUTSIDE},  {150, UTC_UNKNOWN, WINDOW_STRADDLES},
        {200, UTC_UNKNOWN, WINDOW_OUTSIDE}, {UTC_UNKNOWN, UTC_UNKNOWN, WINDOW_STRADDLES},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(claim_window_relation(&window, cases[i].after, cases[i].before),
                         cases[i].relation);
}

static void states_of_an_hour(void **state)
{
    (void)state;
    static const struct {
        struct coverage_inputs inputs;
        enum coverage_state state;
    } cases[] = {
        {{.polls_due = 0}, COVERAGE_NOT_LOOKED},
        {{.polls_due = 360, .polls_ok = 324, .others_low = 2},
         COVERAGE_COVERED_NOT_SEEN}, // 90 % and two
        {{.polls_due = 360, .polls_ok = 323, .others_low = 9}, COVERAGE_NOT_LOOKED},
        {{.polls_due = 360, .polls_ok = 360, .others_low = 1}, COVERAGE_LOOKED_NO_COVER},
        {{.polls_due = 360, .polls_ok = 360, .past_hours_heard = 2}, COVERAGE_COVERED_NOT_SEEN},
        {{.polls_due = 360, .polls_ok = 360, .past_hours_heard = 1}, COVERAGE_LOOKED_NO_COVER},
        {{.polls_due = 360, .polls_ok = 0, .past_hours_heard = 4}, COVERAGE_NOT_LOOKED},
        {{.polls_due = 360, .polls_ok = 1, .observed = true}, COVERAGE_OBSERVED}, // seen is seen
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(coverage_of_hour(&cases[i].inputs), cases[i].state);
}

static void hours_are_tallied_up_to_the_moment(void **state)
{
    (void)state;
    struct claim_facts facts = maker_facts("2025-10-24T20:30Z");
    struct claim_window window = {at("2025-10-24T00:30Z"), at("2025-10-25T00:00Z"), "", ""};
    maker_hours(&facts, "OSLK", "2025-10-24T00:00Z", "2025-10-24T10:00Z",
                COVERAGE_COVERED_NOT_SEEN);
    maker_hours(&facts, "OSLK", "2025-10-24T10:00Z", "2025-10-24T12:00Z", COVERAGE_OBSERVED);
    maker_hours(&facts, "OSLK", "2025-10-24T12:00Z", "2025-10-24T18:00Z", COVERAGE_LOOKED_NO_COVER);
    maker_hours(&facts, "OSKL", "2025-10-24T00:00Z", "2025-10-25T00:00Z",
                COVERAGE_COVERED_NOT_SEEN);
    claim_facts_sort(&facts);
    struct coverage_tally tally = coverage_tally_window(&facts, "OSLK", &window);
    assert_int_equal(tally.hours, 21); // 00 to 20, both begun
    assert_int_equal(tally.by_state[COVERAGE_COVERED_NOT_SEEN], 10);
    assert_int_equal(tally.by_state[COVERAGE_OBSERVED], 2);
    assert_int_equal(tally.by_state[COVERAGE_LOOKED_NO_COVER], 6);
    assert_int_equal(tally.by_state[COVERAGE_NOT_LOOKED], 3);
    assert_int_equal(coverage_uncovered_hours(&tally), 9);
    assert_int_equal(tally.synthetic, 0);
    array_foreach (&facts.hours, row)
        row->synthetic = strcmp(row->place, "OSLK") == 0 && row->hour < at("2025-10-24T03:00Z");
    tally = coverage_tally_window(&facts, "OSLK", &window);
    assert_int_equal(tally.synthetic, 3);
    claim_facts_done(&facts);
}

static void a_region_is_as_covered_as_its_worst_field(void **state)
{
    (void)state;
    struct claim_facts facts = maker_facts("2025-11-01");
    struct claim_window window = {at("2025-10-24T00:00Z"), at("2025-10-24T02:00Z"), "", ""};
    maker_hours(&facts, "UUMU", "2025-10-24T00:00Z", "2025-10-24T02:00Z",
                COVERAGE_COVERED_NOT_SEEN);
    maker_hours(&facts, "UUWW", "2025-10-24T01:00Z", "2025-10-24T02:00Z", COVERAGE_LOOKED_NO_COVER);
    claim_facts_sort(&facts);
    struct coverage_tally tally = coverage_tally_window(&facts, "moscow-region", &window);
    assert_int_equal(tally.by_state[COVERAGE_NOT_LOOKED], 1);
    assert_int_equal(tally.by_state[COVERAGE_LOOKED_NO_COVER], 1);
    // A region without airfields is never covered by accident.
    tally = coverage_tally_window(&facts, "nowhere", &window);
    assert_int_equal(tally.by_state[COVERAGE_NOT_LOOKED], 2);
    // Its own rows go before its fields'.
    maker_hours(&facts, "moscow-region", "2025-10-24T00:00Z", "2025-10-24T02:00Z",
                COVERAGE_COVERED_NOT_SEEN);
    claim_facts_sort(&facts);
    tally = coverage_tally_window(&facts, "moscow-region", &window);
    assert_int_equal(tally.by_state[COVERAGE_COVERED_NOT_SEEN], 2);
    claim_facts_done(&facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_is_the_union_over_zones),
        cmocka_unit_test(west_of_greenwich_a_day_ends_later),
        cmocka_unit_test(windows_that_are_refused),
        cmocka_unit_test(brackets_against_a_window),
        cmocka_unit_test(states_of_an_hour),
        cmocka_unit_test(hours_are_tallied_up_to_the_moment),
        cmocka_unit_test(a_region_is_as_covered_as_its_worst_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
