// SPDX-License-Identifier: MIT
#include "alert/id_set.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 64

struct id_set_slot {
    bool used;
    uint8_t id[DIGEST_UUID_SIZE];
};

void id_set_done(struct id_set *set)
{
    free(set->slots);
    *set = (struct id_set){0};
}

// FNV-1a (RFC 9923), 64 bits.
static uint64_t hash(const uint8_t id[DIGEST_UUID_SIZE])
{
    uint64_t value = 0xcbf29ce484222325u;
    for (size_t i = 0; i < DIGEST_UUID_SIZE; i++)
        value = (value ^ id[i]) * 0x100000001b3u;
    return value;
}

// Its slot, or the free one where it would be. There is always a free one.
static struct id_set_slot *find(const struct id_set *set, const uint8_t id[DIGEST_UUID_SIZE])
{
    size_t place = (size_t)hash(id) & (set->capacity - 1);
    while (set->slots[place].used && memcmp(set->slots[place].id, id, DIGEST_UUID_SIZE) != 0)
        place = (place + 1) & (set->capacity - 1);
    return &set->slots[place];
}

static void put(struct id_set *set, const uint8_t id[DIGEST_UUID_SIZE])
{
    struct id_set_slot *slot = find(set, id);
    set->count += !slot->used;
    slot->used = true;
    memcpy(slot->id, id, DIGEST_UUID_SIZE);
}

static void grow(struct id_set *set)
{
    struct id_set before = *set;
    set->capacity = before.capacity > 0 ? before.capacity * 2 : CAPACITY_FIRST;
    set->slots = memory_allocate_zeroed(set->capacity, sizeof *set->slots);
    set->count = 0;
    for (size_t i = 0; i < before.capacity; i++)
        if (before.slots[i].used)
            put(set, before.slots[i].id);
    free(before.slots);
}

void id_set_add(struct id_set *set, const uint8_t id[DIGEST_UUID_SIZE])
{
    if (set->count * 2 >= set->capacity)
        grow(set);
    put(set, id);
}

bool id_set_has(const struct id_set *set, const uint8_t id[DIGEST_UUID_SIZE])
{
    return set->count > 0 && find(set, id)->used;
}

static void key_of(const char *text, uint8_t ret_key[DIGEST_UUID_SIZE])
{
    memset(ret_key, 0, DIGEST_UUID_SIZE);
    memcpy(ret_key, text, strnlen(text, DIGEST_UUID_SIZE));
}

void id_set_add_text(struct id_set *set, const char *text)
{
    uint8_t key[DIGEST_UUID_SIZE];
    key_of(text, key);
    id_set_add(set, key);
}

bool id_set_has_text(const struct id_set *set, const char *text)
{
    uint8_t key[DIGEST_UUID_SIZE];
    key_of(text, key);
    return id_set_has(set, key);
}
