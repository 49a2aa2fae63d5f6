// SPDX-License-Identifier: MIT
// In the air or on the ground: debounced, and what follows from a change. Also what it shares with
// segment.c.
#pragma once

#include "track/state.h"

// Takes a good point. May end the sighting at a take-off and begin the next one.
void phase_take(struct track_step *step, struct track *track, size_t emitter,
                const struct track_fix *fix);

// segment.c: the state of a close into the effects.
void segment_announce_close(struct track_step *step, struct track *track,
                            enum sighting_state state);
// segment.c: a new sighting that opens with the fix. The phase stays as it is.
void segment_begin(struct track_step *step, struct track *track, size_t emitter,
                   const struct track_fix *fix);
