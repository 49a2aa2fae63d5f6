// SPDX-License-Identifier: MIT
// Unpacks gzip bytes in memory, up to a limit.
#pragma once

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

// Keeps its memory from one file to the next. For one thread at a time.
struct inflater;
struct inflater *inflater_new(void);
void inflater_free(struct inflater *inflater); // accepts NULL

// Unpacks `bytes`, or passes on what is not gzip (by its first two bytes, whatever its name). The
// result is borrowed: from the inflater until the next call, or `bytes` itself. Errors: -EBADMSG
// for damaged or cut bytes and for bytes behind the end, -E2BIG beyond `limit`.
int inflater_read(struct inflater *inflater, const uint8_t *bytes, size_t length, size_t limit,
                  const char **ret_bytes, size_t *ret_length, struct error *error);
