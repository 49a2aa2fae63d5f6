// SPDX-License-Identifier: MIT
// How a sighting ends or begins, put together from what its track remembers.
#pragma once

#include "track/stay.h"

struct visit_end end_of_loss(const struct track *track);
struct visit_end end_on_ground(const struct track *track, const struct track_fix *first_ground);
struct visit_end end_of_take_off(const struct track *track, const struct track_fix *last_ground,
                                 const struct track_fix *first_air);
struct visit_end end_of_start(const struct track *track);
