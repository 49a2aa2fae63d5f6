// SPDX-License-Identifier: MIT
// A place: an airfield (ICAO code, reference point, elevation, runways) or a region (circle or
// polygon).
#pragma once

#include "base/geodesy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLACE_ID_SIZE 33 // up to 32 of [A-Za-z0-9._-]
#define PLACE_NAME_SIZE 81
#define PLACE_ZONE_SIZE 41 // "Asia/Damascus"
#define PLACE_RUNWAYS_MAX 12
#define PLACE_ALIASES_MAX 4
#define PLACE_POLYGON_POINTS_MAX 1000
#define PLACE_ELEVATION_UNKNOWN INT32_MIN

enum place_kind {
    PLACE_AIRFIELD,
    PLACE_CIRCLE,
    PLACE_POLYGON,
};

struct runway_end {
    char name[5]; // "17", "05R"
    struct position threshold;
    int32_t elevation_ft; // PLACE_ELEVATION_UNKNOWN where it is not known
};

struct runway {
    int32_t length_ft;
    struct runway_end ends[2]; // positions are NAN where unknown
};

struct place {
    char id[PLACE_ID_SIZE]; // an airfield's ICAO code or OurAirports ident; a region's own word
    char name[PLACE_NAME_SIZE];
    char country[3];                                // ISO 3166-1 alpha-2, or empty
    char time_zone[PLACE_ZONE_SIZE];                // IANA name, or empty for UTC
    char aliases[PLACE_ALIASES_MAX][PLACE_ID_SIZE]; // other codes of the same field (HLGN for HLTQ)
    enum place_kind kind;
    struct position
        reference;        // an airfield's reference point, a circle's centre, a polygon's middle
    int32_t elevation_ft; // airfields; PLACE_ELEVATION_UNKNOWN where it is not known
    double radius_nm;     // circles
    struct position *polygon; // polygons: one outer ring, owned
    size_t polygon_count;
    struct runway runways[PLACE_RUNWAYS_MAX];
    size_t runway_count;
    double spoof_radius_nm; // > 0: spoofed positions are known to gather here (methods 3c)
};

// Releases what the place owns. Accepts a zeroed struct.
void place_done(struct place *place);

// Whether the position lies in a region, or within `airfield_radius_nm` of an airfield's reference
// point.
bool place_contains(const struct place *place, struct position position, double airfield_radius_nm);

// Whether `id` is the place's id or one of its aliases; case counts.
bool place_is_named(const struct place *place, const char *id);

// The longest runway in feet; 0 when none is known.
int32_t place_longest_runway_ft(const struct place *place);
