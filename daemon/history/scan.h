// SPDX-License-Identifier: MIT
// What is made of one file of an archive before it is stored: unpacked, scanned, and its points
// flagged. Needs no database and no clock: files may be scanned on any threads in any order.
#pragma once

#include "feed/trace.h"
#include "track/point.h"

struct place;   // base/place.h
struct scanner; // keeps what can be used again from one file to the next; for one thread at a time

// All are borrowed. Points get their flags by `places` and as coming from `feed`.
struct scanner *scanner_new(const struct feed_interest *interest, const char *feed,
                            const struct place *places, size_t place_count);
void scanner_free(struct scanner *scanner); // accepts NULL

struct scanned {
    struct trace trace; // its `kept` is empty: they became `points`
    uint32_t kept;
    struct track_point_array points; // in order of time
};
void scanned_done(struct scanned *scanned); // accepts a zeroed struct

// Reads one file, gzip or plain. Errors: those of inflater_read and trace_reader_read; nothing is
// left then.
int scanner_read(struct scanner *scanner, const uint8_t *bytes, size_t length,
                 struct scanned *ret_scanned, struct error *error);
