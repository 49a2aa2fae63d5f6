// SPDX-License-Identifier: MIT
// The clocks. Only for the shell: to the cores time comes as data.
#pragma once

#include "base/utc.h"

#include <stdint.h>

// Now, by the system's clock; it may step back.
utc_us clock_now(void);

// Since some moment in the past, on a clock that is never set (CLOCK_MONOTONIC): for distances.
int64_t clock_monotonic_ns(void);
uint64_t clock_monotonic_ms(void);
double clock_monotonic_s(void);
