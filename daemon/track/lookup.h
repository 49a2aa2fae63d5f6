// SPDX-License-Identifier: MIT
// Looking into the tracker from outside.
#pragma once

#include "track/tracker.h"

// The newest sighting of an emitter on an address, open or closed; NULL when the tracker has none.
// Valid until the next step.
const struct sighting *tracker_sighting(const struct tracker *tracker, const char *icao24,
                                        uint32_t emitter);
