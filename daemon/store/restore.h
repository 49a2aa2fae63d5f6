// SPDX-License-Identifier: MIT
// Gives a tracker whose journal is new or lost what PostgreSQL knows: the points of open sightings
// and of those closed within the time that the tracker remembers, in the order in which they came.
#pragma once

#include "base/error.h"
#include "base/utc.h"
#include "config/watch.h"
#include "journal/intake.h"
#include "store/query.h"

// Of closed sightings, the newest first, a daemon that takes over reads so many points at most:
// some 6 s on a busy machine (bench/take_over.py). Of the 30 s that a take-over may take, 22 s go
// into noticing that it is due.
#define RESTORE_CLOSED_POINTS_MAX 1000000

// Reads, blocking, the points before `as_of` (UTC_UNKNOWN: all) of sightings that were open then or
// had ended less than 30 days before (of the latter at most `closed_points_max`, the newest
// sightings first), and absorbs them. Returns 0, or an error of store/query.h; what was absorbed
// before it stays.
int restore_from_database(const struct query_settings *settings, const struct watch_list *watch,
                          utc_us as_of, int64_t closed_points_max, struct intake *intake,
                          struct error *error);
