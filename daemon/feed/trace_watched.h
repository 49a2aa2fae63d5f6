// SPDX-License-Identifier: MIT
// Points of a trace whose aircraft may be watched, made into observations. What is said with every
// fourth point only (feeds.md 2.3) is carried on to the next ones.
#pragma once

#include "feed/decoder.h"
#include "feed/readsb_meaning.h"
#include "feed/trace_element.h"

// What was said once and holds on.
struct trace_carried {
    utc_us said_at; // time of the last point
    char flight[JSON_TEXT_MAX], squawk[JSON_TEXT_MAX], type[JSON_TEXT_MAX];
    size_t flight_length, squawk_length, type_length;
    double version, sil, gps_ok_before;
};

struct trace_watched {
    const struct watch_list *watch;     // borrowed
    const struct observation *identity; // borrowed: address, registration, type, military
    struct readsb_numbers unknown;      // all of them; a copy is filled for each point
    struct trace_carried carried;
    bool is_hopeless; // while callsign and squawk stay as they are no entry matches, wherever it is
};

void trace_watched_init(struct trace_watched *watched, const struct watch_list *watch);

// Begins with another trace. False when no entry of the watch list can match this aircraft; no
// point needs to be taken then. `identity` is borrowed while the trace is read.
bool trace_watched_begin(struct trace_watched *watched, const struct observation *identity);

// Takes one point, and appends it to `kept` when the watch list chooses it.
void trace_watched_take(struct trace_watched *watched, const struct trace_element *element,
                        utc_us at, struct position position, struct observation_array *kept);
