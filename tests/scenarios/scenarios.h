// SPDX-License-Identifier: MIT
// The library of synthetic scenarios.
#pragma once

#include "world.h"

struct scenario {
    const char *name;
    const char *story;
    void (*build)(struct world *world, const struct scenario *scenario);
    // Parameters of those that are built alike; what they mean is beside each table.
    double floor_ft, minutes, poll_s;
    enum visit_grade least, most;
    const char *place;
};

const struct scenario *scenario_library(size_t *ret_count);
