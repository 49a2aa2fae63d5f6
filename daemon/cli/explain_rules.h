// SPDX-License-Identifier: MIT
// The rules by which visits are judged (track/visit.h), each as one plain sentence.
#pragma once

#include "base/text.h"

#include <cJSON.h>
#include <stdbool.h>
#include <stddef.h>

// A reason as it is stored: one rule, what it asks for and what was met.
struct explain_reason {
    const char *rule; // "last_height"
    bool met;
    double threshold;   // NAN where the rule has none
    double value;       // NAN where it is not known
    const char *unit;   // "ft", ...; never NULL
    const char *place;  // another field's id, or NULL
    double distance_nm; // of that field; NAN without one
};

// What a reason speaks of, in the order in which they are told.
enum explain_part {
    EXPLAIN_ARRIVAL,
    EXPLAIN_DEPARTURE,
    EXPLAIN_STAY,
    EXPLAIN_FIELD,
    EXPLAIN_DOUBT,
    EXPLAIN_SUPERSEDED,
    EXPLAIN_OTHER, // rules that this program does not know
    EXPLAIN_PART_COUNT,
};
const char *explain_part_name(enum explain_part part);    // "arrival", ...
const char *explain_part_heading(enum explain_part part); // "Why it is taken to have arrived"

// Reads one object of a visit's `reasons`. Texts are borrowed from it. False for anything else.
bool explain_reason_read(const cJSON *object, struct explain_reason *ret_reason);

// `next` is the reason that follows, or NULL: how far off the field was is said of whichever end
// the next reason speaks of.
enum explain_part explain_reason_part(const struct explain_reason *reason,
                                      const struct explain_reason *next);

// Appends the sentence. `place_name` is what to call reason->place, or NULL.
void explain_reason_append(struct text *text, const struct explain_reason *reason,
                           const struct explain_reason *next, const char *place_name);
