// SPDX-License-Identifier: MIT
#include "track/tracker.h"

#include "base/memory.h"
#include "base/text.h"
#include "track/plausibility.h"
#include "track/state.h"

#include <math.h>
#include <string.h>

void track_effects_done(struct track_effects *effects)
{
    array_free(&effects->points);
    array_free(&effects->sightings);
    array_free(&effects->visits);
    array_free(&effects->conflicts);
    effects->duplicates = 0;
}

struct tracker *tracker_new(const struct place *places, size_t place_count)
{
    struct tracker *tracker = memory_allocate_zeroed(1, sizeof *tracker);
    tracker->table = aircraft_table_new();
    tracker->fields = field_index_new(places, place_count);
    tracker->next_check = INT64_MIN;
    return tracker;
}

void tracker_clear(struct tracker *tracker)
{
    aircraft_table_clear(tracker->table);
    array_free(&tracker->feeds);
    tracker->next_check = INT64_MIN;
}

static void forget(struct tracker *tracker, struct aircraft *aircraft,
                   struct track_effects *effects)
{
    struct track_step step = {.tracker = tracker, .aircraft = aircraft, .effects = effects};
    for (size_t i = 0; i < EMITTERS_MAX; i++)
        if (aircraft->tracks[i] != NULL)
            segment_end(&step, aircraft->tracks[i]);
    aircraft_table_remove(tracker->table, aircraft);
}

void tracker_free(struct tracker *tracker)
{
    if (tracker == NULL)
        return;
    tracker_clear(tracker);
    aircraft_table_free(tracker->table);
    field_index_free(tracker->fields);
    free(tracker);
}

void tracker_set_places(struct tracker *tracker, const struct place *places, size_t place_count)
{
    field_index_free(tracker->fields);
    tracker->fields = field_index_new(places, place_count);
}

// Feeds beyond the 255th share a number: more than any configuration has.
static uint8_t feed_number(struct tracker *tracker, const char *feed)
{
    for (size_t i = 0; i < tracker->feeds.count; i++)
        if (strcmp(tracker->feeds.items[i].id, feed) == 0)
            return (uint8_t)i;
    if (tracker->feeds.count == UINT8_MAX)
        return UINT8_MAX - 1;
    text_copy(array_append(&tracker->feeds)->id, FEED_ID_SIZE, feed);
    return (uint8_t)(tracker->feeds.count - 1);
}

// One not heard for so long starts anew, whether or not tracker_advance came by meanwhile.
static struct aircraft *aircraft_of(struct tracker *tracker, const char *icao24, utc_us received_at,
                                    struct track_effects *effects)
{
    struct aircraft *aircraft = aircraft_table_find(tracker->table, icao24);
    if (aircraft != NULL && received_at - aircraft->received_at > FORGET_AFTER_US) {
        forget(tracker, aircraft, effects);
        aircraft = NULL;
    }
    if (aircraft == NULL) {
        aircraft = aircraft_new(icao24);
        aircraft_table_put(tracker->table, aircraft);
    }
    aircraft->received_at = received_at;
    return aircraft;
}

// When the point was made at the latest: a feed's clock may run behind, and what we received was
// made before. Far behind is an archive or an old position, whose time stands.
static utc_us upper_at(utc_us observed_at, utc_us received_at)
{
    if (received_at == UTC_UNKNOWN || received_at - observed_at > CLOCK_BEHIND_MAX_US)
        return observed_at;
    return received_at;
}

static struct track_fix fix_of(const struct observation *observation, uint8_t feed,
                               utc_us received_at)
{
    int32_t altitude_ft = observation->altitude_baro_ft;
    if (altitude_ft == OBSERVATION_UNKNOWN)
        altitude_ft = observation->altitude_geom_ft;
    utc_us observed_at = observation->observed_at;
    return (struct track_fix){
        .at = received_at != UTC_UNKNOWN && received_at < observed_at ? received_at : observed_at,
        .observed_at = observed_at,
        .upper_at = upper_at(observed_at, received_at),
        .position = observation->position,
        .altitude_ft = observation->on_ground ? OBSERVATION_UNKNOWN : altitude_ft,
        .vertical_rate_fpm = observation->vertical_rate_fpm,
        .ground_speed_kt = observation->ground_speed_kt,
        .track_deg = observation->track_deg,
        .feed = feed,
        .on_ground = observation->on_ground,
        .mlat = observation->position_source == POSITION_SOURCE_MLAT ||
                observation->position_source == POSITION_SOURCE_MODE_S,
    };
}

static uint32_t late_flag(const struct aircraft *aircraft, size_t emitter,
                          const struct track_fix *fix)
{
    const struct track *track = aircraft->tracks[emitter];
    return track != NULL && track->begun && fix->at < track->heard_at ? TRACK_POINT_LATE : 0;
}

static uint32_t take(struct track_step *step, const struct observation *observation,
                     struct track_fix *fix, size_t *ret_emitter)
{
    uint32_t flags = plausibility_flags(observation, step->tracker->fields, fix);
    struct track *first = step->aircraft->tracks[0];
    if (first->has_good && !(flags & TRACK_POINT_ESTIMATED) &&
        plausibility_frozen(&first->good, fix))
        flags |= TRACK_POINT_FROZEN;
    size_t emitter = emitter_choose(step, fix, &flags);
    if (emitter > 0)
        flags |= TRACK_POINT_SECOND_EMITTER;
    flags |= late_flag(step->aircraft, emitter, fix);
    *ret_emitter = emitter;
    // A feed's guess proves no signal: it is stored and nothing follows from it.
    if (observation->position_source == POSITION_SOURCE_ESTIMATED)
        return flags;
    if (flags & TRACK_POINT_LATE)
        segment_take_late(step, emitter, fix, flags);
    else
        segment_take(step, emitter, observation, fix, flags);
    return flags;
}

void tracker_push(struct tracker *tracker, const struct observation *observation, const char *feed,
                  utc_us received_at, struct track_effects *effects)
{
    if (!observation->has_position || !position_is_valid(observation->position))
        return;
    uint8_t number = feed_number(tracker, feed);
    struct aircraft *aircraft = aircraft_of(tracker, observation->icao24, received_at, effects);
    if (aircraft_is_duplicate(aircraft, number, observation->observed_at)) {
        effects->duplicates++;
        return;
    }
    struct track_fix fix = fix_of(observation, number, received_at);
    struct track_step step = {.tracker = tracker, .aircraft = aircraft, .effects = effects};
    size_t emitter = 0;
    uint32_t flags = take(&step, observation, &fix, &emitter);
    struct track_point *point = array_append(&effects->points);
    point->seen = *observation;
    point->received_at = received_at;
    text_copy(point->feed, sizeof point->feed, feed);
    point->flags = flags;
    point->emitter = (uint32_t)emitter;
    utc_us check = fix.at + SPLIT_LOW_GAP_US;
    if (check < tracker->next_check)
        tracker->next_check = check;
}

static utc_us advance_aircraft(struct track_step *step, utc_us now)
{
    utc_us next = INT64_MAX;
    for (size_t i = 0; i < EMITTERS_MAX; i++) {
        struct track *track = step->aircraft->tracks[i];
        if (track == NULL)
            continue;
        utc_us due = segment_advance(step, track, now);
        if (due < next)
            next = due;
    }
    return next;
}

void tracker_advance(struct tracker *tracker, utc_us now, struct track_effects *effects)
{
    if (now <= tracker->next_check)
        return;
    utc_us next_check = INT64_MAX;
    struct aircraft *aircraft = aircraft_table_next(tracker->table, NULL), *following;
    for (; aircraft != NULL; aircraft = following) {
        following = aircraft_table_next(tracker->table, aircraft);
        struct track_step step = {.tracker = tracker, .aircraft = aircraft, .effects = effects};
        utc_us next = advance_aircraft(&step, now);
        utc_us forget_at = aircraft->received_at + FORGET_AFTER_US;
        if (forget_at < next)
            next = forget_at;
        if (now > forget_at)
            forget(tracker, aircraft, effects);
        else if (next < next_check)
            next_check = next;
    }
    tracker->next_check = next_check;
}

size_t tracker_aircraft_count(const struct tracker *tracker)
{
    return aircraft_table_count(tracker->table);
}

size_t tracker_open_sighting_count(const struct tracker *tracker)
{
    size_t count = 0;
    struct aircraft *aircraft = NULL;
    while ((aircraft = aircraft_table_next(tracker->table, aircraft)) != NULL)
        for (size_t i = 0; i < EMITTERS_MAX; i++)
            if (aircraft->tracks[i] != NULL && aircraft->tracks[i]->begun &&
                aircraft->tracks[i]->sighting.state == SIGHTING_OPEN)
                count++;
    return count;
}
