// SPDX-License-Identifier: MIT
#include "store/batch.h"

#include "journal/entry.h"

static void add_alert(struct store_batch *batch, const struct entry *entry,
                      const struct entry_alert *alert)
{
    struct table_rows *rows = &batch->tables[TABLE_ALERT];
    size_t place = 0;
    column_add_bytes(table_rows_next(rows, &place), alert->alert_id, sizeof alert->alert_id);
    column_add_time(table_rows_next(rows, &place), alert->happened_at);
    column_add_time(table_rows_next(rows, &place), alert->found_at);
    column_add_text(table_rows_next(rows, &place), alert->type);
    column_add_text(table_rows_next(rows, &place), alert->subject);
    column_add_bytes(table_rows_next(rows, &place), entry->alert_bytes.bytes + alert->offset,
                     alert->length);
}

static void add_delivery(struct store_batch *batch, const struct entry_delivery *delivery)
{
    struct table_rows *rows = &batch->tables[TABLE_DELIVERY];
    size_t place = 0;
    column_add_bytes(table_rows_next(rows, &place), delivery->alert_id, sizeof delivery->alert_id);
    column_add_time(table_rows_next(rows, &place), delivery->due_at);
    column_add_time(table_rows_next(rows, &place), delivery->delivered_at);
    column_add_integer(table_rows_next(rows, &place), (int32_t)delivery->attempt);
    struct column *last_status = table_rows_next(rows, &place);
    if (delivery->last_status != 0)
        column_add_integer(last_status, delivery->last_status);
    else
        column_add_null(last_status);
    column_add_text(table_rows_next(rows, &place), delivery->endpoint);
    column_add_text(table_rows_next(rows, &place), delivery_state_name(delivery->state));
    column_add_text_or_null(table_rows_next(rows, &place), delivery->reason);
}

void batch_add_alerts(struct store_batch *batch, const struct entry *entry)
{
    array_foreach (&entry->alerts, alert)
        add_alert(batch, entry, alert);
    array_foreach (&entry->deliveries, delivery)
        add_delivery(batch, delivery);
}
