// SPDX-License-Identifier: MIT
#include "feed/readsb_layout.h"

#include "feed/json_convert.h"

void readsb_layout_init(struct readsb_layout *layout)
{
    readsb_keys_build(&layout->keys);
    memset(layout->met, 0, sizeof layout->met);
    memset(layout->places, 0, sizeof layout->places);
    layout->met_count = READSB_LAYOUT_START + 1;
    // Not what a key begins with: the start itself is never found.
    layout->met[READSB_LAYOUT_START].head_mask = UINT16_MAX;
    memset(layout->met[READSB_LAYOUT_START].mask, 0xff, sizeof layout->met->mask);
}

// A key with escapes: resolved first, since "h\u0065x" is "hex".
static enum readsb_field find_escaped(const struct readsb_keys *keys, const char *quote,
                                      const char *end)
{
    char buffer[JSON_TEXT_MAX];
    struct json_text key = json_text(quote, end, buffer);
    return key.bytes != NULL ? readsb_keys_find(keys, key.bytes, key.length, key.length)
                             : READSB_FIELD_NONE;
}

static void remember(struct readsb_layout_key *met, const char *quote, ptrdiff_t length,
                     enum readsb_field field)
{
    memcpy(met->bytes, quote, (size_t)length);
    memset(met->mask, 0xff, (size_t)length);
    met->head_mask = (uint16_t)(length < 16 ? (1u << length) - 1 : UINT16_MAX);
    met->length = (uint8_t)length;
    met->field = (uint8_t)field;
    met->seen = field != READSB_FIELD_NONE ? UINT64_C(1) << field : 0;
}

// The number of the key, which is remembered if it is new and there is room; else
// READSB_LAYOUT_START.
static unsigned meet(struct readsb_layout *layout, const char *quote, ptrdiff_t length,
                     enum readsb_field field)
{
    if (length > READSB_LAYOUT_KEY_BYTES)
        return READSB_LAYOUT_START;
    size_t key_length = (size_t)length - 3;
    uint64_t first_bytes = readsb_key_bytes(quote + 1, key_length, key_length);
    unsigned place = readsb_key_slot_of(&layout->keys, first_bytes) % READSB_LAYOUT_PLACES;
    for (; layout->places[place] != 0; place = (place + 1) % READSB_LAYOUT_PLACES) {
        const struct readsb_layout_key *met = &layout->met[layout->places[place]];
        if (met->length == length && memcmp(met->bytes, quote, (size_t)length) == 0)
            return layout->places[place];
    }
    if (layout->met_count == READSB_LAYOUT_KEYS)
        return READSB_LAYOUT_START;
    remember(&layout->met[layout->met_count], quote, length, field);
    layout->places[place] = (uint8_t)layout->met_count;
    return layout->met_count++;
}

static unsigned learn(struct readsb_layout *layout, const char *quote, const char *colon,
                      unsigned after, enum readsb_field field)
{
    unsigned met = meet(layout, quote, colon + 1 - quote, field);
    struct readsb_layout_key *last = &layout->met[after];
    unsigned place = 0;
    while (place < READSB_LAYOUT_GUESSES - 1 && last->next[place] != met)
        place++;
    readsb_layout_follow(last, met, place);
    return met;
}

struct readsb_layout_step readsb_layout_learn(struct readsb_layout *layout, struct json_scan *scan,
                                              const char *at, unsigned after)
{
    struct readsb_layout_step step = {NULL, READSB_LAYOUT_START, READSB_FIELD_NONE};
    if (*at != '"') {
        json_scan_fail(scan, at, "expected a key");
        return step;
    }
    const char *key = at + 1;
    const char *stop = json_plain_end(key, scan->end);
    bool is_plain = stop < scan->end && *stop == '"';
    stop = json_scan_string(scan, stop);
    if (stop == NULL)
        return step;
    step.field = is_plain ? readsb_keys_find(&layout->keys, key, (size_t)(stop - key),
                                             (size_t)(scan->end - key))
                          : find_escaped(&layout->keys, at, stop + 1);
    const char *colon = json_scan_blanks(scan, stop + 1);
    if (colon != NULL && *colon != ':')
        colon = json_scan_fail(scan, colon, "expected ':'");
    if (colon == NULL)
        return step;
    if (is_plain && colon == stop + 1)
        step.key = learn(layout, at, colon, after, step.field);
    step.value = json_scan_blanks(scan, colon + 1);
    return step;
}
