// SPDX-License-Identifier: MIT
#include "base/geodesy.h"
#include "base/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

static const struct position hmeimim = {35.4011, 35.9487};

static void assert_near(double got, double expected, double tolerance)
{
    if (!(fabs(got - expected) <= tolerance))
        fail_msg("got %.6f, expected %.6f", got, expected);
}

// Distances that methods.md and feeds.md state for the neighbours of Hmeimim.
static void measures_known_distances(void **state)
{
    (void)state;
    const struct {
        struct position field;
        double nm;
    } cases[] = {
        {{33.8209, 35.4884}, 97.6}, // Beirut
        {{34.8751, 33.6249}, 118},  // Larnaca
        {{34.4903, 36.9090}, 72},   // Shayrat
        {{36.1807, 37.2244}, 78},   // Aleppo
        {{34.5904, 32.9879}, 153},  // Akrotiri
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_near(geodesy_distance_nm(hmeimim, cases[i].field), cases[i].nm, 1.0);
    assert_near(geodesy_distance_nm(hmeimim, hmeimim), 0, 1e-9);
    assert_near(geodesy_distance_nm((struct position){0, 0}, (struct position){0, 180}),
                GEODESY_EARTH_RADIUS_NM * 3.14159265358979, 0.01);
}

static void turns_bearings(void **state)
{
    (void)state;
    assert_near(geodesy_bearing_deg(hmeimim, (struct position){36.4, 35.9487}), 0, 1e-9);
    assert_near(geodesy_bearing_deg((struct position){0, 0}, (struct position){0, 1}), 90, 1e-9);
    assert_near(geodesy_bearing_deg((struct position){0, 1}, (struct position){0, 0}), 270, 1e-9);
    assert_near(geodesy_angle_between_deg(350, 10), 20, 1e-9);
    assert_near(geodesy_angle_between_deg(-10, 350), 0, 1e-9);
    assert_near(geodesy_angle_between_deg(0, 180), 180, 1e-9);
}

// Going somewhere and measuring back must agree, also over the antimeridian.
static void destination_is_the_inverse_of_distance(void **state)
{
    (void)state;
    const struct position starts[] = {hmeimim, {-33, 179.9}, {78, -12}};
    for (size_t i = 0; i < 3; i++) {
        for (double bearing = 0; bearing < 360; bearing += 30) {
            struct position there = geodesy_destination(starts[i], bearing, 200);
            assert_true(position_is_valid(there));
            assert_near(geodesy_distance_nm(starts[i], there), 200, 1e-6);
            assert_near(geodesy_angle_between_deg(geodesy_bearing_deg(starts[i], there), bearing),
                        0, 1e-6);
        }
    }
}

static void splits_along_and_across_a_track(void **state)
{
    (void)state;
    const struct position start = {0, 0}, end = {0, 10}, right = {-1, 5}, behind = {0, -2};
    assert_near(geodesy_cross_track_nm(right, start, end), 60.04, 0.05);
    assert_near(geodesy_along_track_nm(right, start, end), 300.2, 0.5);
    assert_true(geodesy_along_track_nm(behind, start, end) < 0);
}

static void finds_points_in_polygons(void **state)
{
    (void)state;
    const struct position ring[] = {{35, 35.7}, {36, 35.7}, {36, 36.3}, {35.5, 36}, {35, 36.3}};
    assert_true(geodesy_in_polygon(hmeimim, ring, 5));
    assert_false(geodesy_in_polygon((struct position){35.45, 36.25}, ring, 5)); // in the notch
    assert_false(geodesy_in_polygon((struct position){33.8, 35.5}, ring, 5));
    assert_false(geodesy_in_polygon(hmeimim, ring, 2));
}

static void knows_places(void **state)
{
    (void)state;
    struct place field = {.id = "HLTQ",
                          .kind = PLACE_AIRFIELD,
                          .reference = hmeimim,
                          .aliases = {"HLGN"},
                          .runway_count = 2,
                          .runways = {{.length_ft = 9175}, {.length_ft = 9800}}};
    assert_true(place_is_named(&field, "HLTQ"));
    assert_true(place_is_named(&field, "HLGN"));
    assert_false(place_is_named(&field, ""));
    assert_int_equal(place_longest_runway_ft(&field), 9800);
    assert_true(place_contains(&field, (struct position){35.5, 35.95}, 10));
    assert_false(place_contains(&field, (struct position){35.7, 35.95}, 10));
    struct place circle = {.kind = PLACE_CIRCLE, .reference = hmeimim, .radius_nm = 25};
    assert_true(place_contains(&circle, (struct position){35.7, 35.95}, 0));
}

static void refuses_impossible_positions(void **state)
{
    (void)state;
    assert_true(position_is_valid(hmeimim));
    assert_false(position_is_valid((struct position){NAN, 0}));
    assert_false(position_is_valid((struct position){90.1, 0}));
    assert_false(position_is_valid((struct position){0, -180.5}));
    assert_false(position_is_valid((struct position){0, INFINITY}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_known_distances),
        cmocka_unit_test(turns_bearings),
        cmocka_unit_test(destination_is_the_inverse_of_distance),
        cmocka_unit_test(splits_along_and_across_a_track),
        cmocka_unit_test(finds_points_in_polygons),
        cmocka_unit_test(knows_places),
        cmocka_unit_test(refuses_impossible_positions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
