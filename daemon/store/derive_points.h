// SPDX-License-Identifier: MIT
// Reads one aircraft's stored points back as observations. Private to the derivation.
#pragma once

#include "base/error.h"
#include "config/watch.h"
#include "track/point.h"

struct query_connection;

// What of an aircraft is derived together.
struct derive_span {
    utc_us first_at, last_at; // observed; UTC_UNKNOWN when there are no points
    bool has_archive;
    // Rows that began between these and do not come out again are superseded: all that was asked
    // for, but nothing before the oldest day whose points are still there.
    utc_us judged_from, judged_to;
};

int derive_find_span(struct query_connection *connection, const char *icao24, utc_us since,
                     utc_us until, struct derive_span *ret_span, struct error *error);

// Reads them in pieces, by a cursor of the transaction: other questions may be asked between two
// pieces. In the order in which the tracker is to take them; received_at is the time that it is to
// be told.
int derive_points_open(struct query_connection *connection, const char *icao24,
                       const struct derive_span *span, struct error *error);
// Puts the next ones in place of what is in `points`. Returns 1, 0 when there are no more, or an
// error of query_start.
int derive_points_next(struct query_connection *connection, const struct watch_list *watch,
                       const struct derive_span *span, struct track_point_array *points,
                       struct error *error);
