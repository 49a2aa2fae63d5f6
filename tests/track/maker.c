// SPDX-License-Identifier: MIT
#include "maker.h"

#include "base/text.h"

#include <string.h>

struct made_aircraft made_aircraft_at(const char *icao24, double latitude_deg, double longitude_deg,
                                      int32_t altitude_ft, float ground_speed_kt, float track_deg)
{
    struct made_aircraft made = {
        .now =
            {
                .position_source = POSITION_SOURCE_ADSB_ICAO,
                .observed_at = MAKER_START,
                .has_position = true,
                .position = {latitude_deg, longitude_deg},
                .altitude_baro_ft = altitude_ft,
                .altitude_geom_ft = OBSERVATION_UNKNOWN,
                .ground_speed_kt = ground_speed_kt,
                .track_deg = track_deg,
                .nic = 8,
                .nac_p = 9,
                .sil = 3,
                .adsb_version = 2,
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

void made_push_add(struct made_pushes *pushes, const struct made_aircraft *aircraft,
                   const char *feed, double delay_s)
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
