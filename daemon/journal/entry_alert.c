// SPDX-License-Identifier: MIT
#include "journal/entry_codec.h"

#include <string.h>

const char *delivery_state_name(enum delivery_state state)
{
    static const char *const names[] = {"queued", "delivered", "dead", "not_sent", "cancelled"};
    return (size_t)state < sizeof names / sizeof *names ? names[state] : "unknown";
}

static void write_delivery(struct byte_writer *writer, const struct entry_delivery *delivery)
{
    write_field(writer, delivery->alert_id);
    byte_writer_string(writer, delivery->endpoint);
    byte_writer_u8(writer, (uint8_t)delivery->state);
    byte_writer_u32(writer, delivery->attempt);
    byte_writer_i64(writer, delivery->due_at);
    byte_writer_i64(writer, delivery->delivered_at);
    byte_writer_i32(writer, delivery->last_status);
    byte_writer_string(writer, delivery->reason);
    byte_writer_u32(writer, delivery->offset);
    byte_writer_u32(writer, delivery->length);
}

static void read_delivery(struct byte_reader *reader, struct entry_delivery *delivery)
{
    byte_reader_raw(reader, delivery->alert_id, sizeof delivery->alert_id);
    byte_reader_string(reader, delivery->endpoint, sizeof delivery->endpoint);
    delivery->state = (enum delivery_state)read_bounded(reader, DELIVERY_CANCELLED);
    delivery->attempt = byte_reader_u32(reader);
    delivery->due_at = byte_reader_i64(reader);
    delivery->delivered_at = byte_reader_i64(reader);
    delivery->last_status = byte_reader_i32(reader);
    byte_reader_string(reader, delivery->reason, sizeof delivery->reason);
    delivery->offset = byte_reader_u32(reader);
    delivery->length = byte_reader_u32(reader);
}

void entry_write_alerts(struct byte_writer *writer, const struct entry *entry)
{
    byte_writer_u32(writer, (uint32_t)entry->alerts.count);
    array_foreach (&entry->alerts, alert) {
        write_field(writer, alert->alert_id);
        write_field(writer, alert->type);
        byte_writer_i64(writer, alert->happened_at);
        byte_writer_i64(writer, alert->found_at);
        write_field(writer, alert->subject);
        byte_writer_u32(writer, alert->offset);
        byte_writer_u32(writer, alert->length);
    }
    byte_writer_u32(writer, (uint32_t)entry->deliveries.count);
    array_foreach (&entry->deliveries, delivery)
        write_delivery(writer, delivery);
    byte_writer_block(writer, entry->alert_bytes.bytes, entry->alert_bytes.length);
}

static void check_range(struct byte_reader *reader, uint32_t offset, uint32_t length, size_t bytes)
{
    if (offset > bytes || length > bytes - offset)
        reader->failed = true;
}

void entry_read_alerts(struct byte_reader *reader, struct entry *entry)
{
    size_t count = byte_reader_count(reader, ALERT_BYTES_MIN);
    for (size_t i = 0; i < count && !reader->failed; i++) {
        struct entry_alert *alert = array_append(&entry->alerts);
        byte_reader_raw(reader, alert->alert_id, sizeof alert->alert_id);
        read_field(reader, alert->type);
        alert->happened_at = byte_reader_i64(reader);
        alert->found_at = byte_reader_i64(reader);
        read_field(reader, alert->subject);
        alert->offset = byte_reader_u32(reader);
        alert->length = byte_reader_u32(reader);
    }
    count = byte_reader_count(reader, DELIVERY_BYTES_MIN);
    for (size_t i = 0; i < count && !reader->failed; i++)
        read_delivery(reader, array_append(&entry->deliveries));
    size_t length;
    const uint8_t *bytes = byte_reader_block(reader, &length);
    if (bytes != NULL)
        byte_writer_raw(&entry->alert_bytes, bytes, length);
    array_foreach (&entry->alerts, alert)
        check_range(reader, alert->offset, alert->length, length);
    array_foreach (&entry->deliveries, delivery)
        check_range(reader, delivery->offset, delivery->length, length);
}
