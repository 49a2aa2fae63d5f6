// SPDX-License-Identifier: MIT
// A place as a question to PostGIS: what to measure from, and how far.
#pragma once

#include "base/error.h"

struct config;
struct query_connection;

struct place_shape {
    char *ids;             // its id and aliases, separated by commas; owned
    char *well_known_text; // a point or a polygon, longitude first; owned
    double distance_nm;    // within this of it
};

// Looks the place up in the configuration (NULL: none), then among the places that the daemon has
// stored. `airfield_radius_nm` is the distance that counts for airfields. -EINVAL with a message
// that proposes the nearest id when nobody knows it, or an error of query_start.
int place_shape_find(struct query_connection *connection, const struct config *config,
                     const char *id, double airfield_radius_nm, struct place_shape *ret_shape,
                     struct error *error);
void place_shape_done(struct place_shape *shape); // accepts a zeroed struct
