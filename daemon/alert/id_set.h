// SPDX-License-Identifier: MIT
// A set of short keys that are well spread or few: ids, addresses. Pure.
#pragma once

#include "base/digest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct id_set {
    struct id_set_slot *slots;
    size_t capacity, count;
};
void id_set_done(struct id_set *set); // accepts a zeroed struct, which is an empty set

void id_set_add(struct id_set *set, const uint8_t id[DIGEST_UUID_SIZE]);
bool id_set_has(const struct id_set *set, const uint8_t id[DIGEST_UUID_SIZE]);
// By the first bytes of a text, up to the size of an id.
void id_set_add_text(struct id_set *set, const char *text);
bool id_set_has_text(const struct id_set *set, const char *text);
