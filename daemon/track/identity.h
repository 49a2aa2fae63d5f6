// SPDX-License-Identifier: MIT
// What a sighting says about who it was: lists that grow with the points. Each sets track->changed
// when something that is stored changed.
#pragma once

#include "track/state.h"

void identity_add_feed(struct track *track, const char *feed);
void identity_add_observation(struct track *track, const struct observation *observation);
