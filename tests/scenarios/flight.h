// SPDX-License-Identifier: MIT
// Made-up flights with known truth. Everything here is synthetic: no aircraft ever flew so.
#pragma once

#include "base/array.h"
#include "base/place.h"
#include "feed/observation.h"
#include "track/visit.h"

// The state of the aircraft at one moment, whether or not anyone heard it.
struct true_state {
    utc_us at;
    struct position position;
    double altitude_ft; // true and barometric alike
    double ground_speed_kt;
    double track_deg;
    double rate_fpm;
    bool on_ground;
    bool transponder;
    char callsign[CALLSIGN_SIZE];
};
struct true_state_array ARRAY_OF(struct true_state);

struct true_visit {
    char place[PLACE_ID_SIZE];
    utc_us arrived, departed; // touch-down and lift-off; UTC_UNKNOWN where it did not happen
    enum visit_grade least; // what the evidence that was given has to lead to; VISIT_A0 for nothing
    enum visit_grade most;  // what it may lead to at most
};
struct true_visit_array ARRAY_OF(struct true_visit);

struct flight {
    char icao24[ICAO24_SIZE];
    char type_code[TYPE_CODE_SIZE];
    struct true_state now;
    struct true_state_array states;
    struct true_visit_array visits;
};

void flight_done(struct flight *flight);

// In the air somewhere.
void flight_begin(struct flight *flight, const char *icao24, const char *type_code,
                  const char *callsign, utc_us at, struct position position, double altitude_ft);
// Parked at a field, transponder off.
void flight_begin_parked(struct flight *flight, const char *icao24, const char *type_code,
                         const char *callsign, utc_us at, const struct place *field);

// Straight to there, reaching `altitude_ft` on the way at `rate_fpm` (its magnitude), then level.
void flight_to(struct flight *flight, struct position position, double altitude_ft,
               double rate_fpm);
// The same for so many seconds on a heading.
void flight_on(struct flight *flight, double track_deg, double seconds, double altitude_ft,
               double rate_fpm);
// Round in a hold of four minutes a turn.
void flight_hold(struct flight *flight, double seconds);
// Down to `height_ft` above the field on the final of runway `end` (0 or 1 of the first runway).
void flight_approach(struct flight *flight, const struct place *field, int end, double height_ft);
// The whole approach, touch-down, roll and two minutes of taxi; notes the arrival.
void flight_land(struct flight *flight, const struct place *field, int end);
// Down to the runway, along it for some seconds, and up again.
void flight_touch_and_go(struct flight *flight, const struct place *field, int end,
                         double ground_s);
// On the spot, with or without the transponder.
void flight_park(struct flight *flight, double seconds, bool transponder);
// Two minutes of taxi, roll, lift-off (noted as the departure), and the climb to `altitude_ft`.
void flight_take_off(struct flight *flight, const struct place *field, int end, double altitude_ft);
void flight_callsign(struct flight *flight, const char *callsign);

// The state at any time, between the steps; false when there is none or the transponder was off.
bool flight_at(const struct flight *flight, utc_us at, struct true_state *ret_state);
