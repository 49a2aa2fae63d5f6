// SPDX-License-Identifier: MIT
// A made-up feed answer for benchmarks: the shape, keys and sizes of an adsb.lol answer, SYNTHETIC
// aircraft. The same options give the same bytes. Between two times each aircraft moves by its
// speed and track.
#pragma once

#include "base/text.h"
#include "base/utc.h"

#include <stdint.h>

#define ANSWER_HEX_SIZE 7

struct answer_options {
    utc_us now;
    unsigned aircraft;
    uint64_t seed;
};

// Replaces what `text` holds; its limit must allow about 700 bytes an aircraft.
void answer_write(struct text *text, const struct answer_options *options);

// The address of the aircraft of that number, whatever the seed.
void answer_hex(unsigned number, char ret_hex[ANSWER_HEX_SIZE]);
