// SPDX-License-Identifier: MIT
// Who is heard low near the places of an interest, by the hour (methods.md 3e).
#pragma once

#include "feed/decoder.h"
#include "feed/trace.h"
#include "feed/trace_element.h"

struct trace_hearing;

// `interest` is borrowed. Places without a valid reference point hear nothing.
struct trace_hearing *trace_hearing_new(const struct feed_interest *interest);
void trace_hearing_free(struct trace_hearing *hearing); // accepts NULL

// Takes one point of that aircraft, and notes it where it is heard.
void trace_hearing_take(struct trace_hearing *hearing, const char *icao24,
                        const struct trace_element *element, utc_us at, struct position position,
                        struct trace_heard_array *heard);
