// SPDX-License-Identifier: MIT
#include "feed/readsb_object.h"

#include "feed/json_convert.h"

// The short road reads a key that was guessed, sixteen bytes of its value, and a comma with a
// quote.
#define SHORT_ROAD_BYTES (READSB_LAYOUT_KEY_BYTES + 1 + JSON_SHORT_BYTES + 2)

// A value of the common kinds: a short number or string, an empty array. NULL for all else, good or
// bad.
static inline const char *short_value(const char *at)
{
    if (json_starts_number(*at)) {
        // Half of an aircraft's numbers have one digit.
        return at[1] == ',' && *at != '-' ? at + 1 : json_short_number(at);
    }
    if (*at == '"') {
        const char *quote = json_short_string(at + 1);
        return quote != NULL ? quote + 1 : NULL;
    }
    return at[0] == '[' && at[1] == ']' ? at + 2 : NULL;
}

// Where one is in an object.
struct walk {
    const char *at;  // a key's opening quote
    unsigned at_key; // the number of the key before
    uint64_t seen;
};

// Takes members while they are of the common kinds and their keys are what was expected. Returns
// the place behind a value that no comma and key follow at once; NULL at a key that must go the
// long road.
static inline const char *short_road(struct readsb_object *object, struct readsb_layout *layout,
                                     const char *text_end, struct walk *walk)
{
    const char *at = walk->at, *end = NULL;
    unsigned at_key = walk->at_key;
    uint64_t seen = walk->seen;
    while (text_end - at >= SHORT_ROAD_BYTES) {
        unsigned guess = readsb_layout_guess(layout, at, at_key);
        const struct readsb_layout_key *key = &layout->met[guess];
        const char *begin = at + key->length;
        end = guess != READSB_LAYOUT_START ? short_value(begin) : NULL;
        if (end == NULL)
            break;
        at_key = guess;
        if ((seen & key->seen) == 0) {
            seen |= key->seen;
            object->values[key->field].begin = begin;
            object->values[key->field].end = end;
        }
        if (end[0] != ',' || end[1] != '"')
            break;
        at = end + 1;
        end = NULL;
    }
    *walk = (struct walk){at, at_key, seen};
    return end;
}

// One member by the long road, which knows all of JSON. Returns the place behind its value.
static const char *long_road(struct readsb_object *object, struct readsb_layout *layout,
                             struct json_scan *scan, int depth, struct walk *walk)
{
    struct readsb_layout_step step = readsb_layout_learn(layout, scan, walk->at, walk->at_key);
    const char *end = step.value != NULL ? json_scan_value(scan, step.value, depth) : NULL;
    uint64_t bit = UINT64_C(1) << step.field;
    if (end != NULL && (walk->seen & bit) == 0) {
        walk->seen |= step.field != READSB_FIELD_NONE ? bit : 0;
        object->values[step.field].begin = step.value;
        object->values[step.field].end = end;
    }
    walk->at_key = step.key;
    return end;
}

// From behind a value to the next key, or behind the object where it ends.
static const char *after_value(struct json_scan *scan, const char *at, bool *ret_done)
{
    at = json_scan_blanks(scan, at);
    if (at == NULL)
        return NULL;
    *ret_done = *at == '}';
    if (*ret_done)
        return at + 1;
    if (*at != ',')
        return json_scan_fail(scan, at, "expected ',' or '}'");
    return json_scan_blanks(scan, at + 1);
}

const char *readsb_object_scan(struct readsb_object *object, struct readsb_layout *layout,
                               struct json_scan *scan, const char *at, int depth)
{
    struct walk walk = {.at = json_scan_blanks(scan, at + 1), .at_key = READSB_LAYOUT_START};
    object->seen = 0;
    if (walk.at != NULL && *walk.at == '}')
        return walk.at + 1;
    bool done = false;
    while (walk.at != NULL && !done) {
        const char *end = short_road(object, layout, scan->end, &walk);
        if (end == NULL)
            end = long_road(object, layout, scan, depth + 1, &walk);
        walk.at = end != NULL ? after_value(scan, end, &done) : NULL;
    }
    object->seen = walk.seen;
    return walk.at;
}

double readsb_object_number(const struct readsb_object *object, enum readsb_field field)
{
    return readsb_object_has(object, field)
               ? json_number(object->values[field].begin, object->values[field].end)
               : (double)NAN;
}

struct json_text readsb_object_text(const struct readsb_object *object, enum readsb_field field,
                                    char buffer[JSON_TEXT_MAX])
{
    if (!readsb_object_has(object, field))
        return (struct json_text){NULL, 0};
    return json_text(object->values[field].begin, object->values[field].end, buffer);
}

bool readsb_object_lists(const struct readsb_object *object, enum readsb_field field,
                         const char *wanted)
{
    if (!readsb_object_has(object, field) || *object->values[field].begin != '[')
        return false;
    // The array was checked before: stepping over its elements again can not fail.
    struct json_scan scan = {.begin = object->values[field].begin,
                             .end = object->values[field].end};
    const char *at = json_scan_blanks(&scan, scan.begin + 1);
    while (at != NULL && *at != ']') {
        const char *end = json_scan_value(&scan, at, 0);
        if (end == NULL)
            return false;
        char buffer[JSON_TEXT_MAX];
        if (json_text_is(json_text(at, end, buffer), wanted))
            return true;
        at = json_scan_blanks(&scan, end);
        if (at != NULL && *at == ',')
            at = json_scan_blanks(&scan, at + 1);
    }
    return false;
}

void readsb_object_numbers(const struct readsb_object *object, struct readsb_numbers *ret_numbers)
{
    struct readsb_numbers *numbers = ret_numbers;
    for (unsigned field = READSB_NUMBER_FIRST; field < READSB_NUMBER_END; field++)
        numbers->values[field] = readsb_object_number(object, (enum readsb_field)field);
    char buffers[2][JSON_TEXT_MAX];
    numbers->ground = readsb_on_ground(readsb_object_text(object, READSB_ALT_BARO, buffers[0]),
                                       numbers->values[READSB_ALT_BARO],
                                       readsb_object_text(object, READSB_ALTITUDE, buffers[1]));
    numbers->position_by_mlat = readsb_object_lists(object, READSB_MLAT, "lat");
    numbers->position_by_tisb = readsb_object_lists(object, READSB_TISB, "lat");
}
