// SPDX-License-Identifier: MIT
// One element of a trace's array, checked and remembered as places in the text (feeds.md 2.3).
// Nothing is converted before it is asked for.
#pragma once

#include "feed/json_convert.h"
#include "feed/json_scan.h"
#include "feed/readsb_object.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

// Files before 2022 end after the details.
enum trace_value {
    TRACE_SECONDS,
    TRACE_LATITUDE,
    TRACE_LONGITUDE,
    TRACE_ALTITUDE,
    TRACE_GROUND_SPEED,
    TRACE_TRACK,
    TRACE_FLAGS,
    TRACE_VERTICAL_RATE,
    TRACE_DETAILS,
    TRACE_SOURCE,
    TRACE_ALTITUDE_GEOM,
    TRACE_RATE_GEOM,
    TRACE_VALUE_COUNT,
};

enum trace_flag {
    TRACE_FLAG_NEW_LEG = 2,
    TRACE_FLAG_RATE_IS_GEOMETRIC = 4,
    TRACE_FLAG_ALTITUDE_IS_GEOMETRIC = 8,
};

struct trace_element {
    unsigned count; // values that it has, of those above
    struct {
        const char *begin, *end;
    } values[TRACE_VALUE_COUNT];
    bool has_details;
    struct readsb_object details;
};

// Steps over the element whose '[' is at `at`. The details are read by `layout`; with NULL they are
// only checked. Returns the place behind its ']', or NULL with the problem noted in the scan.
const char *trace_element_scan(struct trace_element *element, struct readsb_layout *layout,
                               struct json_scan *scan, const char *at);

// NAN for what is absent or not a number.
static inline double trace_element_number(const struct trace_element *element,
                                          enum trace_value value)
{
    return value < element->count
               ? json_number(element->values[value].begin, element->values[value].end)
               : (double)NAN;
}

// No bytes for what is absent or not a text.
static inline struct json_text trace_element_text(const struct trace_element *element,
                                                  enum trace_value value,
                                                  char buffer[JSON_TEXT_MAX])
{
    return value < element->count
               ? json_text(element->values[value].begin, element->values[value].end, buffer)
               : (struct json_text){NULL, 0};
}

// Whether it says "ground" in the altitude's place.
bool trace_element_is_ground(const struct trace_element *element);
// Of enum trace_flag; 0 for what is no number.
uint32_t trace_element_flags(const struct trace_element *element);
