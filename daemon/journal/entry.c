// SPDX-License-Identifier: MIT
#include "journal/entry_codec.h"

#include <errno.h>
#include <string.h>

// Layout: version, poll, points, sightings, visits, identity conflicts, raw observations and their
// bytes, nearby traffic, alerts (since version 2). Counts come before the items. A new layout gets
// a new version; a journal outlives an upgrade only by what PostgreSQL had not yet, so old versions
// need to be read, not written.
#define ENTRY_VERSION 2
#define ENTRY_VERSION_WITHOUT_ALERTS 1

void entry_init(struct entry *entry)
{
    *entry = (struct entry){0};
    byte_writer_init(&entry->raw_bytes, ENTRY_BYTES_MAX);
    byte_writer_init(&entry->alert_bytes, ENTRY_BYTES_MAX);
}

bool entry_has_poll(const struct entry *entry)
{
    return entry->poll.feed[0] != '\0';
}

void entry_done(struct entry *entry)
{
    array_free(&entry->points);
    array_free(&entry->sightings);
    array_free(&entry->visits);
    array_free(&entry->conflicts);
    array_free(&entry->raws);
    array_free(&entry->nearby);
    byte_writer_done(&entry->raw_bytes);
    array_free(&entry->alerts);
    array_free(&entry->deliveries);
    byte_writer_done(&entry->alert_bytes);
}

static void write_poll(struct byte_writer *writer, const struct poll *poll)
{
    byte_writer_string(writer, poll->feed);
    byte_writer_string(writer, poll->request);
    byte_writer_i64(writer, poll->asked_at);
    byte_writer_i64(writer, poll->answered_at);
    byte_writer_i32(writer, poll->status);
    byte_writer_u64(writer, poll->bytes);
    byte_writer_u8(writer, poll->has_body);
    byte_writer_raw(writer, poll->body_sha256, sizeof poll->body_sha256);
    byte_writer_i64(writer, poll->feed_now);
    byte_writer_u32(writer, poll->aircraft_heard);
    byte_writer_u32(writer, poll->aircraft_kept);
    byte_writer_string(writer, poll->error);
}

static void read_poll(struct byte_reader *reader, struct poll *poll)
{
    byte_reader_string(reader, poll->feed, sizeof poll->feed);
    byte_reader_string(reader, poll->request, sizeof poll->request);
    poll->asked_at = byte_reader_i64(reader);
    poll->answered_at = byte_reader_i64(reader);
    poll->status = byte_reader_i32(reader);
    poll->bytes = byte_reader_u64(reader);
    poll->has_body = byte_reader_u8(reader) != 0;
    byte_reader_raw(reader, poll->body_sha256, sizeof poll->body_sha256);
    poll->feed_now = byte_reader_i64(reader);
    poll->aircraft_heard = byte_reader_u32(reader);
    poll->aircraft_kept = byte_reader_u32(reader);
    byte_reader_string(reader, poll->error, sizeof poll->error);
}

void entry_encode(const struct entry *entry, struct byte_writer *writer)
{
    byte_writer_u8(writer, ENTRY_VERSION);
    write_poll(writer, &entry->poll);
    byte_writer_u32(writer, (uint32_t)entry->points.count);
    array_foreach (&entry->points, point)
        entry_write_point(writer, point);
    byte_writer_u32(writer, (uint32_t)entry->sightings.count);
    array_foreach (&entry->sightings, sighting)
        entry_write_sighting(writer, sighting);
    byte_writer_u32(writer, (uint32_t)entry->visits.count);
    array_foreach (&entry->visits, visit)
        entry_write_visit(writer, visit);
    byte_writer_u32(writer, (uint32_t)entry->conflicts.count);
    array_foreach (&entry->conflicts, conflict)
        entry_write_conflict(writer, conflict);
    byte_writer_u32(writer, (uint32_t)entry->raws.count);
    array_foreach (&entry->raws, raw) {
        write_field(writer, raw->icao24);
        byte_writer_i64(writer, raw->observed_at);
        byte_writer_u32(writer, raw->offset);
        byte_writer_u32(writer, raw->length);
    }
    byte_writer_block(writer, entry->raw_bytes.bytes, entry->raw_bytes.length);
    byte_writer_u32(writer, (uint32_t)entry->nearby.count);
    array_foreach (&entry->nearby, nearby) {
        byte_writer_string(writer, nearby->place);
        byte_writer_u32(writer, nearby->heard_low);
        byte_writer_i32(writer, nearby->lowest_ft);
    }
    entry_write_alerts(writer, entry);
}

static void read_derived(struct byte_reader *reader, struct entry *entry)
{
    size_t count = byte_reader_count(reader, POINT_BYTES_MIN);
    array_reserve(&entry->points, count);
    for (size_t i = 0; i < count && !reader->failed; i++)
        entry_read_point(reader, entry->poll.feed, array_append(&entry->points));
    count = byte_reader_count(reader, SIGHTING_BYTES_MIN);
    for (size_t i = 0; i < count && !reader->failed; i++)
        entry_read_sighting(reader, array_append(&entry->sightings));
    count = byte_reader_count(reader, VISIT_BYTES_MIN);
    for (size_t i = 0; i < count && !reader->failed; i++)
        entry_read_visit(reader, array_append(&entry->visits));
    count = byte_reader_count(reader, CONFLICT_BYTES_MIN);
    for (size_t i = 0; i < count && !reader->failed; i++)
        entry_read_conflict(reader, array_append(&entry->conflicts));
}

static void read_raws(struct byte_reader *reader, struct entry *entry)
{
    size_t count = byte_reader_count(reader, RAW_BYTES_MIN);
    for (size_t i = 0; i < count && !reader->failed; i++) {
        struct raw_observation *raw = array_append(&entry->raws);
        read_field(reader, raw->icao24);
        raw->observed_at = byte_reader_i64(reader);
        raw->offset = byte_reader_u32(reader);
        raw->length = byte_reader_u32(reader);
    }
    size_t length;
    const uint8_t *bytes = byte_reader_block(reader, &length);
    if (bytes != NULL)
        byte_writer_raw(&entry->raw_bytes, bytes, length);
    array_foreach (&entry->raws, raw) {
        if (raw->offset > length || raw->length > length - raw->offset)
            reader->failed = true;
    }
}

static void read_nearby(struct byte_reader *reader, struct entry *entry)
{
    size_t count = byte_reader_count(reader, NEARBY_BYTES_MIN);
    for (size_t i = 0; i < count && !reader->failed; i++) {
        struct entry_nearby *nearby = array_append(&entry->nearby);
        byte_reader_string(reader, nearby->place, sizeof nearby->place);
        nearby->heard_low = byte_reader_u32(reader);
        nearby->lowest_ft = byte_reader_i32(reader);
    }
}

int entry_decode(const void *bytes, size_t length, struct entry *ret_entry, struct error *error)
{
    struct byte_reader reader = byte_reader_of(bytes, length);
    struct entry entry;
    uint8_t version = byte_reader_u8(&reader);
    if (version != ENTRY_VERSION && version != ENTRY_VERSION_WITHOUT_ALERTS)
        return error_set(error, -EBADMSG,
                         "journal entry of version %u, this program reads version %d", version,
                         ENTRY_VERSION);
    entry_init(&entry);
    read_poll(&reader, &entry.poll);
    read_derived(&reader, &entry);
    read_raws(&reader, &entry);
    read_nearby(&reader, &entry);
    if (version != ENTRY_VERSION_WITHOUT_ALERTS)
        entry_read_alerts(&reader, &entry);
    if (reader.failed || reader.offset != reader.length) {
        entry_done(&entry);
        return error_set(error, -EBADMSG, "damaged journal entry: unreadable at byte %zu of %zu",
                         reader.offset, reader.length);
    }
    *ret_entry = entry;
    return 0;
}
