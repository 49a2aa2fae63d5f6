// SPDX-License-Identifier: MIT
#include "base/memory.h"
#include "base/text.h"
#include "track/state.h"

struct aircraft *aircraft_new(const char *icao24)
{
    struct aircraft *aircraft = memory_allocate_zeroed(1, sizeof *aircraft);
    text_copy(aircraft->icao24, sizeof aircraft->icao24, icao24);
    aircraft_track(aircraft, 0);
    return aircraft;
}

void track_drop_before_close(struct track *track)
{
    if (track->before_close != NULL)
        free(track->before_close->stay);
    free(track->before_close);
    track->before_close = NULL;
}

static void track_free(struct track *track)
{
    if (track == NULL)
        return;
    track_drop_before_close(track);
    free(track->before_jump);
    free(track->stitch);
    free(track->ground);
    free(track->stay);
    free(track);
}

void aircraft_free(struct aircraft *aircraft)
{
    if (aircraft == NULL)
        return;
    for (size_t i = 0; i < EMITTERS_MAX; i++)
        track_free(aircraft->tracks[i]);
    free(aircraft->chain);
    array_free(&aircraft->feeds);
    free(aircraft);
}

struct track *aircraft_track(struct aircraft *aircraft, size_t emitter)
{
    if (aircraft->tracks[emitter] == NULL) {
        struct track *track = memory_allocate_zeroed(1, sizeof *track);
        track->previous_last_seen = UTC_UNKNOWN;
        track->heard_altitude_ft = OBSERVATION_UNKNOWN;
        track->heard_rate_fpm = OBSERVATION_UNKNOWN;
        track->effect_index = SIZE_MAX;
        track->visit_effect_index = SIZE_MAX;
        track->previous_at = UTC_UNKNOWN;
        track->previous_heard_at = UTC_UNKNOWN;
        approach_clear(&track->approach);
        aircraft->tracks[emitter] = track;
    }
    return aircraft->tracks[emitter];
}

static struct feed_memory *memory_of_feed(struct aircraft *aircraft, uint8_t feed)
{
    for (size_t i = 0; i < aircraft->feeds.count; i++)
        if (aircraft->feeds.items[i].feed == feed)
            return &aircraft->feeds.items[i];
    // Most aircraft are heard by one or two feeds; growing one by one keeps them small.
    size_t count = aircraft->feeds.count;
    if (count == aircraft->feeds.capacity) {
        aircraft->feeds.items =
            memory_resize(aircraft->feeds.items, count + 1, sizeof aircraft->feeds.items[0]);
        aircraft->feeds.capacity = count + 1;
    }
    struct feed_memory *memory = array_append(&aircraft->feeds);
    memory->feed = feed;
    return memory;
}

bool aircraft_is_duplicate(struct aircraft *aircraft, uint8_t feed, utc_us observed_at)
{
    struct feed_memory *memory = memory_of_feed(aircraft, feed);
    for (uint8_t i = 0; i < memory->count; i++) {
        utc_us apart = memory->observed_at[i] - observed_at;
        if (apart <= DUPLICATE_WITHIN_US && apart >= -DUPLICATE_WITHIN_US)
            return true;
    }
    memory->observed_at[memory->next] = observed_at;
    memory->next = (uint8_t)((memory->next + 1) % DUPLICATE_MEMORY);
    if (memory->count < DUPLICATE_MEMORY)
        memory->count++;
    return false;
}
