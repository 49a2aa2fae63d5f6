// SPDX-License-Identifier: MIT
#include "track/approach.h"

#include "base/text.h"
#include "track/point.h"

#include <math.h>
#include <string.h>

// Flags that make a point doubtful as a witness of a place (methods 3c).
#define DOUBTFUL (TRACK_POINT_IMPLAUSIBLE | TRACK_POINT_SIL0 | TRACK_POINT_NACP_LOW)
// A vertical speed from two altitudes is taken over no longer than that.
#define RATE_FROM_ALTITUDES_MAX_US (2 * UTC_MINUTE)
// No field lies higher: above it there is no need to look for a runway.
#define ALIGNED_CEILING_FT 20000
#define ALIGNED_FIELDS_MAX 4

void approach_clear(struct approach *approach)
{
    *approach = (struct approach){.rate_at = UTC_UNKNOWN, .jumped_at = UTC_UNKNOWN};
}

void approach_begin(struct approach *approach)
{
    struct approach old = *approach;
    approach_clear(approach);
    approach->jumped_at = old.jumped_at;
    approach->jumped_to = old.jumped_to;
}

static void count_doubts(struct approach *approach, utc_us at, uint32_t flags)
{
    int32_t minute = (int32_t)(at / UTC_MINUTE);
    size_t slot = (size_t)(minute >= 0 ? minute : -minute) % DOUBT_MINUTES;
    if (approach->doubts[slot].minute != minute) {
        approach->doubts[slot].minute = minute;
        approach->doubts[slot].points = 0;
        approach->doubts[slot].flagged = 0;
        approach->doubts[slot].mlat = 0;
    }
    if (approach->doubts[slot].points == UINT8_MAX)
        return; // four a second: the share is known well enough
    approach->doubts[slot].points++;
    if (flags & DOUBTFUL)
        approach->doubts[slot].flagged++;
    if (flags & TRACK_POINT_MLAT)
        approach->doubts[slot].mlat++;
}

static int32_t clamped_rate(double rate_fpm)
{
    return (int32_t)fmax(-30000, fmin(30000, rate_fpm));
}

static void take_rate(struct approach *approach, const struct track_fix *fix)
{
    int32_t rate_fpm = fix->vertical_rate_fpm;
    if (fix->on_ground || fix->altitude_ft == OBSERVATION_UNKNOWN)
        return;
    bool first = approach->rate_at == UTC_UNKNOWN;
    utc_us elapsed = first ? 0 : fix->at - approach->rate_at;
    if (!first && elapsed < RATE_SPACING_US)
        return;
    if (rate_fpm == OBSERVATION_UNKNOWN && !first && elapsed <= RATE_FROM_ALTITUDES_MAX_US)
        rate_fpm = clamped_rate((fix->altitude_ft - approach->rate_altitude_ft) /
                                (utc_to_seconds(elapsed) / 60.0));
    approach->rate_at = fix->at;
    approach->rate_altitude_ft = fix->altitude_ft;
    if (rate_fpm == OBSERVATION_UNKNOWN)
        return;
    approach->rates_fpm[approach->rate_next] = (int16_t)clamped_rate(rate_fpm);
    approach->rate_next = (uint8_t)((approach->rate_next + 1) % DROPPED_RATES);
    if (approach->rate_count < DROPPED_RATES)
        approach->rate_count++;
}

// Whether the fix lies on the extended centre line (or the runway itself) and flies along it,
// landing at `end`.
static bool is_aligned(const struct runway *runway, int end, const struct track_fix *fix,
                       double *ret_off_nm)
{
    struct position threshold = runway->ends[end].threshold;
    struct position far_end = runway->ends[1 - end].threshold;
    if (!position_is_valid(threshold) || !position_is_valid(far_end))
        return false;
    double course_deg = geodesy_bearing_deg(threshold, far_end);
    if (!(geodesy_angle_between_deg((double)fix->track_deg, course_deg) <= ALIGNED_DEG))
        return false;
    double off_nm = fabs(geodesy_cross_track_nm(fix->position, threshold, far_end));
    double along_nm = geodesy_along_track_nm(fix->position, threshold, far_end);
    *ret_off_nm = off_nm;
    return off_nm <= ALIGNED_OFF_NM && along_nm >= -ALIGNED_WITHIN_NM &&
           along_nm <= geodesy_distance_nm(threshold, far_end);
}

struct alignment {
    const struct place *field;
    const struct runway_end *end;
    int32_t height_ft;
};

static struct alignment alignment_of(const struct field_index *fields, const struct track_fix *fix)
{
    struct alignment best = {0};
    struct field_near near[ALIGNED_FIELDS_MAX];
    double best_off_nm = INFINITY;
    size_t count =
        field_all_near(fields, fix->position, ALIGNED_WITHIN_NM, near, ALIGNED_FIELDS_MAX);
    for (size_t i = 0; i < count; i++) {
        const struct place *field = near[i].field;
        int32_t elevation_ft =
            field->elevation_ft == PLACE_ELEVATION_UNKNOWN ? 0 : field->elevation_ft;
        if (fix->altitude_ft - elevation_ft >= DROPPED_BELOW_FT)
            continue;
        for (size_t r = 0; r < field->runway_count; r++)
            for (int end = 0; end < 2; end++) {
                double off_nm;
                if (!is_aligned(&field->runways[r], end, fix, &off_nm) || off_nm >= best_off_nm)
                    continue;
                best_off_nm = off_nm;
                best = (struct alignment){field, &field->runways[r].ends[end],
                                          fix->altitude_ft - elevation_ft};
            }
    }
    return best;
}

static void forget_alignment(struct approach *approach)
{
    approach->aligned_field[0] = '\0';
}

static void take_alignment(struct approach *approach, const struct field_index *fields,
                           const struct track_fix *fix)
{
    bool climbing =
        fix->vertical_rate_fpm != OBSERVATION_UNKNOWN && fix->vertical_rate_fpm > CLIMBING_FPM;
    if (fix->on_ground || fix->altitude_ft == OBSERVATION_UNKNOWN)
        return;
    struct alignment found = {0};
    if (fix->altitude_ft < ALIGNED_CEILING_FT && !climbing && isfinite(fix->track_deg))
        found = alignment_of(fields, fix);
    bool was_aligned = approach->aligned_field[0] != '\0';
    if (found.field == NULL) {
        if (was_aligned && fix->at - approach->aligned_last > ALIGNED_GAP_US)
            forget_alignment(approach);
        return;
    }
    bool goes_on = was_aligned && strcmp(approach->aligned_field, found.field->id) == 0 &&
                   strcmp(approach->aligned_runway, found.end->name) == 0 &&
                   fix->at - approach->aligned_last <= ALIGNED_GAP_US &&
                   found.height_ft <= approach->aligned_lowest_ft + GO_AROUND_CLIMB_FT;
    if (!goes_on) {
        text_copy(approach->aligned_field, sizeof approach->aligned_field, found.field->id);
        text_copy(approach->aligned_runway, sizeof approach->aligned_runway, found.end->name);
        approach->aligned_since = fix->at;
        approach->aligned_lowest_ft = found.height_ft;
    }
    approach->aligned_last = fix->at;
    if (found.height_ft < approach->aligned_lowest_ft)
        approach->aligned_lowest_ft = found.height_ft;
}

void approach_take(struct approach *approach, const struct field_index *fields,
                   const struct track_fix *fix, uint32_t flags, bool plausible)
{
    count_doubts(approach, fix->at, flags);
    take_rate(approach, fix);
    if (!plausible)
        return;
    if (approach->jumped_at != UTC_UNKNOWN &&
        geodesy_distance_nm(approach->jumped_to, fix->position) > JUMP_TRUSTED_NM)
        approach->jumped_at = UTC_UNKNOWN;
    take_alignment(approach, fields, fix);
}

uint8_t approach_rates_beyond(const struct approach *approach, int limit_fpm)
{
    uint8_t count = 0;
    for (uint8_t i = 0; i < approach->rate_count; i++)
        if (limit_fpm < 0 ? approach->rates_fpm[i] <= limit_fpm
                          : approach->rates_fpm[i] >= limit_fpm)
            count++;
    return count;
}

void approach_doubts(const struct approach *approach, utc_us until, float *ret_flagged_share,
                     float *ret_mlat_share)
{
    int32_t newest = (int32_t)(until / UTC_MINUTE);
    unsigned points = 0, flagged = 0, mlat = 0;
    for (size_t i = 0; i < DOUBT_MINUTES; i++) {
        if (approach->doubts[i].minute <= newest - DOUBT_MINUTES ||
            approach->doubts[i].minute > newest)
            continue;
        points += approach->doubts[i].points;
        flagged += approach->doubts[i].flagged;
        mlat += approach->doubts[i].mlat;
    }
    *ret_flagged_share = points == 0 ? 0 : (float)flagged / (float)points;
    *ret_mlat_share = points == 0 ? 0 : (float)mlat / (float)points;
}
