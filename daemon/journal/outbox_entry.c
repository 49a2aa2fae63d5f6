// SPDX-License-Identifier: MIT
// The rows of an entry's alerts and deliveries, within the append's transaction.
#include "journal/outbox_internal.h"

#include <string.h>

void outbox_bind_id(sqlite3_stmt *statement, int place, const uint8_t id[DIGEST_UUID_SIZE])
{
    sqlite3_bind_blob(statement, place, id, DIGEST_UUID_SIZE, SQLITE_STATIC);
}

void outbox_bind_text(sqlite3_stmt *statement, int place, const char *text)
{
    sqlite3_bind_text(statement, place, text, -1, SQLITE_STATIC);
}

// Deliveries come in the order of their alerts: the search goes on from where the last one ended.
static const struct entry_alert *alert_of(const struct entry *entry,
                                          const struct entry_delivery *delivery, size_t *place)
{
    for (size_t tried = 0; tried < entry->alerts.count; tried++) {
        const struct entry_alert *alert = &entry->alerts.items[*place];
        if (memcmp(alert->alert_id, delivery->alert_id, DIGEST_UUID_SIZE) == 0)
            return alert;
        *place = (*place + 1) % entry->alerts.count;
    }
    return NULL;
}

static int add_alert(struct journal_file *file, const struct entry *entry,
                     const struct entry_alert *alert, struct error *error)
{
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_ALERT_ADD);
    outbox_bind_id(statement, 1, alert->alert_id);
    outbox_bind_text(statement, 2, alert->type);
    sqlite3_bind_int64(statement, 3, alert->found_at);
    // One of another daemon has no text here, which is not the same as none being known.
    const void *body =
        alert->length > 0 ? entry->alert_bytes.bytes + alert->offset : (const void *)"";
    sqlite3_bind_blob(statement, 4, body, (int)alert->length, SQLITE_STATIC);
    return journal_file_run(file, STATEMENT_ALERT_ADD, "adding an alert", error);
}

static int add_delivery(struct journal_file *file, const struct entry *entry,
                        const struct entry_alert *alert, const struct entry_delivery *delivery,
                        struct error *error)
{
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_DELIVERY_ADD);
    outbox_bind_id(statement, 1, delivery->alert_id);
    outbox_bind_text(statement, 2, delivery->endpoint);
    outbox_bind_text(statement, 3, alert->type);
    outbox_bind_text(statement, 4, alert->subject);
    sqlite3_bind_int64(statement, 5, alert->found_at);
    sqlite3_bind_int64(statement, 6, delivery->due_at);
    sqlite3_bind_int64(statement, 7, UTC_UNKNOWN);
    outbox_bind_text(statement, 8, delivery->reason);
    if (delivery->length > 0)
        sqlite3_bind_blob(statement, 9, entry->alert_bytes.bytes + delivery->offset,
                          (int)delivery->length, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, 9);
    return journal_file_run(file, STATEMENT_DELIVERY_ADD, "adding a delivery", error);
}

// Not what has become of it since the entry was made, while that was held for want of room.
static int mark_mirrored(struct journal_file *file, const struct entry_delivery *delivery,
                         struct error *error)
{
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_DELIVERY_MIRRORED);
    outbox_bind_id(statement, 1, delivery->alert_id);
    outbox_bind_text(statement, 2, delivery->endpoint);
    sqlite3_bind_int(statement, 3, delivery->state);
    sqlite3_bind_int64(statement, 4, delivery->attempt);
    return journal_file_run(file, STATEMENT_DELIVERY_MIRRORED, "marking a delivery", error);
}

// One that waited for a time that nobody knew. What was mirrored and is carried here again is due
// then anyway.
static int make_due(struct journal_file *file, const struct entry_delivery *delivery,
                    struct error *error)
{
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_DELIVERY_MAKE_DUE);
    outbox_bind_id(statement, 1, delivery->alert_id);
    outbox_bind_text(statement, 2, delivery->endpoint);
    sqlite3_bind_int64(statement, 3, delivery->due_at);
    outbox_bind_text(statement, 4, delivery->reason);
    return journal_file_run(file, STATEMENT_DELIVERY_MAKE_DUE, "making a delivery due", error);
}

static int cancel(struct journal_file *file, const struct entry_delivery *delivery,
                  struct error *error)
{
    sqlite3_stmt *statement = journal_file_statement(file, STATEMENT_DELIVERY_CANCEL);
    outbox_bind_id(statement, 1, delivery->alert_id);
    outbox_bind_text(statement, 2, delivery->endpoint);
    outbox_bind_text(statement, 3, delivery->reason);
    return journal_file_run(file, STATEMENT_DELIVERY_CANCEL, "withdrawing a delivery", error);
}

int outbox_write_entry(struct journal_file *file, const struct entry *entry, struct error *error)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < entry->alerts.count; i++)
        status = add_alert(file, entry, &entry->alerts.items[i], error);
    size_t place = 0;
    for (size_t i = 0; status == 0 && i < entry->deliveries.count; i++) {
        const struct entry_delivery *delivery = &entry->deliveries.items[i];
        const struct entry_alert *alert =
            delivery->state != DELIVERY_CANCELLED ? alert_of(entry, delivery, &place) : NULL;
        if (alert != NULL && delivery->state == DELIVERY_QUEUED)
            status = add_delivery(file, entry, alert, delivery, error);
        else if (delivery->state == DELIVERY_CANCELLED)
            status = cancel(file, delivery, error);
        else if (delivery->state == DELIVERY_QUEUED && delivery->attempt == 0)
            status = make_due(file, delivery, error);
        if (status == 0 && alert == NULL)
            status = mark_mirrored(file, delivery, error);
    }
    return status;
}
