// SPDX-License-Identifier: MIT
#include "track/end.h"

#include "base/text.h"
#include "track/state.h"

#include <string.h>

static void name_callsign(struct visit_end *end, const struct track *track, bool newest)
{
    const struct sighting *sighting = &track->sighting;
    if (sighting->callsign_count > 0)
        text_copy(end->callsign, sizeof end->callsign,
                  sighting->callsigns[newest ? sighting->callsign_count - 1 : 0]);
}

static void add_alignment(struct visit_end *end, const struct track *track)
{
    const struct approach *approach = &track->approach;
    if (approach->aligned_field[0] == '\0')
        return;
    memcpy(end->aligned_field, approach->aligned_field, sizeof end->aligned_field);
    end->aligned_us = approach->aligned_last - approach->aligned_since;
    end->aligned_lowest_ft = approach->aligned_lowest_ft;
}

static struct visit_end end_common(const struct track *track, bool newest_callsign)
{
    struct visit_end end = {
        .present = true,
        .heard_at = track->heard_at,
        .heard_altitude_ft = track->heard_altitude_ft,
        .rates_known = track->approach.rate_count,
        .jumped = track->approach.jumped_at != UTC_UNKNOWN,
        .sighting_at = track->sighting.opened_at,
    };
    approach_doubts(&track->approach, track->heard_at, &end.flagged_share, &end.mlat_share);
    name_callsign(&end, track, newest_callsign);
    return end;
}

struct visit_end end_of_loss(const struct track *track)
{
    struct visit_end end = end_common(track, true);
    end.has_fix = track->has_good;
    end.fix = track->good;
    end.rates_agreeing = approach_rates_beyond(&track->approach, DROPPED_RATE_FPM);
    add_alignment(&end, track);
    return end;
}

struct visit_end end_on_ground(const struct track *track, const struct track_fix *first_ground)
{
    struct visit_end end = end_common(track, true);
    end.ground = true;
    end.ground_fix = *first_ground;
    end.ground_reports = track->ground->reports;
    end.ground_time = track->phase_last.at - first_ground->at;
    end.has_fix = track->landed && track->ground->has_last_air;
    if (end.has_fix) {
        end.fix = track->ground->last_air;
        end.heard_altitude_ft = end.fix.altitude_ft;
        end.heard_at = end.fix.at;
    }
    end.rates_agreeing = approach_rates_beyond(&track->approach, DROPPED_RATE_FPM);
    if (end.has_fix)
        add_alignment(&end, track);
    return end;
}

struct visit_end end_of_take_off(const struct track *track, const struct track_fix *last_ground,
                                 const struct track_fix *first_air)
{
    struct visit_end end = end_common(track, true);
    end.ground = true;
    end.ground_fix = *last_ground;
    end.has_fix = true;
    end.fix = *first_air;
    end.rates_agreeing = approach_rates_beyond(&track->approach, CLIMBING_FPM);
    return end;
}

struct visit_end end_of_start(const struct track *track)
{
    struct visit_end end = end_common(track, false);
    end.has_fix = true;
    end.fix = track->start.first;
    end.rates_agreeing = approach_rates_beyond(&track->approach, CLIMBING_FPM);
    return end;
}
