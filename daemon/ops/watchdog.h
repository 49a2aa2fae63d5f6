// SPDX-License-Identifier: MIT
// Whether the daemon goes on, and telling systemd: the watchdog is fed only while the loop turns
// (this is called from it), the poller asks when it should, and the journal takes what was asked
// for.
#pragma once

#include "base/text.h"

#include <stdint.h>

// What is looked at each time.
struct watchdog_look {
    uint64_t now_ms;   // any steady clock
    uint64_t requests; // asked of all feeds so far
    uint64_t
        poll_silence_allowed_ms; // until the next request is overdue; 0 when none is due at all
    uint64_t answers_taken;      // handed to the pipeline so far
    uint64_t answers_journalled; // come back from it
    uint64_t
        take_over_ms; // for how long feeds wait for another daemon's work to be read; 0: none do
};

struct watchdog {
    uint64_t requests,
        asked_at_ms; // the count, and when it last rose (or the time allowed changed)
    uint64_t poll_silence_allowed_ms;
    uint64_t journalled, journalled_at_ms; // the same; or when nothing was waiting
};

// An answer of the greatest size on the slowest disk takes seconds; half a minute without one done
// is standing still.
#define WATCHDOG_JOURNAL_SILENCE_MS 30000
// Beyond what the feeds' intervals allow: jitter, a slow resolver.
#define WATCHDOG_POLL_GRACE_MS 60000
// Two tries to read what another daemon did (PIPELINE_TAKE_OVER_PATIENCE_MS), and some. Another
// daemon may be able to: it gets the feeds when this one ends.
#define WATCHDOG_TAKE_OVER_MS 150000

void watchdog_init(struct watchdog *watchdog, uint64_t now_ms);

// NULL while all goes on, else what stands still, in words.
const char *watchdog_judge(struct watchdog *watchdog, const struct watchdog_look *look);

// How often to look, in milliseconds: half of what systemd wants, at most `otherwise_ms`.
uint64_t watchdog_interval_ms(uint64_t otherwise_ms);

// Tells systemd the status line, and feeds its watchdog unless `stuck`.
void watchdog_notify(const char *status_line, const char *stuck);
