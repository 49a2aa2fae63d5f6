// SPDX-License-Identifier: MIT
// What the files of a stay share among themselves.
#pragma once

#include "track/state.h"

// A new stay at the field in place of whatever stay there was, not announced yet.
struct stay *stay_new(struct track *track, const struct place *field, utc_us anchored_at);
void stay_drop(struct track *track);
void stay_announce(struct track_step *step, struct track *track);

// Each announces the stay's last state and drops it.
void stay_depart_seen(struct track_step *step, struct track *track);
// In the air again, though nobody saw it leave.
void stay_depart_unseen(struct track_step *step, struct track *track, const struct track_fix *fix);
void stay_supersede_airborne_again(struct track_step *step, struct track *track, utc_us away);
// `other` is NULL where it was seen at no airfield that we know.
void stay_supersede_seen_elsewhere(struct track_step *step, struct track *track,
                                   const struct place *other, struct position seen);
// Something proves that the aircraft is, or was, at another field: one of the above, as it fits.
void stay_give_way(struct track_step *step, struct track *track, const struct place *other,
                   const struct track_fix *seen);

// Newest time at which it was known to be on its way in, or on the ground.
utc_us stay_newest_inbound(const struct stay *stay);
// Time for the rest of the approach, a turn-round, and the way to where it was seen next.
bool stay_leaves_time_for_a_stop(const struct track *track, const struct track_fix *next);
// No more than A1: gives way to anything better.
bool stay_is_weak(const struct stay *stay);
// Whether the way in, as it was seen, speaks for the other field as well: then the stay was at that
// one.
bool stay_inbound_fits(const struct track *track, const struct place *other);
// The airfield that a position on the ground lies at; NULL when there is none near by.
const struct place *stay_field_under(const struct track_step *step, const struct track_fix *fix);
