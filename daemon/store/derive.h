// SPDX-License-Identifier: MIT
// Derives one aircraft's sightings and visits anew from its stored points, in one transaction: what
// comes out as it stands in the database is left alone, with its id; what differs becomes a new
// state; what is no longer supported is marked superseded. Blocking (store/query.h).
#pragma once

#include "base/array.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/utc.h"
#include "feed/observation.h"

#include <stdbool.h>

struct config;
struct query_connection;

// More points than that are refused: a year of one a second is 31.5 million. They are read in
// pieces, so that memory does not grow with them; time does, and PostgreSQL sorts them on its disk.
#define DERIVE_POINTS_MAX 40000000

#define DERIVE_WORDS_SIZE 256
struct derive_change {
    char what[10];   // "sighting" or "visit"
    char change[12]; // "new", "changed" or "superseded"
    char id[DIGEST_UUID_TEXT_SIZE];
    char icao24[ICAO24_SIZE];
    char was[DERIVE_WORDS_SIZE]; // empty for a new one
    char is[DERIVE_WORDS_SIZE];  // empty for a superseded one
};
struct derive_change_array ARRAY_OF(struct derive_change);

struct derive_request {
    const char *icao24;
    utc_us since, until;
    utc_us now; // the moment at which a retraction happens
    bool dry_run;
};

// The span is widened to the pauses around it after which the tracker begins anew. Points that came
// live are taken as they came, so that deriving them again gives the same; where an archive's are
// among them, all are taken in the order in which they were observed. The same transaction leaves
// the changes as events for a daemon to alert about (store/pending_event.h), and takes the aircraft
// from what is pending (store/derive_pending.h) where the span covers it. With `dry_run` everything
// is undone but told. Appends the changes. Errors of query_start, -E2BIG for too many points, which
// begin with the aircraft's address; then nothing has changed.
int derive_aircraft(struct query_connection *connection, const struct config *config,
                    const struct derive_request *request, struct derive_change_array *changes,
                    struct error *error);

// Whether others can be derived after that error of derive_aircraft: it is this aircraft's, not one
// of the connection, the role or the schema.
bool derive_can_go_on(int error_code);
