// SPDX-License-Identifier: MIT
// What the judge's files share: judge.c has its life and one event's judging, judge_settle.c
// openings that wait until their sighting has settled. Private to the two.
#pragma once

#include "alert/form.h"
#include "alert/id_set.h"
#include "alert/judge.h"
#include "journal/outbox.h"

struct alert_judge {
    const struct config *config;
    enum alert_judge_mode mode;
    struct webhook_form *forms;                // of config->webhooks
    char (*form_errors)[DELIVERY_REASON_SIZE]; // empty where the form could be read
    size_t form_count;
    uint64_t everything_mask; // watch entries that match every aircraft
};

// One entry's judging.
struct hearing {
    struct alert_judge *judge;
    struct journal *journal;
    struct entry *entry;
    utc_us now;
    size_t queued;
    struct id_set alerts; // of this entry: the outbox has them only when it is committed
    struct id_set sent;   // likewise: type, subject and webhook of what is sent and may be quiet
};

// Openings that wait and whose sighting has been seen for long enough by now become due.
void judge_settle(struct hearing *hearing, const struct tracker *tracker);

// The sighting has ended: where its opening still waits to settle, webhook `number` is not to hear
// of the end either (ret_untold). The opening is withdrawn when the end is `for_good`: one that was
// lost may go on when late points come, and settle yet.
void judge_withdraw_openings(struct hearing *hearing, const uint8_t sighting_id[DIGEST_UUID_SIZE],
                             bool for_good, bool ret_untold[CONFIG_WEBHOOKS_MAX]);
