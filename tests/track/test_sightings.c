// SPDX-License-Identifier: MIT
// Opening, extending, splitting and closing of sightings, on synthetic flights.
#include "follow.h"

#include "base/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LIVE ((struct follow_manner){.batch = 1, .ticks = true})

static struct followed run(struct made_pushes *pushes)
{
    struct followed followed = follow(pushes, LIVE);
    array_free(pushes);
    return followed;
}

// ---- One flight cut by a gap, then going on

struct gap_case {
    const char *name;
    int32_t altitude_ft; // before the gap
    double climb_before_fpm;
    double gap_min;
    int32_t altitude_after_ft;
    double climb_after_fpm;
    bool moves; // flies on through the gap, else is found where it was lost
    size_t sightings;
    enum sighting_state first;
};

static const struct gap_case gap_cases[] = {
    {"short gap low", 5000, -500, 9, 3000, -500, true, 1, SIGHTING_LOST_LOW},
    {"long gap low", 9000, 0, 11, 9000, 0, true, 2, SIGHTING_LOST_LOW},
    {"long gap high", 35000, 0, 60, 35000, 0, true, 1, SIGHTING_LOST_HIGH},
    {"gap high, then descending", 35000, 0, 60, 15000, -1500, true, 1, SIGHTING_LOST_HIGH},
    {"climbing out, then cruise", 14000, 2000, 30, 33000, 0, true, 1, SIGHTING_LOST_HIGH},
    {"high, then a fresh departure", 20000, -1500, 40, 3000, 2000, false, 2, SIGHTING_LOST_HIGH},
    {"high, then level low, then climbing: vetoed later", 12000, 0, 20, 5000, 0, true, 2,
     SIGHTING_LOST_HIGH},
    {"found in cruise where it was lost", 33000, 0, 180, 33000, 0, false, 2, SIGHTING_LOST_HIGH},
    {"too long for any type", 35000, 0, 601, 35000, 0, true, 2, SIGHTING_LOST_HIGH},
};

static struct made_pushes gap_flight(const struct gap_case *one)
{
    struct made_pushes pushes = {0};
    struct made_aircraft aircraft =
        made_aircraft_at("1551df", 36.5, 38.0, one->altitude_ft, 440, 270);
    made_push_add(&pushes, &aircraft, "a", 1);
    aircraft.climb_fpm = one->climb_before_fpm;
    made_pushes_fly(&pushes, &aircraft, "a", 10, 10);
    aircraft.climb_fpm = 0;
    float speed_kt = aircraft.now.ground_speed_kt;
    if (!one->moves) {
        aircraft.now.ground_speed_kt = 0;
        aircraft.now.position.latitude_deg += 0.02; // not to the metre: that would be frozen
    }
    made_aircraft_fly(&aircraft, one->gap_min * 60);
    aircraft.now.ground_speed_kt = speed_kt;
    aircraft.now.altitude_baro_ft = one->altitude_after_ft;
    aircraft.now.vertical_rate_fpm = (int32_t)one->climb_after_fpm;
    made_push_add(&pushes, &aircraft, "a", 1);
    aircraft.climb_fpm = one->climb_after_fpm;
    made_pushes_fly(&pushes, &aircraft, "a", 10, 30);
    if (one->climb_after_fpm >= 0 && one->altitude_after_ft < 8000) {
        aircraft.climb_fpm = 2000;
        made_pushes_fly(&pushes, &aircraft, "a", 10, 120);
    }
    return pushes;
}

static void test_gaps(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof gap_cases / sizeof gap_cases[0]; i++) {
        const struct gap_case *one = &gap_cases[i];
        struct made_pushes pushes = gap_flight(one);
        struct followed followed = run(&pushes);
        if (followed.sightings.count != one->sightings)
            fail_msg("%s: %zu sightings", one->name, followed.sightings.count);
        if (followed.sightings.items[0].state != one->first)
            fail_msg("%s: %s", one->name, sighting_state_name(followed.sightings.items[0].state));
        followed_done(&followed);
    }
}

// ---- Landing

// Down the approach to Latakia's runway 17, and `ground_s` on the ground at one point each
// `every_s`.
static void land_at_latakia(struct made_pushes *pushes, struct made_aircraft *aircraft,
                            double every_s, double ground_s)
{
    *aircraft = made_aircraft_at("1551df", 35.664, 35.929, 4800, 150, 176.5F);
    aircraft->climb_fpm = -750;
    made_pushes_fly(pushes, aircraft, "a", every_s, 360);
    made_aircraft_land(aircraft, 35.4050, 35.9482);
    made_pushes_fly(pushes, aircraft, "a", every_s, ground_s);
}

static void take_off(struct made_pushes *pushes, struct made_aircraft *aircraft, double every_s)
{
    aircraft->now.on_ground = false;
    aircraft->now.altitude_baro_ft = 500;
    aircraft->now.ground_speed_kt = 170;
    aircraft->now.track_deg = 177;
    aircraft->climb_fpm = 2000;
    made_pushes_fly(pushes, aircraft, "a", every_s, 240);
}

static void test_landing_closes(void **state)
{
    (void)state;
    struct made_pushes pushes = {0};
    struct made_aircraft aircraft;
    land_at_latakia(&pushes, &aircraft, 10, 120);
    struct followed followed = run(&pushes);
    assert_int_equal(followed.sightings.count, 1);
    assert_int_equal(followed.sightings.items[0].state, SIGHTING_LANDED);
    assert_string_equal(followed.sightings.items[0].destination, "OSLK");
    assert_string_equal(followed.sightings.items[0].origin, "");
    // Opened, destination, landed: no emission for each point.
    assert_int_equal(followed.emissions, 3);
    followed_done(&followed);
}

static void test_turn_round_splits(void **state)
{
    (void)state;
    struct made_pushes pushes = {0};
    struct made_aircraft aircraft;
    land_at_latakia(&pushes, &aircraft, 10, 3600);
    utc_us left_ground = aircraft.now.observed_at;
    text_copy(aircraft.now.callsign, sizeof aircraft.now.callsign, "RFF7033");
    take_off(&pushes, &aircraft, 10);
    struct followed followed = run(&pushes);
    assert_int_equal(followed.sightings.count, 2);
    struct sighting *in = &followed.sightings.items[0], *out = &followed.sightings.items[1];
    assert_int_equal(in->state, SIGHTING_LANDED);
    assert_true(in->last_seen == left_ground);
    assert_true(out->opened_at == left_ground + 10 * UTC_SECOND);
    assert_string_equal(out->origin, "OSLK");
    assert_string_equal(out->callsigns[0], "RFF7033");
    assert_int_equal(out->state, SIGHTING_LOST_LOW);
    followed_done(&followed);
}

static void test_touch_and_go_does_not_split(void **state)
{
    (void)state;
    struct made_pushes pushes = {0};
    struct made_aircraft aircraft;
    land_at_latakia(&pushes, &aircraft, 5, 40);
    take_off(&pushes, &aircraft, 5);
    struct followed followed = run(&pushes);
    assert_int_equal(followed.sightings.count, 1);
    assert_string_equal(followed.sightings.items[0].destination, "");
    followed_done(&followed);
}

static void test_bad_ground_is_no_landing(void **state)
{
    (void)state;
    struct made_pushes pushes = {0};
    struct made_aircraft aircraft = made_aircraft_at("1551df", 35.5, 35.94, 6000, 250, 180);
    made_pushes_fly(&pushes, &aircraft, "a", 10, 60);
    aircraft.now.on_ground = true;
    made_pushes_fly(&pushes, &aircraft, "a", 10, 60); // 250 kt
    aircraft.now.ground_speed_kt = 70;
    aircraft.now.altitude_geom_ft = 2500; // over Latakia at 157 ft
    made_pushes_fly(&pushes, &aircraft, "a", 10, 60);
    struct followed followed = run(&pushes);
    assert_int_equal(followed.sightings.items[0].state, SIGHTING_LOST_LOW);
    assert_int_equal(followed.points.items[followed.points.count - 1].flags &
                         TRACK_POINT_BAD_GROUND,
                     TRACK_POINT_BAD_GROUND);
    followed_done(&followed);
}

// ---- Late points

static void test_late_feed(void **state)
{
    (void)state;
    struct made_pushes pushes = {0};
    struct made_aircraft aircraft = made_aircraft_at("1551df", 35.5, 35.94, 30000, 420, 90);
    for (int i = 0; i < 60; i++) {
        made_aircraft_fly(&aircraft, 10);
        made_push_add(&pushes, &aircraft, "a", 1);
        made_push_add(&pushes, &aircraft, "slow", 91);
    }
    made_pushes_sort(&pushes);
    struct followed followed = run(&pushes);
    assert_int_equal(followed.sightings.count, 1);
    assert_int_equal(followed.sightings.items[0].feed_count, 2);
    assert_int_equal(followed.duplicates, 0);
    assert_int_equal(followed.points.count, 120);
    size_t late = 0;
    array_foreach (&followed.points, point) {
        assert_int_equal(point->flags & TRACK_POINT_IMPLAUSIBLE, 0);
        late += (point->flags & TRACK_POINT_LATE) != 0;
    }
    assert_int_equal(late,
                     59); // all of the slow feed's but the last, which is as new as the newest
    followed_done(&followed);
}

static void test_late_point_marks_the_path(void **state)
{
    (void)state;
    struct tracker *tracker = tracker_new(maker_places, MAKER_PLACE_COUNT);
    struct track_effects effects = {0};
    struct made_aircraft aircraft = made_aircraft_at("1551df", 35.5, 35.94, 5000, 200, 90);
    tracker_push(tracker, &aircraft.now, "a", MAKER_START + UTC_SECOND, &effects);
    made_aircraft_fly(&aircraft, 60);
    struct made_aircraft between = aircraft;
    made_aircraft_fly(&aircraft, 60);
    tracker_push(tracker, &aircraft.now, "a", MAKER_START + 121 * UTC_SECOND, &effects);
    tracker_advance(tracker, MAKER_START + UTC_HOUR, &effects);
    assert_int_equal(effects.sightings.count, 1);
    assert_int_equal(effects.sightings.items[0].state, SIGHTING_LOST_LOW);
    array_clear(&effects.sightings);
    tracker_push(tracker, &between.now, "b", MAKER_START + UTC_HOUR, &effects);
    assert_int_equal(effects.sightings.count, 1);
    assert_true(effects.sightings.items[0].path_changed);
    assert_int_equal(effects.sightings.items[0].state, SIGHTING_LOST_LOW);
    track_effects_done(&effects);
    tracker_free(tracker);
}

static void test_late_point_reopens(void **state)
{
    (void)state;
    struct tracker *tracker = tracker_new(maker_places, MAKER_PLACE_COUNT);
    struct track_effects effects = {0};
    struct made_aircraft aircraft = made_aircraft_at("1551df", 35.5, 35.94, 5000, 200, 90);
    tracker_push(tracker, &aircraft.now, "a", MAKER_START + UTC_SECOND, &effects);
    tracker_advance(tracker, MAKER_START + 12 * UTC_MINUTE, &effects);
    assert_int_equal(effects.sightings.items[0].state, SIGHTING_OPEN);
    tracker_advance(tracker, MAKER_START + 14 * UTC_MINUTE, &effects);
    assert_int_equal(effects.sightings.items[0].state, SIGHTING_LOST_LOW);
    assert_int_equal(tracker_open_sighting_count(tracker), 0);
    array_clear(&effects.sightings);
    made_aircraft_fly(&aircraft, 9 * 60);
    tracker_push(tracker, &aircraft.now, "a", MAKER_START + 15 * UTC_MINUTE, &effects);
    assert_int_equal(effects.sightings.count, 1);
    assert_int_equal(effects.sightings.items[0].state, SIGHTING_OPEN);
    assert_true(effects.sightings.items[0].opened_at == MAKER_START);
    track_effects_done(&effects);
    tracker_free(tracker);
}

static void test_duplicates_dropped(void **state)
{
    (void)state;
    struct tracker *tracker = tracker_new(maker_places, MAKER_PLACE_COUNT);
    struct track_effects effects = {0};
    struct made_aircraft aircraft = made_aircraft_at("1551df", 35.5, 35.94, 30000, 400, 90);
    for (int poll = 0; poll < 5; poll++) {
        aircraft.now.observed_at = MAKER_START + (poll - 2) * UTC_SECOND / 10; // jitter of 0.1 s
        tracker_push(tracker, &aircraft.now, "a", MAKER_START + (poll + 1) * 10 * UTC_SECOND,
                     &effects);
    }
    tracker_push(tracker, &aircraft.now, "b", MAKER_START + UTC_MINUTE, &effects);
    assert_int_equal(effects.points.count, 2);
    assert_int_equal(effects.duplicates, 4);
    track_effects_done(&effects);
    tracker_free(tracker);
}

static void test_forgotten_after_a_month(void **state)
{
    (void)state;
    struct tracker *tracker = tracker_new(maker_places, MAKER_PLACE_COUNT);
    struct track_effects effects = {0};
    struct made_aircraft aircraft = made_aircraft_at("1551df", 35.5, 35.94, 30000, 400, 90);
    tracker_push(tracker, &aircraft.now, "a", MAKER_START, &effects);
    tracker_advance(tracker, MAKER_START + 29 * UTC_DAY, &effects);
    assert_int_equal(tracker_aircraft_count(tracker), 1);
    tracker_advance(tracker, MAKER_START + 31 * UTC_DAY, &effects);
    assert_int_equal(tracker_aircraft_count(tracker), 0);
    track_effects_done(&effects);
    tracker_free(tracker);
}

static void test_bad_bytes_refused(void **state)
{
    (void)state;
    struct tracker *tracker = tracker_new(maker_places, MAKER_PLACE_COUNT);
    struct track_effects effects = {0};
    struct made_pushes pushes = {0};
    struct made_aircraft aircraft;
    land_at_latakia(&pushes, &aircraft, 10, 120);
    array_foreach (&pushes, one)
        tracker_push(tracker, &one->observation, one->feed, one->received_at, &effects);
    struct byte_writer writer;
    byte_writer_init(&writer, 1 << 20);
    tracker_save(tracker, &writer);
    // Cut anywhere it is refused; with any byte changed it is refused or taken, and never harms.
    for (size_t length = 0; length < writer.length; length++) {
        struct byte_reader reader = byte_reader_of(writer.bytes, length);
        assert_int_equal(tracker_load(tracker, &reader), -EBADMSG);
        assert_int_equal(tracker_aircraft_count(tracker), 0);
    }
    for (size_t i = 0; i < writer.length; i++) {
        writer.bytes[i] ^= 0xff;
        struct byte_reader reader = byte_reader_of(writer.bytes, writer.length);
        if (tracker_load(tracker, &reader) == 0) {
            tracker_push(tracker, &aircraft.now, "a", MAKER_START + UTC_HOUR, &effects);
            tracker_advance(tracker, MAKER_START + UTC_DAY, &effects);
        }
        writer.bytes[i] ^= 0xff;
    }
    byte_writer_done(&writer);
    array_free(&pushes);
    track_effects_done(&effects);
    tracker_free(tracker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gaps),
        cmocka_unit_test(test_landing_closes),
        cmocka_unit_test(test_turn_round_splits),
        cmocka_unit_test(test_touch_and_go_does_not_split),
        cmocka_unit_test(test_bad_ground_is_no_landing),
        cmocka_unit_test(test_late_feed),
        cmocka_unit_test(test_late_point_marks_the_path),
        cmocka_unit_test(test_late_point_reopens),
        cmocka_unit_test(test_duplicates_dropped),
        cmocka_unit_test(test_forgotten_after_a_month),
        cmocka_unit_test(test_bad_bytes_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
