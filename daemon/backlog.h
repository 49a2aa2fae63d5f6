// SPDX-License-Identifier: MIT
// What waits in the journal, asked of it now and then on the worker's thread: how old the oldest
// entry is that PostgreSQL does not have, and how many alerts are queued for each webhook.
#pragma once

#include "config/config.h"
#include "ops/metrics.h"
#include "pipeline.h"

struct backlog;

struct backlog_numbers {
    utc_us oldest_waiting_at; // when the oldest entry for PostgreSQL came; UTC_UNKNOWN for none
    size_t webhook_count;
    struct metrics_webhook
        webhooks[CONFIG_WEBHOOKS_MAX]; // those of the configuration, in its order
};

struct backlog *backlog_new(struct pipeline *pipeline);

// Begins to count, unless that is under way; `config` is borrowed for the call.
void backlog_look(struct backlog *backlog, const struct config *config);

// As last counted.
const struct backlog_numbers *backlog_numbers(const struct backlog *backlog);

// Before the pipeline is closed. Freed once a count that is under way has ended. Accepts NULL.
void backlog_close(struct backlog *backlog);
