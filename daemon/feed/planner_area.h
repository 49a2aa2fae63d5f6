// SPDX-License-Identifier: MIT
// Circles that areas and places ask for, and how few of them cover all. Pure; private to the
// planner.
#pragma once

#include "base/array.h"
#include "base/place.h"
#include "config/provider.h"
#include "feed/planner.h"

#include <stdbool.h>

#define PLANNER_AREA_NAME_SIZE 200

struct circle {
    struct position centre;
    double radius_nm;
    char name[PLANNER_AREA_NAME_SIZE]; // the places in it: "OSLK", "OSLK,OSDI"
    bool configured;                   // by the feed's areas: asked for as it was written
};
struct circle_array ARRAY_OF(struct circle);

// The smallest circle about the place's reference that holds all of it: an airfield's own circle of
// WATCH_AIRFIELD_RADIUS_NM, a region's circle, a polygon's farthest corner.
struct circle circle_of_place(const struct place *place);

// Drops circles that others hold, and joins those that were not configured where one circle of at
// most `radius_max_nm` holds both: one request in place of two.
void circles_settle(struct circle_array *circles, double radius_max_nm);

// Appends a request for each circle. False when areas cannot be asked for.
bool circles_request(const struct provider *provider, const char *url,
                     const struct circle_array *circles, struct planned_request_array *requests);
