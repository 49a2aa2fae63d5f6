// SPDX-License-Identifier: MIT
// When a delivery is tried again, and when it is given up. Pure: time and chance are given.
#pragma once

#include "base/utc.h"

#include <stdbool.h>
#include <stdint.h>

// craft.md 5.2: +-20 % of jitter, so that endpoints that failed together are not asked together.
#define SCHEDULE_JITTER 0.2
// An endpoint may ask for a longer wait, up to this; a negative or absurd value is not believed.
#define SCHEDULE_RETRY_AFTER_MAX_S 86400

enum schedule_verdict {
    SCHEDULE_DELIVERED,
    SCHEDULE_AGAIN,
    SCHEDULE_DEAD,    // the last try failed
    SCHEDULE_DISABLE, // 410: the endpoint wants no more
};

struct schedule_step {
    enum schedule_verdict verdict;
    utc_us due_at; // of the next try, with SCHEDULE_AGAIN
};

// `attempt` tries were made, the one that answered `status` (0: no answer) included.
// `retry_after_s` is -1 where nothing was said; it counts with 429, 502, 503 and 504. `chance` is
// in [0, 1).
struct schedule_step schedule_after(uint32_t attempt, long status, int64_t retry_after_s,
                                    utc_us now, double chance);

// How long the endpoint as a whole asks to be left alone: its Retry-After where that counts,
// clamped; else 0.
int64_t schedule_hold_s(long status, int64_t retry_after_s);

// How many tries there are in all.
uint32_t schedule_attempts(void);
