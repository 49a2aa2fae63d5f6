// SPDX-License-Identifier: MIT
// Reading recorded flights and airfields for the tests of the track stage: enough of each format
// for that.
#pragma once

#include "maker.h"

// All points of a recording, in order of time, as one feed would give them 2 s later. `format` is
// by the folder: "traces" (readsb trace_full), "noisy" (OpenSky samples), "fr24" (flight-tracks).
// Fails the test when the file is not what it should be.
struct made_pushes recorded_read(const char *path, const char *format);

// OurAirports' medium and large airfields with their runways; owned by the caller.
struct place *recorded_places(const char *airports_csv, const char *runways_csv, size_t *ret_count);
