// SPDX-License-Identifier: MIT
#include "flight.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

#define STEP_S 2.0
#define PARKED_STEP_S 10.0
#define FINAL_LENGTH_NM 9.0
#define GLIDE_FT_PER_NM 318.0 // 3 degrees
#define CLIMB_FPM 2200.0
#define DESCENT_FPM 2600.0
#define DESCENT_FT_PER_NM 230.0 // on the way to the gate

void flight_done(struct flight *flight)
{
    array_free(&flight->states);
    array_free(&flight->visits);
}

static void note(struct flight *flight, double seconds)
{
    flight->now.at += (utc_us)(seconds * (double)UTC_SECOND);
    *array_append(&flight->states) = flight->now;
}

static void begin(struct flight *flight, const char *icao24, const char *type_code,
                  const char *callsign, utc_us at, struct position position)
{
    *flight = (struct flight){.now = {.at = at, .position = position, .transponder = true}};
    text_copy(flight->icao24, sizeof flight->icao24, icao24);
    text_copy(flight->type_code, sizeof flight->type_code, type_code);
    text_copy(flight->now.callsign, sizeof flight->now.callsign, callsign);
}

void flight_begin(struct flight *flight, const char *icao24, const char *type_code,
                  const char *callsign, utc_us at, struct position position, double altitude_ft)
{
    begin(flight, icao24, type_code, callsign, at, position);
    flight->now.altitude_ft = altitude_ft;
    flight->now.ground_speed_kt = altitude_ft > 20000 ? 450 : 280;
    note(flight, 0);
}

void flight_begin_parked(struct flight *flight, const char *icao24, const char *type_code,
                         const char *callsign, utc_us at, const struct place *field)
{
    begin(flight, icao24, type_code, callsign, at, field->reference);
    flight->now.on_ground = true;
    flight->now.altitude_ft = field->elevation_ft;
    flight->now.transponder = false;
    note(flight, 0);
}

static double speed_at(double altitude_ft)
{
    return altitude_ft > 24000 ? 450 : altitude_ft > 10000 ? 320 : altitude_ft > 4000 ? 240 : 190;
}

// One step on the present track, towards an altitude and a speed.
static void step(struct flight *flight, double altitude_ft, double rate_fpm, double speed_kt,
                 double seconds)
{
    struct true_state *now = &flight->now;
    double change_ft = altitude_ft - now->altitude_ft;
    double most_ft = fabs(rate_fpm) * seconds / 60;
    double made_ft = fmax(-most_ft, fmin(most_ft, change_ft));
    now->altitude_ft += made_ft;
    now->rate_fpm = made_ft / seconds * 60;
    double speed_change = speed_kt - now->ground_speed_kt;
    now->ground_speed_kt += fmax(-3 * seconds, fmin(3 * seconds, speed_change));
    now->position =
        geodesy_destination(now->position, now->track_deg, now->ground_speed_kt * seconds / 3600);
    note(flight, seconds);
}

void flight_to(struct flight *flight, struct position position, double altitude_ft, double rate_fpm)
{
    double distance_nm;
    while ((distance_nm = geodesy_distance_nm(flight->now.position, position)) > 0.3) {
        flight->now.track_deg = geodesy_bearing_deg(flight->now.position, position);
        double seconds = fmin(STEP_S, distance_nm / fmax(flight->now.ground_speed_kt, 60) * 3600);
        step(flight, altitude_ft, rate_fpm, speed_at(flight->now.altitude_ft), seconds);
    }
}

void flight_on(struct flight *flight, double track_deg, double seconds, double altitude_ft,
               double rate_fpm)
{
    flight->now.track_deg = track_deg;
    for (double flown = 0; flown < seconds; flown += STEP_S)
        step(flight, altitude_ft, rate_fpm, speed_at(flight->now.altitude_ft), STEP_S);
}

void flight_hold(struct flight *flight, double seconds)
{
    for (double flown = 0; flown < seconds; flown += STEP_S) {
        flight->now.track_deg = fmod(flight->now.track_deg + 1.5 * STEP_S, 360);
        step(flight, flight->now.altitude_ft, 0, 210, STEP_S);
    }
}

static double course_of(const struct place *field, int end)
{
    const struct runway *runway = &field->runways[0];
    return geodesy_bearing_deg(runway->ends[end].threshold, runway->ends[1 - end].threshold);
}

void flight_approach(struct flight *flight, const struct place *field, int end, double height_ft)
{
    struct position threshold = field->runways[0].ends[end].threshold;
    double course_deg = course_of(field, end);
    struct position gate = geodesy_destination(threshold, course_deg + 180, FINAL_LENGTH_NM);
    double gate_ft = field->elevation_ft + GLIDE_FT_PER_NM * FINAL_LENGTH_NM;
    double distance_nm;
    // To the gate, down when the path demands it.
    while ((distance_nm = geodesy_distance_nm(flight->now.position, gate)) > 0.3) {
        flight->now.track_deg = geodesy_bearing_deg(flight->now.position, gate);
        double path_ft = gate_ft + DESCENT_FT_PER_NM * distance_nm;
        double wanted_ft = fmin(flight->now.altitude_ft, fmax(gate_ft, path_ft));
        double seconds = fmin(STEP_S, distance_nm / fmax(flight->now.ground_speed_kt, 60) * 3600);
        step(flight, wanted_ft, DESCENT_FPM, speed_at(flight->now.altitude_ft), seconds);
    }
    flight->now.position = gate;
    for (;;) {
        double to_go_nm = geodesy_distance_nm(flight->now.position, threshold);
        flight->now.track_deg = geodesy_bearing_deg(flight->now.position, threshold);
        double wanted_ft = field->elevation_ft + GLIDE_FT_PER_NM * to_go_nm;
        if (to_go_nm < 0.06 || flight->now.altitude_ft - field->elevation_ft <= height_ft)
            return;
        step(flight, wanted_ft, DESCENT_FPM, 145, fmin(STEP_S, to_go_nm / 145 * 3600));
    }
}

static void roll(struct flight *flight, const struct place *field, int end, double speed_kt,
                 double seconds)
{
    flight->now.on_ground = true;
    flight->now.altitude_ft = field->elevation_ft;
    flight->now.track_deg = course_of(field, end);
    note(flight, 0);
    for (double rolled = 0; rolled < seconds; rolled += STEP_S)
        step(flight, field->elevation_ft, 0, speed_kt, STEP_S);
}

static struct true_visit *new_visit(struct flight *flight, const struct place *field)
{
    struct true_visit *visit = array_append(&flight->visits);
    text_copy(visit->place, sizeof visit->place, field->id);
    visit->arrived = visit->departed = UTC_UNKNOWN;
    visit->least = VISIT_A0;
    visit->most = VISIT_A4;
    return visit;
}

void flight_land(struct flight *flight, const struct place *field, int end)
{
    flight_approach(flight, field, end, 0);
    new_visit(flight, field)->arrived = flight->now.at;
    roll(flight, field, end, 12, 48);
    flight_park(flight, 100, true);
}

static void climb_away(struct flight *flight, const struct place *field, int end,
                       double altitude_ft)
{
    flight->now.on_ground = false;
    flight->now.track_deg = course_of(field, end);
    note(flight, 0);
    while (flight->now.altitude_ft < altitude_ft - 1)
        step(flight, altitude_ft, CLIMB_FPM, speed_at(flight->now.altitude_ft), STEP_S);
}

void flight_touch_and_go(struct flight *flight, const struct place *field, int end, double ground_s)
{
    flight_approach(flight, field, end, 0);
    roll(flight, field, end, 60, ground_s);
    climb_away(flight, field, end, field->elevation_ft + 1500);
}

void flight_park(struct flight *flight, double seconds, bool transponder)
{
    flight->now.on_ground = true;
    flight->now.ground_speed_kt = 0;
    flight->now.rate_fpm = 0;
    flight->now.transponder = transponder;
    for (double parked = 0; parked < seconds; parked += PARKED_STEP_S)
        note(flight, transponder ? PARKED_STEP_S : fmin(seconds - parked, PARKED_STEP_S));
}

void flight_take_off(struct flight *flight, const struct place *field, int end, double altitude_ft)
{
    flight->now.transponder = true;
    flight->now.position = field->runways[0].ends[end].threshold;
    flight_park(flight, 120, true);
    for (double rolled = 0; rolled < 34; rolled += STEP_S) {
        flight->now.track_deg = course_of(field, end);
        step(flight, field->elevation_ft, 0, 150, STEP_S);
        flight->now.ground_speed_kt += 2;
    }
    struct true_visit *visit = NULL;
    if (flight->visits.count > 0)
        visit = &flight->visits.items[flight->visits.count - 1];
    if (visit == NULL || strcmp(visit->place, field->id) != 0 || visit->departed != UTC_UNKNOWN)
        visit = new_visit(flight, field);
    visit->departed = flight->now.at;
    climb_away(flight, field, end, altitude_ft);
}

void flight_callsign(struct flight *flight, const char *callsign)
{
    text_copy(flight->now.callsign, sizeof flight->now.callsign, callsign);
}

bool flight_at(const struct flight *flight, utc_us at, struct true_state *ret_state)
{
    const struct true_state_array *states = &flight->states;
    size_t low = 0, high = states->count;
    if (high == 0 || at < states->items[0].at || at > states->items[high - 1].at)
        return false;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (states->items[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    *ret_state = states->items[low];
    if (high < states->count && states->items[high].at > ret_state->at) {
        const struct true_state *next = &states->items[high];
        double share =
            utc_to_seconds(at - ret_state->at) / utc_to_seconds(next->at - ret_state->at);
        double distance_nm = geodesy_distance_nm(ret_state->position, next->position);
        if (distance_nm > 0)
            ret_state->position = geodesy_destination(
                ret_state->position, geodesy_bearing_deg(ret_state->position, next->position),
                distance_nm * share);
        ret_state->altitude_ft += (next->altitude_ft - ret_state->altitude_ft) * share;
    }
    ret_state->at = at;
    return ret_state->transponder;
}
