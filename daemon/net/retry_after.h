// SPDX-License-Identifier: MIT
// How long a server asks us to wait. Pure.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Longest wait that is believed: a day (http.h's contract). libcurl's own reading of a date in the
// past was seen to be a large negative number (craft.md trap T16), so the value is read and clamped
// here.
#define RETRY_AFTER_MAX_S 86400

// Reads the value of a Retry-After header (RFC 9110, 10.2.3): whole seconds or an HTTP-date.
// `now_s` is Unix time by the clock of whoever wrote the date. Returns seconds in [0,
// RETRY_AFTER_MAX_S]; a date in the past gives 0; -1 for what is neither.
int64_t retry_after_parse(const char *value, int64_t now_s);
