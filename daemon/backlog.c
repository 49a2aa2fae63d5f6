// SPDX-License-Identifier: MIT
#include "backlog.h"

#include "journal/outbox.h"

#include <assert.h>
#include <stdlib.h>

static_assert(WEBHOOK_ID_SIZE <= METRICS_WEBHOOK_SIZE, "ids of webhooks fit into the metrics");

struct backlog {
    struct pipeline *pipeline;
    bool counting, closed;
    struct backlog_numbers numbers;

    // The worker's while counting.
    int64_t stored_sequence;
    bool all_stored;
    int64_t oldest_sequence; // whose time is known: while PostgreSQL is away it is always the same
    struct backlog_numbers found;
};

static utc_us time_of(const struct entry *entry)
{
    if (entry_has_poll(entry))
        return entry->poll.asked_at;
    return entry->alerts.count > 0 ? entry->alerts.items[0].found_at : UTC_UNKNOWN;
}

static void find_oldest(struct backlog *backlog, struct journal *journal)
{
    struct byte_writer bytes;
    struct entry entry;
    struct error ignored;
    int64_t sequence = 0;
    if (backlog->all_stored) {
        backlog->oldest_sequence = 0;
        backlog->found.oldest_waiting_at = UTC_UNKNOWN;
        return;
    }
    if (backlog->oldest_sequence == backlog->stored_sequence + 1)
        return;
    byte_writer_init(&bytes, ENTRY_BYTES_MAX);
    if (journal_read(journal, backlog->stored_sequence, &sequence, &bytes, &ignored) > 0 &&
        entry_decode(bytes.bytes, bytes.length, &entry, &ignored) == 0) {
        // What carries nothing but outcomes of deliveries has no time; the one before it is as
        // good.
        utc_us came_at = time_of(&entry);
        if (came_at != UTC_UNKNOWN)
            backlog->found.oldest_waiting_at = came_at;
        backlog->oldest_sequence = backlog->stored_sequence + 1;
        entry_done(&entry);
    }
    byte_writer_done(&bytes);
}

static void count_work(struct journal *journal, void *data)
{
    struct backlog *backlog = data;
    struct error ignored;
    find_oldest(backlog, journal);
    for (size_t i = 0; i < backlog->found.webhook_count; i++) {
        struct metrics_webhook *webhook = &backlog->found.webhooks[i];
        outbox_queued(journal, webhook->webhook, &webhook->queued, &ignored);
    }
}

static void count_done(void *data)
{
    struct backlog *backlog = data;
    backlog->counting = false;
    backlog->numbers = backlog->found;
    if (backlog->closed)
        free(backlog);
}

struct backlog *backlog_new(struct pipeline *pipeline)
{
    struct backlog *backlog = memory_allocate_zeroed(1, sizeof *backlog);
    backlog->pipeline = pipeline;
    backlog->numbers.oldest_waiting_at = UTC_UNKNOWN;
    backlog->found = backlog->numbers;
    return backlog;
}

void backlog_look(struct backlog *backlog, const struct config *config)
{
    if (backlog->counting)
        return;
    struct pipeline_counters counters = pipeline_counters(backlog->pipeline);
    backlog->counting = true;
    backlog->stored_sequence = counters.stored_sequence;
    backlog->all_stored = counters.stored_sequence >= counters.last_sequence;
    backlog->found.webhook_count = config->webhook_count;
    for (size_t i = 0; i < config->webhook_count; i++) {
        struct metrics_webhook *webhook = &backlog->found.webhooks[i];
        *webhook = (struct metrics_webhook){0};
        text_copy(webhook->webhook, sizeof webhook->webhook, config->webhooks[i].id);
    }
    pipeline_with_journal(backlog->pipeline, count_work, count_done, backlog);
}

const struct backlog_numbers *backlog_numbers(const struct backlog *backlog)
{
    return &backlog->numbers;
}

void backlog_close(struct backlog *backlog)
{
    if (backlog == NULL)
        return;
    if (backlog->counting)
        backlog->closed = true;
    else
        free(backlog);
}
