// SPDX-License-Identifier: MIT
#include "maker.h"

#include "base/text.h"

#include <string.h>

const struct place maker_places[MAKER_PLACE_COUNT] = {
    {.id = "OSLK", .name = "Hmeimim / Latakia", .kind = PLACE_AIRFIELD, .reference = {35.4011, 35.9487},
     .elevation_ft = 157, .runway_count = 1,
     .runways = {{.length_ft = 9175,
                  .ends = {{"17", {35.41390, 35.94750}, 157}, {"35", {35.38870, 35.94940}, 128}}}}},
    {.id = "OSDI", .name = "Damascus", .kind = PLACE_AIRFIELD, .reference = {33.4115, 36.5156},
     .elevation_ft = 2020, .runway_count = 1,
     .runways = {{.length_ft = 11811,
                  .ends = {{"05R", {33.38500, 36.49610}, 2020}, {"23L", {33.40630, 36.52447}, 2020}}}}},
    {.id = "OLBA", .name = "Beirut", .kind = PLACE_AIRFIELD, .reference = {33.8209, 35.4884},
     .elevation_ft = 87, .spoof_radius_nm = 5},
    {.id = "OS72", .name = "Tiyas / T4", .kind = PLACE_AIRFIELD, .reference = {34.5226, 37.6299},
     .elevation_ft = 1805},
    {.id = "LCLK", .name = "Larnaca", .kind = PLACE_AIRFIELD, .reference = {34.8751, 33.6249},
     .elevation_ft = 8},
    {.id = "region", .name = "A region", .kind = PLACE_CIRCLE, .reference = {35, 36}, .radius_nm = 100},
};

struct made_aircraft made_aircraft_at(const char *icao24, double latitude_deg, double longitude_deg,
                                      int32_t altitude_ft, float ground_speed_kt, float track_deg)
{
    struct made_aircraft made = {
        .now = {
            .position_source = POSITION_SOURCE_ADSB_ICAO,
            .observed_at = MAKER_START,
            .has_position = true,
            .position = {latitude_deg, longitude_deg},
            .altitude_baro_ft = altitude_ft,
            .altitude_geom_ft = OBSERVATION_UNKNOWN,
            .ground_speed_kt = ground_speed_kt,
            .track_deg = track_deg,
            .nic = 8, .nac_p = 9, .sil = 3, .adsb_version = 2,
            .gps_ok_before = UTC_UNKNOWN,
            .seen_position_s = 1.0F,
            .watch_mask = 1,
        },
    };
    text_copy(made.now.icao24, sizeof made.now.icao24, icao24);
    text_copy(made.now.callsign, sizeof made.now.callsign, "RFF7032");
    text_copy(made.now.type_code, sizeof made.now.type_code, "IL62");
    return made;
}

void made_aircraft_fly(struct made_aircraft *aircraft, double seconds)
{
    struct observation *now = &aircraft->now;
    now->position = geodesy_destination(now->position, (double)now->track_deg,
                                        (double)now->ground_speed_kt * seconds / 3600.0);
    if (now->altitude_baro_ft != OBSERVATION_UNKNOWN)
        now->altitude_baro_ft += (int32_t)(aircraft->climb_fpm * seconds / 60.0);
    now->vertical_rate_fpm = (int32_t)aircraft->climb_fpm;
    now->observed_at += (utc_us)(seconds * (double)UTC_SECOND);
}

void made_aircraft_land(struct made_aircraft *aircraft, double latitude_deg, double longitude_deg)
{
    aircraft->now.position = (struct position){latitude_deg, longitude_deg};
    aircraft->now.on_ground = true;
    aircraft->now.altitude_baro_ft = OBSERVATION_UNKNOWN;
    aircraft->now.ground_speed_kt = 0;
    aircraft->climb_fpm = 0;
}

void made_push_add(struct made_pushes *pushes, const struct made_aircraft *aircraft, const char *feed,
                   double delay_s)
{
    struct made_push *push = array_append(pushes);
    push->observation = aircraft->now;
    text_copy(push->feed, sizeof push->feed, feed);
    push->received_at = aircraft->now.observed_at + (utc_us)(delay_s * (double)UTC_SECOND);
}

void made_pushes_fly(struct made_pushes *pushes, struct made_aircraft *aircraft, const char *feed,
                     double every_s, double for_s)
{
    for (double flown_s = 0; flown_s < for_s; flown_s += every_s) {
        made_aircraft_fly(aircraft, every_s);
        made_push_add(pushes, aircraft, feed, 1);
    }
}

void made_pushes_sort(struct made_pushes *pushes)
{
    for (size_t i = 1; i < pushes->count; i++) {
        struct made_push one = pushes->items[i];
        size_t at = i;
        for (; at > 0 && pushes->items[at - 1].received_at > one.received_at; at--)
            pushes->items[at] = pushes->items[at - 1];
        pushes->items[at] = one;
    }
}
