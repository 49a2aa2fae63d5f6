// SPDX-License-Identifier: MIT
#include "track/phase.h"

#include "base/memory.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static void name_field(struct track_step *step, struct track *track, char name[PLACE_ID_SIZE],
                       const struct track_fix *fix)
{
    struct field_near near = field_nearest(step->tracker->fields, fix->position, ON_FIELD_NM);
    if (near.field == NULL || strcmp(name, near.field->id) == 0)
        return;
    text_copy(name, PLACE_ID_SIZE, near.field->id);
    track->changed = true;
}

static void leave_ground(struct track_step *step, struct track *track, const struct track_fix *left)
{
    struct track_fix first_air = track->pending_first;
    approach_begin(&track->approach);
    stay_on_take_off(step, track, left, &first_air);
}

// Take-off after a stop: the old sighting ends on the ground, a new one opens with the first point
// in the air.
static void split_at_take_off(struct track_step *step, struct track *track, size_t emitter)
{
    struct track_fix left = track->phase_last;
    if (!track->arrival_told)
        stay_on_ground(step, track, &track->ground->first);
    track->sighting.last_seen = left.observed_at;
    track->sighting.last_position = left.position;
    segment_announce_close(step, track, SIGHTING_LANDED);
    segment_begin(step, track, emitter, &track->pending_first);
    name_field(step, track, track->sighting.origin, &left);
    leave_ground(step, track, &left);
}

static void take_off(struct track_step *step, struct track *track, size_t emitter)
{
    if (!track->landed) {
        if (track->phase != TRACK_PHASE_GROUND)
            return;
        if (track->sighting.origin[0] == '\0')
            name_field(step, track, track->sighting.origin, &track->phase_last);
        struct track_fix left = track->phase_last;
        leave_ground(step, track, &left);
    } else if (track->pending_first.at - track->phase_since >= GROUND_STOP_MIN_US) {
        split_at_take_off(step, track, emitter);
    } else {
        // A touch-and-go: it did not arrive.
        track->landed = false;
        track->sighting.destination[0] = '\0';
        track->changed = true;
    }
}

static void remember_ground(struct track *track)
{
    if (track->ground == NULL)
        track->ground = memory_allocate(sizeof *track->ground);
    *track->ground = (struct track_ground){
        .has_last_air = track->phase == TRACK_PHASE_AIR,
        .last_air = track->phase_last,
        .first = track->pending_first,
        .reports = track->pending_reports,
    };
}

static void touch_down(struct track_step *step, struct track *track, const struct track_fix *fix)
{
    if (!track->was_airborne)
        return;
    track->landed = true;
    track->arrival_told = false;
    name_field(step, track, track->sighting.destination, fix);
}

static void tell_ground(struct track_step *step, struct track *track)
{
    stay_on_ground(step, track, &track->ground->first);
    free(TAKE(track->ground));
}

static void change_phase(struct track_step *step, struct track *track, size_t emitter,
                         const struct track_fix *fix, enum track_phase phase)
{
    utc_us since = track->pending_first.at;
    if (phase == TRACK_PHASE_AIR) {
        take_off(step, track, emitter);
        track->was_airborne = true;
    } else {
        remember_ground(track);
        touch_down(step, track, fix);
    }
    track->phase = phase;
    track->phase_since = since;
    track->phase_last = *fix;
    track->pending_phase = TRACK_PHASE_UNKNOWN;
    track->pending_reports = 0;
    // Found on the ground, or parked: it need not stop first.
    if (phase == TRACK_PHASE_GROUND && !track->landed)
        tell_ground(step, track);
}

static void stay_on_the_ground(struct track_step *step, struct track *track,
                               const struct track_fix *fix)
{
    if (track->ground != NULL)
        track->ground->reports++;
    if (track->stay != NULL && track->stay->phase == STAY_PRESENT && track->stay->in.ground)
        track->stay->ground_until = fix->at;
    // Shorter than a stop it may still be a touch-and-go.
    if (track->landed && !track->arrival_told && fix->at - track->phase_since >= GROUND_STOP_MIN_US)
        tell_ground(step, track);
}

// A phase changes only when reports agree: three of them, or half a minute.
void phase_take(struct track_step *step, struct track *track, size_t emitter,
                const struct track_fix *fix)
{
    enum track_phase phase = fix->on_ground ? TRACK_PHASE_GROUND : TRACK_PHASE_AIR;
    if (!fix->on_ground && fix->ground_speed_kt > GROUND_SPEED_MAX_KT)
        track->was_airborne = true;
    if (phase == track->phase) {
        track->phase_last = *fix;
        track->pending_phase = TRACK_PHASE_UNKNOWN;
        track->pending_reports = 0;
        if (phase == TRACK_PHASE_GROUND)
            stay_on_the_ground(step, track, fix);
        return;
    }
    if (track->pending_phase != phase) {
        track->pending_phase = phase;
        track->pending_reports = 0;
        track->pending_first = *fix;
    }
    track->pending_reports++;
    if (track->pending_reports >= GROUND_REPORTS_MIN ||
        fix->at - track->pending_first.at >= GROUND_TIME_MIN_US)
        change_phase(step, track, emitter, fix, phase);
}
