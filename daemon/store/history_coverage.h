// SPDX-License-Identifier: MIT
// Coverage from archives: in the hours of a day whose whole archive was read somebody looked all
// the time, and who was heard low near a place is known. Blocking (store/query.h).
#pragma once

#include "base/error.h"
#include "base/place.h"

#include <stddef.h>

struct config;
struct query_connection;

// Fills the hours of that feed's whole days at an airfield, of those that were listened to there,
// where an archive says more than what is stored; and in the same transaction the control sample of
// arrivals there (store/history_control.h). Adds the number of rows written to *ret_changed. Errors
// of query_start.
int history_coverage_refresh(struct query_connection *connection, const char *feed,
                             const struct place *place, size_t *ret_changed, struct error *error);

// The same for every airfield in reach of claims and every feed of which whole days were read: what
// a backfill that was killed left. Places that are gone from the configuration are passed over.
int history_coverage_refresh_all(struct query_connection *connection, const struct config *config,
                                 size_t *ret_changed, struct error *error);
