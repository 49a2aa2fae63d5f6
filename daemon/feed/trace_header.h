// SPDX-License-Identifier: MIT
// What a trace says of its aircraft before and behind the points (feeds.md 2.2).
#pragma once

#include "base/error.h"
#include "base/utc.h"
#include "feed/observation.h"

#include <stdbool.h>

// Places in the text; NULL for what was not met.
struct trace_span {
    const char *begin, *end;
};

struct trace_header {
    struct trace_span icao, registration, type_code, db_flags, timestamp, trace;
};

// Remembers a value by its key. Of keys that come twice the first counts.
void trace_header_note(struct trace_header *header, struct trace_span key, struct trace_span value);

// Whether everything is there that points need to be understood.
bool trace_header_is_ready(const struct trace_header *header);

// Reads it. `ret_identity` gets the address and what is said of the airframe, all else unknown;
// `ret_begins_at` what points' times are counted from. -EBADMSG for an address or a time that is
// none.
int trace_header_read(const struct trace_header *header, struct observation *ret_identity,
                      utc_us *ret_begins_at, struct error *error);
