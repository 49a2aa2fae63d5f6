// SPDX-License-Identifier: MIT
// The life of a stay. A sighting that ends at a field begins one; a sighting that begins there ends it. What
// contradicts a stay supersedes it. An aircraft that is in the air again is not gone before it has left the
// field's vicinity: until then it may come back, and it was one and the same stop.
#include "track/stay.h"

#include "base/memory.h"
#include "base/text.h"
#include "track/assess.h"
#include "track/bracket.h"
#include "track/candidate.h"
#include "track/end.h"
#include "track/state.h"

#include <math.h>
#include <string.h>

static const char *type_of(const struct track *track)
{
    return track->sighting.type_code;
}

// ---- Beginning and ending a stay ---------------------------------------------------------------------------

static void drop_stay(struct track *track)
{
    free(track->stay);
    track->stay = NULL;
}

static void announce(struct track_step *step, struct track *track)
{
    emission_add_visit(step, track);
}

static struct stay *new_stay(struct track *track, const struct place *field, utc_us anchored_at)
{
    drop_stay(track);
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
    stay->superseded = reason;
    if (stay->announced) {
        stay->state = VISIT_SUPERSEDED;
        announce(step, track);
    }
    drop_stay(track);
}

static void supersede_airborne_again(struct track_step *step, struct track *track, utc_us away)
{
    supersede(step, track,
              (struct stay_end_reason){.rule = VISIT_RULE_AIRBORNE_AGAIN,
                                       .threshold = utc_to_seconds(TURN_ROUND_MIN_US) / 60,
                                       .value = utc_to_seconds(away) / 60,
                                       .distance_nm = NAN});
}

// `other` is NULL where it was seen at no airfield that we know.
static void supersede_seen_elsewhere(struct track_step *step, struct track *track,
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

static void depart_seen(struct track_step *step, struct track *track)
{
    announce(step, track);
    drop_stay(track);
}

// In the air again, though nobody saw it leave.
static void depart_unseen(struct track_step *step, struct track *track, const struct track_fix *fix)
{
    struct stay *stay = track->stay;
    stay->gone = true;
    stay->gone_fix = *fix;
    stay->gone_sighting_at = track->sighting.opened_at;
    announce(step, track);
    drop_stay(track);
}

// ---- Whether both a stay and what came after it can be true ----------------------------------------------

// Newest time at which it was known to be on its way in, or on the ground.
static utc_us newest_inbound(const struct stay *stay)
{
    const struct visit_end *in = &stay->in;
    if (in->ground)
        return stay->ground_until;
    return in->present ? in->heard_at : stay->anchored_at;
}

// Time for the rest of the approach, a turn-round, and the way to where it was seen next.
static bool leaves_time_for_a_stop(const struct track *track, const struct track_fix *next)
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
    return next->at - newest_inbound(stay) >= needed;
}

static bool is_weak(const struct stay *stay)
{
    return stay->grade <= VISIT_A1 && !stay->in.ground;
}

// Something proves that the aircraft is, or was, at another field: what becomes of the stay?
static void give_way(struct track_step *step, struct track *track, const struct place *other,
                     const struct track_fix *seen)
{
    struct stay *stay = track->stay;
    bool weak = is_weak(stay);
    if (stay->phase == STAY_LEAVING)
        depart_seen(step, track);
    else if (stay->phase == STAY_SUSPENDED)
        supersede_airborne_again(step, track, seen->at - newest_inbound(stay));
    else if (weak || (!stay->in.ground && !leaves_time_for_a_stop(track, seen)))
        supersede_seen_elsewhere(step, track, other, seen->position);
    else
        depart_unseen(step, track, seen);
}

// Whether the way in, as it was seen, speaks for the other field as well: then the stay was at that one.
static bool inbound_fits(const struct track *track, const struct place *other)
{
    const struct stay *stay = track->stay;
    return stay->phase == STAY_PRESENT && stay->in.has_fix && !stay->in.ground &&
           assess_arrival(other, &stay->in, type_of(track)) >= ARRIVAL_HEADED;
}

// ---- Arriving ------------------------------------------------------------------------------------------------

static void arrive(struct track_step *step, struct track *track, const struct place *field,
                   const struct visit_end *in)
{
    struct stay *stay = track->stay;
    if (stay != NULL && strcmp(stay->place, field->id) != 0) {
        give_way(step, track, field, in->ground ? &in->ground_fix : &in->fix);
        stay = NULL;
    }
    if (stay == NULL) {
        stay = new_stay(track, field, in->sighting_at);
        stay->in = *in;
    } else if (stay->phase == STAY_LEAVING) {
        // It came back before it had left: the same stop.
        stay->out = (struct visit_end){0};
    } else {
        // The earlier loss was no arrival yet, or the same stop seen again.
        if (!stay->in.ground || stay->phase == STAY_SUSPENDED)
            stay->in = *in;
        if (stay->announced && stay->state == VISIT_CONFIRMED && !in->ground)
            stay->state = VISIT_PROVISIONAL;
    }
    stay->phase = STAY_PRESENT;
    if (in->ground)
        stay->ground_until = in->ground_fix.at + in->ground_time;
    announce(step, track);
}

// The field that the end of a lost sighting speaks for, if any.
static const struct place *field_of_loss(const struct track_step *step, const struct track *track,
                                         const struct visit_end *in)
{
    static const double within_nm[] = {PROBABLE_FIELD_NM, HEADED_FIELD_NM};
    static const enum arrival_strength least[] = {ARRIVAL_FADED, ARRIVAL_HEADED};
    for (size_t i = 0; i < 2; i++) {
        struct candidate candidates[CANDIDATES_MAX];
        size_t count = assess_candidates(step->tracker->fields, in, false, within_nm[i], "",
                                         type_of(track), candidates);
        for (size_t j = 0; j < count; j++)
            if (assess_arrival(candidates[j].field, in, type_of(track)) >= least[i])
                return candidates[j].field;
    }
    return NULL;
}

static void arrive_lost(struct track_step *step, struct track *track)
{
    struct visit_end in = end_of_loss(track);
    const struct place *field = field_of_loss(step, track, &in);
    struct stay *stay = track->stay;
    if (field != NULL) {
        arrive(step, track, field, &in);
        return;
    }
    if (stay == NULL)
        return;
    if (stay->phase == STAY_LEAVING)
        depart_seen(step, track);
    else if (stay->phase == STAY_SUSPENDED)
        supersede_airborne_again(step, track, in.heard_at - newest_inbound(stay));
}

void stay_on_close(struct track_step *step, struct track *track)
{
    start_decide(step, track);
    if (track->phase == TRACK_PHASE_GROUND) {
        if (track->landed && !track->arrival_told)
            stay_on_ground(step, track, &track->ground->first);
        return;
    }
    if (track->was_airborne || track->phase == TRACK_PHASE_AIR || track->start.points > 0)
        arrive_lost(step, track);
}

static const struct place *field_under(const struct track_step *step, const struct track_fix *fix)
{
    return field_nearest(step->tracker->fields, fix->position, NAMED_FIELD_NM).field;
}

// Ground reports at a field where no flight was seen to come down.
static void found_on_ground(struct track_step *step, struct track *track, const struct place *field,
                            const struct visit_end *seen)
{
    struct stay *stay = track->stay;
    struct visit_end in = *seen;
    if (stay != NULL && strcmp(stay->place, field->id) != 0) {
        if (inbound_fits(track, field)) {
            struct stay old = *stay;
            supersede_seen_elsewhere(step, track, field, field->reference);
            stay = new_stay(track, field, old.anchored_at);
            stay->in = old.in;
        } else {
            give_way(step, track, field, &seen->ground_fix);
            stay = NULL;
        }
    }
    if (stay == NULL) {
        stay = new_stay(track, field, seen->sighting_at);
        stay->in = in;
    } else if (stay->in.ground && stay->phase == STAY_PRESENT) {
        stay->ground_until = seen->ground_fix.at + seen->ground_time;
        return; // still there: nothing new
    } else if (!stay->in.ground) {
        // The loss and the ground reports are one arrival.
        stay->in.present = true;
        stay->in.ground = true;
        stay->in.ground_fix = seen->ground_fix;
        stay->in.ground_reports = seen->ground_reports;
        stay->in.ground_time = seen->ground_time;
    }
    stay->ground_until = seen->ground_fix.at + seen->ground_time;
    stay->phase = STAY_PRESENT;
    announce(step, track);
}

void stay_on_ground(struct track_step *step, struct track *track, const struct track_fix *first_ground)
{
    const struct place *field = field_under(step, first_ground);
    track->arrival_told = true;
    if (field == NULL) {
        // On the ground, but not where the loss pointed to.
        if (track->stay != NULL && !track->stay->in.ground)
            give_way(step, track, NULL, first_ground);
        return;
    }
    struct visit_end in = end_on_ground(track, first_ground);
    if (track->landed)
        arrive(step, track, field, &in);
    else
        found_on_ground(step, track, field, &in);
}

// ---- Leaving -------------------------------------------------------------------------------------------------

static void leave(struct track *track, const struct visit_end *out)
{
    track->stay->out = *out;
    track->stay->phase = STAY_LEAVING;
}

void stay_on_take_off(struct track_step *step, struct track *track, const struct track_fix *last_ground,
                      const struct track_fix *first_air)
{
    const struct place *field = field_under(step, last_ground);
    track->start.decided = true;
    if (field == NULL)
        return;
    struct visit_end out = end_of_take_off(track, last_ground, first_air);
    if (track->stay != NULL && strcmp(track->stay->place, field->id) != 0)
        give_way(step, track, field, last_ground);
    if (track->stay == NULL)
        new_stay(track, field, track->sighting.opened_at);
    leave(track, &out);
}

// The field that the beginning of a sighting speaks for, if any. Where an aircraft was lost on approach
// before, both ends have their say.
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

// Without an arrival anywhere before: was the aircraft away for long enough to have landed all the same? It was
// not on approach when it was lost, so it may as well have flown about.
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
        if (inbound_fits(track, field)) {
            struct stay old = *stay;
            supersede_seen_elsewhere(step, track, field, field->reference);
            new_stay(track, field, old.anchored_at)->in = old.in;
        } else {
            give_way(step, track, field, &out->fix);
        }
    }
    if (track->stay == NULL)
        new_stay(track, field, out->sighting_at);
    leave(track, out);
}

// In the air, and nothing says from where.
static void airborne_from_nowhere(struct track_step *step, struct track *track,
                                  const struct visit_end *out)
{
    const struct track_fix *fix = &out->fix;
    struct stay *stay = track->stay;
    utc_us away = fix->at - newest_inbound(stay);
    bool near = geodesy_distance_nm(stay->place_position, fix->position) <= HYSTERESIS_OUT_NM;
    if (stay->in.ground && near)
        leave(track, out); // where it stood on the ground before
    else if (near && away <= SAME_APPROACH_MAX_US)
        stay->phase = STAY_SUSPENDED;
    else if (stay->in.ground || leaves_time_for_a_stop(track, fix))
        depart_unseen(step, track, fix);
    else
        supersede_airborne_again(step, track, away);
}

void start_decide(struct track_step *step, struct track *track)
{
    if (track->start.decided || track->start.points == 0)
        return;
    track->start.decided = true;
    struct stay *stay = track->stay;
    struct visit_end out = end_of_start(track);
    bool long_enough = stay == NULL ? may_have_stopped(track, &out)
                                    : stay->in.ground || out.fix.at - newest_inbound(stay) >=
                                                             TURN_ROUND_MIN_US;
    if (stay != NULL && !long_enough) {
        // Too soon for a turn-round: it had not landed, or comes down here yet.
        stay->phase = STAY_SUSPENDED;
    } else {
        const struct place *field = long_enough ? field_of_start(step, track, &out) : NULL;
        if (field != NULL && stay != NULL && is_weak(stay) && strcmp(stay->place, field->id) != 0 &&
            !inbound_fits(track, field) && !may_have_stopped(track, &out))
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
        depart_seen(step, track);
    else
        supersede_airborne_again(step, track, fix->at - newest_inbound(stay));
}

// ---- Time ----------------------------------------------------------------------------------------------------

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
    announce(step, track);
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
        utc_us silence = track->heard_at - newest_inbound(now);
        supersede(step, track,
                  (struct stay_end_reason){.rule = VISIT_RULE_SIGNAL_RETURNED,
                                           .threshold = utc_to_seconds(SPLIT_LOW_GAP_US) / 60,
                                           .value = utc_to_seconds(silence) / 60,
                                           .distance_nm = NAN});
    }
    drop_stay(track);
    track->stay = before->stay;
    track->start = before->start;
    track->arrival_told = before->arrival_told;
    free(before);
    if (track->stay != NULL && track->stay->announced)
        announce(step, track);
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
