// SPDX-License-Identifier: MIT
// Whether a webhook wants an event, and why (not). Pure; the quiet period, which needs a memory, is
// asked for by the judge.
#pragma once

#include "alert/event.h"
#include "config/config.h"

// How far ahead an opening is put that waits to settle: nobody knows when, and until then its
// sighting has ended or it has become due (alert/judge_internal.h). Beyond any wait between two
// tries, below OUTBOX_REMEMBERED.
#define RULE_UNSETTLED (30 * UTC_DAY)

struct rule_decision {
    bool send;
    bool ask_quiet; // send, unless one like it was sent within the webhook's quiet period
    utc_us due_at;  // when it may be sent: now, or in RULE_UNSETTLED where it must settle first
    char reason[DELIVERY_REASON_SIZE];
};

// `now` is the time of the input that brought the event. The tests come in the order of the
// configuration's keys, and the reason names the first one that was not met, or all that were.
void rule_decide(const struct config *config, const struct config_webhook *webhook,
                 const struct alert_event *event, utc_us now, struct rule_decision *ret_decision);
