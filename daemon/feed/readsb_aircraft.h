// SPDX-License-Identifier: MIT
// One answer of the readsb family being decoded, and what is done with each aircraft in it.
#pragma once

#include "feed/decoder.h"
#include "feed/readsb_layout.h"
#include "feed/readsb_nearby.h"
#include "feed/readsb_object.h"

struct readsb_decoding {
    struct json_scan scan;
    struct readsb_layout layout;
    struct readsb_object object; // the aircraft at hand
    const struct feed_interest *interest;
    utc_us received_at;
    struct readsb_nearby *nearby; // NULL without places
    struct feed_batch batch;      // observed_at of the kept ones is still their negative age
    uint32_t objects;
    struct error *error;
};

// Notes why the answer is refused and at which byte; returns `code`.
int readsb_refuse(struct readsb_decoding *decoding, int code, const char *at, const char *why);

// Takes the object from `begin` to `end`, which was just scanned: counts it, and keeps it if it is
// watched. 0, or an error that refuses the whole answer.
int readsb_take_aircraft(struct readsb_decoding *decoding, const char *begin, const char *end);

// An object that is not an aircraft counts as refused, unless it tells that the whole answer is
// wrong.
int readsb_take_refused(struct readsb_decoding *decoding, const char *begin);
