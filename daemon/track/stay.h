// SPDX-License-Identifier: MIT
// A stay in the making: how the aircraft came, whether it is still there, how it left. Turned into
// visits.
#pragma once

#include "track/approach.h"
#include "track/track_fix.h"
#include "track/visit.h"

struct track_step;
struct track;

// One end of a stay: how a sighting ended at a field, or began there.
struct visit_end {
    bool present;
    bool ground;  // ground reports; ground_fix is the first of them (arriving) or the last
    bool has_fix; // fix: the last in the air before (arriving), or the first after
    struct track_fix fix;
    struct track_fix ground_fix;
    uint32_t ground_reports;
    utc_us ground_time;
    utc_us heard_at; // newest sign of life; later than fix when positions were unusable
    int32_t heard_altitude_ft;
    uint8_t rates_agreeing; // of rates_known: descending (arriving), climbing (leaving)
    uint8_t rates_known;
    char aligned_field[PLACE_ID_SIZE];
    utc_us aligned_us;
    int32_t aligned_lowest_ft;
    float flagged_share, mlat_share;
    bool jumped;
    utc_us sighting_at; // opened_at of the sighting
    char callsign[CALLSIGN_SIZE];
};

enum stay_phase {
    STAY_PRESENT,   // arrived and not seen to leave
    STAY_LEAVING,   // seen to leave, but not yet out of the field's vicinity
    STAY_SUSPENDED, // in the air again too soon: arrived only if it comes down here after all
};

// Why a stay was superseded, for the last reason.
struct stay_end_reason {
    enum visit_rule rule;
    double threshold, value;
    char place[PLACE_ID_SIZE];
    double distance_nm;
};

struct stay {
    enum stay_phase phase;
    char place[PLACE_ID_SIZE];
    struct position place_position;
    utc_us anchored_at;
    struct visit_end in, out;
    bool previous_known; // where it was before, when it was not seen to come
    utc_us previous_at;
    struct position previous_position;
    utc_us ground_until; // newest ground report; UTC_UNKNOWN without one
    bool gone; // in the air again without having been seen to leave: out.fix and out.sighting_at
    bool announced;
    enum visit_state state; // as announced
    enum visit_grade grade;
};

// Events of a track, in the order of its points.
void stay_on_close(struct track_step *step, struct track *track);
// To be called before stay_on_close when only time closes the sighting.
void stay_keep_before_close(struct track *track);
// The close was only announced by time, and points within the allowed gap came after all.
void stay_on_reopen(struct track_step *step, struct track *track);
// Ground reports are established: a stop after a flight, or found on the ground.
void stay_on_ground(struct track_step *step, struct track *track,
                    const struct track_fix *first_ground);
void stay_on_take_off(struct track_step *step, struct track *track,
                      const struct track_fix *last_ground, const struct track_fix *first_air);
// A good point in the air.
void stay_on_air(struct track_step *step, struct track *track, const struct track_fix *fix);
// The gap has become long enough for a turn-round.
void stay_on_silence(struct track_step *step, struct track *track);
// Whether stay_on_silence would still change something.
bool stay_awaits_silence(const struct track *track);
