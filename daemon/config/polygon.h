// SPDX-License-Identifier: MIT
// A GeoJSON Polygon (RFC 7946) of one ring, as a region's border.
#pragma once

#include "base/geodesy.h"
#include "config/reader.h"

// Reads {"type": "Polygon", "coordinates": [[[longitude, latitude], ...]]}: one closed ring of at
// least four positions that neither crosses itself nor the antimeridian. The ring comes back owned,
// without the last position, which repeats the first.
bool polygon_read(struct reader *reader, const cJSON *json, struct position **ret_ring,
                  size_t *ret_count);

// The middle of the area, by plane geometry on degrees.
struct position polygon_middle(const struct position *ring, size_t count);
