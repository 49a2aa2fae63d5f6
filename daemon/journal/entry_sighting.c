// SPDX-License-Identifier: MIT
#include "journal/entry_codec.h"

void entry_write_sighting(struct byte_writer *writer, const struct sighting *sighting)
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

void entry_read_sighting(struct byte_reader *reader, struct sighting *sighting)
{
    read_field(reader, sighting->icao24);
    sighting->opened_at = byte_reader_i64(reader);
    sighting->emitter = byte_reader_u32(reader);
    sighting->state = (enum sighting_state)read_bounded(reader, SIGHTING_SUPERSEDED);
    read_field(reader, sighting->registration);
    read_field(reader, sighting->type_code);
    sighting->callsign_count = read_bounded(reader, SIGHTING_CALLSIGNS_MAX);
    for (size_t i = 0; i < sighting->callsign_count; i++)
        read_field(reader, sighting->callsigns[i]);
    sighting->feed_count = read_bounded(reader, SIGHTING_FEEDS_MAX);
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
