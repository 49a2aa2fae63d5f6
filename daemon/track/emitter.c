// SPDX-License-Identifier: MIT
// Which emitter a point belongs to. Implausible points that agree among themselves form a chain. If the
// track went on meanwhile, the chain is a second aircraft on the same address; if the track stopped when
// the chain began, it is the same aircraft that was lost and found, or whose position was led astray.
#include "track/plausibility.h"
#include "track/state.h"

#include <math.h>

// So recent a reference decides by itself, whatever chain there is [inference: two polls of a slow feed].
#define REFERENCE_RECENT_US (2 * UTC_MINUTE)

static utc_us apart(utc_us first, utc_us second)
{
    return first >= second ? first - second : second - first;
}

// How far the fix lies from where the reference would be by then.
static double distance_from_predicted_nm(const struct track_fix *reference, const struct track_fix *fix)
{
    struct position predicted = reference->position;
    if (isfinite(reference->ground_speed_kt) && isfinite(reference->track_deg))
        predicted = geodesy_destination(predicted, (double)reference->track_deg,
                                        (double)reference->ground_speed_kt *
                                            utc_to_seconds(fix->at - reference->at) / 3600.0);
    return geodesy_distance_nm(predicted, fix->position);
}

// The track that the fix continues best; EMITTERS_MAX when none. A reference too old to be checked is
// taken only when no other fits.
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

static bool continues_chain(const struct track_chain *chain, const struct track_fix *fix)
{
    return chain->count > 0 && fix->at >= chain->last.at &&
           fix->at - chain->last.at <= EMITTER_CHAIN_GAP_MAX_US &&
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

static void extend_chain(struct track_chain *chain, const struct track_fix *fix, bool in_cluster)
{
    // One that leaves a cluster has to agree with itself anew.
    if (!continues_chain(chain, fix) || (chain->in_cluster && !in_cluster))
        *chain = (struct track_chain){.first = *fix};
    chain->count++;
    chain->last = *fix;
    chain->since_last = 0;
    chain->in_cluster = in_cluster;
}

// The reference moves to where the chain is; what was before is kept, for when the aircraft comes back.
static void take_up_elsewhere(struct track *track, const struct track_fix *fix)
{
    if (track->has_good)
        track->before_jump = track->good;
    track->has_before_jump = track->has_good;
    track->good = *fix;
    track->has_good = true;
}

static size_t take_implausible(struct track_step *step, const struct track_fix *fix, uint32_t *flags)
{
    struct aircraft *aircraft = step->aircraft;
    struct track_chain *chain = &aircraft->chain;
    bool in_cluster = field_spoof_cluster(step->tracker->fields, fix->position) != NULL;
    *flags |= TRACK_POINT_SPEED_FAIL | (in_cluster ? (uint32_t)TRACK_POINT_SPOOF_CLUSTER : 0);
    extend_chain(chain, fix, in_cluster);
    // A spoofed position is no aircraft, however well it agrees with itself.
    if (chain->count < EMITTER_CHAIN_POINTS || in_cluster)
        return 0;
    if (chain->interleaved >= EMITTER_INTERLEAVED_MIN) {
        size_t emitter = free_emitter(aircraft, fix->at);
        if (emitter == EMITTERS_MAX)
            return 0;
        *flags &= ~(uint32_t)TRACK_POINT_SPEED_FAIL;
        *chain = (struct track_chain){0};
        return emitter;
    }
    if (chain->interleaved == 0) {
        take_up_elsewhere(aircraft->tracks[0], fix);
        *chain = (struct track_chain){0};
    }
    return 0;
}

static size_t take_plausible(struct aircraft *aircraft, size_t emitter)
{
    if (aircraft->chain.count > 0) {
        aircraft->chain.interleaved++;
        aircraft->chain.since_last++;
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

size_t emitter_choose(struct track_step *step, const struct track_fix *fix, uint32_t *flags)
{
    struct aircraft *aircraft = step->aircraft;
    struct track *first = aircraft->tracks[0];
    struct track_chain *chain = &aircraft->chain;
    if (*flags & (TRACK_POINT_GPS_LOST | TRACK_POINT_ESTIMATED))
        return 0; // the position is not used, so it need not be checked
    bool late = first->begun && fix->at < first->heard_at;
    // What goes on from a chain stays with it: with time, any place can be reached from the track's end.
    if (!late && chain->since_last == 0 && continues_chain(chain, fix) &&
        !is_recent_and_reachable(first, fix))
        return take_implausible(step, fix, flags);
    size_t best = best_track(aircraft, fix);
    if (best < EMITTERS_MAX)
        return take_plausible(aircraft, best);
    if (!first->has_good) {
        if (appears_above_cluster(step, fix))
            return take_implausible(step, fix, flags);
        return 0;
    }
    if (first->has_before_jump && plausibility_reachable(&first->before_jump, fix) &&
        apart(fix->at, first->before_jump.at) <= SPEED_CHECK_REFERENCE_MAX_US) {
        first->good = first->before_jump;
        first->has_before_jump = false;
        return take_plausible(aircraft, 0);
    }
    if (late) {
        *flags |= TRACK_POINT_SPEED_FAIL;
        return 0;
    }
    return take_implausible(step, fix, flags);
}
