// SPDX-License-Identifier: MIT
// The tracks behind sightings as other programs read them: one small file a format. Written
// sighting by sighting, so that any number of them takes the memory of the longest one.
#pragma once

#include "cli/output.h"
#include "cli/sighting_query.h"

#include <stdio.h>

struct track_export {
    void *(*begin)(FILE *file);
    // `attribution` names the feeds as their licences ask ("Data from adsb.lol, ODbL 1.0"); never
    // NULL.
    void (*sighting)(void *state, const struct sighting_row *sighting,
                     const struct track_row_array *points, const char *attribution);
    void (*end)(void *state); // writes what is left and frees
};

extern const struct track_export export_geojson; // RFC 7946 FeatureCollection
extern const struct track_export export_kml;     // OGC KML 2.3 with gx:Track
extern const struct track_export export_gpx;     // GPX 1.1
extern const struct track_export export_readsb;  // trace_full, one object an aircraft, one a line

// NULL for a format of rows.
const struct track_export *export_find(enum output_format format);

// "RA-86495 IL62 RFF7032, 2025-10-26": a name for people. Returns `buffer`.
const char *export_name(const struct sighting_row *sighting, char *buffer, size_t size);

// Text inside XML; characters that XML 1.0 cannot hold are left out.
void export_write_xml(FILE *file, const char *text);
