// SPDX-License-Identifier: MIT
// What one point says about itself, and whether it can follow another.
#pragma once

#include "track/field.h"
#include "track/state.h"

// The flags that need nothing but the observation and the fields near it. Clears fix->on_ground
// when the "ground" flag cannot be true.
uint32_t plausibility_flags(const struct observation *observation, const struct field_index *fields,
                            struct track_fix *fix);

// Whether one aircraft can be at both fixes (readsb's speed check).
bool plausibility_reachable(const struct track_fix *reference, const struct track_fix *fix);

// Whether the position stands still while the speed says that it moves.
bool plausibility_frozen(const struct track_fix *reference, const struct track_fix *fix);
