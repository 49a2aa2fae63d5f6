// SPDX-License-Identifier: MIT
// The score of the visits on the library of synthetic scenarios.
// Usage: bench_scenarios            the score, and what is wrong
//        bench_scenarios --list     the scenarios
//        bench_scenarios NAME       what was found in one, point by point
//        bench_scenarios --random N     the score of N flights put together by chance
//        bench_scenarios --random-one S the flight of seed S, point by point
#include "scenarios.h"
#include "scenarios_random.h"
#include "score.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIVE ((struct follow_manner){.batch = 1, .ticks = true})

static void print_visit(const struct visit *visit)
{
    char times[4][UTC_TEXT_SIZE];
    printf("visit %s %s %s: came %s to %s, left %s to %s\n", visit->place,
           visit_grade_name(visit->grade), visit_state_name(visit->state),
           utc_format(visit->arrived_after, times[0]), utc_format(visit->arrived_before, times[1]),
           utc_format(visit->departed_after, times[2]),
           utc_format(visit->departed_before, times[3]));
    for (uint8_t i = 0; i < visit->reason_count; i++) {
        const struct visit_reason *reason = &visit->reasons[i];
        printf("    %s %s: %.2f (threshold %.2f) %s %s %.1f\n", reason->met ? "+" : "-",
               visit_rule_id(reason->rule), reason->value, reason->threshold,
               visit_rule_unit(reason->rule), reason->place, reason->distance_nm);
    }
}

static void print_point(const struct track_point *point)
{
    char time[UTC_TEXT_SIZE];
    printf("%s %s %.4f %.4f %d ft %d fpm %.0f kt %.0f deg%s flags %x emitter %u\n",
           utc_format(point->seen.observed_at, time), point->feed,
           point->seen.position.latitude_deg, point->seen.position.longitude_deg,
           point->seen.altitude_baro_ft, point->seen.vertical_rate_fpm,
           (double)point->seen.ground_speed_kt, (double)point->seen.track_deg,
           point->seen.on_ground ? " ground" : "", point->flags, point->emitter);
}

static void print_world(const struct world *world)
{
    char times[2][UTC_TEXT_SIZE];
    struct made_pushes pushes = world_pushes(world);
    struct followed followed = follow(&pushes, LIVE);
    array_foreach (&followed.points, point)
        print_point(point);
    array_foreach (&followed.sightings, sighting)
        printf("sighting %u %s: %s to %s\n", sighting->emitter,
               sighting_state_name(sighting->state), utc_format(sighting->first_seen, times[0]),
               utc_format(sighting->last_seen, times[1]));
    array_foreach (&followed.visits, visit)
        print_visit(visit);
    array_foreach (&world->flights[0].visits, truth)
        printf("truth %s %s to %s\n", truth->place, utc_format(truth->arrived, times[0]),
               utc_format(truth->departed, times[1]));
    followed_done(&followed);
    array_free(&pushes);
}

static void print_one(const struct scenario *scenario)
{
    struct world world = {0};
    scenario->build(&world, scenario);
    print_world(&world);
    world_done(&world);
}

static void add_world(struct score *score, const struct world *world, const char *name)
{
    struct made_pushes pushes = world_pushes(world);
    struct followed followed = follow(&pushes, LIVE);
    score_add(score, world, &followed, name, stderr);
    followed_done(&followed);
    array_free(&pushes);
}

static void print_random(uint64_t seed)
{
    struct world world = {0};
    scenario_random(&world, seed);
    for (size_t i = 0; i < world.feed_count; i++)
        printf("feed %s: floor %.0f ft, poll %.0f s, delay %.0f s, clock %.0f s\n",
               world.feeds[i].id, world.feeds[i].floor_ft, world.feeds[i].poll_s,
               world.feeds[i].delay_s, world.feeds[i].clock_ahead_s);
    print_world(&world);
    world_done(&world);
}

static int print_score(const struct score *score)
{
    printf("scenarios: %zu synthetic, with %zu visits\n"
           "visits at A2 or above that the evidence must lead to: %zu; found %zu, missed %zu\n"
           "found beyond that: %zu; false at A2 or above: %zu\n"
           "airfield right: %zu, wrong: %zu\n"
           "brackets that hold the truth: %zu of %zu\n"
           "grades above what the truth supports: %zu, below what the evidence supports: %zu\n",
           score->scenarios, score->true_visits, score->expected, score->found, score->missed,
           score->found_beyond, score->false_visits, score->field_right, score->field_wrong,
           score->brackets - score->brackets_wrong, score->brackets, score->grades_too_high,
           score->grades_too_low);
    bool wrong = score->missed + score->false_visits + score->brackets_wrong +
                     score->grades_too_high + score->grades_too_low >
                 0;
    return wrong ? 1 : 0;
}

static int score_library(const struct scenario *library, size_t count)
{
    struct score score = {0};
    for (size_t i = 0; i < count; i++) {
        struct world world = {0};
        library[i].build(&world, &library[i]);
        add_world(&score, &world, library[i].name);
        world_done(&world);
    }
    return print_score(&score);
}

static int score_random(uint64_t count)
{
    struct score score = {0};
    for (uint64_t seed = 1; seed <= count; seed++) {
        struct world world = {0};
        char name[32];
        snprintf(name, sizeof name, "random %llu", (unsigned long long)seed);
        scenario_random(&world, seed);
        add_world(&score, &world, name);
        world_done(&world);
    }
    return print_score(&score);
}

int main(int argc, char **argv)
{
    size_t count;
    const struct scenario *library = scenario_library(&count);
    if (argc == 1)
        return score_library(library, count);
    if (argc == 3 && strcmp(argv[1], "--random") == 0)
        return score_random(strtoull(argv[2], NULL, 10));
    if (argc == 3 && strcmp(argv[1], "--random-one") == 0) {
        print_random(strtoull(argv[2], NULL, 10));
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(argv[1], "--list") == 0)
            printf("%-28s %s\n", library[i].name, library[i].story);
        else if (strcmp(argv[1], library[i].name) == 0)
            print_one(&library[i]);
    }
    return 0;
}
