// SPDX-License-Identifier: MIT
#include "journal/entry.h"

#include <errno.h>
#include <string.h>

// Layout: version, poll, points, sightings, raw observations and their bytes, nearby traffic. Counts come
// before the items. A new layout gets a new version; a journal never outlives an upgrade by more than what
// PostgreSQL had not yet, so old versions need to be read, not written.
#define ENTRY_VERSION 1
#define ENTRY_BYTES_MAX ((size_t)256 << 20)

// Lower bounds of one item's encoded size, so that a damaged count cannot announce more than there is.
#define POINT_BYTES_MIN 100
#define SIGHTING_BYTES_MIN 100
#define RAW_BYTES_MIN 20
#define NEARBY_BYTES_MIN 10

void entry_init(struct entry *entry)
{
    *entry = (struct entry){0};
    byte_writer_init(&entry->raw_bytes, ENTRY_BYTES_MAX);
}

void entry_done(struct entry *entry)
{
    array_free(&entry->points);
    array_free(&entry->sightings);
    array_free(&entry->raws);
    array_free(&entry->nearby);
    byte_writer_done(&entry->raw_bytes);
}

// --- fixed-size texts ---------------------------------------------------------------------------

// The hot records keep their short texts at full size: copying them is cheaper than counting them.
#define write_field(writer, field) byte_writer_raw(writer, field, sizeof(field))

#define read_field(reader, field)                                                                  \
    do {                                                                                           \
        byte_reader_raw(reader, field, sizeof(field));                                             \
        if ((field)[sizeof(field) - 1] != '\0')                                                    \
            (reader)->failed = true;                                                               \
        (field)[sizeof(field) - 1] = '\0';                                                         \
    } while (0)

static void write_position(struct byte_writer *writer, struct position position)
{
    byte_writer_double(writer, position.latitude_deg);
    byte_writer_double(writer, position.longitude_deg);
}

static struct position read_position(struct byte_reader *reader)
{
    double latitude_deg = byte_reader_double(reader);
    double longitude_deg = byte_reader_double(reader);
    return (struct position){.latitude_deg = latitude_deg, .longitude_deg = longitude_deg};
}

// --- poll -----------------------------------------------------------------------------------------

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

// --- points ---------------------------------------------------------------------------------------

enum observation_bit {
    OBSERVATION_HAS_POSITION = 1 << 0,
    OBSERVATION_ON_GROUND = 1 << 1,
    OBSERVATION_MILITARY = 1 << 2,
};

static void write_observation(struct byte_writer *writer, const struct observation *seen)
{
    write_field(writer, seen->icao24);
    write_field(writer, seen->registration);
    write_field(writer, seen->type_code);
    write_field(writer, seen->callsign);
    write_field(writer, seen->squawk);
    byte_writer_u8(writer, (uint8_t)seen->position_source);
    byte_writer_u8(writer, (uint8_t)((seen->has_position ? OBSERVATION_HAS_POSITION : 0) |
                                     (seen->on_ground ? OBSERVATION_ON_GROUND : 0) |
                                     (seen->military ? OBSERVATION_MILITARY : 0)));
    byte_writer_i64(writer, seen->observed_at);
    write_position(writer, seen->position);
    byte_writer_i32(writer, seen->altitude_baro_ft);
    byte_writer_i32(writer, seen->altitude_geom_ft);
    byte_writer_float(writer, seen->ground_speed_kt);
    byte_writer_float(writer, seen->track_deg);
    byte_writer_i32(writer, seen->vertical_rate_fpm);
    byte_writer_u8(writer, (uint8_t)seen->nic);
    byte_writer_u8(writer, (uint8_t)seen->nac_p);
    byte_writer_u8(writer, (uint8_t)seen->sil);
    byte_writer_u8(writer, (uint8_t)seen->adsb_version);
    byte_writer_i64(writer, seen->gps_ok_before);
    byte_writer_float(writer, seen->seen_position_s);
    byte_writer_u64(writer, seen->watch_mask);
}

static void read_observation(struct byte_reader *reader, struct observation *seen)
{
    read_field(reader, seen->icao24);
    read_field(reader, seen->registration);
    read_field(reader, seen->type_code);
    read_field(reader, seen->callsign);
    read_field(reader, seen->squawk);
    uint8_t source = byte_reader_u8(reader);
    if (source >= POSITION_SOURCE_COUNT)
        reader->failed = true;
    else
        seen->position_source = (enum position_source)source;
    uint8_t bits = byte_reader_u8(reader);
    seen->has_position = bits & OBSERVATION_HAS_POSITION;
    seen->on_ground = bits & OBSERVATION_ON_GROUND;
    seen->military = bits & OBSERVATION_MILITARY;
    seen->observed_at = byte_reader_i64(reader);
    seen->position = read_position(reader);
    seen->altitude_baro_ft = byte_reader_i32(reader);
    seen->altitude_geom_ft = byte_reader_i32(reader);
    seen->ground_speed_kt = byte_reader_float(reader);
    seen->track_deg = byte_reader_float(reader);
    seen->vertical_rate_fpm = byte_reader_i32(reader);
    seen->nic = (int8_t)byte_reader_u8(reader);
    seen->nac_p = (int8_t)byte_reader_u8(reader);
    seen->sil = (int8_t)byte_reader_u8(reader);
    seen->adsb_version = (int8_t)byte_reader_u8(reader);
    seen->gps_ok_before = byte_reader_i64(reader);
    seen->seen_position_s = byte_reader_float(reader);
    seen->watch_mask = byte_reader_u64(reader);
}

// All points of an entry come from the poll's own feed and answer, so those are not repeated.
static void write_points(struct byte_writer *writer, const struct track_point_array *points)
{
    byte_writer_u32(writer, (uint32_t)points->count);
    array_foreach(points, point) {
        write_observation(writer, &point->seen);
        byte_writer_i64(writer, point->received_at);
        byte_writer_u32(writer, point->flags);
        byte_writer_u32(writer, point->emitter);
    }
}

static void read_points(struct byte_reader *reader, struct entry *entry)
{
    size_t count = byte_reader_count(reader, POINT_BYTES_MIN);
    array_reserve(&entry->points, count);
    for (size_t i = 0; i < count && !reader->failed; i++) {
        struct track_point *point = array_append(&entry->points);
        read_observation(reader, &point->seen);
        point->received_at = byte_reader_i64(reader);
        point->flags = byte_reader_u32(reader);
        point->emitter = byte_reader_u32(reader);
        memcpy(point->feed, entry->poll.feed, sizeof point->feed);
    }
}

// --- sightings ------------------------------------------------------------------------------------

static void write_sighting(struct byte_writer *writer, const struct sighting *sighting)
{
    write_field(writer, sighting->icao24);
    byte_writer_i64(writer, sighting->opened_at);
    byte_writer_u32(writer, sighting->emitter);
    byte_writer_u8(writer, (uint8_t)sighting->state);
    write_field(writer, sighting->registration);
    write_field(writer, sighting->type_code);
    byte_writer_u8(writer, sighting->callsign_count);
    for (size_t i = 0; i < sighting->callsign_count; i++)
        write_field(writer, sighting->callsigns[i]);
    byte_writer_u8(writer, sighting->feed_count);
    for (size_t i = 0; i < sighting->feed_count; i++)
        write_field(writer, sighting->feeds[i]);
    byte_writer_u64(writer, sighting->watch_mask);
    byte_writer_i64(writer, sighting->first_seen);
    byte_writer_i64(writer, sighting->last_seen);
    write_position(writer, sighting->first_position);
    write_position(writer, sighting->last_position);
    byte_writer_i32(writer, sighting->last_altitude_ft);
    write_field(writer, sighting->origin);
    write_field(writer, sighting->destination);
    byte_writer_u8(writer, sighting->path_changed);
}

static uint8_t read_bounded_count(struct byte_reader *reader, uint8_t maximum)
{
    uint8_t count = byte_reader_u8(reader);
    if (count > maximum)
        reader->failed = true;
    return reader->failed ? 0 : count;
}

static void read_sighting(struct byte_reader *reader, struct sighting *sighting)
{
    read_field(reader, sighting->icao24);
    sighting->opened_at = byte_reader_i64(reader);
    sighting->emitter = byte_reader_u32(reader);
    uint8_t state = byte_reader_u8(reader);
    if (state > SIGHTING_SUPERSEDED)
        reader->failed = true;
    else
        sighting->state = (enum sighting_state)state;
    read_field(reader, sighting->registration);
    read_field(reader, sighting->type_code);
    sighting->callsign_count = read_bounded_count(reader, SIGHTING_CALLSIGNS_MAX);
    for (size_t i = 0; i < sighting->callsign_count; i++)
        read_field(reader, sighting->callsigns[i]);
    sighting->feed_count = read_bounded_count(reader, SIGHTING_FEEDS_MAX);
    for (size_t i = 0; i < sighting->feed_count; i++)
        read_field(reader, sighting->feeds[i]);
    sighting->watch_mask = byte_reader_u64(reader);
    sighting->first_seen = byte_reader_i64(reader);
    sighting->last_seen = byte_reader_i64(reader);
    sighting->first_position = read_position(reader);
    sighting->last_position = read_position(reader);
    sighting->last_altitude_ft = byte_reader_i32(reader);
    read_field(reader, sighting->origin);
    read_field(reader, sighting->destination);
    sighting->path_changed = byte_reader_u8(reader) != 0;
}

// --- the whole ------------------------------------------------------------------------------------

void entry_encode(const struct entry *entry, struct byte_writer *writer)
{
    byte_writer_u8(writer, ENTRY_VERSION);
    write_poll(writer, &entry->poll);
    write_points(writer, &entry->points);
    byte_writer_u32(writer, (uint32_t)entry->sightings.count);
    array_foreach(&entry->sightings, sighting)
        write_sighting(writer, sighting);
    byte_writer_u32(writer, (uint32_t)entry->raws.count);
    array_foreach(&entry->raws, raw) {
        write_field(writer, raw->icao24);
        byte_writer_i64(writer, raw->observed_at);
        byte_writer_u32(writer, raw->offset);
        byte_writer_u32(writer, raw->length);
    }
    byte_writer_block(writer, entry->raw_bytes.bytes, entry->raw_bytes.length);
    byte_writer_u32(writer, (uint32_t)entry->nearby.count);
    array_foreach(&entry->nearby, nearby) {
        byte_writer_string(writer, nearby->place);
        byte_writer_u32(writer, nearby->heard_low);
        byte_writer_i32(writer, nearby->lowest_ft);
    }
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
    array_foreach(&entry->raws, raw) {
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
    if (version != ENTRY_VERSION)
        return error_set(error, -EBADMSG,
                         "journal entry of version %u, this program reads version %d", version,
                         ENTRY_VERSION);
    entry_init(&entry);
    read_poll(&reader, &entry.poll);
    read_points(&reader, &entry);
    size_t count = byte_reader_count(&reader, SIGHTING_BYTES_MIN);
    for (size_t i = 0; i < count && !reader.failed; i++)
        read_sighting(&reader, array_append(&entry.sightings));
    read_raws(&reader, &entry);
    read_nearby(&reader, &entry);
    if (reader.failed || reader.offset != reader.length) {
        entry_done(&entry);
        return error_set(error, -EBADMSG, "damaged journal entry: unreadable at byte %zu of %zu",
                         reader.offset, reader.length);
    }
    *ret_entry = entry;
    return 0;
}
