// SPDX-License-Identifier: MIT
// The gate before a host: when it may be asked next. Requests never overlap, keep their distance,
// stay within the day's budget, and back off when the host says so or does not answer. Pure: every
// time is given, and so is chance. Rules: feeds.md section 6.
#pragma once

#include "base/utc.h"

#include <stdbool.h>
#include <stdint.h>

// feeds.md 6: "exponential backoff per provider, cap 15 min".
#define GATE_BACKOFF_MAX_S 900.0
// feeds.md 6: "jitter +-20 %".
#define GATE_JITTER 0.2
// feeds.md 6: at most one request a second is the ceiling of adsb.fi and airplanes.live; holds
// where a feed sets none.
#define GATE_REQUESTS_PER_S_DEFAULT 1.0
// A remembered or announced time further ahead than this is not believed (as retry_after.h).
#define GATE_WAIT_MAX UTC_DAY

struct gate_limits {
    double requests_per_s;     // 0: GATE_REQUESTS_PER_S_DEFAULT
    uint64_t requests_per_day; // by UTC days; 0: no limit
};

struct gate {
    struct gate_limits limits;
    utc_us asked_at;   // start of the last request, UTC_UNKNOWN before the first
    utc_us not_before; // UTC_UNKNOWN when there is none
    uint32_t failures; // in a row
    utc_us budget_day; // the UTC day that budget_used counts
    uint64_t budget_used;
    bool busy; // asked, not judged yet
};

// How a request went, as a host is concerned.
enum gate_verdict {
    GATE_GOOD,
    GATE_SLOW_DOWN, // anything else: refused, failed, no answer, or an answer that was none
};

void gate_init(struct gate *gate, const struct gate_limits *limits);

// The stricter of two feeds' limits of one host.
struct gate_limits gate_limits_stricter(const struct gate_limits *first,
                                        const struct gate_limits *second);

// The earliest time at which the next request may start; `now` or before when that is at once. Not
// to be asked while the gate is busy.
//
// A day's budget is spread over what is left of the day, so that it does not end at three in the
// morning and leave the evening unwatched; the first request after a start is not held back by
// that.
utc_us gate_ready_at(const struct gate *gate, utc_us now);

// Counts a request that starts now.
void gate_begin(struct gate *gate, utc_us now);

// What the status says about a host, by itself: 2xx is good; 420, 429, 503, 403 and every other
// status, and no answer (0), are not. The body may still prove to be HTML, empty or fake: that is
// the caller's GATE_SLOW_DOWN.
enum gate_verdict gate_verdict_of_status(long status);

// Ends the request that was begun. After a failure the host is left alone for 2, 4, 8, ... times
// `interval_s` (the feed's own; at least a second) up to GATE_BACKOFF_MAX_S or the interval where
// that is longer, with jitter from `chance` in [0, 1); and at least for `retry_after_s` (-1: not
// said), which a good answer can ask for too. A good answer resets the count.
void gate_end(struct gate *gate, utc_us now, enum gate_verdict verdict, double interval_s,
              int64_t retry_after_s, double chance);

// Requests left today; UINT64_MAX without a limit.
uint64_t gate_budget_left(const struct gate *gate, utc_us now);

// `interval_s` with jitter from `chance` in [0, 1), as microseconds.
utc_us gate_jittered(double interval_s, double chance);
