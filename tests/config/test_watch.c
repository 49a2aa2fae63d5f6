// SPDX-License-Identifier: MIT
#include "base/memory.h"
#include "base/text.h"
#include "config/watch.h"
#include "feed/observation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct place hmeimim = {
    .id = "near", .kind = PLACE_CIRCLE, .reference = {35.4011, 35.9487}, .radius_nm = 25};
static const struct place oslk = {
    .id = "OSLK", .kind = PLACE_AIRFIELD, .reference = {35.4011, 35.9487}};

static struct watch_pattern_array patterns(const char *words)
{
    struct watch_pattern_array list = {0};
    char copy[256];
    text_copy(copy, sizeof copy, words);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " "))
        *array_append(&list) = memory_copy_string(word);
    return list;
}

// One entry of the list under test; NULL keys are left out.
struct entry {
    const char *types, *registrations, *hexes, *callsigns, *squawks;
    const struct place *within;
    int military; // 0 not said, 1 yes, -1 no
    int keep_raw; // 0 not said, 1 yes, -1 no
};

static const struct airframe airframes[] = {
    {"154070", "RF-82032", "A124", "Russian Air Force"},
    {"1551df", "RA-86495", "IL62", "Russian Air Force"},
    {"508003", "UR-82029", "A124", "Antonov Airlines"},
};

static struct watch_list make_list(const struct entry *entries, size_t count)
{
    struct watch_list list = {0};
    list.entries = memory_allocate_zeroed(count, sizeof *list.entries);
    list.entry_count = count;
    for (size_t i = 0; i < count; i++) {
        struct watch_entry *entry = &list.entries[i];
        snprintf(entry->id, sizeof entry->id, "entry-%zu", i);
        entry->types = patterns(entries[i].types == NULL ? "" : entries[i].types);
        entry->registrations =
            patterns(entries[i].registrations == NULL ? "" : entries[i].registrations);
        entry->hexes = patterns(entries[i].hexes == NULL ? "" : entries[i].hexes);
        entry->callsigns = patterns(entries[i].callsigns == NULL ? "" : entries[i].callsigns);
        entry->squawks = patterns(entries[i].squawks == NULL ? "" : entries[i].squawks);
        entry->within = entries[i].within;
        entry->military = entries[i].military == 0 ? -1 : entries[i].military > 0;
        entry->keep_raw = entries[i].keep_raw == 0 ? -1 : entries[i].keep_raw > 0;
    }
    list.airframes = memory_allocate(sizeof airframes);
    memcpy(list.airframes, airframes, sizeof airframes);
    list.airframe_count = sizeof airframes / sizeof airframes[0];
    watch_list_compile(&list);
    return list;
}

static struct observation heard(const char *icao24, const char *registration, const char *type)
{
    struct observation observation = {.position = {NAN, NAN}};
    text_copy(observation.icao24, sizeof observation.icao24, icao24);
    text_copy(observation.registration, sizeof observation.registration, registration);
    text_copy(observation.type_code, sizeof observation.type_code, type);
    return observation;
}

static void matches_by_identity(void **state)
{
    (void)state;
    static const struct {
        struct entry entry;
        const char *icao24, *registration, *type;
        bool matches;
    } cases[] = {
        // by type: the feed's, else the airframe table's
        {{.types = "A124 IL62"}, "abcdef", "", "A124", true},
        {{.types = "A124"}, "abcdef", "", "a124", true},
        {{.types = "A124"}, "abcdef", "", "A12", false},
        {{.types = "A124"}, "abcdef", "", "", false},
        {{.types = "A124"}, "154070", "", "", true},
        {{.types = "IL62"}, "154070", "", "", false},
        {{.types = "A124"}, "154070", "", "IL76", false}, // the feed's word goes first
        {{.types = "*"}, "abcdef", "", "", true},
        // by registration: the feed's, in either spelling
        {{.registrations = "RA-82*"}, "15405a", "RA-82010", "", true},
        {{.registrations = "RA-82*"}, "15405a", "RF-82010", "", true},
        {{.registrations = "RF-82*"}, "15405a", "RA-82010", "", true},
        {{.registrations = "RF-82032"}, "154070", "RA-82032", "", true},
        {{.registrations = "RA-82*"}, "500000", "RA-82*", "", true},
        {{.registrations = "RA-82*"}, "508003", "UR-82029", "", false},
        {{.registrations = "RA-1234G"}, "180000", "RF-1234G", "", false},
        {{.registrations = "UR-*"}, "508003", "", "", true},
        // by registration where the feed knows none: the airframe table, else the rule
        {{.registrations = "RA-82*"}, "154070", "", "", true},
        {{.registrations = "RA-82*"}, "15405a", "", "", true},
        {{.registrations = "RA-82*"}, "154437", "", "", true},  // RA-82999
        {{.registrations = "RA-82*"}, "154438", "", "", false}, // RA-83000
        {{.registrations = "RA-82*"}, "15404f", "", "", false}, // RA-81999
        {{.registrations = "RA-82*"}, "154050", "", "", true},  // RA-82000
        {{.registrations = "RA-8201?"}, "15405b", "", "", true},
        {{.registrations = "RA-82*"}, "~15405a", "", "", false}, // not an address of ICAO's
        // by address
        {{.hexes = "1551df"}, "1551df", "", "", true},
        {{.hexes = "1551df"}, "~1551df", "", "", false},
        {{.hexes = "~1551df"}, "~1551df", "", "", true},
        {{.hexes = "1551df"}, "1551e0", "", "", false},
        {{.hexes = "*"}, "abcdef", "", "", true},
        // all keys together
        {{.types = "IL62", .registrations = "RA-* RF-*"}, "1551df", "", "", true},
        {{.types = "IL62", .registrations = "RA-* RF-*"}, "510099", "EW-450TR", "IL62", false},
        {{.types = "IL62", .hexes = "154070"}, "154070", "", "", false},
        {{.types = "A124", .hexes = "154070"}, "154070", "", "", true},
        // an address that is none
        {{.types = "A124"}, "", "", "A124", true},
        {{.hexes = "1551df"}, "1551dfa", "", "", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct watch_list list = make_list(&cases[i].entry, 1);
        struct observation observation =
            heard(cases[i].icao24, cases[i].registration, cases[i].type);
        uint64_t mask = watch_list_match(&list, &observation);
        if (mask != (cases[i].matches ? 1u : 0u))
            fail_msg("case %zu (%s %s %s): mask %llu", i, cases[i].icao24, cases[i].registration,
                     cases[i].type, (unsigned long long)mask);
        if (mask != 0)
            assert_true(watch_list_may_match_address(&list, cases[i].icao24));
        watch_list_done(&list);
    }
}

static void matches_by_what_it_does(void **state)
{
    (void)state;
    const struct entry entries[] = {
        {.callsigns = "RFF* 82038"},
        {.squawks = "7700"},
        {.within = &hmeimim},
        {.military = 1},
        {.military = -1},
        {.within = &oslk},
        {.hexes = "1551df",
         .callsigns = "RFF*",
         .squawks = "7700",
         .within = &hmeimim,
         .military = 1},
    };
    struct watch_list list = make_list(entries, sizeof entries / sizeof entries[0]);

    struct observation observation = heard("1551df", "", "");
    assert_int_equal(watch_list_match(&list, &observation), 1 << 4);

    text_copy(observation.callsign, sizeof observation.callsign, "RFF7032");
    text_copy(observation.squawk, sizeof observation.squawk, "7700");
    observation.military = true;
    assert_int_equal(watch_list_match(&list, &observation), 1 << 0 | 1 << 1 | 1 << 3);

    observation.has_position = true;
    observation.position = (struct position){35.40, 35.95};
    assert_int_equal(watch_list_match(&list, &observation),
                     1 << 0 | 1 << 1 | 1 << 2 | 1 << 3 | 1 << 5 | 1 << 6);

    observation.position = (struct position){36.00, 36.95}; // 60 nm off
    assert_int_equal(watch_list_match(&list, &observation), 1 << 0 | 1 << 1 | 1 << 3);

    text_copy(observation.callsign, sizeof observation.callsign, "82038");
    text_copy(observation.squawk, sizeof observation.squawk, "0077");
    assert_int_equal(watch_list_match(&list, &observation), 1 << 0 | 1 << 3);
    watch_list_done(&list);
}

static void fills_what_the_feed_left_out(void **state)
{
    (void)state;
    const struct entry entry = {.types = "A124"};
    struct watch_list list = make_list(&entry, 1);

    struct observation observation = heard("154070", "", "");
    watch_list_match(&list, &observation);
    assert_string_equal(observation.registration, "RF-82032");
    assert_string_equal(observation.type_code, "A124");

    observation = heard("154070", "RA-82032", "IL76");
    watch_list_match(&list, &observation);
    assert_string_equal(observation.registration, "RA-82032");
    assert_string_equal(observation.type_code, "IL76");

    observation = heard("15405a", "", "");
    watch_list_match(&list, &observation);
    assert_string_equal(observation.registration, "RA-82010");
    assert_string_equal(observation.type_code, "");

    observation = heard("~15405a", "", "");
    watch_list_match(&list, &observation);
    assert_string_equal(observation.registration, "");
    watch_list_done(&list);
}

static void knows_what_it_can_skip(void **state)
{
    (void)state;
    const struct entry only_hexes[] = {{.hexes = "1551df 15405a"}, {.hexes = "154070"}};
    struct watch_list list = make_list(only_hexes, 2);
    assert_true(watch_list_may_match_address(&list, "15405a"));
    assert_true(watch_list_may_match_address(&list, "154070"));
    assert_false(watch_list_may_match_address(&list, "508003")); // known, but not watched
    assert_false(watch_list_may_match_address(&list, "abcdef"));
    assert_false(watch_list_may_match_address(&list, "nonsense"));
    assert_false(watch_list_matches_everything(&list));
    watch_list_done(&list);

    const struct entry with_type[] = {{.hexes = "1551df"}, {.types = "A124"}};
    list = make_list(with_type, 2);
    assert_true(watch_list_may_match_address(&list, "abcdef"));
    watch_list_done(&list);
}

static void knows_whom_no_point_can_match(void **state)
{
    (void)state;
    const struct entry entries[] = {
        {.types = "IL76 A124", .registrations = "RA-*", .within = &hmeimim},
        {.callsigns = "RFF*", .within = &hmeimim},
        {.types = "C17", .squawks = "7700"},
        {.military = 1, .types = "A400"},
    };
    static const struct {
        const char *icao24, *registration, *type, *callsign, *squawk;
        bool military, by_identity, somewhere;
    } cases[] = {
        {"152000", "RA-76543", "IL76", "", "", false, true, true},
        {"152000", "UR-76543", "IL76", "", "", false, true, false}, // by its callsign it may
        {"154070", "", "", "", "", false, true, true},              // known as an A124, RF-82032
        {"400000", "G-ABCD", "A320", "RFF1", "", false, true, true},
        {"400000", "G-ABCD", "A320", "BAW1", "", false, true, false},
        {"ae1234", "", "C17", "BAW1", "7700", false, true, true},
        {"ae1234", "", "C17", "BAW1", "1000", false, true, false},
        {"43c000", "", "A400", "BAW1", "", true, true, true},
    };
    struct watch_list list = make_list(entries, 4);
    struct watch_list no_callsigns =
        make_list((const struct entry[]){entries[0], entries[2], entries[3]}, 3);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct observation seen = heard(cases[i].icao24, cases[i].registration, cases[i].type);
        text_copy(seen.callsign, sizeof seen.callsign, cases[i].callsign);
        text_copy(seen.squawk, sizeof seen.squawk, cases[i].squawk);
        seen.military = cases[i].military;
        assert_int_equal(watch_list_may_match_identity(&list, &seen), cases[i].by_identity);
        assert_int_equal(watch_list_may_match_somewhere(&list, &seen), cases[i].somewhere);
        seen.has_position = true;
        seen.position = hmeimim.reference;
        assert_int_equal(watch_list_match(&list, &seen) != 0, cases[i].somewhere);
    }
    struct observation airliner = heard("400000", "G-ABCD", "A320"),
                       foreign = heard("152000", "UR-76543", "IL76");
    assert_false(watch_list_may_match_identity(&no_callsigns, &airliner));
    assert_false(watch_list_may_match_identity(&no_callsigns, &foreign));
    watch_list_done(&no_callsigns);
    watch_list_done(&list);
}

static void knows_when_everything_matches(void **state)
{
    (void)state;
    static const struct {
        struct entry entry;
        bool everything, keeps_raw;
    } cases[] = {
        {{.hexes = "*"}, true, false},
        {{.hexes = "*", .keep_raw = 1}, true, true},
        {{.types = "*"}, true, false},
        {{.registrations = "*"}, true, false},
        {{.hexes = "*", .types = "A124"}, false, true},
        {{.hexes = "*", .military = 1}, false, true},
        {{.hexes = "*", .within = &hmeimim}, false, true},
        {{.hexes = "*", .squawks = "7700"}, false, true},
        {{.types = "A124"}, false, true},
        {{.types = "A124", .keep_raw = -1}, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct watch_list list = make_list(&cases[i].entry, 1);
        struct observation observation = heard("", "", "");
        assert_int_equal(watch_list_matches_everything(&list), cases[i].everything);
        assert_int_equal(watch_list_match(&list, &observation) == 1, cases[i].everything);
        assert_int_equal(watch_list_keeps_raw(&list, 1), cases[i].keeps_raw);
        assert_false(watch_list_keeps_raw(&list, 0));
        watch_list_done(&list);
    }
}

static void takes_all_sixty_four_entries(void **state)
{
    (void)state;
    struct entry entries[WATCH_ENTRIES_MAX] = {0};
    for (size_t i = 0; i < WATCH_ENTRIES_MAX; i++)
        entries[i] = (struct entry){.hexes = i % 2 == 0 ? "1551df" : "1551e0"};
    struct watch_list list = make_list(entries, WATCH_ENTRIES_MAX);
    struct observation observation = heard("1551e0", "", "");
    assert_true(watch_list_match(&list, &observation) == UINT64_C(0xaaaaaaaaaaaaaaaa));
    watch_list_done(&list);
}

static void an_empty_list_matches_nothing(void **state)
{
    (void)state;
    struct watch_list list = {0};
    struct observation observation = heard("1551df", "", "");
    assert_int_equal(watch_list_match(&list, &observation), 0);
    watch_list_compile(&list);
    assert_int_equal(watch_list_match(&list, &observation), 0);
    assert_false(watch_list_may_match_address(&list, "1551df"));
    assert_null(watch_list_airframe(&list, "1551df"));
    watch_list_done(&list);
}

static void finds_airframes(void **state)
{
    (void)state;
    const struct entry entry = {.hexes = "508003 15405a"};
    struct watch_list list = make_list(&entry, 1);
    assert_string_equal(watch_list_airframe(&list, "508003")->operator_name, "Antonov Airlines");
    assert_null(watch_list_airframe(&list, "15405a")); // watched, but not in the table
    assert_null(watch_list_airframe(&list, "~508003"));
    assert_null(watch_list_airframe(&list, ""));
    watch_list_done(&list);
}

static void the_address_rule(void **state)
{
    (void)state;
    static const struct {
        const char *registration, *icao24;
    } good[] = {
        {"RA-82010", "15405a"}, {"RF-82010", "15405a"}, {"ra-86495", "1551df"},
        {"rA-76429", "152a8d"}, {"RA-82077", "15409d"}, {"RA-00000", "140000"},
        {"RF-99999", "15869f"},
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char icao24[8], registration[13];
        assert_true(watch_address_of_registration(good[i].registration, icao24));
        assert_string_equal(icao24, good[i].icao24);
        assert_true(watch_registration_of_address(icao24, registration));
        assert_string_equal(registration + 3, good[i].registration + 3);
        assert_memory_equal(registration, "RA-", 3);
    }
    static const char *const bad[] = {"",         "R",         "RA",       "RA-",
                                      "RA-8201",  "RA-820100", "RA-1234G", "RB-82010",
                                      "UR-82010", "RA 82010",  "82010",    "RA-82*"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char icao24[8] = "intact";
        assert_false(watch_address_of_registration(bad[i], icao24));
        assert_string_equal(icao24, "intact");
    }
    static const char *const outside[] = {"13ffff", "1586a0", "~15405a", "", "15405", "xyzxyz"};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        char registration[13];
        assert_false(watch_registration_of_address(outside[i], registration));
    }
}

static size_t addresses(const struct entry *entry, char (*ret_addresses)[8], size_t capacity)
{
    struct watch_list list = make_list(entry, 1);
    size_t count = watch_entry_addresses(&list, &list.entries[0], ret_addresses, capacity);
    watch_list_done(&list);
    return count;
}

static void an_entry_stands_for_addresses(void **state)
{
    (void)state;
    char found[1200][8];
    // A pattern without types: the rule's addresses, and known airframes of that registration.
    assert_int_equal(addresses(&(struct entry){.registrations = "RA-82*"}, found, 1200), 1000);
    assert_string_equal(found[0], "154050");
    assert_string_equal(found[999], "154437");
    assert_int_equal(addresses(&(struct entry){.registrations = "RF-82010 RA-82010"}, found, 4), 1);
    assert_string_equal(found[0], "15405a");
    assert_int_equal(addresses(&(struct entry){.registrations = "UR-*"}, found, 4), 1);
    assert_string_equal(found[0], "508003");
    // Types: what is known to be one.
    assert_int_equal(addresses(&(struct entry){.types = "A124"}, found, 4), 2);
    assert_string_equal(found[0], "154070");
    assert_string_equal(found[1], "508003");
    assert_int_equal(addresses(&(struct entry){.types = "A124", .registrations = "RA-*"}, found, 4),
                     1);
    // Addresses name themselves, once each; a star names none.
    assert_int_equal(addresses(&(struct entry){.hexes = "1551df 15405a 1551DF"}, found, 4), 2);
    assert_string_equal(found[0], "15405a");
    assert_int_equal(addresses(&(struct entry){.hexes = "*"}, found, 4), 0);
    assert_int_equal(addresses(&(struct entry){.military = 1}, found, 4), 0);
    // More than fit: how many there are is told all the same.
    assert_int_equal(addresses(&(struct entry){.registrations = "RA-*"}, found, 2), 100000);
    assert_string_equal(found[1], "140001");
}

// Every five-digit Russian registration of the table, against the address that the databases have
// for it.
static void the_rule_holds_for_recorded_airframes(void **state)
{
    (void)state;
    const char *folder = getenv("SKYWITNESS_RECORDINGS");
    char path[512];
    snprintf(path, sizeof path, "%s/reference/mission_airframes.tsv", folder == NULL ? "" : folder);
    FILE *file = folder == NULL ? NULL : fopen(path, "r");
    if (file == NULL) {
        print_message(
            "no recordings: SKYWITNESS_RECORDINGS names no reference/mission_airframes.tsv\n");
        skip();
    }
    size_t ra = 0, ra_kept = 0;
    char line[2048];
    while (fgets(line, sizeof line, file) != NULL) {
        char *rest = line, *hex = strsep(&rest, "\t"), *registration = strsep(&rest, "\t");
        char icao24[8];
        if (registration == NULL || strncmp(registration, "RA-", 3) != 0 ||
            !watch_address_of_registration(registration, icao24))
            continue;
        ra++;
        ra_kept += strcmp(icao24, hex) == 0;
    }
    fclose(file);
    print_message("%zu of %zu RA- registrations keep the rule\n", ra_kept, ra);
    assert_true(ra > 300);
    assert_true(ra_kept * 100 >= ra * 95);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_by_identity),
        cmocka_unit_test(matches_by_what_it_does),
        cmocka_unit_test(fills_what_the_feed_left_out),
        cmocka_unit_test(knows_what_it_can_skip),
        cmocka_unit_test(knows_whom_no_point_can_match),
        cmocka_unit_test(knows_when_everything_matches),
        cmocka_unit_test(takes_all_sixty_four_entries),
        cmocka_unit_test(an_empty_list_matches_nothing),
        cmocka_unit_test(finds_airframes),
        cmocka_unit_test(the_address_rule),
        cmocka_unit_test(an_entry_stands_for_addresses),
        cmocka_unit_test(the_rule_holds_for_recorded_airframes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
