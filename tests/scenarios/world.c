// SPDX-License-Identifier: MIT
#include "world.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

void world_done(struct world *world)
{
    for (size_t i = 0; i < world->flight_count; i++)
        flight_done(&world->flights[i]);
}

struct flight *world_add_flight(struct world *world)
{
    return &world->flights[world->flight_count++];
}

struct world_feed *world_add_feed(struct world *world, const char *id, double floor_ft)
{
    struct world_feed *feed = &world->feeds[world->feed_count++];
    *feed = (struct world_feed){
        .id = id,
        .poll_s = 10,
        .seen_s = 2,
        .delay_s = 0.5,
        .floor_ft = floor_ft,
        .outage_from = INT64_MAX,
        .outage_until = INT64_MIN,
        .source = POSITION_SOURCE_ADSB_ICAO,
        .flights = UINT32_MAX,
        .wrong_from = INT64_MAX,
        .wrong_until = INT64_MIN,
    };
    return feed;
}

const struct place *world_place(const char *id)
{
    for (size_t i = 0; i < MAKER_PLACE_COUNT; i++)
        if (strcmp(maker_places[i].id, id) == 0)
            return &maker_places[i];
    return NULL;
}

void world_expect(struct world *world, size_t index, enum visit_grade least, enum visit_grade most)
{
    struct true_visit_array *visits = &world->flights[0].visits;
    if (index < visits->count) {
        visits->items[index].least = least;
        visits->items[index].most = most;
    }
}

static double height_above_nearest_ft(const struct true_state *state)
{
    double nearest_nm = INFINITY, elevation_ft = 0;
    for (size_t i = 0; i < MAKER_PLACE_COUNT; i++) {
        double distance_nm = geodesy_distance_nm(maker_places[i].reference, state->position);
        if (maker_places[i].kind == PLACE_AIRFIELD && distance_nm < nearest_nm) {
            nearest_nm = distance_nm;
            elevation_ft = maker_places[i].elevation_ft;
        }
    }
    return state->altitude_ft - elevation_ft;
}

static bool hears(const struct world_feed *feed, const struct true_state *state, utc_us polled_at)
{
    if (polled_at >= feed->outage_from && polled_at < feed->outage_until)
        return false;
    if (state->on_ground)
        return feed->floor_ft < 0;
    return height_above_nearest_ft(state) >= feed->floor_ft;
}

static struct observation observation_of(const struct world_feed *feed, const struct flight *flight,
                                         const struct true_state *state)
{
    struct observation observation = {
        .position_source = feed->source,
        .observed_at = state->at + (utc_us)(feed->clock_ahead_s * (double)UTC_SECOND),
        .has_position = true,
        .position = state->position,
        .on_ground = state->on_ground,
        // In steps of 25 ft, as transponders give it.
        .altitude_baro_ft =
            state->on_ground ? OBSERVATION_UNKNOWN : (int32_t)(round(state->altitude_ft / 25) * 25),
        .altitude_geom_ft = OBSERVATION_UNKNOWN,
        .ground_speed_kt = (float)state->ground_speed_kt,
        .track_deg = (float)state->track_deg,
        .vertical_rate_fpm =
            state->on_ground ? OBSERVATION_UNKNOWN : (int32_t)(round(state->rate_fpm / 64) * 64),
        .nic = 8,
        .nac_p = 9,
        .sil = 3,
        .adsb_version = 2,
        .gps_ok_before = UTC_UNKNOWN,
        .seen_position_s = (float)feed->seen_s,
        .watch_mask = 1,
    };
    text_copy(observation.icao24, sizeof observation.icao24, flight->icao24);
    text_copy(observation.type_code, sizeof observation.type_code, flight->type_code);
    text_copy(observation.callsign, sizeof observation.callsign, state->callsign);
    return observation;
}

static void poll_flight(const struct world_feed *feed, const struct flight *flight,
                        utc_us polled_at, struct made_pushes *pushes)
{
    struct true_state state;
    utc_us made_at = polled_at - (utc_us)(feed->seen_s * (double)UTC_SECOND);
    if (!flight_at(flight, made_at, &state) || !hears(feed, &state, polled_at))
        return;
    struct observation observation = observation_of(feed, flight, &state);
    if (feed->distort != NULL && !feed->distort(feed, &state, &observation))
        return;
    struct made_push *push = array_append(pushes);
    push->observation = observation;
    text_copy(push->feed, sizeof push->feed, feed->id);
    push->received_at = polled_at + (utc_us)(feed->delay_s * (double)UTC_SECOND);
}

static int by_received(const void *first, const void *second)
{
    const struct made_push *a = first, *b = second;
    if (a->received_at != b->received_at)
        return a->received_at < b->received_at ? -1 : 1;
    int order = strcmp(a->feed, b->feed);
    return order != 0 ? order : strcmp(a->observation.callsign, b->observation.callsign);
}

struct made_pushes world_pushes(const struct world *world)
{
    struct made_pushes pushes = {0};
    for (size_t f = 0; f < world->feed_count; f++)
        for (size_t i = 0; i < world->flight_count; i++) {
            const struct world_feed *feed = &world->feeds[f];
            const struct flight *flight = &world->flights[i];
            if (!(feed->flights & (1U << i)) || flight->states.count == 0)
                continue;
            utc_us last = flight->states.items[flight->states.count - 1].at + UTC_MINUTE;
            utc_us every = (utc_us)(feed->poll_s * (double)UTC_SECOND);
            // Feeds do not poll at the same moment.
            utc_us at = flight->states.items[0].at + (utc_us)f * UTC_SECOND;
            for (; at <= last; at += every)
                poll_flight(feed, flight, at, &pushes);
        }
    if (pushes.count > 0)
        qsort(pushes.items, pushes.count, sizeof pushes.items[0], by_received);
    return pushes;
}
