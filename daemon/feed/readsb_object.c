// SPDX-License-Identifier: MIT
#include "feed/readsb_object.h"

#include "feed/json_convert.h"

// A key with escapes: resolved first, since "h\u0065x" is "hex".
static enum readsb_field find_escaped(const struct readsb_keys *keys, const char *quote,
                                      const char *end)
{
    char buffer[JSON_TEXT_MAX];
    struct json_text key = json_text(quote, end, buffer);
    return key.bytes != NULL ? readsb_keys_find(keys, key.bytes, key.length, key.length)
                             : READSB_FIELD_NONE;
}

static inline const char *scan_key(const struct readsb_keys *keys, struct json_scan *scan,
                                   const char *at, enum readsb_field *ret_field)
{
    if (*at != '"')
        return json_scan_fail(scan, at, "expected a key");
    const char *key = at + 1;
    const char *stop = json_plain_end(key, scan->end);
    if (stop < scan->end && *stop == '"') {
        *ret_field =
            readsb_keys_find(keys, key, (size_t)(stop - key), (size_t)(scan->end - key));
    } else {
        stop = json_scan_string(scan, key);
        if (stop == NULL)
            return NULL;
        *ret_field = find_escaped(keys, at, stop + 1);
    }
    at = json_scan_blanks(scan, stop + 1);
    if (at == NULL)
        return NULL;
    if (*at != ':')
        return json_scan_fail(scan, at, "expected ':'");
    return json_scan_blanks(scan, at + 1);
}

const char *readsb_scan_key(const struct readsb_keys *keys, struct json_scan *scan, const char *at,
                            enum readsb_field *ret_field)
{
    return scan_key(keys, scan, at, ret_field);
}

const char *readsb_object_scan(struct readsb_object *object, const struct readsb_keys *keys,
                               struct json_scan *scan, const char *at, int depth)
{
    object->seen = 0;
    at = json_scan_blanks(scan, at + 1);
    if (at != NULL && *at == '}')
        return at + 1;
    while (at != NULL) {
        enum readsb_field field = READSB_FIELD_NONE;
        const char *begin = scan_key(keys, scan, at, &field);
        if (begin == NULL)
            return NULL;
        const char *end = json_scan_value(scan, begin, depth + 1);
        if (end == NULL)
            return NULL;
        readsb_object_note(object, field, begin, end);
        at = json_scan_blanks(scan, end);
        if (at == NULL)
            return NULL;
        if (*at == '}')
            return at + 1;
        if (*at != ',')
            return json_scan_fail(scan, at, "expected ',' or '}'");
        at = json_scan_blanks(scan, at + 1);
    }
    return NULL;
}

double readsb_object_number(const struct readsb_object *object, enum readsb_field field)
{
    return readsb_object_has(object, field) ? json_number(object->values[field].begin)
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
    struct json_scan scan = {.begin = object->values[field].begin, .end = object->values[field].end};
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
