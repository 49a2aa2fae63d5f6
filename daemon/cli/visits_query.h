// SPDX-License-Identifier: MIT
// Visits, and the states they had, as the database's views have them.
#pragma once

#include "base/array.h"
#include "base/error.h"
#include "base/utc.h"
#include "cli/row_filter.h"

#include <stdbool.h>
#include <stdint.h>

struct query;

// One state of a visit; texts are owned, NULL where unknown. Lists as cli/output.h has them.
struct visit_row {
    char *id, *icao24, *registration, *type_code, *place, *state, *grade, *verb, *callsign_in,
        *callsign_out, *watch_ids, *sighting_in, *sighting_out;
    char *reasons; // a JSON array
    utc_us arrived_after, arrived_before, departed_after, departed_before;
    utc_us anchored_at, decided_at, recorded_at;
    bool arrival_seen, departure_seen;
    int64_t emitter, detector_version;
    double latitude_deg, longitude_deg; // NAN: unknown
};
struct visit_row_array ARRAY_OF(struct visit_row);

void visit_row_done(struct visit_row *row);
void visit_rows_done(struct visit_row_array *rows);

// Whether later data contradicts it.
bool visit_row_is_superseded(const struct visit_row *row);

// "landed", "headed to".
const char *visit_verb_in_words(const char *verb);

// Calls `take` for each visit in order of time; the row is the query's and gone after the call. A
// visit fits a place that is its airfield, or a region that its airfield lies in. `grade` is NULL
// or the least one ("A2"). Without states superseded visits are left out unless `superseded`.
// Errors: of row_parameters_make and query_start.
int visits_query_each(struct query_connection *connection, const struct config *config,
                      const struct row_filter *filter, const char *grade, bool superseded,
                      void (*take)(void *data, struct visit_row *row), void *data,
                      struct error *error);

// The newest state of one visit. Appends to ret_rows, as the two below.
int visits_query_one(struct query_connection *connection, const char *visit_id,
                     struct visit_row_array *ret_rows, struct error *error);

// Every state that one visit had, in the order in which they became known.
int visits_query_history(struct query_connection *connection, const char *visit_id,
                         struct visit_row_array *ret_rows, struct error *error);

// The newest state of the visits with that sighting on one of their sides, in order of time.
int visits_query_of_sighting(struct query_connection *connection, const char *icao24,
                             const char *sighting_id, struct visit_row_array *ret_rows,
                             struct error *error);
