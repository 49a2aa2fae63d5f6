// SPDX-License-Identifier: MIT
// Points that were stored and of which nothing was derived yet: what a backfill brought, and live
// answers for a time of which an archive had been read. The tool derives them at the end of a
// backfill; what it left, because it was killed or because the answers came later, a daemon derives
// beside its loop. Blocking (store/query.h).
#pragma once

#include "base/text.h"
#include "store/derive.h"

// While the connection lasts, what is pending is left alone by all others: half a backfill would
// give visits that its other half takes back. Several may load at once.
int derive_pending_hold(struct query_connection *connection, struct error *error);
// The end of that. Returns 1 where nobody else is loading, 0 where somebody is, who is to derive at
// the end; or an error of query_start.
int derive_pending_release(struct query_connection *connection, struct error *error);

struct derive_pending_request {
    utc_us now;
    uint64_t most_ms;     // begins with no further aircraft after that; 0: goes on to the end
    bool with_unfinished; // also sightings that only more time can end, now that a later day was
                          // read
    bool with_failed;     // also what could not be derived before and has no new points; else it is
                          // tried seldom
    struct text *problems; // gets a line for each aircraft that cannot be derived; it stays pending
};

// Derives each pending aircraft in a transaction of its own. Appends the changes and returns 0 with
// the number of aircraft that were derived; nothing is done while somebody is loading. Errors of
// query_start.
int derive_pending(struct query_connection *connection, const struct config *config,
                   const struct derive_pending_request *request,
                   struct derive_change_array *changes, size_t *ret_derived, struct error *error);
