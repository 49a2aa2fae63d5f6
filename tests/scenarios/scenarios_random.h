// SPDX-License-Identifier: MIT
#pragma once

#include "world.h"

// A flight by chance; the same for the same seed.
void scenario_random(struct world *world, uint64_t seed);
