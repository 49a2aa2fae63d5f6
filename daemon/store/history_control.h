// SPDX-License-Identifier: MIT
// The control sample of arrivals from archives: how many arrivals of other traffic at an airfield
// are known by the departures after them, and of how many the way in was heard too
// (claim/control_sample.h). Watched aircraft are not in it. Blocking (store/query.h).
#pragma once

#include "base/error.h"
#include "base/place.h"
#include "base/utc.h"

struct query_connection;

// Counts the stays that ended on the days from `since` to `until` and on those after them whose
// arrivals may be among these, and stores them by the day. Days that no archive holds whole do not
// count, nor an unheard arrival where the day before was not read whole. All feeds' archives are
// taken together.
int history_control_refresh(struct query_connection *connection, const struct place *place,
                            utc_us since, utc_us until, struct error *error);
