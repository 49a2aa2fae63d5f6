// SPDX-License-Identifier: MIT
// From what an entry brought to the alerts and deliveries that are committed with it. Runs where
// the journal does, on the worker's thread: it asks the outbox what is known, and writes nothing.
#pragma once

#include "alert/event.h"
#include "config/config.h"
#include "journal/entry.h"
#include "journal/journal.h"

struct alert_judge;

enum alert_judge_mode {
    ALERT_JUDGE_SENDS,
    ALERT_JUDGE_RECORDS, // a replay: events become alerts, none is for anybody
};

// `config` is borrowed until the next alert_judge_set_config or the end.
struct alert_judge *alert_judge_new(const struct config *config, enum alert_judge_mode mode);
void alert_judge_free(struct alert_judge *judge); // accepts NULL
void alert_judge_set_config(struct alert_judge *judge, const struct config *config);

// Adds to the entry the alerts of its own effects, those that are not known yet, and what each
// webhook does with them. `now` is the time of the entry. Returns how many deliveries were queued.
size_t alert_judge_entry(struct alert_judge *judge, struct journal *journal,
                         const struct tracker *tracker, utc_us now, struct entry *entry);

// The same for one event without effects behind it. Returns the same.
size_t alert_judge_event(struct alert_judge *judge, struct journal *journal,
                         const struct alert_event *event, utc_us now, struct entry *entry);
