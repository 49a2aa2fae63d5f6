// SPDX-License-Identifier: MIT
// What the files of derive.h share. For them only.
#pragma once

#include "store/derive.h"
#include "store/derive_points.h"
#include "track/tracker.h"

struct decided_visit {
    struct visit visit;
    utc_us decided_at;
};

// One aircraft on its way.
struct derivation {
    struct query_connection *connection;
    const struct config *config;
    const char *icao24;
    struct derive_span span;
    struct tracker *tracker;
    struct track_effects effects;    // of the newest step
    struct sighting_array sightings; // the newest state of each
    struct derived_visits ARRAY_OF(struct decided_visit) visits;
    struct identity_conflict_array conflicts;
    utc_us previous_at; // the last point's time, UTC_UNKNOWN before the first
    char *watch_ids;    // of the lists that may keep it (store/watch_record.h), as array text; NULL
                        // until asked
};

// Runs the tracker over the next points. Time passes where somebody looked.
int derive_run(struct derivation *derivation, const struct track_point_array *points,
               struct error *error);
// And on from the last one, until when somebody looked.
int derive_run_end(struct derivation *derivation, struct error *error);

// A flight keeps its id when an earlier point of it turns up: a derived sighting that is not stored
// under its own key takes over that of the first stored one which began within it, and with it
// visits that hang on it. A visit that was known by its departure keeps its id when its arrival
// turns up.
int derive_adopt_ids(struct derivation *derivation, struct error *error);

// Takes out of the temporary tables and the changes what points that are gone once said otherwise;
// part of derive_compare.
int derive_spare_dropped(struct derivation *derivation, struct error *error);

// What differs from the database, into temporary tables and `changes`.
int derive_compare(struct derivation *derivation, struct derive_change_array *changes,
                   struct error *error);

// Makes the database say what was derived; after derive_compare.
int derive_apply(struct derivation *derivation, struct error *error);

// Leaves events of the changes from number `first` on for a daemon to alert about; before
// derive_apply, while what is no longer supported still says what it was. `now` is when a
// retraction happens.
int derive_add_events(struct derivation *derivation, const struct derive_change_array *changes,
                      size_t first, utc_us now, struct error *error);
