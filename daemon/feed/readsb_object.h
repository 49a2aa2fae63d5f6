// SPDX-License-Identifier: MIT
// One JSON object of the readsb family, checked and remembered as places in the text: which of our
// keys it has and where their values stand. Nothing is converted or copied.
#pragma once

#include "feed/json_scan.h"
#include "feed/readsb_field.h"
#include "feed/readsb_layout.h"
#include "feed/readsb_meaning.h"

#include <stdbool.h>
#include <stdint.h>

struct readsb_object {
    uint64_t seen; // bit n: field n is there. Of keys that come twice the first counts, as in cJSON
    struct {
        const char *begin, *end;
    } values[READSB_FIELD_COUNT];
};

// Steps over the object whose '{' is at `at`; `depth` is how many containers are open around it.
// Returns the place behind its '}', or NULL with the problem noted in the scan.
const char *readsb_object_scan(struct readsb_object *object, struct readsb_layout *layout,
                               struct json_scan *scan, const char *at, int depth);

static inline bool readsb_object_has(const struct readsb_object *object, enum readsb_field field)
{
    return (object->seen >> field & 1) != 0;
}

// Notes a value unless the key came before.
static inline void readsb_object_note(struct readsb_object *object, enum readsb_field field,
                                      const char *begin, const char *end)
{
    if (readsb_object_has(object, field) && field != READSB_FIELD_NONE)
        return;
    object->seen |= UINT64_C(1) << field;
    object->values[field].begin = begin;
    object->values[field].end = end;
}

// NAN for a field that is absent or not a number.
double readsb_object_number(const struct readsb_object *object, enum readsb_field field);
// No bytes for a field that is absent or not a text.
struct json_text readsb_object_text(const struct readsb_object *object, enum readsb_field field,
                                    char buffer[JSON_TEXT_MAX]);

// Whether the field is an array and one of its elements is that text.
bool readsb_object_lists(const struct readsb_object *object, enum readsb_field field,
                         const char *wanted);

// Everything that readsb_fill_numbers wants but the type, whose bytes may need a buffer of the
// caller's.
void readsb_object_numbers(const struct readsb_object *object, struct readsb_numbers *ret_numbers);
