// SPDX-License-Identifier: MIT
#include "track/plausibility.h"

#include <math.h>

static uint32_t source_flags(enum position_source source)
{
    switch (source) {
    case POSITION_SOURCE_MLAT:
    case POSITION_SOURCE_MODE_S: // has no position of its own: one that comes with it is computed
        return TRACK_POINT_MLAT;
    case POSITION_SOURCE_ADSR_ICAO:
    case POSITION_SOURCE_ADSR_OTHER:
    case POSITION_SOURCE_TISB_ICAO:
    case POSITION_SOURCE_TISB_OTHER:
    case POSITION_SOURCE_TISB_TRACKFILE:
        return TRACK_POINT_TISB;
    case POSITION_SOURCE_ADSC:
    case POSITION_SOURCE_OTHER:
    case POSITION_SOURCE_ESTIMATED:
        return TRACK_POINT_ESTIMATED;
    default:
        return 0;
    }
}

static uint32_t integrity_flags(const struct observation *observation)
{
    uint32_t flags = 0;
    if (observation->adsb_version == 2 && observation->sil == 0)
        flags |= TRACK_POINT_SIL0;
    if (observation->nac_p >= 0 && observation->nac_p <= NACP_LOW_MAX)
        flags |= TRACK_POINT_NACP_LOW;
    return flags;
}

static bool ground_cannot_be(const struct observation *observation,
                             const struct field_index *fields)
{
    if (observation->ground_speed_kt > GROUND_SPEED_MAX_KT)
        return true;
    if (observation->altitude_geom_ft == OBSERVATION_UNKNOWN)
        return false;
    struct field_near near = field_nearest(fields, observation->position, GROUND_FIELD_WITHIN_NM);
    return near.field != NULL && near.field->elevation_ft != PLACE_ELEVATION_UNKNOWN &&
           observation->altitude_geom_ft > near.field->elevation_ft + GROUND_ABOVE_FIELD_MAX_FT;
}

uint32_t plausibility_flags(const struct observation *observation, const struct field_index *fields,
                            struct track_fix *fix)
{
    uint32_t flags = source_flags(observation->position_source) | integrity_flags(observation);
    if (observation->seen_position_s > STALE_AFTER_S)
        flags |= TRACK_POINT_STALE;
    // A computed position does not come from the aircraft's GPS.
    if (observation->gps_ok_before != UTC_UNKNOWN &&
        observation->observed_at > observation->gps_ok_before && !(flags & TRACK_POINT_MLAT))
        flags |= TRACK_POINT_GPS_LOST;
    if (observation->on_ground && ground_cannot_be(observation, fields)) {
        flags |= TRACK_POINT_BAD_GROUND;
        fix->on_ground = false;
        fix->ground_refused = true;
    }
    return flags;
}

static double fastest_kt(const struct track_fix *reference, const struct track_fix *fix,
                         double elapsed_s)
{
    double known_kt = fmax((double)reference->ground_speed_kt, (double)fix->ground_speed_kt);
    double speed_kt;
    if (isnan(known_kt))
        speed_kt =
            reference->on_ground && fix->on_ground ? SPEED_CHECK_SURFACE_KT : SPEED_CHECK_AIR_KT;
    else
        // It grows to what is assumed where nothing is known, not beyond.
        speed_kt = fmin(known_kt + SPEED_CHECK_GAIN_KT_PER_S * elapsed_s,
                        fmax(known_kt, SPEED_CHECK_AIR_KT));
    if (reference->mlat || fix->mlat)
        speed_kt = speed_kt * SPEED_CHECK_MLAT_FACTOR + SPEED_CHECK_MLAT_KT;
    return fmin(speed_kt * SPEED_CHECK_FACTOR, SPEED_CHECK_CAP_KT);
}

bool plausibility_reachable(const struct track_fix *reference, const struct track_fix *fix)
{
    utc_us elapsed = fix->at >= reference->at ? fix->at - reference->at : reference->at - fix->at;
    if (elapsed > SPEED_CHECK_REFERENCE_MAX_US)
        return true;
    // A better source corrects a computed position.
    if (reference->mlat && !fix->mlat)
        return true;
    double elapsed_s = utc_to_seconds(elapsed);
    double slack_s =
        reference->feed == fix->feed ? SPEED_CHECK_SAME_FEED_S : SPEED_CHECK_OTHER_FEED_S;
    double metres =
        reference->on_ground && fix->on_ground ? SPEED_CHECK_SURFACE_M : SPEED_CHECK_AIR_M;
    if (reference->mlat || fix->mlat)
        metres += SPEED_CHECK_MLAT_M;
    double reach_nm = fastest_kt(reference, fix, elapsed_s) * (elapsed_s + slack_s) / 3600.0 +
                      metres / GEODESY_METRES_PER_NM;
    return geodesy_distance_nm(reference->position, fix->position) <= reach_nm;
}

bool plausibility_frozen(const struct track_fix *reference, const struct track_fix *fix)
{
    // After any gap: nothing in the air comes back to within metres of where it was.
    return !fix->on_ground && !reference->on_ground && fix->at - reference->at >= FROZEN_AFTER_US &&
           fix->ground_speed_kt >= FROZEN_SPEED_MIN_KT &&
           geodesy_distance_nm(reference->position, fix->position) <= FROZEN_MOVED_MAX_NM;
}
