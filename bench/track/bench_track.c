// SPDX-License-Identifier: MIT
// Points a second of the track stage alone: synthetic aircraft, one point a second each, a tick
// after each second. Usage: bench_track [AIRCRAFT [SECONDS]]. Prints the median of five runs and
// the share of one core that live traffic would take.
#include "track/tracker.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RUNS 5
#define PARKED_EVERY 20
#define PLACES 5000
#define START ((utc_us)1761465600 * UTC_SECOND)

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// Airfields spread evenly, one within about 60 nm of any point of the band that is flown in.
static struct place *make_places(void)
{
    struct place *places = calloc(PLACES, sizeof *places);
    if (places == NULL)
        exit(1);
    for (size_t i = 0; i < PLACES; i++) {
        snprintf(places[i].id, sizeof places[i].id, "F%zu", i);
        places[i].kind = PLACE_AIRFIELD;
        places[i].reference.latitude_deg = -60.0 + (double)(i / 100) * 2.4;
        places[i].reference.longitude_deg = -180.0 + (double)(i % 100) * 3.6;
        places[i].elevation_ft = (int32_t)(i % 3000);
        places[i].spoof_radius_nm = i % 1000 == 0 ? 5 : 0;
    }
    return places;
}

// One in `parked_every` stands at an airfield.
static void make_aircraft(struct observation *aircraft, size_t count, size_t parked_every,
                          const struct place *places)
{
    for (size_t i = 0; i < count; i++) {
        struct observation *one = &aircraft[i];
        memset(one, 0, sizeof *one);
        snprintf(one->icao24, sizeof one->icao24, "%06x", (unsigned)i + 0x140000);
        snprintf(one->callsign, sizeof one->callsign, "T%zu", i % 10000);
        snprintf(one->type_code, sizeof one->type_code, "A320");
        one->position_source = POSITION_SOURCE_ADSB_ICAO;
        one->observed_at = START;
        one->has_position = true;
        one->position.latitude_deg = -55.0 + (double)(i % 1100) / 10.0;
        one->position.longitude_deg = -179.0 + (double)(i % 3580) / 10.0;
        // A quarter low, as around airfields.
        one->on_ground = i % parked_every == 0;
        if (one->on_ground)
            one->position = places[i % PLACES].reference;
        one->altitude_baro_ft =
            i % 4 == 0 ? 1000 + (int32_t)(i % 8000) : 20000 + (int32_t)(i % 20000);
        one->altitude_geom_ft = OBSERVATION_UNKNOWN;
        one->ground_speed_kt = one->on_ground ? 0 : 420;
        one->track_deg = (float)(i % 360);
        one->nac_p = 9;
        one->sil = 3;
        one->adsb_version = 2;
        one->gps_ok_before = UTC_UNKNOWN;
        one->watch_mask = 1;
    }
}

static void fly(struct observation *one)
{
    double step_deg = (double)one->ground_speed_kt / 3600.0 / 60.0;
    double angle = (double)one->track_deg * 3.14159265358979 / 180.0;
    one->position.latitude_deg += step_deg * cos(angle);
    one->position.longitude_deg += step_deg * sin(angle);
    one->observed_at += UTC_SECOND;
}

static double run(struct observation *aircraft, size_t count, size_t seconds, size_t parked_every,
                  const struct place *places, double *ret_bytes)
{
    struct tracker *tracker = tracker_new(places, PLACES);
    struct track_effects effects = {0};
    make_aircraft(aircraft, count, parked_every, places);
    size_t before = mallinfo2().uordblks;
    double spent_s = 0;
    for (size_t second = 0; second < seconds; second++) {
        for (size_t i = 0; i < count; i++)
            fly(&aircraft[i]);
        double began_s = now_s();
        utc_us received_at = START + (utc_us)(second + 2) * UTC_SECOND;
        for (size_t i = 0; i < count; i++)
            tracker_push(tracker, &aircraft[i], "feed", received_at, &effects);
        tracker_advance(tracker, received_at, &effects);
        spent_s += now_s() - began_s;
        array_clear(&effects.points);
        array_clear(&effects.sightings);
        array_clear(&effects.visits);
    }
    track_effects_done(&effects);
    *ret_bytes = (double)(mallinfo2().uordblks - before) / (double)count;
    tracker_free(tracker);
    return (double)(count * seconds) / spent_s;
}

static int by_value(const void *first, const void *second)
{
    double a = *(const double *)first, b = *(const double *)second;
    return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
    size_t seconds = argc > 2 ? strtoul(argv[2], NULL, 10) : 60;
    if (count == 0 || seconds == 0 || count > 1000000 || seconds > 100000) {
        fprintf(stderr, "usage: bench_track [AIRCRAFT [SECONDS]]\n");
        return 64;
    }
    struct place *places = make_places();
    struct observation *aircraft = calloc(count, sizeof *aircraft);
    if (aircraft == NULL)
        return 1;
    double rates[RUNS], bytes = 0;
    for (size_t i = 0; i < RUNS; i++)
        rates[i] = run(aircraft, count, seconds, PARKED_EVERY, places, &bytes);
    qsort(rates, RUNS, sizeof rates[0], by_value);
    printf("track: %.0f points/s (median of %d; %.0f to %.0f), %zu aircraft at one point a second "
           "take "
           "%.1f %% of a core and %.0f bytes each\n",
           rates[RUNS / 2], RUNS, rates[0], rates[RUNS - 1], count,
           100.0 * (double)count / rates[RUNS / 2], bytes);
    run(aircraft, count, seconds, 1, places, &bytes);
    printf("track: %.0f bytes each when all of them stay at an airfield\n", bytes);
    free(aircraft);
    free(places);
    return 0;
}
