// SPDX-License-Identifier: MIT
// A time zone as data (RFC 8536, TZif), so that no call depends on the process's own zone.
#pragma once

#include "base/error.h"
#include "base/utc.h"

#include <stddef.h>
#include <stdint.h>

#define ZONE_BYTES_MAX 65536

struct zone;

// Reads the bytes of a TZif file of version 2 or later; `name` is what is shown. -EBADMSG for
// anything else.
int zone_parse(const char *name, const void *bytes, size_t length, struct zone **ret_zone,
               struct error *error);
// The same from the system's zone files.
int zone_load(const char *name, struct zone **ret_zone, struct error *error);
void zone_free(struct zone *zone); // accepts NULL

const char *zone_name(const struct zone *zone);
// Seconds east of UTC at that time. After the file's last transition its last rule goes on:
// Debian's files reach to 2037.
int32_t zone_offset_s(const struct zone *zone, utc_us time);
