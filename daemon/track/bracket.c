// SPDX-License-Identifier: MIT
#include "track/bracket.h"

#include "track/aircraft_type.h"
#include "track/field.h"

#include <math.h>

// Heard lower than that above the field, it may have been on the ground already [inference:
// pressure altitude is off by some hundred feet].
#define STILL_FLYING_FT 1000

double bracket_speed_kt(const char *type_code)
{
    return aircraft_type_find(type_code)->top_speed_kt + BRACKET_WIND_KT;
}

static utc_us time_over(double distance_nm, double speed_kt)
{
    return distance_nm > 0 ? (utc_us)(distance_nm / speed_kt * (double)UTC_HOUR) : 0;
}

utc_us bracket_fastest(double distance_nm, const char *type_code)
{
    return time_over(distance_nm - ON_FIELD_NM, bracket_speed_kt(type_code));
}

static utc_us slowest(double distance_nm)
{
    return time_over(distance_nm, BRACKET_SLOW_KT) + BRACKET_HOLD_US;
}

// UTC_UNKNOWN is the smallest number, so the later of two bounds is plain; the earlier has to look.
static utc_us later(utc_us first, utc_us second)
{
    return first > second ? first : second;
}

static utc_us earlier(utc_us first, utc_us second)
{
    if (first == UTC_UNKNOWN || second == UTC_UNKNOWN)
        return later(first, second);
    return first < second ? first : second;
}

static utc_us arrived_after(const struct place *field, const struct stay *stay,
                            const char *type_code)
{
    const struct visit_end *in = &stay->in;
    if (in->present && in->has_fix) {
        double distance_nm = field_distance_nm(field, in->fix.position);
        utc_us bound = track_fix_lower_at(&in->fix) + bracket_fastest(distance_nm, type_code);
        if (in->ground)
            bound -= GROUND_FLAG_SLACK_US;
        int32_t elevation_ft =
            field->elevation_ft == PLACE_ELEVATION_UNKNOWN ? 0 : field->elevation_ft;
        // Heard later without a usable position, and still in the air.
        if (in->heard_at > in->fix.at && in->heard_altitude_ft != OBSERVATION_UNKNOWN &&
            in->heard_altitude_ft > elevation_ft + STILL_FLYING_FT)
            bound = later(bound, in->heard_at - CLOCK_AHEAD_SLACK_US);
        return bound;
    }
    if (stay->previous_known)
        return stay->previous_at +
               bracket_fastest(field_distance_nm(field, stay->previous_position), type_code);
    return UTC_UNKNOWN;
}

static utc_us departed_before(const struct place *field, const struct stay *stay,
                              const char *type_code)
{
    const struct visit_end *out = &stay->out;
    if (out->present && out->has_fix)
        return out->fix.upper_at -
               bracket_fastest(field_distance_nm(field, out->fix.position), type_code);
    if (stay->gone)
        return stay->out.fix.upper_at -
               bracket_fastest(field_distance_nm(field, stay->out.fix.position), type_code);
    return UTC_UNKNOWN;
}

static utc_us arrived_before(const struct place *field, const struct stay *stay, utc_us left_before)
{
    const struct visit_end *in = &stay->in;
    utc_us bound = left_before;
    if (stay->out.present && stay->out.ground)
        bound = earlier(bound, stay->out.ground_fix.upper_at);
    if (!in->present)
        return bound;
    if (in->ground)
        return earlier(bound, in->ground_fix.upper_at);
    utc_us newest = later(in->fix.upper_at, in->heard_at);
    return earlier(bound, newest + slowest(field_distance_nm(field, in->fix.position)));
}

static utc_us departed_after(const struct place *field, const struct stay *stay, utc_us came_after)
{
    const struct visit_end *out = &stay->out;
    if (out->present && out->ground)
        return track_fix_lower_at(&out->ground_fix) - GROUND_FLAG_SLACK_US;
    utc_us bound = came_after;
    if (stay->in.ground)
        bound = later(bound, stay->ground_until - CLOCK_AHEAD_SLACK_US);
    if (out->present && out->has_fix)
        bound = later(bound, track_fix_lower_at(&out->fix) -
                                 slowest(field_distance_nm(field, out->fix.position)));
    return bound;
}

void bracket_fill(const struct place *field, const struct stay *stay, const char *type_code,
                  struct visit *ret_visit)
{
    utc_us came_after = arrived_after(field, stay, type_code);
    utc_us left_before = departed_before(field, stay, type_code);
    ret_visit->arrived_after = came_after;
    ret_visit->arrived_before = later(arrived_before(field, stay, left_before), came_after);
    ret_visit->departed_before = left_before;
    ret_visit->departed_after = left_before == UTC_UNKNOWN
                                    ? UTC_UNKNOWN
                                    : earlier(departed_after(field, stay, came_after), left_before);
}
