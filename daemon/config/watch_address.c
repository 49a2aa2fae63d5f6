// SPDX-License-Identifier: MIT
#include "config/watch_address.h"

#include "base/array.h"
#include "base/text.h"
#include "config/watch.h"
#include "feed/observation.h"

#include <stdlib.h>
#include <string.h>

// feeds.md 7.2: RA-NNNNN and RF-NNNNN have the address 0x140000 + NNNNN, NNNNN in decimal.
#define RUSSIAN_BASE 0x140000u
#define RUSSIAN_COUNT 100000u
#define RUSSIAN_TEXT_LENGTH 8 // "RA-82010"

struct key_array ARRAY_OF(uint32_t);

uint32_t watch_address_key(const char *icao24)
{
    uint32_t key = 0;
    if (*icao24 == '~') {
        key = WATCH_ADDRESS_NON_ICAO;
        icao24++;
    }
    for (int i = 0; i < 6; i++) {
        int digit = text_hex_digit(icao24[i]);
        if (digit < 0)
            return WATCH_ADDRESS_NONE;
        key |= (uint32_t)digit << (20 - 4 * i);
    }
    return icao24[6] == '\0' ? key : WATCH_ADDRESS_NONE;
}

void watch_address_write(uint32_t key, char ret_icao24[8])
{
    static const char digits[] = "0123456789abcdef";
    char *at = ret_icao24;
    if ((key & WATCH_ADDRESS_NON_ICAO) != 0)
        *at++ = '~';
    for (int shift = 20; shift >= 0; shift -= 4)
        *at++ = digits[(key >> shift) & 0xf];
    *at = '\0';
}

// RA-NNNNN or RF-NNNNN.
static bool is_russian(const char *registration)
{
    char first = registration[0] & ~0x20;
    if (first != 'R')
        return false;
    char second = registration[1] & ~0x20;
    if ((second != 'A' && second != 'F') || registration[2] != '-')
        return false;
    for (int i = 3; i < RUSSIAN_TEXT_LENGTH; i++)
        if (registration[i] < '0' || registration[i] > '9')
            return false;
    return registration[RUSSIAN_TEXT_LENGTH] == '\0';
}

static bool key_is_russian(uint32_t key)
{
    return key >= RUSSIAN_BASE && key < RUSSIAN_BASE + RUSSIAN_COUNT;
}

static void write_registration(uint32_t key, char ret_registration[REGISTRATION_SIZE])
{
    uint32_t number = key - RUSSIAN_BASE;
    memcpy(ret_registration, "RA-00000", RUSSIAN_TEXT_LENGTH + 1);
    for (int i = RUSSIAN_TEXT_LENGTH - 1; i >= 3; i--, number /= 10)
        ret_registration[i] = (char)('0' + number % 10);
}

bool watch_address_of_registration(const char *registration, char ret_icao24[8])
{
    if (!is_russian(registration))
        return false;
    uint32_t number = 0;
    for (int i = 3; i < RUSSIAN_TEXT_LENGTH; i++)
        number = number * 10 + (uint32_t)(registration[i] - '0');
    watch_address_write(RUSSIAN_BASE + number, ret_icao24);
    return true;
}

bool watch_registration_of_address(const char *icao24, char ret_registration[13])
{
    uint32_t key = watch_address_key(icao24);
    if (!key_is_russian(key))
        return false;
    write_registration(key, ret_registration);
    return true;
}

static bool matches_any(const struct watch_pattern_array *patterns, const char *registration)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (text_matches_pattern(registration, patterns->items[i]))
            return true;
    return false;
}

bool watch_registration_matches(const struct watch_pattern_array *patterns,
                                const char *registration)
{
    if (matches_any(patterns, registration))
        return true;
    if (!is_russian(registration))
        return false;
    char other[REGISTRATION_SIZE];
    text_copy(other, sizeof other, registration);
    other[1] = (other[1] & ~0x20) == 'A' ? 'F' : 'A';
    return matches_any(patterns, other);
}

static bool names_type(const struct watch_pattern_array *types, const char *type_code)
{
    for (size_t i = 0; i < types->count; i++)
        if (strcmp(types->items[i], "*") == 0 ||
            text_equal_ignoring_case(types->items[i], type_code))
            return true;
    return types->count == 0;
}

static void add_key(struct key_array *keys, uint32_t key)
{
    if (key != WATCH_ADDRESS_NONE)
        *array_append(keys) = key;
}

static void add_airframes(const struct watch_list *list, const struct watch_entry *entry,
                          struct key_array *keys)
{
    for (size_t i = 0; i < list->airframe_count; i++) {
        const struct airframe *airframe = &list->airframes[i];
        bool registration_fits =
            entry->registrations.count == 0 ||
            watch_registration_matches(&entry->registrations, airframe->registration);
        if (registration_fits && names_type(&entry->types, airframe->type_code))
            add_key(keys, watch_address_key(airframe->icao24));
    }
}

static void add_russian(const struct watch_entry *entry, struct key_array *keys)
{
    for (uint32_t key = RUSSIAN_BASE; key < RUSSIAN_BASE + RUSSIAN_COUNT; key++) {
        char registration[REGISTRATION_SIZE];
        write_registration(key, registration);
        if (watch_registration_matches(&entry->registrations, registration))
            *array_append(keys) = key;
    }
}

static int compare_keys(const void *first, const void *second)
{
    const uint32_t *a = first, *b = second;
    return *a < *b ? -1 : *a > *b;
}

size_t watch_entry_addresses(const struct watch_list *list, const struct watch_entry *entry,
                             char (*ret_addresses)[8], size_t capacity)
{
    struct key_array keys = {0};
    if (entry->hexes.count > 0) {
        for (size_t i = 0; i < entry->hexes.count; i++)
            add_key(&keys, watch_address_key(entry->hexes.items[i]));
    } else if (entry->types.count > 0 || entry->registrations.count > 0) {
        add_airframes(list, entry, &keys);
        if (entry->types.count == 0)
            add_russian(entry, &keys);
    }
    if (keys.count > 1)
        qsort(keys.items, keys.count, sizeof *keys.items, compare_keys);
    size_t distinct = 0;
    for (size_t i = 0; i < keys.count; i++) {
        if (i > 0 && keys.items[i] == keys.items[i - 1])
            continue;
        if (distinct < capacity)
            watch_address_write(keys.items[i], ret_addresses[distinct]);
        distinct++;
    }
    array_free(&keys);
    return distinct;
}
