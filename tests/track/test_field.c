// SPDX-License-Identifier: MIT
// The look-up of airfields against a plain walk over all of them.
#include "track/field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "maker.h"

#define FIELD_COUNT 3000

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return *seed >> 33;
}

static double random_between(uint64_t *seed, double low, double high)
{
    return low + (high - low) * (double)next_random(seed) / 2147483648.0;
}

static struct place *random_fields(uint64_t *seed)
{
    struct place *places = memory_allocate_zeroed(FIELD_COUNT, sizeof *places);
    for (int i = 0; i < FIELD_COUNT; i++) {
        snprintf(places[i].id, sizeof places[i].id, "F%d", i);
        places[i].kind = PLACE_AIRFIELD;
        places[i].reference.latitude_deg = random_between(seed, -90, 90);
        // Crowd some at the antimeridian and the poles.
        places[i].reference.longitude_deg =
            i % 3 == 0 ? random_between(seed, 179, 181) : random_between(seed, -180, 180);
        if (places[i].reference.longitude_deg > 180)
            places[i].reference.longitude_deg -= 360;
    }
    return places;
}

static void test_same_as_walking(void **state)
{
    (void)state;
    uint64_t seed = 1;
    struct place *places = random_fields(&seed);
    struct field_index *index = field_index_new(places, FIELD_COUNT);
    size_t found = 0;
    for (int i = 0; i < 3000; i++) {
        struct position position = {random_between(&seed, -90, 90),
                                    random_between(&seed, -180, 180)};
        if (i % 2 == 0)
            position.longitude_deg = i % 4 == 0 ? 179.9 : -179.9;
        double within_nm = random_between(&seed, 1, 400);
        const struct place *nearest = NULL;
        double nearest_nm = within_nm;
        size_t inside = 0;
        for (int j = 0; j < FIELD_COUNT; j++) {
            double distance_nm = geodesy_distance_nm(places[j].reference, position);
            inside += distance_nm <= within_nm;
            if (distance_nm <= nearest_nm) {
                nearest_nm = distance_nm;
                nearest = &places[j];
            }
        }
        struct field_near near[FIELD_COUNT];
        size_t count = field_all_near(index, position, within_nm, near, FIELD_COUNT);
        assert_int_equal(count, inside);
        for (size_t j = 1; j < count; j++)
            assert_true(near[j - 1].distance_nm <= near[j].distance_nm);
        assert_ptr_equal(field_nearest(index, position, within_nm).field, nearest);
        found += count;
    }
    assert_true(found > 1000);
    field_index_free(index);
    free(places);
}

static void test_runway_counts(void **state)
{
    (void)state;
    // Latakia's northern end lies 0.77 nm from its reference point.
    struct position end = {35.41390, 35.94750};
    assert_true(geodesy_distance_nm(maker_places[0].reference, end) > 0.7);
    assert_true(field_distance_nm(&maker_places[0], end) < 0.01);
    struct position middle = {35.4013, 35.94845};
    assert_true(field_distance_nm(&maker_places[0], middle) < 0.01);
    struct position beyond = geodesy_destination(end, 357, 5);
    assert_true(fabs(field_distance_nm(&maker_places[0], beyond) - 5) < 0.01);
}

static void test_names_and_clusters(void **state)
{
    (void)state;
    struct field_index *index = field_index_new(maker_places, MAKER_PLACE_COUNT);
    assert_string_equal(field_by_id(index, "OSDI")->name, "Damascus");
    assert_null(field_by_id(index, "region")); // not an airfield
    struct position beirut = {33.85, 35.49}, latakia = {35.4, 35.95}, atlantic = {30, -40};
    assert_string_equal(field_spoof_cluster(index, beirut)->id, "OLBA");
    assert_null(field_spoof_cluster(index, latakia));
    assert_int_equal(field_elevation_near_ft(index, latakia, 50), 157);
    assert_int_equal(field_elevation_near_ft(index, atlantic, 50), 0);
    assert_null(field_nearest(index, atlantic, 50).field);
    field_index_free(index);
    index = field_index_new(NULL, 0);
    assert_null(field_nearest(index, latakia, 50).field);
    field_index_free(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_as_walking),
        cmocka_unit_test(test_runway_counts),
        cmocka_unit_test(test_names_and_clusters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
