// SPDX-License-Identifier: MIT
// Counts the traffic near places in one answer (methods.md 3e). Most aircraft are near none of
// them, so the first question is a cheap one.
#pragma once

#include "feed/decoder.h"

struct readsb_nearby;

// NULL when the interest names no place. Places without a valid reference point hear nothing.
// Borrows the interest until readsb_nearby_free.
struct readsb_nearby *readsb_nearby_new(const struct feed_interest *interest);
void readsb_nearby_free(struct readsb_nearby *nearby); // accepts NULL

// Whether the position may be within the radius of a place: true for all that are, and some more.
bool readsb_nearby_may_hold(const struct readsb_nearby *nearby, struct position position);

// Counts one aircraft with a position at each place that it is near and low at. `altitude_ft` is
// geometric or else barometric; unknown ones on the ground are at field elevation, others in the
// air do not count.
void readsb_nearby_add(struct readsb_nearby *nearby, const char *icao24, struct position position,
                       bool on_ground, int32_t altitude_ft);

// Whether an aircraft tells that receivers hear low traffic there. Addresses that are not ICAO's
// are recycled, hence not countable; an ADS-C position came by satellite, whoever listens below.
bool readsb_nearby_counts(const char *icao24, enum position_source source);

// Hands over the counts, one for each place of the interest; to be freed by the caller.
struct nearby_traffic *readsb_nearby_take(struct readsb_nearby *nearby);
