// SPDX-License-Identifier: MIT
// The interface of a feed family: from the bytes of one answer to observations. Pure: no clock, no
// socket, no global; may run on any thread. A new feed is one file with one `const struct
// feed_decoder` and one row in the table of decoder.c.
#pragma once

#include "base/array.h"
#include "base/error.h"
#include "base/place.h"
#include "config/watch.h"
#include "feed/observation.h"

#include <stddef.h>

// Limits on what one answer may hold; an answer beyond them is an error, never cut quietly.
#define FEED_AIRCRAFT_MAX 100000
#define FEED_OBJECT_BYTES_MAX 65536
#define FEED_NESTING_MAX 32

struct observation_array ARRAY_OF(struct observation);

// Other traffic near a place in one answer, for coverage: counted, never stored.
struct nearby_traffic {
    uint32_t heard_low; // distinct aircraft below `low_ft` above the field within `radius_nm`
    int32_t lowest_ft;  // the lowest altitude among those; OBSERVATION_UNKNOWN where none
};

// What the decoder is to look for. Borrowed by the decoder for the time of the call.
struct feed_interest {
    const struct watch_list *watch; // which aircraft to keep
    const struct place *places;     // where to count other traffic; none when place_count is 0
    size_t place_count;
    double radius_nm; // methods 3e: within 25 nm
    int32_t low_ft;   // methods 3e: below 10,000 ft
};

// What one answer said. Owned by the caller; decode fills it.
struct feed_batch {
    utc_us now;              // the feed's own time; UTC_UNKNOWN where it gives none
    uint32_t aircraft_heard; // objects with a usable address
    uint32_t aircraft_with_position;
    uint32_t objects_refused; // objects that were JSON but not an aircraft (no or a bad hex, ...)
    struct observation_array kept; // the watched ones, in the order of the answer
    struct nearby_traffic *nearby; // place_count of them; owned
    size_t nearby_count;
};

void feed_batch_done(struct feed_batch *batch); // accepts a zeroed struct

struct feed_decoder {
    const char *kind; // the configuration's "kind": "readsb"
    // Reads one whole answer. `received_at` is used only to refuse absurd feed times (more than a
    // day off is an error) and as "now" where a feed gives none. On an error the batch holds
    // nothing and `error` says what was wrong at which byte: -EBADMSG for what is not the format,
    // -EPROTO for a fake or empty answer (HTML, the CONTACTADSBX aircraft, an empty body), -E2BIG
    // for a limit.
    int (*decode)(const char *body, size_t length, utc_us received_at,
                  const struct feed_interest *interest, struct feed_batch *ret_batch,
                  struct error *error);
};

// NULL for an unknown kind.
const struct feed_decoder *feed_decoder_find(const char *kind);
