// SPDX-License-Identifier: MIT
// The keys of the readsb family that we read (feeds.md 1.1 and 1.2), and a way to find them fast.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <endian.h>

enum readsb_field {
    READSB_FIELD_NONE, // every other key
    // Read as texts.
    READSB_HEX,
    READSB_TYPE,
    READSB_FLIGHT,
    READSB_REGISTRATION,
    READSB_TYPE_CODE,
    READSB_SQUAWK,
    // Read as texts ("ground") and as numbers.
    READSB_ALT_BARO,
    READSB_ALTITUDE,
    // Read as numbers.
    READSB_LAT,
    READSB_LON,
    READSB_DB_FLAGS,
    READSB_NOW,
    READSB_ALT_GEOM,
    READSB_GS,
    READSB_SPEED,
    READSB_TRACK,
    READSB_TRUE_HEADING,
    READSB_CALC_TRACK,
    READSB_BARO_RATE,
    READSB_GEOM_RATE,
    READSB_VERT_RATE,
    READSB_NIC,
    READSB_NUCP,
    READSB_NAC_P,
    READSB_SIL,
    READSB_VERSION,
    READSB_SEEN_POS,
    READSB_SEEN,
    READSB_GPS_OK_BEFORE,
    // Arrays of the names of fields that came by another road.
    READSB_MLAT,
    READSB_TISB,
    // Only to recognise ADSBexchange's version 1.
    READSB_ICAO,
    READSB_POSTIME,
    // The envelope's own.
    READSB_AC,
    READSB_AIRCRAFT,
    READSB_MSG,
    READSB_TOTAL,
    READSB_RESULT_COUNT,
    READSB_FIELD_COUNT,
};

#define READSB_TEXT_FIRST READSB_HEX
#define READSB_TEXT_END (READSB_ALTITUDE + 1)
#define READSB_NUMBER_FIRST READSB_ALT_BARO
#define READSB_NUMBER_END (READSB_GPS_OK_BEFORE + 1)

#define READSB_KEY_SLOT_BITS 8
#define READSB_KEY_LENGTH_MAX 16

// A perfect hash over the first eight bytes of a key. It is small and quickly made, so each decoder
// run has its own on the stack: no table of magic numbers to keep in step, and nothing global.
struct readsb_key_slot {
    uint64_t first_bytes; // of at most eight, little-endian
    uint64_t last_bytes;  // the last eight of a longer key, else 0
    uint32_t length;
    uint32_t field;
};

struct readsb_keys {
    uint64_t multiplier;
    struct readsb_key_slot slots[1 << READSB_KEY_SLOT_BITS];
};

void readsb_keys_build(struct readsb_keys *keys);

// The name of a field, for messages and for the oracle; "" for READSB_FIELD_NONE.
const char *readsb_field_name(enum readsb_field field);

// Eight bytes as a little-endian number; `available` says how many may be touched, `length` how
// many count.
static inline uint64_t readsb_key_bytes(const char *bytes, size_t length, size_t available)
{
    uint64_t word = 0;
    if (available < sizeof word) {
        memcpy(&word, bytes, length < available ? length : available);
        return le64toh(word);
    }
    memcpy(&word, bytes, sizeof word);
    word = le64toh(word);
    return length >= sizeof word ? word : word & ((UINT64_C(1) << (length * 8)) - 1);
}

static inline unsigned readsb_key_slot_of(const struct readsb_keys *keys, uint64_t first_bytes)
{
    return (unsigned)((first_bytes * keys->multiplier) >> (64 - READSB_KEY_SLOT_BITS));
}

// The field of a key without escapes. `available` bytes may be touched from `key` on.
static inline enum readsb_field readsb_keys_find(const struct readsb_keys *keys, const char *key,
                                                 size_t length, size_t available)
{
    uint64_t first_bytes = readsb_key_bytes(key, length, available);
    const struct readsb_key_slot *slot = &keys->slots[readsb_key_slot_of(keys, first_bytes)];
    if (slot->first_bytes != first_bytes || slot->length != length)
        return READSB_FIELD_NONE;
    if (length > 8 && readsb_key_bytes(key + length - 8, 8, 8) != slot->last_bytes)
        return READSB_FIELD_NONE;
    return (enum readsb_field)slot->field;
}
