// SPDX-License-Identifier: MIT
#include "journal/entry_codec.h"

#include <string.h>

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
    seen->position_source = (enum position_source)read_bounded(reader, POSITION_SOURCE_COUNT - 1);
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

void entry_write_point(struct byte_writer *writer, const struct track_point *point)
{
    write_observation(writer, &point->seen);
    byte_writer_i64(writer, point->received_at);
    byte_writer_u32(writer, point->flags);
    byte_writer_u32(writer, point->emitter);
}

void entry_read_point(struct byte_reader *reader, const char feed[FEED_ID_SIZE],
                      struct track_point *point)
{
    read_observation(reader, &point->seen);
    point->received_at = byte_reader_i64(reader);
    point->flags = byte_reader_u32(reader);
    point->emitter = byte_reader_u32(reader);
    memcpy(point->feed, feed, sizeof point->feed);
}
