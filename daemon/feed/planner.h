// SPDX-License-Identifier: MIT
// The query planner: turns watch list and areas into the fewest requests of a feed. Pure.
#pragma once

#include "base/array.h"
#include "base/error.h"
#include "config/config.h"

struct planned_request {
    char *target;  // path and query behind the feed's base URL; owned
    char *purpose; // in words, for `skywitness watch`: "types A124,IL62", "area OSLK 250 nm"; owned
};
struct planned_request_array ARRAY_OF(struct planned_request);

// The requests of one round, in the order in which they are asked. -EINVAL with a message naming
// the watch entries that the feed cannot be asked for, or only in part, and no other request covers
// (the caller warns); the requests for all else are there nevertheless.
int planner_plan(const struct config *config, const struct config_feed *feed,
                 struct planned_request_array *ret_requests, struct error *error);
void planned_requests_done(struct planned_request_array *requests);
