// SPDX-License-Identifier: MIT
// Flags of points, and which emitter they belong to, on synthetic flights.
#include "follow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LIVE ((struct follow_manner){.batch = 1, .ticks = true})

struct flag_case {
    const char *name;
    void (*change)(struct observation *observation);
    uint32_t flags;
};

#define CHANGE(name, statement)                                                                    \
    static void name(struct observation *o)                                                        \
    {                                                                                              \
        statement;                                                                                 \
    }
CHANGE(nothing, (void)o)
CHANGE(mlat, o->position_source = POSITION_SOURCE_MLAT)
CHANGE(mode_s, o->position_source = POSITION_SOURCE_MODE_S)
CHANGE(tisb, o->position_source = POSITION_SOURCE_TISB_OTHER)
CHANGE(adsr, o->position_source = POSITION_SOURCE_ADSR_ICAO)
CHANGE(adsc, o->position_source = POSITION_SOURCE_ADSC)
CHANGE(other, o->position_source = POSITION_SOURCE_OTHER)
CHANGE(estimated, o->position_source = POSITION_SOURCE_ESTIMATED)
CHANGE(sil0, o->sil = 0)
CHANGE(sil0_old, (o->sil = 0, o->adsb_version = 1))
CHANGE(nac_low, o->nac_p = 2)
CHANGE(nac_good, o->nac_p = 4)
CHANGE(nac_unknown, o->nac_p = OBSERVATION_SMALL_UNKNOWN)
CHANGE(stale, o->seen_position_s = 16)
CHANGE(fresh, o->seen_position_s = 15)
CHANGE(no_age, o->seen_position_s = NAN)
CHANGE(gps_lost, o->gps_ok_before = MAKER_START - UTC_MINUTE)
CHANGE(gps_lost_mlat,
       (o->gps_ok_before = MAKER_START - UTC_MINUTE, o->position_source = POSITION_SOURCE_MLAT))
CHANGE(fast_ground, (o->on_ground = true, o->ground_speed_kt = 90))

static const struct flag_case flag_cases[] = {
    {"nothing", nothing, 0},
    {"mlat", mlat, TRACK_POINT_MLAT},
    {"mode_s", mode_s, TRACK_POINT_MLAT},
    {"tisb", tisb, TRACK_POINT_TISB},
    {"adsr", adsr, TRACK_POINT_TISB},
    {"adsc", adsc, TRACK_POINT_ESTIMATED},
    {"other", other, TRACK_POINT_ESTIMATED},
    {"estimated", estimated, TRACK_POINT_ESTIMATED},
    {"sil 0", sil0, TRACK_POINT_SIL0},
    {"sil 0 of version 1", sil0_old, 0},
    {"NACp 2", nac_low, TRACK_POINT_NACP_LOW},
    {"NACp 4", nac_good, 0},
    {"NACp unknown", nac_unknown, 0},
    {"16 s old", stale, TRACK_POINT_STALE},
    {"15 s old", fresh, 0},
    {"age unknown", no_age, 0},
    {"GPS lost", gps_lost, TRACK_POINT_GPS_LOST},
    {"GPS lost, computed", gps_lost_mlat, TRACK_POINT_MLAT},
    {"ground at 90 kt", fast_ground, TRACK_POINT_BAD_GROUND},
};

static void test_single_points(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof flag_cases / sizeof flag_cases[0]; i++) {
        struct made_pushes pushes = {0};
        struct made_aircraft aircraft = made_aircraft_at("1551df", 35.7, 36.0, 9000, 250, 90);
        flag_cases[i].change(&aircraft.now);
        made_push_add(&pushes, &aircraft, "a", 1);
        struct followed followed = follow(&pushes, LIVE);
        if (followed.points.items[0].flags != flag_cases[i].flags)
            fail_msg("%s: %x", flag_cases[i].name, followed.points.items[0].flags);
        // A feed's own guess opens nothing.
        assert_int_equal(followed.sightings.count,
                         aircraft.now.position_source != POSITION_SOURCE_ESTIMATED);
        followed_done(&followed);
        array_free(&pushes);
    }
}

static size_t count_flagged(const struct followed *followed, uint32_t flag)
{
    size_t count = 0;
    array_foreach (&followed->points, point)
        count += (point->flags & flag) != 0;
    return count;
}

static void test_one_outlier(void **state)
{
    (void)state;
    struct made_pushes pushes = {0};
    struct made_aircraft aircraft = made_aircraft_at("1551df", 36.5, 37.0, 30000, 450, 180);
    made_pushes_fly(&pushes, &aircraft, "a", 10, 300);
    pushes.items[15].observation.position.latitude_deg += 2;
    struct followed followed = follow(&pushes, LIVE);
    assert_int_equal(count_flagged(&followed, TRACK_POINT_SPEED_FAIL), 1);
    assert_true(followed.points.items[15].flags & TRACK_POINT_SPEED_FAIL);
    assert_int_equal(followed.sightings.count, 1);
    followed_done(&followed);
    array_free(&pushes);
}

// To Beirut in one step while the aircraft goes on; from `back` on the true position is heard
// again.
static void test_spoofed_to_beirut(void **state)
{
    (void)state;
    struct made_pushes pushes = {0};
    struct made_aircraft aircraft = made_aircraft_at("1551df", 36.5, 36.0, 20000, 400, 180);
    aircraft.climb_fpm = -300;
    made_pushes_fly(&pushes, &aircraft, "a", 10, 2400);
    for (size_t i = 30; i < 200; i++)
        pushes.items[i].observation.position =
            geodesy_destination((struct position){33.82, 35.49}, (double)i * 20, 2);
    struct followed followed = follow(&pushes, LIVE);
    assert_int_equal(count_flagged(&followed, TRACK_POINT_SPOOF_CLUSTER), 170);
    assert_int_equal(count_flagged(&followed, TRACK_POINT_SECOND_EMITTER), 0);
    assert_int_equal(followed.sightings.count, 1);
    assert_true(followed.sightings.items[0].last_position.latitude_deg !=
                pushes.items[199].observation.position.latitude_deg);
    followed_done(&followed);
    array_free(&pushes);
}

// A real flight into Beirut passes through the cluster and is not flagged.
static void test_real_flight_to_beirut(void **state)
{
    (void)state;
    struct made_pushes pushes = {0};
    struct made_aircraft aircraft = made_aircraft_at("1551df", 34.4, 35.4884, 9000, 250, 180);
    aircraft.climb_fpm = -1000;
    made_pushes_fly(&pushes, &aircraft, "a", 10, 480);
    struct followed followed = follow(&pushes, LIVE);
    assert_int_equal(count_flagged(&followed, TRACK_POINT_IMPLAUSIBLE), 0);
    followed_done(&followed);
    array_free(&pushes);
}

// The track stops and goes on 150 nm off: the same aircraft (a feed whose clock differs, or
// jamming).
static void test_jump_is_the_same_aircraft(void **state)
{
    (void)state;
    struct made_pushes pushes = {0};
    struct made_aircraft aircraft = made_aircraft_at("1551df", 36.5, 37.0, 30000, 450, 180);
    made_pushes_fly(&pushes, &aircraft, "a", 10, 300);
    aircraft.now.position.longitude_deg += 3;
    made_pushes_fly(&pushes, &aircraft, "a", 10, 300);
    struct followed followed = follow(&pushes, LIVE);
    assert_int_equal(count_flagged(&followed, TRACK_POINT_SPEED_FAIL), 3);
    assert_int_equal(count_flagged(&followed, TRACK_POINT_SECOND_EMITTER), 0);
    assert_int_equal(followed.sightings.count, 1);
    followed_done(&followed);
    array_free(&pushes);
}

// Both go on at once: two aircraft, or two of three, on one address.
static void test_two_emitters(void **state)
{
    (void)state;
    struct made_pushes pushes = {0};
    struct made_aircraft first = made_aircraft_at("1551df", 36.5, 37.0, 30000, 450, 180);
    struct made_aircraft second = made_aircraft_at("1551df", 34.0, 34.0, 22000, 400, 0);
    for (int i = 0; i < 40; i++) {
        made_aircraft_fly(&first, 10);
        made_push_add(&pushes, &first, "a", 1);
        made_aircraft_fly(&second, 10);
        made_push_add(&pushes, &second, "b", 2);
    }
    struct followed followed = follow(&pushes, LIVE);
    assert_int_equal(followed.sightings.count, 2);
    assert_int_equal(followed.sightings.items[1].emitter, 1);
    assert_int_equal(count_flagged(&followed, TRACK_POINT_SPEED_FAIL), 2);
    assert_int_equal(count_flagged(&followed, TRACK_POINT_SECOND_EMITTER), 38);
    array_foreach (&followed.points, point)
        assert_int_equal(point->emitter, (point->flags & TRACK_POINT_SECOND_EMITTER) ? 1 : 0);
    assert_string_equal(followed.sightings.items[0].feeds[0], "a");
    assert_string_equal(followed.sightings.items[1].feeds[0], "b");
    followed_done(&followed);
    array_free(&pushes);
}

static void test_frozen(void **state)
{
    (void)state;
    struct made_pushes pushes = {0};
    struct made_aircraft aircraft = made_aircraft_at("1551df", 36.5, 37.0, 30000, 450, 180);
    made_pushes_fly(&pushes, &aircraft, "a", 10, 300);
    for (size_t i = 20; i < 26; i++)
        pushes.items[i].observation.position = pushes.items[19].observation.position;
    struct followed followed = follow(&pushes, LIVE);
    assert_int_equal(count_flagged(&followed, TRACK_POINT_FROZEN), 6);
    assert_int_equal(count_flagged(&followed, TRACK_POINT_SPEED_FAIL), 0);
    followed_done(&followed);
    array_free(&pushes);
}

// A feed whose clock runs three minutes ahead, alone and beside a good one.
static void test_clock_ahead(void **state)
{
    (void)state;
    for (int beside = 0; beside <= 1; beside++) {
        struct made_pushes pushes = {0};
        struct made_aircraft aircraft = made_aircraft_at("1551df", 36.5, 37.0, 30000, 450, 180);
        for (int i = 0; i < 60; i++) {
            made_aircraft_fly(&aircraft, 10);
            if (beside)
                made_push_add(&pushes, &aircraft, "a", 1);
            made_push_add(&pushes, &aircraft, "ahead", 1);
            pushes.items[pushes.count - 1].observation.observed_at += 3 * UTC_MINUTE;
        }
        struct followed followed = follow(&pushes, LIVE);
        assert_int_equal(followed.sightings.count, 1);
        assert_int_equal(count_flagged(&followed, TRACK_POINT_IMPLAUSIBLE), 0);
        followed_done(&followed);
        array_free(&pushes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_points),
        cmocka_unit_test(test_one_outlier),
        cmocka_unit_test(test_spoofed_to_beirut),
        cmocka_unit_test(test_real_flight_to_beirut),
        cmocka_unit_test(test_jump_is_the_same_aircraft),
        cmocka_unit_test(test_two_emitters),
        cmocka_unit_test(test_frozen),
        cmocka_unit_test(test_clock_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
