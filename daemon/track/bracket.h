// SPDX-License-Identifier: MIT
// Between which times an aircraft came and left: from what was seen, the distance, and the type's
// top speed.
#pragma once

#include "track/stay.h"

double bracket_speed_kt(const char *type_code);

// How long the type takes at least over that distance.
utc_us bracket_fastest(double distance_nm, const char *type_code);

// Fills arrived_after, arrived_before, departed_after and departed_before.
void bracket_fill(const struct place *field, const struct stay *stay, const char *type_code,
                  struct visit *ret_visit);
