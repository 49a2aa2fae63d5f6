// SPDX-License-Identifier: MIT
// The states of a visit, one after the other, as a live tracker announces them. Synthetic flights.
#include "maker.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

struct live {
    struct tracker *tracker;
    struct track_effects effects;
    struct made_aircraft aircraft;
};

static struct live live_begin(void)
{
    return (struct live){.tracker = tracker_new(maker_places, MAKER_PLACE_COUNT)};
}

static void live_done(struct live *live)
{
    track_effects_done(&live->effects);
    tracker_free(live->tracker);
}

static void forget_effects(struct live *live)
{
    array_clear(&live->effects.visits);
    array_clear(&live->effects.sightings);
    array_clear(&live->effects.points);
    array_clear(&live->effects.conflicts);
}

static void fly(struct live *live, double every_s, double for_s)
{
    struct made_pushes pushes = {0};
    made_pushes_fly(&pushes, &live->aircraft, "a", every_s, for_s);
    array_foreach (&pushes, one) {
        tracker_push(live->tracker, &one->observation, one->feed, one->received_at, &live->effects);
        tracker_advance(live->tracker, one->received_at, &live->effects);
    }
    array_free(&pushes);
}

// Polls that bring nothing, each ten seconds.
static void silence(struct live *live, double for_s)
{
    for (double waited_s = 0; waited_s < for_s; waited_s += 10) {
        live->aircraft.now.observed_at += 10 * UTC_SECOND;
        tracker_advance(live->tracker, live->aircraft.now.observed_at, &live->effects);
    }
}

// Down the approach to Latakia's runway 17 from 4,800 ft, for so many seconds (750 ft a minute).
static void approach(struct live *live, double seconds)
{
    live->aircraft = made_aircraft_at("1551df", 35.664, 35.929, 4800, 150, 176.5F);
    live->aircraft.climb_fpm = -750;
    fly(live, 10, seconds);
}

static void climb_from(struct live *live, const char *place, double distance_nm)
{
    struct observation *now = &live->aircraft.now;
    for (size_t i = 0; i < MAKER_PLACE_COUNT; i++)
        if (strcmp(maker_places[i].id, place) == 0)
            now->position = geodesy_destination(maker_places[i].reference, 20, distance_nm);
    now->on_ground = false;
    now->altitude_baro_ft = 3000;
    now->ground_speed_kt = 240;
    now->track_deg = 20;
    live->aircraft.climb_fpm = 2200;
    fly(live, 10, 600);
}

static const struct visit *only_visit(struct live *live)
{
    assert_int_equal(live->effects.visits.count, 1);
    return &live->effects.visits.items[0];
}

static void test_lost_then_confirmed_then_upgraded(void **state)
{
    (void)state;
    struct live live = live_begin();
    approach(&live, 240); // to 1,800 ft
    utc_us lost_at = live.aircraft.now.observed_at;
    utc_us opened_at = live.effects.sightings.items[0].opened_at;
    silence(&live, 13 * 60);
    assert_int_equal(live.effects.visits.count, 0);
    silence(&live, 10); // the next poll after 10 minutes and the allowance
    const struct visit *visit = only_visit(&live);
    assert_int_equal(visit->state, VISIT_PROVISIONAL);
    assert_int_equal(visit->grade, VISIT_A2);
    assert_string_equal(visit->place, "OSLK");
    assert_true(visit->anchored_at == opened_at);
    assert_true(visit->sighting_in == opened_at);
    assert_true(visit->sighting_out == UTC_UNKNOWN);
    assert_true(visit->arrived_after >= lost_at);
    assert_true(visit->departed_before == UTC_UNKNOWN);
    forget_effects(&live);
    silence(&live, 20 * 60);
    assert_int_equal(only_visit(&live)->state, VISIT_CONFIRMED);
    forget_effects(&live);
    silence(&live, 5 * 3600);
    assert_int_equal(live.effects.visits.count, 0);
    climb_from(&live, "OSLK", 4);
    visit = only_visit(&live);
    assert_int_equal(visit->state, VISIT_UPGRADED);
    assert_int_equal(visit->grade, VISIT_A3);
    assert_true(visit->anchored_at == opened_at);
    assert_true(visit->departure_seen);
    assert_true(visit->departed_before != UTC_UNKNOWN);
    assert_true(visit->sighting_out > opened_at);
    live_done(&live);
}

static void test_ground_reports_say_landed(void **state)
{
    (void)state;
    struct live live = live_begin();
    approach(&live, 360);
    made_aircraft_land(&live.aircraft, 35.4050, 35.9482);
    fly(&live, 10, 50);
    assert_int_equal(live.effects.visits.count, 0); // it may still be a touch-and-go
    fly(&live, 10, 30);
    const struct visit *visit = only_visit(&live);
    assert_int_equal(visit->grade, VISIT_A3);
    assert_int_equal(visit->state, VISIT_CONFIRMED);
    assert_true(visit->arrived_before - visit->arrived_after < UTC_MINUTE);
    forget_effects(&live);
    fly(&live, 10, 3600);
    assert_int_equal(live.effects.visits.count, 0); // not with each point
    live_done(&live);
}

static void test_late_points_retract(void **state)
{
    (void)state;
    struct live live = live_begin();
    approach(&live, 240);
    struct made_aircraft lost = live.aircraft;
    silence(&live, 14 * 60);
    assert_int_equal(only_visit(&live)->state, VISIT_PROVISIONAL);
    forget_effects(&live);
    // A slow feed heard it five minutes after the loss, climbing away.
    utc_us received_at = live.aircraft.now.observed_at;
    lost.now.altitude_baro_ft = 6000;
    lost.climb_fpm = 1500;
    made_aircraft_fly(&lost, 300);
    tracker_push(live.tracker, &lost.now, "slow", received_at, &live.effects);
    const struct visit *visit = only_visit(&live);
    assert_int_equal(visit->state, VISIT_SUPERSEDED);
    assert_int_equal(visit->reasons[visit->reason_count - 1].rule, VISIT_RULE_SIGNAL_RETURNED);
    live_done(&live);
}

static void test_airborne_again_too_soon(void **state)
{
    (void)state;
    struct live live = live_begin();
    approach(&live, 240);
    silence(&live, 20 * 60);
    assert_int_equal(only_visit(&live)->state, VISIT_PROVISIONAL);
    forget_effects(&live);
    climb_from(&live, "OSLK", 8);
    const struct visit *visit = only_visit(&live);
    assert_int_equal(visit->state, VISIT_SUPERSEDED);
    assert_int_equal(visit->reasons[visit->reason_count - 1].rule, VISIT_RULE_AIRBORNE_AGAIN);
    live_done(&live);
}

// Lost and found again on approach to the same field: one visit, under one key.
static void test_second_approach_is_the_same_stop(void **state)
{
    (void)state;
    struct live live = live_begin();
    approach(&live, 240);
    silence(&live, 20 * 60);
    utc_us anchored_at = only_visit(&live)->anchored_at;
    forget_effects(&live);
    utc_us now = live.aircraft.now.observed_at;
    live.aircraft = made_aircraft_at("1551df", 35.60, 35.934, 3900, 150, 176.5F);
    live.aircraft.now.observed_at = now;
    live.aircraft.climb_fpm = -750;
    fly(&live, 10, 270);
    made_aircraft_land(&live.aircraft, 35.4050, 35.9482);
    fly(&live, 10, 120);
    const struct visit *visit = only_visit(&live);
    assert_true(visit->anchored_at == anchored_at);
    assert_int_equal(visit->grade, VISIT_A3);
    assert_int_equal(visit->state, VISIT_UPGRADED);
    live_done(&live);
}

static void test_found_on_the_ground_elsewhere(void **state)
{
    (void)state;
    struct live live = live_begin();
    approach(&live, 240);
    silence(&live, 35 * 60);
    forget_effects(&live);
    made_aircraft_land(&live.aircraft, 33.4115, 36.5156); // Damascus
    fly(&live, 10, 60);
    assert_int_equal(live.effects.visits.count, 2);
    const struct visit *old = &live.effects.visits.items[0], *new = &live.effects.visits.items[1];
    assert_string_equal(old->place, "OSLK");
    assert_int_equal(old->state, VISIT_SUPERSEDED);
    assert_int_equal(old->reasons[old->reason_count - 1].rule, VISIT_RULE_SEEN_ELSEWHERE);
    assert_string_equal(old->reasons[old->reason_count - 1].place, "OSDI");
    assert_string_equal(new->place, "OSDI");
    assert_int_equal(new->grade, VISIT_A3);
    live_done(&live);
}

static void test_identity_conflicts(void **state)
{
    (void)state;
    struct live live = live_begin();
    struct made_aircraft first = made_aircraft_at("1551df", 36.5, 37.0, 30000, 450, 180);
    struct made_aircraft second = made_aircraft_at("1551df", 34.0, 34.0, 22000, 400, 0);
    for (int i = 0; i < 20; i++) {
        made_aircraft_fly(&first, 10);
        made_aircraft_fly(&second, 10);
        utc_us received_at = first.now.observed_at + UTC_SECOND;
        tracker_push(live.tracker, &first.now, "a", received_at, &live.effects);
        tracker_push(live.tracker, &second.now, "b", received_at, &live.effects);
    }
    assert_int_equal(live.effects.conflicts.count, 1);
    assert_int_equal(live.effects.conflicts.items[0].kind, IDENTITY_TWO_EMITTERS);
    forget_effects(&live);
    // Two hours later on the other side of the world.
    live.aircraft = first;
    silence(&live, 7200);
    live.aircraft.now.position = (struct position){-35, 150};
    fly(&live, 10, 10);
    assert_int_equal(live.effects.conflicts.count, 1);
    const struct identity_conflict *conflict = &live.effects.conflicts.items[0];
    assert_int_equal(conflict->kind, IDENTITY_IMPOSSIBLE_SPEED);
    assert_true(conflict->speed_kt > 3000);
    assert_true(conflict->distance_nm > 6000);
    live_done(&live);
}

// A runway too short for the type is no candidate, and the runner-up is told.
static void test_fields_compete(void **state)
{
    (void)state;
    static const struct {
        const char *type_code, *place, *runner_up;
    } cases[] = {
        {"IL62", "OSLK", "near"}, // needs 7,000 ft: the strip is not even the runner-up
        {"AN26", "near", "OSLK"}, // may use the strip, which lies straight ahead
    };
    static struct place places[2];
    places[0] = maker_places[0];
    places[1] = (struct place){
        .id = "near",
        .name = "A strip",
        .kind = PLACE_AIRFIELD,
        .reference = {35.52, 35.937},
        .elevation_ft = 300,
        .runway_count = 1,
        .runways = {{.length_ft = 4000,
                     .ends = {{"18", {35.526, 35.937}, 300}, {"36", {35.515, 35.937}, 300}}}}};
    for (size_t i = 0; i < 2; i++) {
        struct live live = {.tracker = tracker_new(places, 2)};
        live.aircraft = made_aircraft_at("1551df", 35.664, 35.937, 4800, 150, 180);
        text_copy(live.aircraft.now.type_code, sizeof live.aircraft.now.type_code,
                  cases[i].type_code);
        live.aircraft.climb_fpm = -750;
        fly(&live, 10, 120);
        silence(&live, 14 * 60);
        const struct visit *visit = only_visit(&live);
        assert_string_equal(visit->place, cases[i].place);
        bool told = false;
        for (uint8_t r = 0; r < visit->reason_count; r++)
            told = told || (visit->reasons[r].rule == VISIT_RULE_RUNNER_UP &&
                            strcmp(visit->reasons[r].place, cases[i].runner_up) == 0);
        assert_int_equal(told, i == 1);
        live_done(&live);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lost_then_confirmed_then_upgraded),
        cmocka_unit_test(test_ground_reports_say_landed),
        cmocka_unit_test(test_late_points_retract),
        cmocka_unit_test(test_airborne_again_too_soon),
        cmocka_unit_test(test_second_approach_is_the_same_stop),
        cmocka_unit_test(test_found_on_the_ground_elsewhere),
        cmocka_unit_test(test_identity_conflicts),
        cmocka_unit_test(test_fields_compete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
