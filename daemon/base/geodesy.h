// SPDX-License-Identifier: MIT
// Distances, bearings and polygons on the sphere. Degrees in, nautical miles and degrees out.
// The sphere's error against the ellipsoid is under 0.6 %, far below what a landing is judged by.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// IUGG mean radius, 6371.0088 km, in nautical miles of 1852 m.
#define GEODESY_EARTH_RADIUS_NM 3440.0695
#define GEODESY_METRES_PER_NM 1852.0
#define GEODESY_FEET_PER_METRE 3.280839895

struct position {
    double latitude_deg;
    double longitude_deg;
};

// True for a finite latitude in [-90, 90] and longitude in [-180, 180].
bool position_is_valid(struct position position);

// Great-circle distance by the haversine formula (R. W. Sinnott, Sky & Telescope 68, 1984).
double geodesy_distance_nm(struct position from, struct position to);

// Initial great-circle bearing, true, in [0, 360).
double geodesy_bearing_deg(struct position from, struct position to);

// The smaller angle between two bearings, in [0, 180].
double geodesy_angle_between_deg(double first_deg, double second_deg);

// Where one arrives after `distance_nm` on the great circle that starts at `bearing_deg`.
struct position geodesy_destination(struct position from, double bearing_deg, double distance_nm);

// Distance of `point` from the great circle through start and end; positive to the right of it.
double geodesy_cross_track_nm(struct position point, struct position start, struct position end);

// How far along the great circle from start towards end the foot of `point` lies; negative behind
// start.
double geodesy_along_track_nm(struct position point, struct position start, struct position end);

// Even-odd rule on plane latitude and longitude (W. R. Franklin, PNPOLY). The ring may be open or
// closed; it must not cross the antimeridian. False for fewer than three points.
bool geodesy_in_polygon(struct position point, const struct position *ring, size_t count);
