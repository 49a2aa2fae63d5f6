// SPDX-License-Identifier: MIT
// Which emitter a point belongs to. Implausible points that agree among themselves form a chain. If
// the track went on meanwhile, the chain is a second aircraft on the same address; if the track
// stopped when the chain began, it is the same aircraft that was lost and found, or whose position
// was led astray.
#include "base/memory.h"
#include "track/plausibility.h"
#include "track/state.h"

#include <math.h>
#include <stdlib.h>

// So recent a reference decides by itself, whatever chain there is [inference: two polls of a slow
// feed].
#define REFERENCE_RECENT_US (2 * UTC_MINUTE)

static utc_us apart(utc_us first, utc_us second)
{
    return first >= second ? first - second : second - first;
}

// How far the fix lies from where the reference would be by then.
static double distance_from_predicted_nm(const struct track_fix *reference,
                                         const struct track_fix *fix)
{
    struct position predicted = reference->position;
    if (isfinite(reference->ground_speed_kt) && isfinite(reference->track_deg))
        predicted = geodesy_destination(predicted, (double)reference->track_deg,
                                        (double)reference->ground_speed_kt *
                                            utc_to_seconds(fix->at - reference->at) / 3600.0);
    return geodesy_distance_nm(predicted, fix->position);
}

// The track that the fix continues best; EMITTERS_MAX when none. A reference too old to be checked
// is taken only when no other fits.
static size_t best_track(const struct aircraft *aircraft, const struct track_fix *fix)
{
    size_t best = EMITTERS_MAX;
    double best_nm = INFINITY;
    for (size_t i = 0; i < EMITTERS_MAX; i++) {
        const struct track *track = aircraft->tracks[i];
        if (track == NULL || !track->has_good || !plausibility_reachable(&track->good, fix))
            continue;
        double distance_nm = distance_from_predicted_nm(&track->good, fix);
        if (apart(fix->at, track->good.at) > SPEED_CHECK_REFERENCE_MAX_US)
            distance_nm += GEODESY_EARTH_RADIUS_NM;
        if (distance_nm < best_nm) {
            best = i;
            best_nm = distance_nm;
        }
    }
    return best;
}

static bool is_in_cluster(const struct track_step *step, const struct track_fix *fix)
{
    return field_spoof_cluster(step->tracker->fields, fix->position) != NULL;
}

static bool continues_chain(const struct track_chain *chain, const struct track_fix *fix,
                            bool in_cluster)
{
    if (chain == NULL || fix->at < chain->last.at)
        return false;
    // Spoofed to a cluster, gone, and back in the cluster: spoofed still, however long it took.
    if (chain->in_cluster && in_cluster)
        return true;
    return fix->at - chain->last.at <= EMITTER_CHAIN_GAP_MAX_US &&
           plausibility_reachable(&chain->last, fix);
}

static size_t free_emitter(const struct aircraft *aircraft, utc_us at)
{
    for (size_t i = 1; i < EMITTERS_MAX; i++) {
        const struct track *track = aircraft->tracks[i];
        if (track == NULL || !track->has_good ||
            apart(at, track->good.at) > SPEED_CHECK_REFERENCE_MAX_US)
            return i;
    }
    return EMITTERS_MAX;
}

static void drop_chain(struct aircraft *aircraft)
{
    free(aircraft->chain);
    aircraft->chain = NULL;
}

static void extend_chain(struct aircraft *aircraft, const struct track_fix *fix, bool in_cluster)
{
    bool goes_on = continues_chain(aircraft->chain, fix, in_cluster);
    if (aircraft->chain == NULL)
        aircraft->chain = memory_allocate_zeroed(1, sizeof *aircraft->chain);
    struct track_chain *chain = aircraft->chain;
    // One that leaves a cluster has to agree with itself anew.
    if (!goes_on || (chain->in_cluster && !in_cluster))
        *chain = (struct track_chain){.first = *fix};
    chain->count++;
    chain->last = *fix;
    chain->since_last = 0;
    chain->in_cluster = in_cluster;
}

// Another feed takes over, and the jump is no larger than its clock may be off: no sign of
// spoofing.
static bool is_explained_by_clocks(const struct track_fix *before, const struct track_fix *fix)
{
    if (before->feed == fix->feed)
        return false;
    double speed_kt = fmax((double)before->ground_speed_kt, (double)fix->ground_speed_kt);
    double off_s = utc_to_seconds(apart(fix->at, before->at) + CLOCK_SKEW_MAX_US);
    return geodesy_distance_nm(before->position, fix->position) <= speed_kt * off_s / 3600.0;
}

// The reference moves to where the chain is; what was before is kept, for when the aircraft comes
// back.
static void take_up_elsewhere(struct track *track, const struct track_fix *fix)
{
    if (track->has_good) {
        if (track->before_jump == NULL)
            track->before_jump = memory_allocate(sizeof *track->before_jump);
        *track->before_jump = track->good;
        if (!is_explained_by_clocks(&track->good, fix)) {
            track->approach.jumped_at = fix->at;
            track->approach.jumped_to = fix->position;
        }
    }
    track->good = *fix;
    track->has_good = true;
}

static void come_back(struct track *track)
{
    track->good = *track->before_jump;
    free(TAKE(track->before_jump));
    track->approach.jumped_at = UTC_UNKNOWN;
}

static size_t take_implausible(struct track_step *step, const struct track_fix *fix,
                               uint32_t *flags)
{
    struct aircraft *aircraft = step->aircraft;
    bool in_cluster = is_in_cluster(step, fix);
    *flags |= TRACK_POINT_SPEED_FAIL | (in_cluster ? (uint32_t)TRACK_POINT_SPOOF_CLUSTER : 0);
    extend_chain(aircraft, fix, in_cluster);
    struct track_chain *chain = aircraft->chain;
    // A spoofed position is no aircraft, however well it agrees with itself.
    if (chain->count < EMITTER_CHAIN_POINTS || in_cluster)
        return 0;
    if (chain->interleaved >= EMITTER_INTERLEAVED_MIN) {
        size_t emitter = free_emitter(aircraft, fix->at);
        if (emitter == EMITTERS_MAX)
            return 0;
        *flags &= ~(uint32_t)TRACK_POINT_SPEED_FAIL;
        emission_add_conflict(step, IDENTITY_TWO_EMITTERS, (uint32_t)emitter,
                              &aircraft->tracks[0]->good, fix, SPEED_CHECK_CAP_KT);
        drop_chain(aircraft);
        return emitter;
    }
    if (chain->interleaved == 0) {
        take_up_elsewhere(aircraft->tracks[0], fix);
        drop_chain(aircraft);
    }
    return 0;
}

static size_t take_plausible(struct aircraft *aircraft, size_t emitter)
{
    if (aircraft->chain != NULL) {
        aircraft->chain->interleaved++;
        aircraft->chain->since_last++;
    }
    return emitter;
}

// High above a spoof cluster with nothing before it.
static bool appears_above_cluster(const struct track_step *step, const struct track_fix *fix)
{
    const struct place *cluster = field_spoof_cluster(step->tracker->fields, fix->position);
    int32_t elevation_ft = field_elevation_near_ft(step->tracker->fields, fix->position, 10);
    return cluster != NULL && fix->altitude_ft != OBSERVATION_UNKNOWN &&
           fix->altitude_ft > elevation_ft + SPOOF_APPEARS_ABOVE_FT;
}

static bool is_recent_and_reachable(const struct track *track, const struct track_fix *fix)
{
    return track->has_good && apart(fix->at, track->good.at) <= REFERENCE_RECENT_US &&
           plausibility_reachable(&track->good, fix);
}

static bool is_nearer_to(const struct track_fix *first, const struct track_fix *second,
                         const struct track_fix *fix)
{
    return geodesy_distance_nm(first->position, fix->position) <
           geodesy_distance_nm(second->position, fix->position);
}

size_t emitter_choose(struct track_step *step, const struct track_fix *fix, uint32_t *flags)
{
    struct aircraft *aircraft = step->aircraft;
    struct track *first = aircraft->tracks[0];
    struct track_chain *chain = aircraft->chain;
    if (*flags & (TRACK_POINT_GPS_LOST | TRACK_POINT_ESTIMATED))
        return 0; // the position is not used, so it need not be checked
    bool late = first->begun && fix->at < first->heard_at;
    // What goes on from a chain stays with it: with time, any place can be reached from the track's
    // end.
    if (!late && chain != NULL && chain->since_last == 0 && !is_recent_and_reachable(first, fix) &&
        continues_chain(chain, fix, is_in_cluster(step, fix)))
        return take_implausible(step, fix, flags);
    size_t best = best_track(aircraft, fix);
    if (best < EMITTERS_MAX)
        return take_plausible(aircraft, best);
    if (!first->has_good) {
        if (appears_above_cluster(step, fix))
            return take_implausible(step, fix, flags);
        return 0;
    }
    if (first->before_jump != NULL && plausibility_reachable(first->before_jump, fix) &&
        apart(fix->at, first->before_jump->at) <= SPEED_CHECK_REFERENCE_MAX_US &&
        is_nearer_to(first->before_jump, &first->good, fix)) {
        come_back(first);
        return take_plausible(aircraft, 0);
    }
    if (late) {
        *flags |= TRACK_POINT_SPEED_FAIL;
        return 0;
    }
    return take_implausible(step, fix, flags);
}
