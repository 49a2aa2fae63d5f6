// SPDX-License-Identifier: MIT
// Legs that many scenarios share: from the east round Turkish airspace to Latakia and back.
#pragma once

#include "world.h"

// 2025-10-26T08:00:00Z
#define ROUTE_START MAKER_START

extern const struct position route_far_east, route_near_east;

struct flight *route_begin(struct world *world); // an Il-62M over the far east of Syria, FL330
void route_in(struct flight *flight);            // to the near east, descending to 20,000 ft
void route_out(struct flight *flight);           // away to the far east, climbing to FL330
void route_leave(struct flight *flight, const char *place); // take-off and route_out
