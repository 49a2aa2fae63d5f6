// SPDX-License-Identifier: MIT
// Made-up journal entries for tests and benchmarks: an answer of so many aircraft that fly in
// circles. The same number gives the same entry, and every entry has other points than every other.
#pragma once

#include "journal/entry.h"

#define SYNTHETIC_FEED "synthetic"

struct synthetic_shape {
    utc_us start;      // asked_at of entry 1; each later one is asked a second after the one before
    uint32_t aircraft; // points of each entry; below 100,000
    bool with_raw;     // a raw object for each point
    uint32_t close_after; // every so many entries all sightings close and new ones open; 0: never
};

// Fills an initialised entry; its sequence is `number`, from 1.
void synthetic_entry(struct entry *entry, const struct synthetic_shape *shape, int64_t number);
