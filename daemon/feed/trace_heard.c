// SPDX-License-Identifier: MIT
#include "feed/trace_heard.h"

#include "base/memory.h"
#include "feed/readsb_meaning.h"
#include "feed/readsb_nearby.h"

#include <stdlib.h>

struct trace_hearing {
    const struct feed_interest *interest;
    struct readsb_nearby *nearby; // NULL: no places
};

struct trace_hearing *trace_hearing_new(const struct feed_interest *interest)
{
    struct trace_hearing *hearing = memory_allocate_zeroed(1, sizeof *hearing);
    hearing->interest = interest;
    hearing->nearby = readsb_nearby_new(interest);
    return hearing;
}

void trace_hearing_free(struct trace_hearing *hearing)
{
    if (hearing == NULL)
        return;
    readsb_nearby_free(hearing->nearby);
    free(hearing);
}

static void note(struct trace_heard_array *array, size_t place, utc_us at, int32_t altitude_ft)
{
    utc_us hour = utc_hour_start(at);
    array_foreach (array, heard) {
        if (heard->place != place || heard->hour != hour)
            continue;
        if (altitude_ft < heard->lowest_ft)
            heard->lowest_ft = altitude_ft;
        if (at < heard->first_at) {
            heard->first_at = at;
            heard->first_ft = altitude_ft;
        } else if (at > heard->last_at) {
            heard->last_at = at;
            heard->last_ft = altitude_ft;
        }
        return;
    }
    *array_append(array) =
        (struct trace_heard){place, hour, altitude_ft, at, at, altitude_ft, altitude_ft};
}

static int32_t altitude_of(const struct trace_element *element)
{
    int32_t geom_ft = readsb_altitude_geom_ft(trace_element_number(element, TRACE_ALTITUDE_GEOM));
    if (geom_ft != OBSERVATION_UNKNOWN)
        return geom_ft;
    return readsb_altitude_baro_ft(trace_element_number(element, TRACE_ALTITUDE), (double)NAN);
}

static bool counts(const char *icao24, const struct trace_element *element)
{
    char source[JSON_TEXT_MAX];
    return readsb_nearby_counts(icao24,
                                readsb_source(trace_element_text(element, TRACE_SOURCE, source)));
}

void trace_hearing_take(struct trace_hearing *hearing, const char *icao24,
                        const struct trace_element *element, utc_us at, struct position position,
                        struct trace_heard_array *heard)
{
    const struct feed_interest *interest = hearing->interest;
    if (hearing->nearby == NULL || !readsb_nearby_may_hold(hearing->nearby, position))
        return;
    for (size_t i = 0; i < interest->place_count; i++) {
        const struct place *place = &interest->places[i];
        if (!(geodesy_distance_nm(place->reference, position) <= interest->radius_nm))
            continue;
        int32_t field_ft = place->elevation_ft == PLACE_ELEVATION_UNKNOWN ? 0 : place->elevation_ft;
        int32_t altitude_ft = trace_element_is_ground(element) ? field_ft : altitude_of(element);
        if (altitude_ft != OBSERVATION_UNKNOWN && altitude_ft < field_ft + interest->low_ft &&
            counts(icao24, element))
            note(heard, i, at, altitude_ft);
    }
}
