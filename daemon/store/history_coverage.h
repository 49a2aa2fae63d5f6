// SPDX-License-Identifier: MIT
// Coverage from archives: in the hours of a day whose whole archive was read somebody looked all the time, and who
// was heard low near a place is known. Blocking (store/query.h).
#pragma once

#include "base/error.h"
#include "base/place.h"

#include <stddef.h>

struct query_connection;

// Fills the hours of that feed's whole days at an airfield, where an archive says more than what is stored, and in
// the same transaction the control sample of arrivals there (store/history_control.h). Adds the number of rows written to *ret_changed.
int history_coverage_refresh(struct query_connection *connection, const char *feed, const struct place *place,
                             size_t *ret_changed, struct error *error);
