// SPDX-License-Identifier: MIT
// The same points in the same order give the same results: in batches of any size, with ticks at
// any time, with duplicates, and across a save and load at any point. On random synthetic traffic.
#include "follow.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static uint64_t seed;

static uint32_t random_below(uint32_t limit)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(seed >> 33) % limit;
}

// A leg with gaps of any length, turns, climbs, landings, spoofed points, and a second aircraft now
// and then.
static void random_leg(struct made_pushes *pushes, struct made_aircraft *aircraft)
{
    static const double gaps_s[] = {5, 10, 60, 400, 590, 610, 1200, 3000, 9000, 40000, 200000};
    uint32_t points = 1 + random_below(25);
    aircraft->climb_fpm = (double)random_below(4000) - 2000;
    aircraft->now.track_deg = (float)random_below(360);
    bool ground = random_below(5) == 0;
    aircraft->now.on_ground = ground;
    aircraft->now.ground_speed_kt =
        ground ? (float)random_below(100) : 150 + (float)random_below(350);
    aircraft->now.altitude_baro_ft =
        ground ? OBSERVATION_UNKNOWN : 500 + (int32_t)random_below(38000);
    snprintf(aircraft->now.callsign, sizeof aircraft->now.callsign, "RFF%u", random_below(20));
    for (uint32_t i = 0; i < points; i++) {
        made_aircraft_fly(aircraft, 1 + random_below(20));
        struct made_aircraft shown = *aircraft;
        if (random_below(15) == 0)
            shown.now.position = (struct position){33.82, 35.49};
        if (random_below(30) == 0)
            shown.now.position_source = POSITION_SOURCE_ADSC;
        made_push_add(pushes, &shown, random_below(3) == 0 ? "b" : "a", random_below(100));
        if (random_below(8) == 0)
            made_push_add(pushes, &shown, "skewed", 200 + random_below(100));
    }
    made_aircraft_fly(aircraft, gaps_s[random_below(sizeof gaps_s / sizeof gaps_s[0])]);
}

static struct made_pushes random_traffic(uint64_t with_seed)
{
    struct made_pushes pushes = {0};
    seed = with_seed;
    for (int i = 0; i < 4; i++) {
        char icao24[ICAO24_SIZE];
        snprintf(icao24, sizeof icao24, "1551d%d", i);
        struct made_aircraft aircraft = made_aircraft_at(icao24, 35.2, 36.2, 9000, 300, 90);
        for (int leg = 0; leg < 8; leg++) {
            random_leg(&pushes, &aircraft);
            aircraft.now.position.latitude_deg = 33 + random_below(4);
        }
    }
    made_pushes_sort(&pushes);
    return pushes;
}

static const struct follow_manner manners[] = {
    {.batch = 1},
    {.batch = 1, .ticks = true},
    {.batch = 1, .ticks = true, .tick_ahead = 300 * UTC_DAY},
    {.batch = 7, .ticks = true, .tick_ahead = 17 * UTC_SECOND},
    {.batch = 40, .ticks = true, .tick_ahead = UTC_HOUR, .save_every = 11},
    {.batch = 1, .save_every = 1},
    {.batch = 1, .ticks = true, .tick_ahead = 11 * UTC_MINUTE, .save_every = 1},
};

static void sort_sightings(struct followed *followed)
{
    struct sighting_array *sightings = &followed->sightings;
    for (size_t i = 1; i < sightings->count; i++)
        for (size_t j = i; j > 0; j--) {
            struct sighting *first = &sightings->items[j - 1], *second = &sightings->items[j];
            int order = strcmp(first->icao24, second->icao24);
            if (order < 0 || (order == 0 && first->opened_at <= second->opened_at))
                break;
            struct sighting swapped = *first;
            *first = *second;
            *second = swapped;
        }
}

static void test_manner_does_not_matter(void **state)
{
    (void)state;
    size_t sightings = 0;
    for (uint64_t run = 1; run <= 10; run++) {
        struct made_pushes pushes = random_traffic(run);
        struct followed all = follow(&pushes, (struct follow_manner){0});
        sightings += all.sightings.count;
        sort_sightings(&all);
        for (size_t i = 0; i < sizeof manners / sizeof manners[0]; i++) {
            struct followed other = follow(&pushes, manners[i]);
            sort_sightings(&other);
            followed_assert_equal(&all, &other);
            assert_int_equal(all.duplicates, other.duplicates);
            followed_done(&other);
        }
        struct followed twice = follow(&pushes, (struct follow_manner){.batch = 3, .twice = true});
        sort_sightings(&twice);
        followed_assert_equal(&all, &twice);
        assert_int_equal(twice.duplicates, all.duplicates * 2 + all.points.count);
        followed_done(&twice);
        followed_done(&all);
        array_free(&pushes);
    }
    assert_true(sightings > 80);
}

// Sightings of one emitter never overlap, never end before they begin, and are all closed in the
// end.
static void test_sightings_are_sound(void **state)
{
    (void)state;
    for (uint64_t run = 100; run < 160; run++) {
        struct made_pushes pushes = random_traffic(run);
        struct followed followed =
            follow(&pushes, (struct follow_manner){.batch = 1, .ticks = true});
        array_foreach (&followed.sightings, one) {
            assert_int_not_equal(one->state, SIGHTING_OPEN);
            assert_true(one->first_seen <= one->opened_at);
            assert_true(one->opened_at <= one->last_seen);
            array_foreach (&followed.sightings, other)
                if (other != one && strcmp(one->icao24, other->icao24) == 0 &&
                    one->emitter == other->emitter && other->opened_at > one->opened_at)
                    assert_true(other->first_seen > one->last_seen ||
                                other->opened_at > one->last_seen);
        }
        followed_done(&followed);
        array_free(&pushes);
    }
}

// Feeds that see the same aircraft in another order of arrival agree on what flew, though not on
// which of their points came late.
static void test_interleaving_of_feeds(void **state)
{
    (void)state;
    for (uint64_t run = 1; run <= 20; run++) {
        seed = run;
        struct made_pushes pushes = {0};
        struct made_aircraft aircraft = made_aircraft_at("1551df", 36.5, 36.0, 30000, 420, 180);
        for (int i = 0; i < 100; i++) {
            made_aircraft_fly(&aircraft, 10);
            made_push_add(&pushes, &aircraft, "a", 1 + random_below(9));
            made_push_add(&pushes, &aircraft, "b", 1 + random_below(120));
            made_push_add(&pushes, &aircraft, "c", 1 + random_below(30));
        }
        made_pushes_sort(&pushes);
        struct followed followed =
            follow(&pushes, (struct follow_manner){.batch = 1, .ticks = true});
        assert_int_equal(followed.sightings.count, 1);
        assert_int_equal(followed.points.count, 300);
        assert_int_equal(followed.sightings.items[0].feed_count, 3);
        assert_true(followed.sightings.items[0].first_seen == MAKER_START + 10 * UTC_SECOND);
        assert_true(followed.sightings.items[0].last_seen == MAKER_START + 1000 * UTC_SECOND);
        array_foreach (&followed.points, point)
            assert_int_equal(point->flags & ~(uint32_t)TRACK_POINT_LATE, 0);
        followed_done(&followed);
        array_free(&pushes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manner_does_not_matter),
        cmocka_unit_test(test_sightings_are_sound),
        cmocka_unit_test(test_interleaving_of_feeds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
