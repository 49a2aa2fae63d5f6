// SPDX-License-Identifier: MIT
// How stays end: the aircraft takes off, emerges climbing from a field, or is simply in the air
// again.
#include "track/assess.h"
#include "track/bracket.h"
#include "track/candidate.h"
#include "track/end.h"
#include "track/state.h"
#include "track/stay_parts.h"

#include <string.h>

static const char *type_of(const struct track *track)
{
    return track->sighting.type_code;
}

static void leave(struct track *track, const struct visit_end *out)
{
    track->stay->out = *out;
    track->stay->phase = STAY_LEAVING;
}

void stay_on_take_off(struct track_step *step, struct track *track,
                      const struct track_fix *last_ground, const struct track_fix *first_air)
{
    const struct place *field = stay_field_under(step, last_ground);
    track->start.decided = true;
    if (field == NULL)
        return;
    struct visit_end out = end_of_take_off(track, last_ground, first_air);
    if (track->stay != NULL && strcmp(track->stay->place, field->id) != 0)
        stay_give_way(step, track, field, last_ground);
    if (track->stay == NULL)
        stay_new(track, field, track->sighting.opened_at);
    leave(track, &out);
}

// The field that the beginning of a sighting speaks for, if any. Where an aircraft was lost on
// approach before, both ends have their say.
static const struct place *field_of_start(const struct track_step *step, const struct track *track,
                                          const struct visit_end *out)
{
    struct candidate candidates[CANDIDATES_MAX];
    const struct stay *stay = track->stay;
    const char *favoured = stay != NULL && stay->in.ground ? stay->place : "";
    const struct place *best = NULL;
    double best_fit = 0;
    size_t count = assess_candidates(step->tracker->fields, out, true, PROBABLE_FIELD_NM, favoured,
                                     type_of(track), candidates);
    for (size_t i = 0; i < count; i++) {
        const struct place *field = candidates[i].field;
        if (assess_departure(field, out, type_of(track)) < DEPARTURE_EMERGED)
            continue;
        double sum = candidates[i].score;
        if (stay != NULL && stay->in.present &&
            assess_arrival(field, &stay->in, type_of(track)) >= ARRIVAL_HEADED)
            sum += assess_fit(field, &stay->in, NULL, PROBABLE_FIELD_NM, type_of(track));
        if (best == NULL || sum > best_fit) {
            best = field;
            best_fit = sum;
        }
    }
    return best;
}

// Without an arrival anywhere before: was the aircraft away for long enough to have landed all the
// same? It was not on approach when it was lost, so it may as well have flown about.
static bool may_have_stopped(const struct track *track, const struct visit_end *out)
{
    if (!track->previous_known)
        return true;
    double distance_nm = geodesy_distance_nm(track->previous_position, out->fix.position);
    return out->fix.at - track->previous_heard_at >=
           SAME_APPROACH_MAX_US + bracket_fastest(distance_nm, type_of(track));
}

static void emerge(struct track_step *step, struct track *track, const struct place *field,
                   const struct visit_end *out)
{
    struct stay *stay = track->stay;
    if (stay != NULL && strcmp(stay->place, field->id) != 0) {
        if (stay_inbound_fits(track, field)) {
            struct stay old = *stay;
            stay_supersede_seen_elsewhere(step, track, field, field->reference);
            stay_new(track, field, old.anchored_at)->in = old.in;
        } else {
            stay_give_way(step, track, field, &out->fix);
        }
    }
    if (track->stay == NULL)
        stay_new(track, field, out->sighting_at);
    leave(track, out);
}

// In the air, and nothing says from where.
static void airborne_from_nowhere(struct track_step *step, struct track *track,
                                  const struct visit_end *out)
{
    const struct track_fix *fix = &out->fix;
    struct stay *stay = track->stay;
    utc_us away = fix->at - stay_newest_inbound(stay);
    bool near = geodesy_distance_nm(stay->place_position, fix->position) <= HYSTERESIS_OUT_NM;
    if (stay->in.ground && near)
        leave(track, out); // where it stood on the ground before
    else if (near && away <= SAME_APPROACH_MAX_US)
        stay->phase = STAY_SUSPENDED;
    else if (stay->in.ground || stay_leaves_time_for_a_stop(track, fix))
        stay_depart_unseen(step, track, fix);
    else
        stay_supersede_airborne_again(step, track, away);
}

void start_decide(struct track_step *step, struct track *track)
{
    if (track->start.decided || track->start.points == 0)
        return;
    track->start.decided = true;
    struct stay *stay = track->stay;
    struct visit_end out = end_of_start(track);
    bool long_enough = stay == NULL ? may_have_stopped(track, &out)
                                    : stay->in.ground || out.fix.at - stay_newest_inbound(stay) >=
                                                             TURN_ROUND_MIN_US;
    if (stay != NULL && !long_enough) {
        // Too soon for a turn-round: it had not landed, or comes down here yet.
        stay->phase = STAY_SUSPENDED;
    } else {
        const struct place *field = long_enough ? field_of_start(step, track, &out) : NULL;
        if (field != NULL && stay != NULL && stay_is_weak(stay) &&
            strcmp(stay->place, field->id) != 0 && !stay_inbound_fits(track, field) &&
            !may_have_stopped(track, &out))
            field = NULL;
        if (field != NULL)
            emerge(step, track, field, &out);
        else if (stay != NULL)
            airborne_from_nowhere(step, track, &out);
    }
    if (track->has_good)
        stay_on_air(step, track, &track->good);
}

static void start_take(struct track *track, const struct track_fix *fix)
{
    if (track->start.points == 0)
        track->start.first = *fix;
    if (track->start.points < UINT8_MAX)
        track->start.points++;
}

void stay_on_air(struct track_step *step, struct track *track, const struct track_fix *fix)
{
    if (!track->start.decided) {
        start_take(track, fix);
        uint8_t climbing = approach_rates_beyond(&track->approach, CLIMBING_FPM);
        if (climbing >= EMERGED_RATES_MIN || track->approach.rate_count >= DROPPED_RATES ||
            (track->start.points >= EMERGED_RATES_MIN &&
             fix->at - track->start.first.at >= EMERGED_DECIDE_US))
            start_decide(step, track);
        return;
    }
    struct stay *stay = track->stay;
    if (stay == NULL || stay->phase == STAY_PRESENT ||
        geodesy_distance_nm(stay->place_position, fix->position) <= HYSTERESIS_OUT_NM)
        return;
    if (stay->phase == STAY_LEAVING)
        stay_depart_seen(step, track);
    else
        stay_supersede_airborne_again(step, track, fix->at - stay_newest_inbound(stay));
}
