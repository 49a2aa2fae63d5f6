// SPDX-License-Identifier: MIT
// What the values of the readsb family mean: units, ranges, junk, precedence of keys
// (feeds.md 1.2, 1.3 and 9). Knows nothing of JSON's bytes, so that the decoder and its oracle
// share the rules and differ in how they read.
#pragma once

#include "feed/json_convert.h"
#include "feed/observation.h"
#include "feed/readsb_field.h"

#include <stdbool.h>

// A feed's "now" above this is in milliseconds (feeds.md 1.1): as seconds it would be the year
// 5138.
#define READSB_MILLISECONDS_FROM 1e11
// A feed's time may differ from ours by so much (decoder.h).
#define READSB_CLOCK_TOLERANCE UTC_DAY

// ADSBexchange once answered a bad key with one aircraft of this registration (methods.md 2).
#define READSB_FAKE_REGISTRATION "CONTACTADSBX"

// The texts that tell who it is; no bytes where there are none.
struct readsb_identity {
    struct json_text registration, type_code, flight, squawk;
    double db_flags;
};

struct readsb_numbers {
    double values[READSB_NUMBER_END]; // by field; NAN: absent or not a number
    bool ground;                      // alt_baro, or altitude in its place, is "ground"
    struct json_text type;
    bool position_by_mlat; // "lat" is listed in "mlat"
    bool position_by_tisb; // ... in "tisb"
};

// UTC_UNKNOWN for what is no time.
utc_us readsb_time(double now);

// Lower case, '~' kept. False for what is not an address: another length, other characters, and
// 000000 and ffffff, which are no aircraft's (ICAO Annex 10 volume III, 9.2).
bool readsb_address(struct json_text hex, char ret_icao24[ICAO24_SIZE]);

bool readsb_is_fake(struct json_text registration_or_flight);

// Latitude and longitude, or no position: out of range, half of it, or exactly 0, 0.
bool readsb_position(double latitude, double longitude, struct position *ret_position);

// Whether the altitude says "ground", in the new key or, where that says nothing, in the old one.
bool readsb_on_ground(struct json_text alt_baro, double alt_baro_ft, struct json_text altitude);

// The altitudes by the plausible range, or OBSERVATION_UNKNOWN.
int32_t readsb_altitude_baro_ft(double alt_baro, double altitude);
int32_t readsb_altitude_geom_ft(double alt_geom);

enum position_source readsb_source(struct json_text type);

// Fill the observation, whose address and position are set already. observed_at becomes the
// negative age: the feed's "now" often stands behind the aircraft, and is added when it is known.
void readsb_fill_identity(const struct readsb_identity *identity, struct observation *observation);
void readsb_fill_numbers(const struct readsb_numbers *numbers, struct observation *observation);
