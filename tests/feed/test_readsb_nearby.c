// SPDX-License-Identifier: MIT
// Traffic near places, counted for coverage (methods.md 3e). Made-up aircraft.
#include "support.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct place hmeimim = {
    .id = "OSLK", .reference = {35.4011, 35.9487}, .elevation_ft = 157};

static const struct {
    const char *members;
    unsigned heard;
    int lowest_ft;
} rows[] = {
    {"\"alt_baro\":3450", 1, 3450},
    {"\"alt_baro\":3450,\"alt_geom\":3600", 1, 3600},
    {"\"alt_geom\":3600", 1, 3600},
    {"\"altitude\":3450", 1, 3450},
    {"\"alt_baro\":-350", 1, -350},
    // Below 10,000 ft above the field, which lies at 157 ft.
    {"\"alt_geom\":10156", 1, 10156},
    {"\"alt_geom\":10157", 0, OBSERVATION_UNKNOWN},
    {"\"alt_baro\":3450,\"alt_geom\":30000", 0, OBSERVATION_UNKNOWN},
    {"\"alt_baro\":3450,\"alt_geom\":90000", 1, 3450},
    {"\"alt_baro\":\"ground\"", 1, 157},
    {"\"altitude\":\"ground\"", 1, 157},
    {"\"alt_baro\":\"ground\",\"alt_geom\":30000", 1, 157},
    {"\"gs\":180", 0, OBSERVATION_UNKNOWN},
    {"\"alt_baro\":80000", 0, OBSERVATION_UNKNOWN},
    // Computed positions count; recycled addresses and satellites do not.
    {"\"alt_baro\":3450,\"type\":\"mlat\"", 1, 3450},
    {"\"alt_baro\":3450,\"type\":\"mode_s\"", 1, 3450},
    {"\"alt_baro\":3450,\"type\":\"adsb_other\"", 0, OBSERVATION_UNKNOWN},
    {"\"alt_baro\":3450,\"type\":\"tisb_other\"", 0, OBSERVATION_UNKNOWN},
    {"\"alt_baro\":3450,\"type\":\"tisb_trackfile\"", 0, OBSERVATION_UNKNOWN},
    {"\"alt_baro\":3450,\"type\":\"mode_ac\"", 0, OBSERVATION_UNKNOWN},
    {"\"alt_baro\":3450,\"type\":\"adsc\"", 0, OBSERVATION_UNKNOWN},
    {"\"alt_baro\":3450,\"hex\":\"~15405a\"", 1, 3450}, // the first "hex" counts
};

static struct feed_batch decode_members(const char *members, const struct place *places,
                                        size_t count)
{
    char *answer = test_envelope(members);
    struct feed_batch batch = test_decode_near(answer, places, count);
    assert_int_equal(batch.nearby_count, count);
    free(answer);
    return batch;
}

static void test_altitudes_and_sources(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char members[256];
        snprintf(members, sizeof members, "\"hex\":\"4ca2ad\",\"lat\":35.5,\"lon\":36.0,%s",
                 rows[i].members);
        struct feed_batch batch = decode_members(members, &hmeimim, 1);
        if (batch.nearby[0].heard_low != rows[i].heard ||
            batch.nearby[0].lowest_ft != rows[i].lowest_ft)
            fail_msg("%s: %u, %d", rows[i].members, batch.nearby[0].heard_low,
                     batch.nearby[0].lowest_ft);
        feed_batch_done(&batch);
    }
    struct feed_batch batch = decode_members(
        "\"hex\":\"~4ca2ad\",\"lat\":35.5,\"lon\":36.0,\"alt_baro\":3450", &hmeimim, 1);
    assert_int_equal(batch.nearby[0].heard_low, 0);
    feed_batch_done(&batch);
}

// Every place and a ring of aircraft at, just inside and just outside its radius, all around the
// world.
static void test_distances(void **state)
{
    (void)state;
    static const struct position centres[] = {
        {35.4011, 35.9487}, {0, 0},   {0, 180},      {-16.5, 179.9}, {51.47, -0.45},
        {89.8, 12},         {-90, 0}, {70, -179.99}, {-33.9, 151.2},
    };
    enum { PLACES = sizeof centres / sizeof *centres, RING = 24 };
    struct place places[PLACES] = {0};
    for (size_t i = 0; i < PLACES; i++) {
        places[i].reference = centres[i];
        places[i].elevation_ft = PLACE_ELEVATION_UNKNOWN;
    }
    static const double distances_nm[] = {0, 12, 24.9999, 25.0001, 40};
    for (size_t place = 0; place < PLACES; place++)
        for (size_t distance = 0; distance < 5; distance++) {
            struct text answer;
            text_init(&answer, 1 << 16);
            text_append(&answer, "{\"ac\":[");
            for (unsigned i = 0; i < RING; i++) {
                struct position at =
                    geodesy_destination(centres[place], i * 360.0 / RING, distances_nm[distance]);
                if (at.latitude_deg == 0 && at.longitude_deg == 0)
                    at.longitude_deg = 1e-9; // 0, 0 is no position
                text_append_format(
                    &answer,
                    "%s{\"hex\":\"4ca2%02x\",\"alt_baro\":5000,\"lat\":%.12f,\"lon\":%.12f}",
                    i > 0 ? "," : "", i, at.latitude_deg, at.longitude_deg);
            }
            text_append_format(&answer, "],\"now\":%d}", TEST_NOW_S);
            // The oracle, which measures every distance, agrees on all places.
            struct feed_batch batch = test_decode_near(answer.bytes, places, PLACES);
            assert_int_equal(batch.aircraft_with_position, RING);
            assert_int_equal(batch.nearby[place].heard_low, distances_nm[distance] < 25 ? RING : 0);
            feed_batch_done(&batch);
            text_done(&answer);
        }
}

static void test_distinct(void **state)
{
    (void)state;
    // The same aircraft twice, another one, and one far away; at two places that overlap.
    const struct place places[] = {
        hmeimim,
        {.id = "near", .reference = {35.6, 36.0}, .elevation_ft = PLACE_ELEVATION_UNKNOWN},
        {.id = "nowhere", .reference = {NAN, NAN}}};
    struct feed_batch batch =
        decode_members("\"hex\":\"4ca2ad\",\"lat\":35.5,\"lon\":36.0,\"alt_baro\":3000},"
                       "{\"hex\":\"4CA2AD\",\"lat\":35.5,\"lon\":36.0,\"alt_baro\":2000},"
                       "{\"hex\":\"4ca2ae\",\"lat\":35.5,\"lon\":36.0,\"alt_baro\":4000},"
                       "{\"hex\":\"4ca2af\",\"lat\":45.5,\"lon\":36.0,\"alt_baro\":100",
                       places, 3);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(batch.nearby[i].heard_low, 2);
        assert_int_equal(batch.nearby[i].lowest_ft, 2000);
    }
    assert_int_equal(batch.nearby[2].heard_low, 0);
    assert_int_equal(batch.nearby[2].lowest_ft, OBSERVATION_UNKNOWN);
    feed_batch_done(&batch);
}

// Many aircraft at one place: the set of those counted grows.
static void test_many(void **state)
{
    (void)state;
    struct text answer;
    text_init(&answer, 1 << 20);
    text_append(&answer, "{\"ac\":[");
    for (unsigned i = 1; i <= 1000; i++)
        text_append_format(&answer, "%s{\"hex\":\"%06x\",\"lat\":35.5,\"lon\":36,\"alt_baro\":%u}",
                           i > 1 ? "," : "", i % 500 + 1, i);
    text_append_format(&answer, "],\"now\":%d}", TEST_NOW_S);
    struct feed_batch batch = test_decode_near(answer.bytes, &hmeimim, 1);
    assert_int_equal(batch.nearby[0].heard_low, 500);
    assert_int_equal(batch.nearby[0].lowest_ft, 1);
    feed_batch_done(&batch);
    text_done(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_altitudes_and_sources),
        cmocka_unit_test(test_distances),
        cmocka_unit_test(test_distinct),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
