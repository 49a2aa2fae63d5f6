// SPDX-License-Identifier: MIT
// Finding airfields and spoof clusters near a position, fast enough to be asked for each point.
#pragma once

#include "base/array.h"
#include "base/place.h"

struct field_index;

// `places` is borrowed and must outlive the index.
struct field_index *field_index_new(const struct place *places, size_t place_count);
void field_index_free(struct field_index *index);

// Distance to the airfield: to its reference point or to the nearest of its runways, whichever is
// less.
double field_distance_nm(const struct place *field, struct position position);

struct field_near {
    const struct place *field;
    double distance_nm; // as field_distance_nm
};

// The nearest airfield within `within_nm`; field is NULL when there is none.
struct field_near field_nearest(const struct field_index *index, struct position position,
                                double within_nm);

// Up to `max` airfields within `within_nm`, nearest first. Returns how many.
size_t field_all_near(const struct field_index *index, struct position position, double within_nm,
                      struct field_near *ret_near, size_t max);

// The spoof cluster that holds the position, or NULL.
const struct place *field_spoof_cluster(const struct field_index *index, struct position position);

// The airfield of that id or alias; NULL when there is none.
const struct place *field_by_id(const struct field_index *index, const char *id);

// Elevation of the nearest airfield within `within_nm`; 0 where there is none or it is not known.
int32_t field_elevation_near_ft(const struct field_index *index, struct position position,
                                double within_nm);
