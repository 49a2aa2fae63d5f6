// SPDX-License-Identifier: MIT
#include "support/synthetic_entry.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FIRST_ADDRESS 0x3c0000u
#define CIRCLE_RADIUS_DEG 0.5
#define SECONDS_PER_CIRCLE 600.0

static void fill_poll(struct poll *poll, const struct synthetic_shape *shape, int64_t number)
{
    strcpy(poll->feed, SYNTHETIC_FEED);
    snprintf(poll->request, sizeof poll->request, "/synthetic/%lld", (long long)number);
    poll->asked_at = shape->start + (number - 1) * UTC_SECOND;
    poll->answered_at = poll->asked_at + 200 * 1000;
    poll->feed_now = poll->asked_at + 100 * 1000;
    poll->status = 200;
    poll->bytes = shape->aircraft * UINT64_C(600);
    poll->has_body = true;
    digest_sha256(&number, sizeof number, poll->body_sha256);
    poll->aircraft_heard = poll->aircraft_kept = shape->aircraft;
}

static void fill_observation(struct observation *seen, uint32_t aircraft, utc_us observed_at)
{
    double angle = 2 * M_PI * (utc_to_seconds(observed_at) / SECONDS_PER_CIRCLE + aircraft * 0.01);
    snprintf(seen->icao24, sizeof seen->icao24, "%06x", FIRST_ADDRESS + aircraft);
    snprintf(seen->callsign, sizeof seen->callsign, "SYN%u", aircraft % 10000);
    snprintf(seen->squawk, sizeof seen->squawk, "%04o", aircraft % 4096);
    strcpy(seen->type_code, "A124");
    seen->position_source = POSITION_SOURCE_ADSB_ICAO;
    seen->observed_at = observed_at;
    seen->has_position = true;
    seen->position.latitude_deg = 30 + aircraft % 200 * 0.1 + CIRCLE_RADIUS_DEG * sin(angle);
    seen->position.longitude_deg = 10 + aircraft / 200 * 0.2 + CIRCLE_RADIUS_DEG * cos(angle);
    seen->altitude_baro_ft = 10000 + (int32_t)(aircraft % 250) * 100;
    seen->altitude_geom_ft = aircraft % 7 == 0 ? OBSERVATION_UNKNOWN : seen->altitude_baro_ft + 300;
    seen->ground_speed_kt = 420.5f;
    seen->track_deg = (float)fmod(angle * 180 / M_PI, 360);
    seen->vertical_rate_fpm = aircraft % 5 == 0 ? OBSERVATION_UNKNOWN : 64;
    seen->nic = 8;
    seen->nac_p = 9;
    seen->sil = aircraft % 11 == 0 ? OBSERVATION_SMALL_UNKNOWN : 3;
    seen->adsb_version = 2;
    seen->gps_ok_before = UTC_UNKNOWN;
    seen->seen_position_s = 0.1f;
    seen->watch_mask = 1;
}

static void add_raw(struct entry *entry, const struct observation *seen)
{
    char object[128];
    int length = snprintf(object, sizeof object, "{\"hex\":\"%s\",\"lat\":%.6f,\"lon\":%.6f}",
                          seen->icao24, seen->position.latitude_deg, seen->position.longitude_deg);
    struct raw_observation *raw = array_append(&entry->raws);
    memcpy(raw->icao24, seen->icao24, sizeof raw->icao24);
    raw->observed_at = seen->observed_at;
    raw->offset = (uint32_t)entry->raw_bytes.length;
    raw->length = (uint32_t)length;
    byte_writer_raw(&entry->raw_bytes, object, (size_t)length);
}

static void add_sighting(struct entry *entry, const struct observation *seen, utc_us opened_at,
                         enum sighting_state state)
{
    struct sighting *sighting = array_append(&entry->sightings);
    memcpy(sighting->icao24, seen->icao24, sizeof sighting->icao24);
    sighting->opened_at = sighting->first_seen = opened_at;
    sighting->last_seen = seen->observed_at;
    sighting->state = state;
    strcpy(sighting->type_code, seen->type_code);
    strcpy(sighting->callsigns[0], seen->callsign);
    sighting->callsign_count = 1;
    strcpy(sighting->feeds[0], SYNTHETIC_FEED);
    sighting->feed_count = 1;
    sighting->watch_mask = seen->watch_mask;
    sighting->first_position = sighting->last_position = seen->position;
    sighting->last_altitude_ft = seen->altitude_baro_ft;
}

void synthetic_entry(struct entry *entry, const struct synthetic_shape *shape, int64_t number)
{
    int64_t flight_start = 1;
    int64_t flight_end = INT64_MAX;
    if (shape->close_after > 0) {
        flight_start = (number - 1) / shape->close_after * shape->close_after + 1;
        flight_end = flight_start + shape->close_after - 1;
    }
    entry->sequence = number;
    fill_poll(&entry->poll, shape, number);
    for (uint32_t aircraft = 0; aircraft < shape->aircraft; aircraft++) {
        utc_us age = aircraft % 10 * (utc_us)50000;
        struct track_point *point = array_append(&entry->points);
        fill_observation(&point->seen, aircraft, entry->poll.feed_now - age);
        point->received_at = entry->poll.answered_at;
        strcpy(point->feed, SYNTHETIC_FEED);
        utc_us opened_at = point->seen.observed_at - (number - flight_start) * UTC_SECOND;
        if (number == flight_start)
            add_sighting(entry, &point->seen, opened_at, SIGHTING_OPEN);
        if (number == flight_end)
            add_sighting(entry, &point->seen, opened_at, SIGHTING_LANDED);
        if (shape->with_raw)
            add_raw(entry, &point->seen);
    }
}
