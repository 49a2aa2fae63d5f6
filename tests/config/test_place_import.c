// SPDX-License-Identifier: MIT
// The files under import/ are synthetic, in OurAirports' format; the recorded ones are read where
// they are.
#include "config/place_import.h"

#include "config/json_file.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char airports[512], runways[512];

static struct place_array import(const struct place_import_filter *filter,
                                 struct place_import_counts *ret_counts)
{
    struct place_array places = {0};
    struct error error = {0};
    if (place_import_read(airports, runways, filter, &places, ret_counts, &error) != 0)
        fail_msg("%s", error.message);
    return places;
}

static const struct place *find(const struct place_array *places, const char *id)
{
    for (size_t i = 0; i < places->count; i++)
        if (strcmp(places->items[i].id, id) == 0)
            return &places->items[i];
    return NULL;
}

static void check_ids(const struct place_import_filter *filter, const char *expected)
{
    struct place_import_counts counts;
    struct place_array places = import(filter, &counts);
    char ids[512] = "";
    for (size_t i = 0; i < places.count; i++)
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s ", places.items[i].id);
    assert_string_equal(ids, expected);
    place_array_done(&places);
}

static void filters(void **state)
{
    (void)state;
    static const char *const syria[] = {"sy"}, *const idents[] = {"OSLK", "xrmf", "SY-0001"};
    static const char *const large[] = {"large_airport"}, *const heliports[] = {"heliport"};
    check_ids(&(struct place_import_filter){0},
              "OSAP OSLK RU-0152 SY-0003 SY-0004 SY-0005 SY-0008 ");
    check_ids(&(struct place_import_filter){.countries = syria, .country_count = 1},
              "OSAP OSLK SY-0003 SY-0004 SY-0005 SY-0008 ");
    check_ids(&(struct place_import_filter){.idents = idents, .ident_count = 3},
              "OSLK RU-0152 SY-0001 ");
    check_ids(&(struct place_import_filter){.types = large, .type_count = 1}, "OSAP ");
    check_ids(&(struct place_import_filter){.types = heliports, .type_count = 1}, "SY-0001 ");
    check_ids(
        &(struct place_import_filter){.centre = {35.4, 35.9}, .radius_nm = 15, .with_closed = true},
        "OSLK SY-0002 ");
    check_ids(&(struct place_import_filter){.runway_minimum_ft = 8000}, "OSLK ");
}

static void takes_what_the_files_say(void **state)
{
    (void)state;
    struct place_import_counts counts;
    struct place_array places = import(&(struct place_import_filter){0}, &counts);
    assert_int_equal(counts.airports_read, 11);
    assert_int_equal(counts.airports_unusable, 2);
    assert_int_equal(counts.runways_read, 6);
    assert_int_equal(counts.runways_taken, 3);

    const struct place *field = find(&places, "OSLK");
    assert_string_equal(field->name, "Latakia, \"Hmeimim\"");
    assert_string_equal(field->country, "SY");
    assert_int_equal(field->elevation_ft, 157);
    assert_int_equal(field->runway_count, 1);
    assert_string_equal(field->runways[0].ends[1].name, "35");
    assert_int_equal(field->runways[0].ends[1].elevation_ft, 128);

    field = find(&places, "OSAP");
    assert_int_equal(field->runways[0].length_ft, 0);
    assert_true(position_is_valid(field->runways[0].ends[0].threshold));
    assert_false(position_is_valid(field->runways[0].ends[1].threshold));

    field = find(&places, "RU-0152");
    assert_int_equal(field->elevation_ft, PLACE_ELEVATION_UNKNOWN);
    assert_string_equal(field->aliases[0], "XRMF");

    // A code that two fields claim, or that is another's ident, is no alias.
    assert_string_equal(find(&places, "SY-0003")->aliases[0], "");
    assert_string_equal(find(&places, "SY-0004")->aliases[0], "");
    assert_string_equal(find(&places, "SY-0005")->aliases[0], "");

    field = find(&places, "SY-0008"); // the name is cut before the character that does not fit
    assert_true(text_is_utf8(field->name, strlen(field->name)));
    assert_int_equal(strlen(field->name), 80);
    assert_int_equal(field->elevation_ft, PLACE_ELEVATION_UNKNOWN); // 99,999 ft is none
    place_array_done(&places);
}

static void closed_ones_when_asked(void **state)
{
    (void)state;
    struct place_import_counts counts;
    struct place_array places = import(&(struct place_import_filter){.with_closed = true}, &counts);
    assert_int_equal(find(&places, "OSLK")->runway_count, 2);
    assert_non_null(find(&places, "SY-0002"));
    place_array_done(&places);
}

static bool same_number(double first, double second)
{
    return (isnan(first) && isnan(second)) || fabs(first - second) < 1e-6;
}

static void check_same(const struct place *first, const struct place *second)
{
    assert_string_equal(first->id, second->id);
    assert_string_equal(first->name, second->name);
    assert_string_equal(first->country, second->country);
    assert_memory_equal(first->aliases, second->aliases, sizeof first->aliases);
    assert_int_equal(first->kind, second->kind);
    assert_int_equal(first->elevation_ft, second->elevation_ft);
    assert_int_equal(first->runway_count, second->runway_count);
    for (size_t i = 0; i < first->runway_count; i++) {
        assert_int_equal(first->runways[i].length_ft, second->runways[i].length_ft);
        for (size_t j = 0; j < 2; j++) {
            const struct runway_end *a = &first->runways[i].ends[j],
                                    *b = &second->runways[i].ends[j];
            assert_string_equal(a->name, b->name);
            if (a->name[0] == '\0')
                continue;
            assert_int_equal(a->elevation_ft, b->elevation_ft);
            assert_true(same_number(a->threshold.latitude_deg, b->threshold.latitude_deg));
            assert_true(same_number(a->threshold.longitude_deg, b->threshold.longitude_deg));
        }
    }
}

// What is written is read by the daemon's own reader, and is the same.
static void check_round_trip(const struct place_array *places)
{
    char path[] = "/tmp/skywitness-places-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    struct error error = {0};
    if (place_write_file(places, "two\nlines", path, &error) != 0)
        fail_msg("%s", error.message);
    struct config_problems problems;
    config_problems_init(&problems);
    cJSON *root = NULL;
    struct place_array again = {0};
    if (json_file_read(path, "written.json", &root, &problems) == 0) {
        place_read_file(root, "written.json", &again, &problems);
        place_check_unique(&again, "written.json", &problems);
    }
    unlink(path);
    if (problems.count > 0)
        fail_msg("%s", problems.lines.bytes);
    assert_int_equal(again.count, places->count);
    for (size_t i = 0; i < places->count; i++)
        check_same(&places->items[i], &again.items[i]);
    cJSON_Delete(root);
    place_array_done(&again);
    config_problems_done(&problems);
}

static void what_is_written_can_be_read(void **state)
{
    (void)state;
    struct place_import_counts counts;
    struct place_array places = import(&(struct place_import_filter){.with_closed = true}, &counts);
    check_round_trip(&places);
    place_array_done(&places);
    check_round_trip(&places);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    struct place_array places = {0};
    struct place_import_counts counts;
    struct error error = {0};
    const struct place_import_filter all = {0};
    assert_int_equal(place_import_read("/nonexistent.csv", NULL, &all, &places, &counts, &error),
                     -ENOENT);
    assert_int_equal(place_import_read(runways, NULL, &all, &places, &counts, &error), -EBADMSG);
    assert_non_null(strstr(error.message, "the header has no column \"ident\""));
    assert_int_equal(place_import_read(airports, airports, &all, &places, &counts, &error),
                     -EBADMSG);
    assert_non_null(strstr(error.message, "the header has no column \"airport_ident\""));
    assert_int_equal(places.count, 0);
    assert_true(place_write_file(&places, NULL, "/nonexistent/x.json", &error) < 0);
}

static void takes_the_recorded_files(void **state)
{
    (void)state;
    const char *folder = getenv("SKYWITNESS_RECORDINGS");
    char airports_path[512], runways_path[512];
    snprintf(airports_path, sizeof airports_path, "%s/reference/ourairports_medium_large.csv",
             folder == NULL ? "" : folder);
    snprintf(runways_path, sizeof runways_path, "%s/reference/ourairports_runways.csv",
             folder == NULL ? "" : folder);
    if (folder == NULL || access(airports_path, R_OK) != 0) {
        print_message(
            "no recordings: SKYWITNESS_RECORDINGS names no reference/ourairports_*.csv\n");
        skip();
    }
    struct place_array places = {0};
    struct place_import_counts counts;
    struct error error = {0};
    if (place_import_read(airports_path, runways_path, &(struct place_import_filter){0}, &places,
                          &counts, &error) != 0)
        fail_msg("%s", error.message);
    // Counted once with Python's csv module: rows, and rows of the three types of airport.
    assert_int_equal(counts.airports_read, 5210);
    assert_int_equal(counts.runways_read, 48184);
    assert_int_equal(places.count, 5210 - counts.airports_unusable);
    const struct place *field = find(&places, "OSLK");
    assert_int_equal(field->runway_count, 1);
    assert_int_equal(field->runways[0].length_ft, 9175);
    check_round_trip(&places);
    place_array_done(&places);
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : ".";
    snprintf(airports, sizeof airports, "%s/import/airports.csv", folder);
    snprintf(runways, sizeof runways, "%s/import/runways.csv", folder);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filters),
        cmocka_unit_test(takes_what_the_files_say),
        cmocka_unit_test(closed_ones_when_asked),
        cmocka_unit_test(what_is_written_can_be_read),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(takes_the_recorded_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
