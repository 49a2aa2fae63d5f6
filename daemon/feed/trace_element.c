// SPDX-License-Identifier: MIT
#include "feed/trace_element.h"

#define FLAGS_MOST 65535.0
// The trace's object and its array are open around an element.
#define DEPTH 3

// Half of the values of an element are null.
static inline const char *scan_value(struct json_scan *scan, const char *at)
{
    if (scan->end - at >= 4 && memcmp(at, "null", 4) == 0)
        return at + 4;
    return json_scan_value(scan, at, DEPTH);
}

// readsb writes no blanks within an element.
static inline const char *skip_blanks(struct json_scan *scan, const char *at)
{
    return at < scan->end && !json_is_blank(*at) ? at : json_scan_blanks(scan, at);
}

const char *trace_element_scan(struct trace_element *element, struct readsb_layout *layout,
                               struct json_scan *scan, const char *at)
{
    element->count = 0;
    element->has_details = false;
    at = skip_blanks(scan, at + 1);
    if (at != NULL && *at == ']')
        return at + 1;
    for (unsigned i = 0; at != NULL; i++) {
        const char *begin = at;
        if (i == TRACE_DETAILS && *at == '{' && layout != NULL) {
            at = readsb_object_scan(&element->details, layout, scan, at, DEPTH);
            element->has_details = true;
        } else {
            at = scan_value(scan, at);
        }
        if (at == NULL)
            return NULL;
        if (i < TRACE_VALUE_COUNT) {
            element->values[i].begin = begin;
            element->values[i].end = at;
            element->count = i + 1;
        }
        at = skip_blanks(scan, at);
        if (at == NULL || *at == ']')
            return at != NULL ? at + 1 : NULL;
        if (*at != ',')
            return json_scan_fail(scan, at, "expected ',' or ']'");
        at = skip_blanks(scan, at + 1);
    }
    return NULL;
}

bool trace_element_is_ground(const struct trace_element *element)
{
    static const char ground[] = "\"ground\"";
    if (element->count <= TRACE_ALTITUDE)
        return false;
    const char *begin = element->values[TRACE_ALTITUDE].begin,
               *end = element->values[TRACE_ALTITUDE].end;
    return (size_t)(end - begin) == sizeof ground - 1 &&
           memcmp(begin, ground, sizeof ground - 1) == 0;
}

uint32_t trace_element_flags(const struct trace_element *element)
{
    double flags = trace_element_number(element, TRACE_FLAGS);
    return flags >= 0 && flags <= FLAGS_MOST ? (uint32_t)flags : 0;
}
