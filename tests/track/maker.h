// SPDX-License-Identifier: MIT
// Made-up aircraft for the tests of the track stage: everything here is synthetic.
#pragma once

#include "track/tracker.h"

// 2025-10-26T08:00:00Z
#define MAKER_START ((utc_us)1761465600 * UTC_SECOND)

// An aircraft in straight flight. Change the fields between points as the test needs.
struct made_aircraft {
    struct observation now;
    double climb_fpm;
};

// Airfields of the Levant and some others, Latakia first; Beirut is a spoof cluster of 5 nm; the
// last is a region.
#define MAKER_PLACE_COUNT 19
extern const struct place maker_places[MAKER_PLACE_COUNT];

struct made_aircraft made_aircraft_at(const char *icao24, double latitude_deg, double longitude_deg,
                                      int32_t altitude_ft, float ground_speed_kt, float track_deg);
// Moves it on by so many seconds.
void made_aircraft_fly(struct made_aircraft *aircraft, double seconds);
void made_aircraft_land(struct made_aircraft *aircraft, double latitude_deg, double longitude_deg);

// One recorded step of a feed: what tracker_push takes.
struct made_push {
    struct observation observation;
    char feed[FEED_ID_SIZE];
    utc_us received_at;
};
struct made_pushes ARRAY_OF(struct made_push);

// As it is now, received `delay_s` after.
void made_push_add(struct made_pushes *pushes, const struct made_aircraft *aircraft,
                   const char *feed, double delay_s);
// A point each `every_s` for `for_s`, the aircraft flying on.
void made_pushes_fly(struct made_pushes *pushes, struct made_aircraft *aircraft, const char *feed,
                     double every_s, double for_s);
// Stable order by received_at.
void made_pushes_sort(struct made_pushes *pushes);
