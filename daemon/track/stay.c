// SPDX-License-Identifier: MIT
// The life of a stay. A sighting that ends at a field begins one; a sighting that begins there ends
// it. What contradicts a stay supersedes it. An aircraft that is in the air again is not gone
// before it has left the field's vicinity: until then it may come back, and it was one and the same
// stop.
#include "track/stay_parts.h"

#include "base/memory.h"
#include "base/text.h"
#include "track/assess.h"
#include "track/bracket.h"

#include <math.h>
#include <string.h>

static const char *type_of(const struct track *track)
{
    return track->sighting.type_code;
}

// ---- Beginning and ending a stay

void stay_drop(struct track *track)
{
    free(track->stay);
    track->stay = NULL;
}

void stay_announce(struct track_step *step, struct track *track)
{
    emission_add_visit(step, track);
}

struct stay *stay_new(struct track *track, const struct place *field, utc_us anchored_at)
{
    stay_drop(track);
    track->stay = memory_allocate_zeroed(1, sizeof *track->stay);
    struct stay *stay = track->stay;
    text_copy(stay->place, sizeof stay->place, field->id);
    stay->place_position = field->reference;
    stay->anchored_at = anchored_at;
    stay->ground_until = UTC_UNKNOWN;
    stay->previous_known = track->previous_known;
    stay->previous_at = track->previous_at;
    stay->previous_position = track->previous_position;
    return stay;
}

static void supersede(struct track_step *step, struct track *track, struct stay_end_reason reason)
{
    struct stay *stay = track->stay;
    if (stay->announced) {
        stay->state = VISIT_SUPERSEDED;
        step->superseded = &reason;
        stay_announce(step, track);
        step->superseded = NULL;
    }
    stay_drop(track);
}

void stay_supersede_airborne_again(struct track_step *step, struct track *track, utc_us away)
{
    supersede(step, track,
              (struct stay_end_reason){.rule = VISIT_RULE_AIRBORNE_AGAIN,
                                       .threshold = utc_to_seconds(TURN_ROUND_MIN_US) / 60,
                                       .value = utc_to_seconds(away) / 60,
                                       .distance_nm = NAN});
}

// `other` is NULL where it was seen at no airfield that we know.
void stay_supersede_seen_elsewhere(struct track_step *step, struct track *track,
                                   const struct place *other, struct position seen)
{
    struct stay_end_reason reason = {
        .rule = VISIT_RULE_SEEN_ELSEWHERE,
        .threshold = NAN,
        .distance_nm = geodesy_distance_nm(track->stay->place_position, seen),
    };
    reason.value = reason.distance_nm;
    if (other != NULL)
        text_copy(reason.place, sizeof reason.place, other->id);
    supersede(step, track, reason);
}

void stay_depart_seen(struct track_step *step, struct track *track)
{
    stay_announce(step, track);
    stay_drop(track);
}

// In the air again, though nobody saw it leave.
void stay_depart_unseen(struct track_step *step, struct track *track, const struct track_fix *fix)
{
    struct stay *stay = track->stay;
    stay->gone = true;
    stay->out = (struct visit_end){.fix = *fix, .sighting_at = track->sighting.opened_at};
    stay_announce(step, track);
    stay_drop(track);
}

// ---- Whether both a stay and what came after it can be true

// Newest time at which it was known to be on its way in, or on the ground.
utc_us stay_newest_inbound(const struct stay *stay)
{
    const struct visit_end *in = &stay->in;
    if (in->ground)
        return stay->ground_until;
    return in->present ? in->heard_at : stay->anchored_at;
}

// Time for the rest of the approach, a turn-round, and the way to where it was seen next.
bool stay_leaves_time_for_a_stop(const struct track *track, const struct track_fix *next)
{
    const struct stay *stay = track->stay;
    utc_us needed =
        bracket_fastest(geodesy_distance_nm(stay->place_position, next->position), type_of(track));
    if (!stay->in.ground) {
        needed += TURN_ROUND_MIN_US;
        if (stay->in.has_fix)
            needed += bracket_fastest(
                geodesy_distance_nm(stay->in.fix.position, stay->place_position), type_of(track));
    }
    return next->at - stay_newest_inbound(stay) >= needed;
}

bool stay_is_weak(const struct stay *stay)
{
    return stay->grade <= VISIT_A1 && !stay->in.ground;
}

// Something proves that the aircraft is, or was, at another field: what becomes of the stay?
void stay_give_way(struct track_step *step, struct track *track, const struct place *other,
                   const struct track_fix *seen)
{
    struct stay *stay = track->stay;
    bool weak = stay_is_weak(stay);
    if (stay->phase == STAY_LEAVING)
        stay_depart_seen(step, track);
    else if (stay->phase == STAY_SUSPENDED)
        stay_supersede_airborne_again(step, track, seen->at - stay_newest_inbound(stay));
    else if (weak || (!stay->in.ground && !stay_leaves_time_for_a_stop(track, seen)))
        stay_supersede_seen_elsewhere(step, track, other, seen->position);
    else
        stay_depart_unseen(step, track, seen);
}

// Whether the way in, as it was seen, speaks for the other field as well: then the stay was at that
// one.
bool stay_inbound_fits(const struct track *track, const struct place *other)
{
    const struct stay *stay = track->stay;
    return stay->phase == STAY_PRESENT && stay->in.has_fix && !stay->in.ground &&
           assess_arrival(other, &stay->in, type_of(track)) >= ARRIVAL_HEADED;
}

// ---- Time

bool stay_awaits_silence(const struct track *track)
{
    return track->stay != NULL && track->stay->phase == STAY_PRESENT && track->stay->announced &&
           track->stay->state == VISIT_PROVISIONAL;
}

void stay_on_silence(struct track_step *step, struct track *track)
{
    if (!stay_awaits_silence(track))
        return;
    track->stay->state = VISIT_CONFIRMED;
    stay_announce(step, track);
}

static bool is_same_visit(const struct stay *first, const struct stay *second)
{
    return first->anchored_at == second->anchored_at && strcmp(first->place, second->place) == 0;
}

void stay_on_reopen(struct track_step *step, struct track *track)
{
    struct before_close *before = TAKE(track->before_close);
    if (before == NULL)
        return;
    struct stay *now = track->stay;
    if (now != NULL && (before->stay == NULL || !is_same_visit(before->stay, now))) {
        utc_us silence = track->heard_at - stay_newest_inbound(now);
        supersede(step, track,
                  (struct stay_end_reason){.rule = VISIT_RULE_SIGNAL_RETURNED,
                                           .threshold = utc_to_seconds(SPLIT_LOW_GAP_US) / 60,
                                           .value = utc_to_seconds(silence) / 60,
                                           .distance_nm = NAN});
    }
    stay_drop(track);
    track->stay = before->stay;
    track->start = before->start;
    track->arrival_told = before->arrival_told;
    free(before);
    if (track->stay != NULL && track->stay->announced)
        stay_announce(step, track);
}

void stay_keep_before_close(struct track *track)
{
    track_drop_before_close(track);
    struct before_close *before = memory_allocate_zeroed(1, sizeof *before);
    before->start = track->start;
    before->arrival_told = track->arrival_told;
    if (track->stay != NULL) {
        before->stay = memory_allocate(sizeof *before->stay);
        *before->stay = *track->stay;
    }
    track->before_close = before;
}
