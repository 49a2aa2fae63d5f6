// SPDX-License-Identifier: MIT
// Reading files of places:
//
//     {"places": [
//       {"id": "OSLK", "kind": "airfield", "name": "Hmeimim / Latakia", "country": "SY",
//        "time_zone": "Asia/Damascus", "latitude": 35.4011, "longitude": 35.9487, "elevation_ft":
//        157, "aliases": ["LTK"], "spoof_radius_nm": 5, "runways": [{"length_ft": 9175, "ends": [
//          {"name": "17", "latitude": 35.4139, "longitude": 35.9475, "elevation_ft": 157},
//          {"name": "35", "latitude": 35.3887, "longitude": 35.9494, "elevation_ft": 128}]}]},
//       {"id": "hmeimim-25nm", "kind": "circle", "name": "...", "latitude": 35.4,
//       "longitude": 35.9,
//        "radius_nm": 25},
//       {"id": "libya", "kind": "polygon", "name": "Libya",
//        "polygon": {"type": "Polygon", "coordinates": [[[9.3, 30.2], ...]]}}]}
#pragma once

#include "config/reader.h"

// Wide enough for the Dead Sea's shore and the highest fields; the longest paved runway has 18,045
// ft.
#define PLACE_ELEVATION_MIN_FT (-2000)
#define PLACE_ELEVATION_MAX_FT 30000
#define PLACE_RUNWAY_LENGTH_MAX_FT 30000

struct place_array ARRAY_OF(struct place);

// Adds the places of one file. A place with a problem is added as far as it could be read, so that
// what refers to it is not reported as well.
void place_read_file(const cJSON *root, const char *name, struct place_array *places,
                     struct config_problems *problems);

// Reports every id or alias that stands for two places.
void place_check_unique(const struct place_array *places, const char *name,
                        struct config_problems *problems);

void place_array_done(struct place_array *places);
