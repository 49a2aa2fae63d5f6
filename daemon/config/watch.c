// SPDX-License-Identifier: MIT
#include "config/watch.h"

#include "base/memory.h"
#include "base/text.h"
#include "config/watch_address.h"
#include "feed/observation.h"

#include <stdlib.h>
#include <string.h>

#define NO_AIRFRAME SIZE_MAX

// One address or type designator that the list knows, and the entries that name it.
struct slot {
    uint32_t key;
    bool used;
    size_t airframe;
    uint64_t mask;
};

// Open addressing, a power of two in size and never more than half full.
struct slot_table {
    struct slot *slots;
    size_t capacity;
};

struct watch_index {
    struct slot_table addresses;
    struct slot_table types;
    uint64_t any_address; // entries without hexes, or with "*" among them
    uint64_t any_type;
    uint64_t everything; // entries that match every aircraft
    uint64_t keeps_raw;
};

static size_t slot_position(const struct slot_table *table, uint32_t key)
{
    // Multiplicative hashing (Knuth, TAOCP 6.4): 2^32 / golden ratio spreads runs of neighbours.
    size_t at = (size_t)((key * 2654435769u) >> 8) & (table->capacity - 1);
    while (table->slots[at].used && table->slots[at].key != key)
        at = (at + 1) & (table->capacity - 1);
    return at;
}

static const struct slot *slot_find(const struct slot_table *table, uint32_t key)
{
    const struct slot *slot = &table->slots[slot_position(table, key)];
    return slot->used ? slot : NULL;
}

static struct slot *slot_add(struct slot_table *table, uint32_t key)
{
    struct slot *slot = &table->slots[slot_position(table, key)];
    if (!slot->used)
        *slot = (struct slot){.key = key, .used = true, .airframe = NO_AIRFRAME};
    return slot;
}

static void slot_table_init(struct slot_table *table, size_t count)
{
    table->capacity = 16;
    while (table->capacity < count * 2)
        table->capacity *= 2;
    table->slots = memory_allocate_zeroed(table->capacity, sizeof *table->slots);
}

static uint32_t type_key(const char *type_code)
{
    uint32_t key = 0;
    for (int i = 0; i < TYPE_CODE_SIZE - 1 && type_code[i] != '\0'; i++) {
        char character = type_code[i];
        if (character >= 'a' && character <= 'z')
            character = (char)(character - 32);
        key |= (uint32_t)(unsigned char)character << (8 * i);
    }
    return key;
}

static bool is_star(const char *pattern)
{
    return strcmp(pattern, "*") == 0;
}

static bool holds_star(const struct watch_pattern_array *patterns)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (is_star(patterns->items[i]))
            return true;
    return false;
}

static bool matches_any(const struct watch_pattern_array *patterns, const char *text)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (text_matches_pattern(text, patterns->items[i]))
            return true;
    return false;
}

static bool is_free(const struct watch_pattern_array *patterns)
{
    return patterns->count == 0 || holds_star(patterns);
}

static bool entry_matches_everything(const struct watch_entry *entry)
{
    return is_free(&entry->types) && is_free(&entry->hexes) && is_free(&entry->registrations) &&
           is_free(&entry->callsigns) && entry->squawks.count == 0 && entry->within == NULL &&
           entry->military < 0;
}

static void index_entry(struct watch_index *index, const struct watch_entry *entry, uint64_t bit)
{
    bool everything = entry_matches_everything(entry);
    if (everything)
        index->everything |= bit;
    if (entry->keep_raw > 0 || (entry->keep_raw < 0 && !everything))
        index->keeps_raw |= bit;
    if (is_free(&entry->hexes))
        index->any_address |= bit;
    if (is_free(&entry->types))
        index->any_type |= bit;
    for (size_t i = 0; i < entry->hexes.count; i++) {
        uint32_t key = watch_address_key(entry->hexes.items[i]);
        if (key != WATCH_ADDRESS_NONE)
            slot_add(&index->addresses, key)->mask |= bit;
    }
    for (size_t i = 0; i < entry->types.count; i++)
        if (!is_star(entry->types.items[i]))
            slot_add(&index->types, type_key(entry->types.items[i]))->mask |= bit;
}

static void index_free(struct watch_index *index)
{
    if (index == NULL)
        return;
    free(index->addresses.slots);
    free(index->types.slots);
    free(index);
}

void watch_list_compile(struct watch_list *list)
{
    size_t hexes = list->airframe_count, types = 0;
    for (size_t i = 0; i < list->entry_count; i++) {
        hexes += list->entries[i].hexes.count;
        types += list->entries[i].types.count;
    }
    struct watch_index *index = memory_allocate_zeroed(1, sizeof *index);
    slot_table_init(&index->addresses, hexes);
    slot_table_init(&index->types, types);
    for (size_t i = 0; i < list->entry_count && i < WATCH_ENTRIES_MAX; i++)
        index_entry(index, &list->entries[i], UINT64_C(1) << i);
    for (size_t i = 0; i < list->airframe_count; i++) {
        uint32_t key = watch_address_key(list->airframes[i].icao24);
        if (key != WATCH_ADDRESS_NONE)
            slot_add(&index->addresses, key)->airframe = i;
    }
    index_free(list->index);
    list->index = index;
}

static void patterns_done(struct watch_pattern_array *patterns)
{
    array_foreach (patterns, pattern)
        free(*pattern);
    array_free(patterns);
}

void watch_list_done(struct watch_list *list)
{
    for (size_t i = 0; i < list->entry_count; i++) {
        struct watch_entry *entry = &list->entries[i];
        patterns_done(&entry->types);
        patterns_done(&entry->registrations);
        patterns_done(&entry->hexes);
        patterns_done(&entry->callsigns);
        patterns_done(&entry->squawks);
    }
    free(list->entries);
    free(list->airframes);
    index_free(list->index);
    *list = (struct watch_list){0};
}

static void fill_identity(const struct watch_list *list, const struct slot *slot,
                          struct observation *observation)
{
    if (slot != NULL && slot->airframe != NO_AIRFRAME) {
        const struct airframe *airframe = &list->airframes[slot->airframe];
        if (observation->registration[0] == '\0')
            text_copy(observation->registration, sizeof observation->registration,
                      airframe->registration);
        if (observation->type_code[0] == '\0')
            text_copy(observation->type_code, sizeof observation->type_code, airframe->type_code);
    }
    if (observation->registration[0] == '\0')
        watch_registration_of_address(observation->icao24, observation->registration);
}

static bool squawk_matches(const struct watch_pattern_array *squawks, const char *squawk)
{
    for (size_t i = 0; i < squawks->count; i++)
        if (strcmp(squawks->items[i], squawk) == 0)
            return true;
    return false;
}

// The keys that say who an aircraft is, but the indexed ones.
static bool entry_matches_identity(const struct watch_entry *entry,
                                   const struct observation *observation)
{
    if (entry->military >= 0 && observation->military != (entry->military > 0))
        return false;
    return entry->registrations.count == 0 ||
           watch_registration_matches(&entry->registrations, observation->registration);
}

// The keys that are not indexed, but the place.
static bool entry_matches_somewhere(const struct watch_entry *entry,
                                    const struct observation *observation)
{
    if (!entry_matches_identity(entry, observation))
        return false;
    if (entry->squawks.count > 0 && !squawk_matches(&entry->squawks, observation->squawk))
        return false;
    return entry->callsigns.count == 0 || matches_any(&entry->callsigns, observation->callsign);
}

static bool entry_matches(const struct watch_entry *entry, const struct observation *observation)
{
    if (!entry_matches_somewhere(entry, observation))
        return false;
    return entry->within == NULL ||
           (observation->has_position &&
            place_contains(entry->within, observation->position, WATCH_AIRFIELD_RADIUS_NM));
}

// The entries that fit its address and type, after what the list knows of it was filled in.
static uint64_t candidates_for(const struct watch_list *list, struct observation *observation)
{
    const struct watch_index *index = list->index;
    uint32_t key = watch_address_key(observation->icao24);
    const struct slot *address =
        key == WATCH_ADDRESS_NONE ? NULL : slot_find(&index->addresses, key);
    fill_identity(list, address, observation);

    const struct slot *type = slot_find(&index->types, type_key(observation->type_code));
    uint64_t candidates = index->any_address | (address != NULL ? address->mask : 0);
    return candidates & (index->any_type | (type != NULL ? type->mask : 0));
}

uint64_t watch_list_match(const struct watch_list *list, struct observation *observation)
{
    const struct watch_index *index = list->index;
    if (index == NULL)
        return 0;
    uint64_t candidates = candidates_for(list, observation);
    uint64_t matched = candidates & index->everything;
    for (uint64_t left = candidates & ~matched; left != 0; left &= left - 1) {
        int at = __builtin_ctzll(left);
        if (entry_matches(&list->entries[at], observation))
            matched |= UINT64_C(1) << at;
    }
    return matched;
}

bool watch_list_may_match_address(const struct watch_list *list, const char *icao24)
{
    const struct watch_index *index = list->index;
    if (index == NULL)
        return false;
    if (index->any_address != 0)
        return true;
    uint32_t key = watch_address_key(icao24);
    const struct slot *slot = key == WATCH_ADDRESS_NONE ? NULL : slot_find(&index->addresses, key);
    return slot != NULL && slot->mask != 0;
}

static bool may_match(const struct watch_list *list, const struct observation *observation,
                      bool (*fits)(const struct watch_entry *, const struct observation *))
{
    if (list->index == NULL)
        return false;
    struct observation filled = *observation;
    for (uint64_t left = candidates_for(list, &filled); left != 0; left &= left - 1)
        if (fits(&list->entries[__builtin_ctzll(left)], &filled))
            return true;
    return false;
}

bool watch_list_may_match_identity(const struct watch_list *list,
                                   const struct observation *identity)
{
    return may_match(list, identity, entry_matches_identity);
}

bool watch_list_may_match_somewhere(const struct watch_list *list,
                                    const struct observation *observation)
{
    return may_match(list, observation, entry_matches_somewhere);
}

bool watch_list_matches_everything(const struct watch_list *list)
{
    const struct watch_index *index = list->index;
    return index != NULL && index->everything != 0;
}

bool watch_list_keeps_raw(const struct watch_list *list, uint64_t mask)
{
    const struct watch_index *index = list->index;
    return index != NULL && (index->keeps_raw & mask) != 0;
}

const struct airframe *watch_list_airframe(const struct watch_list *list, const char *icao24)
{
    const struct watch_index *index = list->index;
    uint32_t key = watch_address_key(icao24);
    if (index == NULL || key == WATCH_ADDRESS_NONE)
        return NULL;
    const struct slot *slot = slot_find(&index->addresses, key);
    return slot != NULL && slot->airframe != NO_AIRFRAME ? &list->airframes[slot->airframe] : NULL;
}
