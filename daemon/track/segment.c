// SPDX-License-Identifier: MIT
// Sightings: opened by the first point, extended by each, split and closed by methods 3a. Decisions
// rest on observed times alone; segment_advance only announces what the next point would decide in
// any case, and a point that comes within the allowed gap after all opens the same sighting again.
#include "base/memory.h"
#include "track/aircraft_type.h"
#include "track/identity.h"
#include "track/phase.h"
#include "track/state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HOURS(us) (utc_to_seconds(us) / 3600.0)

// ---- What a close would be

static bool is_low(const struct track_step *step, const struct track *track)
{
    if (track->phase == TRACK_PHASE_GROUND || track->pending_phase == TRACK_PHASE_GROUND)
        return true;
    if (track->heard_altitude_ft == OBSERVATION_UNKNOWN)
        return false;
    int32_t elevation_ft = field_elevation_near_ft(
        step->tracker->fields, track->sighting.last_position, SPLIT_FIELD_WITHIN_NM);
    return track->heard_altitude_ft < elevation_ft + SPLIT_LOW_FT;
}

static enum sighting_state close_state(const struct track_step *step, const struct track *track)
{
    if (track->phase == TRACK_PHASE_GROUND)
        return SIGHTING_LANDED;
    return is_low(step, track) ? SIGHTING_LOST_LOW : SIGHTING_LOST_HIGH;
}

static utc_us stitch_limit(const struct track *track)
{
    double endurance_h = aircraft_type_find(track->sighting.type_code)->endurance_h;
    utc_us share = (utc_us)(endurance_h * STITCH_ENDURANCE_SHARE * (double)UTC_HOUR);
    utc_us limit = share > STITCH_GAP_US ? share : STITCH_GAP_US;
    return limit < STITCH_MAX_US ? limit : STITCH_MAX_US;
}

void segment_announce_close(struct track_step *step, struct track *track, enum sighting_state state)
{
    track->sighting.state = state;
    track->settled = true;
    emission_add(step, track, false);
}

static void close_now(struct track_step *step, struct track *track)
{
    segment_announce_close(step, track, close_state(step, track));
    stay_on_close(step, track);
}

// ---- Whether a point after a gap goes on with the sighting

// adsbtrack allows a step of 3,000 ft; a larger one is allowed where the aircraft's own vertical
// speed explains it: coming down at the end of a gap, or climbing at its beginning.
static bool step_is_explained(const struct track *track, const struct track_fix *fix)
{
    if (track->heard_altitude_ft == OBSERVATION_UNKNOWN || fix->altitude_ft == OBSERVATION_UNKNOWN)
        return true;
    int32_t step_ft = fix->altitude_ft - track->heard_altitude_ft;
    if (abs(step_ft) < STITCH_STEP_FT)
        return true;
    if (step_ft < 0)
        return fix->vertical_rate_fpm == OBSERVATION_UNKNOWN ||
               fix->vertical_rate_fpm < CLIMBING_FPM;
    return track->heard_rate_fpm == OBSERVATION_UNKNOWN || track->heard_rate_fpm > -CLIMBING_FPM;
}

// Lost coming down and found going up after a turn-round's time, without having come on: it may
// have landed.
static bool may_hide_a_stop(const struct track *track, const struct track_fix *fix, utc_us gap,
                            double distance_nm)
{
    return gap >= TURN_ROUND_MIN_US && track->heard_rate_fpm != OBSERVATION_UNKNOWN &&
           track->heard_rate_fpm <= DROPPED_RATE_FPM &&
           fix->vertical_rate_fpm != OBSERVATION_UNKNOWN &&
           fix->vertical_rate_fpm >= CLIMBING_FPM && distance_nm < STITCH_PROGRESS_KT * HOURS(gap);
}

static bool is_stitchable(const struct track *track, const struct track_fix *fix, utc_us gap,
                          bool plausible)
{
    if (gap > stitch_limit(track) || (fix->on_ground && gap > STITCH_GAP_US))
        return false;
    if (!step_is_explained(track, fix))
        return false;
    if (!plausible || !track->has_good)
        return true;
    double distance_nm = geodesy_distance_nm(track->good.position, fix->position);
    double speed_kt = STITCH_SPEED_KT;
    if (track->good.ground_speed_kt > STITCH_SPEED_KT)
        speed_kt = (double)track->good.ground_speed_kt;
    if (distance_nm > speed_kt * STITCH_SPEED_FACTOR * HOURS(fix->at - track->good.at))
        return false;
    if (may_hide_a_stop(track, fix, gap, distance_nm))
        return false;
    return gap <= STITCH_GAP_US || distance_nm >= STITCH_PROGRESS_KT * HOURS(gap);
}

static bool goes_on(const struct track_step *step, const struct track *track,
                    const struct track_fix *fix, bool plausible)
{
    utc_us gap = fix->at - track->heard_at;
    if (gap <= SPLIT_LOW_GAP_US)
        return true;
    return !is_low(step, track) && is_stitchable(track, fix, gap, plausible);
}

// ---- Opening

static void remember_previous(struct track *track)
{
    track->previous_last_seen = track->sighting.last_seen;
    track->previous_known = track->has_good;
    track->previous_heard_at = track->heard_at;
    if (track->has_good) {
        track->previous_at = track_fix_lower_at(&track->good);
        track->previous_position = track->good.position;
    }
}

void segment_begin(struct track_step *step, struct track *track, size_t emitter,
                   const struct track_fix *fix)
{
    struct sighting old = track->sighting;
    if (track->begun)
        remember_previous(track);
    // Zeroed whole, padding too, so that equal sightings are equal bytes.
    struct sighting *new = &track->sighting;
    memset(new, 0, sizeof *new);
    new->opened_at = new->first_seen = new->last_seen = fix->observed_at;
    new->emitter = (uint32_t)emitter;
    new->state = SIGHTING_OPEN;
    new->first_position = new->last_position = fix->position;
    new->last_altitude_ft = OBSERVATION_UNKNOWN;
    memcpy(track->sighting.icao24, step->aircraft->icao24, ICAO24_SIZE);
    // The airframe is the same one.
    memcpy(track->sighting.registration, old.registration, sizeof old.registration);
    memcpy(track->sighting.type_code, old.type_code, sizeof old.type_code);
    track->begun = true;
    track->settled = false;
    track->changed = true;
    track->was_airborne = false;
    track->landed = false;
    track->arrival_told = false;
    track->start = (struct track_start){0};
    free(TAKE(track->stitch));
    free(TAKE(track->ground));
    track->pending_phase = TRACK_PHASE_UNKNOWN;
    track->pending_reports = 0;
}

static void open_sighting(struct track_step *step, struct track *track, size_t emitter,
                          const struct track_fix *fix)
{
    segment_begin(step, track, emitter, fix);
    approach_begin(&track->approach);
    track->phase = TRACK_PHASE_UNKNOWN;
    track->heard_altitude_ft = OBSERVATION_UNKNOWN;
    track->heard_rate_fpm = OBSERVATION_UNKNOWN;
}

// ---- A gap that was bridged but hid a departure

static void remember_stitch(struct track_step *step, struct track *track,
                            const struct track_fix *fix)
{
    int32_t elevation_ft =
        field_elevation_near_ft(step->tracker->fields, fix->position, SPLIT_FIELD_WITHIN_NM);
    free(TAKE(track->stitch));
    if (fix->on_ground || fix->altitude_ft == OBSERVATION_UNKNOWN ||
        fix->altitude_ft >= elevation_ft + STITCH_VETO_BELOW_FT ||
        fix->at - track->heard_at <= STITCH_VETO_GAP_US)
        return;
    track->stitch = memory_allocate(sizeof *track->stitch);
    *track->stitch = (struct track_stitch){
        .before_last_seen = track->sighting.last_seen,
        .before_position = track->sighting.last_position,
        .before_altitude_ft = track->sighting.last_altitude_ft,
        .before_heard_at = track->heard_at,
        .after = *fix,
    };
}

// The old sighting ends before the gap, a new one begins after it.
static void split_at_stitch(struct track_step *step, struct track *track, size_t emitter)
{
    AUTO_FREE struct track_stitch *stitch = TAKE(track->stitch);
    track->sighting.last_seen = stitch->before_last_seen;
    track->sighting.last_position = stitch->before_position;
    track->sighting.last_altitude_ft = stitch->before_altitude_ft;
    segment_announce_close(step, track, SIGHTING_LOST_HIGH);
    segment_begin(step, track, emitter, &stitch->after);
    track->previous_at = track->previous_heard_at = stitch->before_heard_at;
    track->previous_position = stitch->before_position;
    track->was_airborne = true;
    track->start = (struct track_start){.points = EMERGED_RATES_MIN, .first = stitch->after};
    start_decide(step, track);
}

static void veto_stitch(struct track_step *step, struct track *track, size_t emitter,
                        const struct track_fix *fix)
{
    if (track->stitch == NULL)
        return;
    const struct track_fix *after = &track->stitch->after;
    if (fix->on_ground || fix->at - after->at > STITCH_VETO_WITHIN_US)
        free(TAKE(track->stitch));
    else if (fix->altitude_ft != OBSERVATION_UNKNOWN &&
             fix->altitude_ft - after->altitude_ft > STITCH_VETO_CLIMB_FT)
        split_at_stitch(step, track, emitter);
}

// ---- The three ways in

static void extend(struct track *track, const struct track_fix *fix, bool plausible)
{
    struct sighting *sighting = &track->sighting;
    if (fix->observed_at > sighting->last_seen)
        sighting->last_seen = fix->observed_at;
    track->heard_at = fix->at;
    if (fix->altitude_ft != OBSERVATION_UNKNOWN) {
        track->heard_altitude_ft = fix->altitude_ft;
        track->heard_rate_fpm = fix->vertical_rate_fpm;
        sighting->last_altitude_ft = fix->altitude_ft;
    }
    if (!plausible)
        return;
    sighting->last_position = fix->position;
    track->good = *fix;
    track->has_good = true;
}

static void settle_state(struct track *track)
{
    struct sighting *sighting = &track->sighting;
    enum sighting_state state = SIGHTING_OPEN;
    if (track->phase == TRACK_PHASE_GROUND && track->landed &&
        track->heard_at - track->phase_since >= GROUND_STAY_US)
        state = SIGHTING_LANDED;
    if (state != sighting->state) {
        sighting->state = state;
        track->changed = true;
    }
    track->settled = false;
}

// A point in the air or on the ground whose position counts.
static void take_good(struct track_step *step, struct track *track, size_t emitter,
                      const struct track_fix *fix)
{
    // Neither in the air nor on the ground for sure: it moves no boundary between the two.
    if (fix->ground_refused)
        return;
    phase_take(step, track, emitter, fix);
    veto_stitch(step, track, emitter, fix);
    if (!fix->on_ground && track->phase != TRACK_PHASE_GROUND)
        stay_on_air(step, track, fix);
}

// No aircraft can have flown here since it was last seen.
static void check_identity(struct track_step *step, const struct track *track, size_t emitter,
                           const struct track_fix *fix)
{
    double hours = HOURS(fix->at - track->good.at);
    double limit_kt =
        fmax(IMPOSSIBLE_SPEED_KT,
             aircraft_type_find(track->sighting.type_code)->top_speed_kt + BRACKET_WIND_KT);
    if (track->has_good &&
        geodesy_distance_nm(track->good.position, fix->position) - 2 * PROBABLE_FIELD_NM >
            limit_kt * hours)
        emission_add_conflict(step, IDENTITY_IMPOSSIBLE_SPEED, (uint32_t)emitter, &track->good, fix,
                              limit_kt);
}

static void begin_after_gap(struct track_step *step, struct track *track, size_t emitter,
                            const struct track_fix *fix, bool plausible)
{
    if (!track->settled)
        close_now(step, track);
    track_drop_before_close(track);
    if (fix->at - track->heard_at >= TURN_ROUND_MIN_US)
        stay_on_silence(step, track);
    if (plausible)
        check_identity(step, track, emitter, fix);
    open_sighting(step, track, emitter, fix);
}

void segment_take(struct track_step *step, size_t emitter, const struct observation *observation,
                  const struct track_fix *fix, uint32_t flags)
{
    struct track *track = aircraft_track(step->aircraft, emitter);
    bool plausible = (flags & TRACK_POINT_IMPLAUSIBLE) == 0;
    if (!track->begun) {
        open_sighting(step, track, emitter, fix);
    } else if (!goes_on(step, track, fix, plausible)) {
        begin_after_gap(step, track, emitter, fix, plausible);
    } else {
        if (track->settled)
            stay_on_reopen(step, track);
        if (plausible && fix->at - track->heard_at > SPLIT_LOW_GAP_US)
            remember_stitch(step, track, fix);
    }
    extend(track, fix, plausible);
    approach_take(&track->approach, step->tracker->fields, fix, flags, plausible);
    if (plausible) {
        take_good(step, track, emitter, fix);
        extend(track, fix, plausible); // a split left the newest point to the new sighting
    }
    settle_state(track);
    identity_add_feed(track, step->tracker->feeds.items[fix->feed].id);
    identity_add_observation(track, observation);
    if (track->changed)
        emission_add(step, track, false);
}

void segment_take_late(struct track_step *step, size_t emitter, const struct track_fix *fix,
                       uint32_t flags)
{
    struct track *track = step->aircraft->tracks[emitter];
    struct sighting *sighting = &track->sighting;
    bool plausible = (flags & TRACK_POINT_IMPLAUSIBLE) == 0;
    if (fix->observed_at < sighting->first_seen) {
        if (sighting->first_seen - fix->observed_at > LATE_JOIN_US ||
            fix->observed_at <= track->previous_last_seen)
            return;
        sighting->first_seen = fix->observed_at;
        if (plausible)
            sighting->first_position = fix->position;
        track->changed = true;
    }
    identity_add_feed(track, step->tracker->feeds.items[fix->feed].id);
    bool redraw = sighting->state != SIGHTING_OPEN && plausible;
    if (track->changed || redraw)
        emission_add(step, track, redraw);
}

static utc_us advance_silence(struct track_step *step, struct track *track, utc_us now)
{
    utc_us due = track->heard_at + TURN_ROUND_MIN_US + LATENESS_ALLOWANCE_US;
    if (!stay_awaits_silence(track))
        return INT64_MAX;
    if (now <= due)
        return due;
    stay_on_silence(step, track);
    return INT64_MAX;
}

utc_us segment_advance(struct track_step *step, struct track *track, utc_us now)
{
    if (!track->begun)
        return INT64_MAX;
    if (!track->settled) {
        utc_us limit = is_low(step, track) ? SPLIT_LOW_GAP_US : stitch_limit(track);
        utc_us due = track->heard_at + limit + LATENESS_ALLOWANCE_US;
        if (now <= due)
            return due;
        stay_keep_before_close(track);
        close_now(step, track);
    }
    return advance_silence(step, track, now);
}

void segment_end(struct track_step *step, struct track *track)
{
    if (!track->begun)
        return;
    if (!track->settled)
        close_now(step, track);
    stay_on_silence(step, track);
}
