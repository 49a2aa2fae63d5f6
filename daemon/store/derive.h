// SPDX-License-Identifier: MIT
// Derives one aircraft's sightings and visits anew from its stored points, in one transaction: what comes out as
// it stands in the database is left alone, with its id; what differs becomes a new state; what is no longer
// supported is marked superseded. Blocking (store/query.h).
#pragma once

#include "base/array.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/utc.h"
#include "feed/observation.h"

#include <stdbool.h>

struct config;
struct query_connection;

// More points than that are refused: 30 days of one a second.
#define DERIVE_POINTS_MAX 2600000

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

// The span is widened to the pauses around it after which the tracker begins anew. Points that came live are taken
// as they came, so that deriving them again gives the same; where an archive's are among them, all are taken in the
// order in which they were observed. With `dry_run` everything is undone but told. Appends the changes.
int derive_aircraft(struct query_connection *connection, const struct config *config, const char *icao24,
                    utc_us since, utc_us until, bool dry_run, struct derive_change_array *changes,
                    struct error *error);
