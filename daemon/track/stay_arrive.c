// SPDX-License-Identifier: MIT
// How stays begin: a sighting is lost on approach, or the aircraft is on the ground.
#include "track/assess.h"
#include "track/candidate.h"
#include "track/end.h"
#include "track/state.h"
#include "track/stay_parts.h"

#include <string.h>

static const char *type_of(const struct track *track)
{
    return track->sighting.type_code;
}

static void arrive(struct track_step *step, struct track *track, const struct place *field,
                   const struct visit_end *in)
{
    struct stay *stay = track->stay;
    if (stay != NULL && strcmp(stay->place, field->id) != 0) {
        stay_give_way(step, track, field, in->ground ? &in->ground_fix : &in->fix);
        stay = NULL;
    }
    if (stay == NULL) {
        stay = stay_new(track, field, in->sighting_at);
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
    stay_announce(step, track);
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
        stay_depart_seen(step, track);
    else if (stay->phase == STAY_SUSPENDED)
        stay_supersede_airborne_again(step, track, in.heard_at - stay_newest_inbound(stay));
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

const struct place *stay_field_under(const struct track_step *step, const struct track_fix *fix)
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
        if (stay_inbound_fits(track, field)) {
            struct stay old = *stay;
            stay_supersede_seen_elsewhere(step, track, field, field->reference);
            stay = stay_new(track, field, old.anchored_at);
            stay->in = old.in;
        } else {
            stay_give_way(step, track, field, &seen->ground_fix);
            stay = NULL;
        }
    }
    if (stay == NULL) {
        stay = stay_new(track, field, seen->sighting_at);
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
    stay_announce(step, track);
}

void stay_on_ground(struct track_step *step, struct track *track,
                    const struct track_fix *first_ground)
{
    const struct place *field = stay_field_under(step, first_ground);
    track->arrival_told = true;
    if (field == NULL) {
        // On the ground, but not where the loss pointed to.
        if (track->stay != NULL && !track->stay->in.ground)
            stay_give_way(step, track, NULL, first_ground);
        return;
    }
    struct visit_end in = end_on_ground(track, first_ground);
    if (track->landed)
        arrive(step, track, field, &in);
    else
        found_on_ground(step, track, field, &in);
}
