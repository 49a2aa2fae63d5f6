// SPDX-License-Identifier: MIT
#include "track/aircraft_table.h"

#include "base/memory.h"
#include "track/state.h"

#include <stdlib.h>
#include <string.h>

// Allocation goes through base/memory.h, which never fails.
#define uthash_malloc(size) memory_allocate(size)
#define uthash_fatal(message) abort()
#include <uthash.h>

struct slot {
    struct aircraft *aircraft;
    char icao24[ICAO24_SIZE]; // padded with zeros
    UT_hash_handle hh;
};

struct aircraft_table {
    struct slot *slots;
};

struct aircraft_table *aircraft_table_new(void)
{
    return memory_allocate_zeroed(1, sizeof(struct aircraft_table));
}

static struct slot *find_slot(const struct aircraft_table *table, const char *icao24)
{
    char key[ICAO24_SIZE] = {0};
    memcpy(key, icao24, strnlen(icao24, sizeof key - 1));
    struct slot *slot = NULL;
    HASH_FIND(hh, table->slots, key, sizeof key, slot);
    return slot;
}

struct aircraft *aircraft_table_find(const struct aircraft_table *table, const char *icao24)
{
    struct slot *slot = find_slot(table, icao24);
    return slot == NULL ? NULL : slot->aircraft;
}

void aircraft_table_put(struct aircraft_table *table, struct aircraft *aircraft)
{
    struct slot *slot = memory_allocate_zeroed(1, sizeof *slot);
    slot->aircraft = aircraft;
    memcpy(slot->icao24, aircraft->icao24, strnlen(aircraft->icao24, sizeof slot->icao24 - 1));
    aircraft->slot = slot;
    HASH_ADD(hh, table->slots, icao24, sizeof slot->icao24, slot);
}

void aircraft_table_remove(struct aircraft_table *table, struct aircraft *aircraft)
{
    struct slot *slot = aircraft->slot;
    HASH_DEL(table->slots, slot);
    aircraft_free(aircraft);
    free(slot);
}

void aircraft_table_clear(struct aircraft_table *table)
{
    while (table->slots != NULL)
        aircraft_table_remove(table, table->slots->aircraft);
}

void aircraft_table_free(struct aircraft_table *table)
{
    if (table == NULL)
        return;
    aircraft_table_clear(table);
    free(table);
}

size_t aircraft_table_count(const struct aircraft_table *table)
{
    return HASH_COUNT(table->slots);
}

struct aircraft *aircraft_table_next(const struct aircraft_table *table,
                                     const struct aircraft *previous)
{
    struct slot *slot = previous == NULL ? table->slots : ((struct slot *)previous->slot)->hh.next;
    return slot == NULL ? NULL : slot->aircraft;
}
