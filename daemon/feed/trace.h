// SPDX-License-Identifier: MIT
// Reads one trace of readsb (trace_full_HEX.json, feeds.md 2): an aircraft's points of one UTC day.
// Pure, as the decoders of live answers are. What cannot be a trace is an error and gives nothing;
// single points that cannot be points are counted and left out.
#pragma once

#include "feed/decoder.h"

// A day holds 86,400 points at most, since readsb writes none closer than a second apart; some room
// above.
#define TRACE_POINTS_MAX 200000
#define TRACE_BYTES_MAX ((size_t)64 << 20) // of the JSON; real ones stay below 4 MB

// Heard low at a place in an hour: what coverage needs of everybody else.
struct trace_heard {
    size_t place; // of the interest's
    utc_us hour;  // its first moment
    int32_t lowest_ft;
    utc_us first_at, last_at;  // of the low points in that hour
    int32_t first_ft, last_ft; // came down or climbed: the control sample of arrivals
};
struct trace_heard_array ARRAY_OF(struct trace_heard);

struct trace {
    char icao24[ICAO24_SIZE];
    utc_us begins_at;  // the header's time; historic files since 2022: the first moment of the day
    uint32_t points;   // usable ones
    uint32_t repeated; // of a moment that had a point already
    uint32_t refused;  // elements that are no points
    struct observation_array kept; // of watched aircraft, rising in time
    struct trace_heard_array heard;
};
void trace_done(struct trace *trace); // accepts a zeroed struct

// Keeps what can be used again from one trace to the next. For one thread at a time. `interest` is
// borrowed; places without a valid reference point hear nothing.
struct trace_reader;
struct trace_reader *trace_reader_new(const struct feed_interest *interest);
void trace_reader_free(struct trace_reader *reader); // accepts NULL

// Reads one whole trace. Errors: -EBADMSG for what is not the format, with the byte; -E2BIG for a
// limit. Nothing is left allocated on an error.
int trace_reader_read(struct trace_reader *reader, const char *body, size_t length,
                      struct trace *ret_trace, struct error *error);
