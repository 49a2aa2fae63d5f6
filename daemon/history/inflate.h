// SPDX-License-Identifier: MIT
// Unpacks gzip bytes in memory, up to a limit.
#pragma once

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

// A buffer that is used again. Zeroed at first.
struct inflated {
    char *bytes; // owned
    size_t length, capacity;
};
void inflated_done(struct inflated *inflated);

// Unpacks `bytes`, or copies what is not gzip (by its first two bytes, whatever its name). Returns 0, -EBADMSG
// for damaged or cut bytes, -E2BIG beyond `limit`.
int inflate_bytes(const uint8_t *bytes, size_t length, size_t limit, struct inflated *inflated,
                  struct error *error);
