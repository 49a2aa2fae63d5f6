// SPDX-License-Identifier: MIT
// The keys of one answer and the order they come in. Its objects are written by one program, which
// leaves out what it does not know, so the key that followed last time is tried first: one
// comparison with the bytes that are expected, instead of a search for the key's end and a look-up.
// In recordings nine keys in ten are what followed last, and one in thirty is not among the last
// two.
#pragma once

#include "feed/json_scan.h"
#include "feed/readsb_field.h"

#include <stdint.h>
#include <string.h>

// A key with both quotes and its colon; longer ones are not guessed.
#define READSB_LAYOUT_KEY_BYTES 24
// readsb writes some sixty keys; an answer with more of them is read without guessing the others.
#define READSB_LAYOUT_KEYS 96u
#define READSB_LAYOUT_PLACES 256u // to find them by; a power of two
#define READSB_LAYOUT_GUESSES 4
// The start of an object; also stands for any key that is not remembered.
#define READSB_LAYOUT_START 0u

// 64 bytes: found by a shift, in one line of the cache.
struct readsb_layout_key {
    uint64_t bytes[READSB_LAYOUT_KEY_BYTES / 8]; // with both quotes and the colon; the rest 0
    uint64_t mask[READSB_LAYOUT_KEY_BYTES / 8];  // ones where `bytes` count
    uint64_t seen; // the field's bit in an object's `seen`; 0 for READSB_FIELD_NONE
    uint8_t length;
    uint8_t field;
    uint8_t next[READSB_LAYOUT_GUESSES]; // what followed, the last one first
    uint16_t head_mask;                  // a bit for each of the first sixteen bytes that count
} __attribute__((aligned(64)));

struct readsb_layout {
    struct readsb_keys keys;
    struct readsb_layout_key met[READSB_LAYOUT_KEYS]; // the first stands for the start
    unsigned met_count;
    uint8_t places[READSB_LAYOUT_PLACES]; // 0: free
};

// Where one is among the keys: by value, so that it can stay in registers.
struct readsb_layout_step {
    const char *value; // the first byte of the key's value; NULL with the problem noted in the scan
    unsigned key;      // its number, to be handed to the next step
    enum readsb_field field;
};

void readsb_layout_init(struct readsb_layout *layout);

// Steps over any key and its colon, and remembers it as the one that follows the key number
// `after`.
struct readsb_layout_step readsb_layout_learn(struct readsb_layout *layout, struct json_scan *scan,
                                              const char *at, unsigned after);

static inline uint64_t readsb_layout_word(const char *at, unsigned word)
{
    uint64_t bytes;
    memcpy(&bytes, at + word * sizeof bytes, sizeof bytes);
    return bytes;
}

// Whether the bytes from `at` on are that key; READSB_LAYOUT_KEY_BYTES of them must be there.
static inline bool readsb_layout_is(const struct readsb_layout_key *key, const char *at)
{
    uint64_t differs = (readsb_layout_word(at, 2) ^ key->bytes[2]) & key->mask[2];
#ifdef __SSE2__
    __m128i head = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i wanted = _mm_load_si128((const __m128i *)(const void *)key->bytes);
    differs |= ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(head, wanted)) & key->head_mask;
#else
    differs |= (readsb_layout_word(at, 0) ^ key->bytes[0]) & key->mask[0];
    differs |= (readsb_layout_word(at, 1) ^ key->bytes[1]) & key->mask[1];
#endif
    return differs == 0;
}

// Puts the key number `next` in front of what followed `last`; the one at `place` makes room.
static inline void readsb_layout_follow(struct readsb_layout_key *last, unsigned next,
                                        unsigned place)
{
    for (; place > 0; place--)
        last->next[place] = last->next[place - 1];
    last->next[0] = (uint8_t)next;
}

// The number of the key at `at` when it is one of those that are expected after the key number
// `after`; else READSB_LAYOUT_START. READSB_LAYOUT_KEY_BYTES must be there.
static inline unsigned readsb_layout_guess(struct readsb_layout *layout, const char *at,
                                           unsigned after)
{
    struct readsb_layout_key *last = &layout->met[after];
    unsigned guess = last->next[0];
    if (readsb_layout_is(&layout->met[guess], at))
        return guess;
    for (unsigned place = 1; place < READSB_LAYOUT_GUESSES; place++) {
        guess = last->next[place];
        if (readsb_layout_is(&layout->met[guess], at)) {
            readsb_layout_follow(last, guess, place);
            return guess;
        }
    }
    return READSB_LAYOUT_START;
}
