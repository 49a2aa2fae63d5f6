// SPDX-License-Identifier: MIT
// The shipped reports and claims, read with the shipped places.
#pragma once

#include "config/place_read.h"
#include "maker.h"

struct shipped {
    struct claim_library library;
    struct place_array places;
};

// Fails the test on any error.
void shipped_read(struct shipped *shipped);
void shipped_done(struct shipped *shipped);

// Facts as of a moment that know the shipped places.
struct claim_facts shipped_facts(const struct shipped *shipped, const char *as_of);
