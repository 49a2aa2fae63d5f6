// SPDX-License-Identifier: MIT
#include "ops/watchdog.h"

#include <stddef.h>
#include <systemd/sd-daemon.h>

void watchdog_init(struct watchdog *watchdog, uint64_t now_ms)
{
    *watchdog = (struct watchdog){.asked_at_ms = now_ms, .journalled_at_ms = now_ms};
}

const char *watchdog_judge(struct watchdog *watchdog, const struct watchdog_look *look)
{
    // A feed that may be asked again only now must not be held to the silence before.
    if (look->requests != watchdog->requests || look->poll_silence_allowed_ms == 0 ||
        look->poll_silence_allowed_ms != watchdog->poll_silence_allowed_ms) {
        watchdog->requests = look->requests;
        watchdog->poll_silence_allowed_ms = look->poll_silence_allowed_ms;
        watchdog->asked_at_ms = look->now_ms;
    }
    if (look->answers_journalled != watchdog->journalled ||
        look->answers_journalled >= look->answers_taken) {
        watchdog->journalled = look->answers_journalled;
        watchdog->journalled_at_ms = look->now_ms;
    }
    // An answer that hangs in the journal keeps its feed from being asked: the cause first.
    if (look->now_ms - watchdog->journalled_at_ms > WATCHDOG_JOURNAL_SILENCE_MS)
        return "the journal takes no answers";
    if (look->now_ms - watchdog->asked_at_ms >
        look->poll_silence_allowed_ms + WATCHDOG_POLL_GRACE_MS)
        return "no feed is asked though some should be";
    if (look->take_over_ms > WATCHDOG_TAKE_OVER_MS)
        return "what another daemon did cannot be read, and its feeds are not asked";
    return NULL;
}

uint64_t watchdog_interval_ms(uint64_t otherwise_ms)
{
    uint64_t wanted_us = 0;
    if (sd_watchdog_enabled(0, &wanted_us) <= 0)
        return otherwise_ms;
    uint64_t half_ms = wanted_us / 2000;
    if (half_ms == 0)
        half_ms = 1;
    return half_ms < otherwise_ms ? half_ms : otherwise_ms;
}

void watchdog_notify(const char *status_line, const char *stuck)
{
    sd_notifyf(0, "STATUS=%s%s", status_line, stuck == NULL ? "\nWATCHDOG=1" : "");
}
