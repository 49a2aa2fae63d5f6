// SPDX-License-Identifier: MIT
// Visits on recorded flights. What is right was established by looking at each recording, and is
// written beside it.
#include "follow.h"
#include "recorded.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VISITS_MAX 3

struct expected_visit {
    const char *place;
    enum visit_grade least;
    // A moment that each bracket must hold, NULL where there is none.
    const char *arrived, *departed;
};

struct recording {
    const char *format, *file;
    const char *looked;                       // what one sees in it
    struct expected_visit visits[VISITS_MAX]; // all that there are at A2 or above
};

static const struct recording recordings[] = {
    {"fr24",
     "flight_tracks_39310ddb.json",
     "Taxis at Hong Kong (altitude 0) from 02:49, 162 kt at 03:09:00, 50 ft at 03:09:09. Lost over "
     "Turkey for 26 minutes at "
     "FL380. 400 ft and 129 kt two miles from Heathrow at 17:02:12, then on the ground there, 12 "
     "kt, at 17:04:35.",
     {{"VHHH", VISIT_A3, NULL, "2025-02-20T03:09:05Z"},
      {"EGLL", VISIT_A3, "2025-02-20T17:03:00Z", NULL}}},
    {"fr24",
     "flight_tracks_3932a4d0.json",
     "On the ground at Hong Kong until 16:16:02, 25 ft at 16:16:10. Gaps of 43 and 26 minutes in "
     "cruise. 100 ft on "
     "Frankfurt's runway at 05:18:48, on the ground from 05:18:56.",
     {{"VHHH", VISIT_A3, NULL, "2025-02-20T16:16:05Z"},
      {"EDDF", VISIT_A3, "2025-02-21T05:18:53Z", NULL}}},
    {"fr24",
     "flight_tracks_39334745.json",
     "On the ground at Hong Kong until 20:15:53. Over the Pacific only OTHER_DATA_SOURCE, a point "
     "in ten minutes. 75 ft at "
     "Kennedy at 10:43:17, on the ground from 10:43:25.",
     {{"VHHH", VISIT_A3, NULL, "2025-02-20T20:15:57Z"},
      {"KJFK", VISIT_A3, "2025-02-21T10:43:20Z", NULL}}},
    {"noisy",
     "elal747.json.gz",
     "Altitude 0 at Rome Fiumicino from 09:28, cruise at FL370, altitude 0 at Tel Aviv at the end.",
     {{"LIRF", VISIT_A3, NULL, NULL}, {"LLBG", VISIT_A3, NULL, NULL}}},
    {"noisy",
     "noisy_ground.json.gz",
     "On the ground at Zurich from 14:13:48 with bursts of false altitudes (38,000 ft at "
     "standstill); takes off at about "
     "14:20:25 (147 kt, 1,600 ft) and climbs away.",
     {{"LSZH", VISIT_A3, NULL, "2019-11-11T14:20:25Z"}}},
    {"noisy",
     "noisy_takeoff.json.gz",
     "On the ground at Zurich from 17:35:34, false altitudes of 36,000 ft at standstill, airborne "
     "at about 17:39:48.",
     {{"LSZH", VISIT_A3, NULL, "2019-11-11T17:39:48Z"}}},
    {"noisy",
     "noisy_landing.json.gz",
     "Comes down from FL141, false altitudes of 31,000 ft on the way, last heard at 18:09:58 at "
     "1,675 ft (about 260 ft above "
     "Zurich) and 139 kt on short final. Never on the ground.",
     {{"LSZH", VISIT_A2, "2019-11-11T18:10:30Z", NULL}}},
    {"noisy",
     "noisy_spoofing.json.gz",
     "First heard at 08:04 climbing through 4,175 ft seven miles from Istanbul; FL380 from then "
     "on, with positions that "
     "jump by 140 and 304 miles over Ukraine and Poland.",
     {{"LTFM", VISIT_A2, NULL, "2024-09-17T08:03:00Z"}}},
    {"traces",
     "trace_full_a3c78c.json",
     "Two local flights (13 and 15 minutes) from a strip in the Black Rock desert that no list "
     "has, the nearest "
     "airfield 51 miles off: no visit can be named.",
     {{0}}},
    {"traces", "trace_full_aa178d.json", "Six local flights from the same strip.", {{0}}},
    {"traces",
     "trace_full_34718d.json",
     "Cruise to the San Francisco area, lost at 36,975 ft at 00:54; found climbing through 26,000 "
     "ft three hours later. It "
     "must have landed near there, but nothing says where.",
     {{0}}},
    {"traces",
     "trace_full_ab2c8e.json",
     "Six points descending through 20,000 ft towards Reno or Sacramento at 01:13, then climbing "
     "through FL351 over "
     "Reno at 02:38: a stop of unknown place.",
     {{0}}},
    {"traces", "trace_full_a8758b.json", "Three pieces of cruise, hours apart.", {{0}}},
    {"traces", "trace_full_a11e8b.json", "Two pieces of cruise.", {{0}}},
    {"traces", "trace_full_aab38f.json", "Two pieces of cruise.", {{0}}},
    {"traces", "trace_full_a1388c.json", "Two pieces of cruise.", {{0}}},
    {"traces", "trace_full_a7538f.json", "A climb from 32,375 ft to FL410.", {{0}}},
    {"traces", "trace_full_ac138c.json", "A climb from 26,400 ft.", {{0}}},
    {"traces", "trace_full_4d208a.json", "Cruise.", {{0}}},
    {"traces", "trace_full_a2fe8f.json", "Three points at FL341.", {{0}}},
    {"traces", "trace_full_a57b8b.json", "Nine points at FL390.", {{0}}},
};

static const char *folder;
static struct place *places;
static size_t place_count;

static void path_of(char *path, size_t size, const char *format, const char *file)
{
    snprintf(path, size, "%s/%s/%s", folder, format, file);
}

static int set_up(void **state)
{
    (void)state;
    char airports[1024], runways[1024];
    folder = getenv("SKYWITNESS_RECORDINGS");
    if (folder == NULL)
        return 0;
    path_of(airports, sizeof airports, "reference", "ourairports_medium_large.csv");
    path_of(runways, sizeof runways, "reference", "ourairports_runways.csv");
    FILE *file = fopen(airports, "r");
    if (file == NULL) {
        folder = NULL;
        return 0;
    }
    fclose(file);
    places = recorded_places(airports, runways, &place_count);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(places);
    return 0;
}

static void assert_holds(const struct recording *recording, utc_us after, utc_us before,
                         const char *moment)
{
    utc_us at;
    char times[2][UTC_TEXT_SIZE];
    if (moment == NULL)
        return;
    assert_int_equal(utc_parse(moment, &at), 0);
    if (after > at || (before != UTC_UNKNOWN && before < at))
        fail_msg("%s: %s is not between %s and %s", recording->file, moment,
                 utc_format(after, times[0]), utc_format(before, times[1]));
}

static const struct expected_visit *expectation(const struct recording *recording,
                                                const struct visit *visit)
{
    for (size_t i = 0; i < VISITS_MAX; i++)
        if (recording->visits[i].place != NULL &&
            strcmp(recording->visits[i].place, visit->place) == 0)
            return &recording->visits[i];
    return NULL;
}

static void check(const struct recording *recording, const struct followed *followed)
{
    size_t found = 0, wanted = 0;
    for (size_t i = 0; i < VISITS_MAX; i++)
        wanted += recording->visits[i].place != NULL;
    array_foreach (&followed->visits, visit) {
        if (visit->state == VISIT_SUPERSEDED || visit->grade < VISIT_A2)
            continue;
        const struct expected_visit *expected = expectation(recording, visit);
        if (expected == NULL)
            fail_msg("%s: a visit to %s (%s) that is not there", recording->file, visit->place,
                     visit_grade_name(visit->grade));
        if (visit->grade < expected->least)
            fail_msg("%s: %s only %s", recording->file, visit->place,
                     visit_grade_name(visit->grade));
        assert_holds(recording, visit->arrived_after, visit->arrived_before, expected->arrived);
        assert_holds(recording, visit->departed_after, visit->departed_before, expected->departed);
        found++;
    }
    if (found != wanted)
        fail_msg("%s: %zu visits instead of %zu", recording->file, found, wanted);
}

static void test_recordings(void **state)
{
    (void)state;
    if (folder == NULL) {
        print_message(
            "SKYWITNESS_RECORDINGS is not set, or has no reference/ourairports_medium_large.csv\n");
        skip();
    }
    for (size_t i = 0; i < sizeof recordings / sizeof recordings[0]; i++) {
        char path[1024];
        path_of(path, sizeof path, recordings[i].format, recordings[i].file);
        struct made_pushes pushes = recorded_read(path, recordings[i].format);
        assert_true(pushes.count > 0);
        struct follow_manner live = {
            .batch = 1, .ticks = true, .places = places, .place_count = place_count};
        struct followed followed = follow(&pushes, live);
        check(&recordings[i], &followed);
        followed_done(&followed);
        array_free(&pushes);
    }
}

// The strip of the Black Rock desert as its ground reports show it, added to the list.
static void test_strip_that_is_listed(void **state)
{
    (void)state;
    char path[1024];
    if (folder == NULL)
        skip();
    struct place strip = {.id = "88NV",
                          .name = "Black Rock City",
                          .kind = PLACE_AIRFIELD,
                          .reference = {40.7636, -119.2125},
                          .elevation_ft = 3910};
    static const char *const files[] = {"trace_full_a3c78c.json", "trace_full_aa178d.json"};
    for (size_t i = 0; i < 2; i++) {
        path_of(path, sizeof path, "traces", files[i]);
        struct made_pushes pushes = recorded_read(path, "traces");
        struct follow_manner live = {.batch = 1, .ticks = true, .places = &strip, .place_count = 1};
        struct followed followed = follow(&pushes, live);
        // Local flights that never leave the field's vicinity are one stay.
        size_t standing = 0;
        array_foreach (&followed.visits, visit) {
            standing += visit->state != VISIT_SUPERSEDED;
            assert_int_equal(visit->grade, VISIT_A3);
        }
        assert_int_equal(standing, 1);
        // But each flight is a sighting of its own.
        size_t landed = 0;
        array_foreach (&followed.sightings, sighting)
            landed +=
                sighting->state == SIGHTING_LANDED && strcmp(sighting->destination, "88NV") == 0;
        assert_int_equal(landed, i == 0 ? 2 : 6);
        followed_done(&followed);
        array_free(&pushes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recordings),
        cmocka_unit_test(test_strip_that_is_listed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
