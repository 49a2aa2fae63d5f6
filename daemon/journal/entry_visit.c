// SPDX-License-Identifier: MIT
#include "journal/entry_codec.h"

static void write_reason(struct byte_writer *writer, const struct visit_reason *reason)
{
    byte_writer_u8(writer, (uint8_t)reason->rule);
    byte_writer_u8(writer, reason->met);
    byte_writer_double(writer, reason->threshold);
    byte_writer_double(writer, reason->value);
    write_field(writer, reason->place);
    byte_writer_double(writer, reason->distance_nm);
}

static void read_reason(struct byte_reader *reader, struct visit_reason *reason)
{
    reason->rule = (enum visit_rule)read_bounded(reader, VISIT_RULE_COUNT - 1);
    reason->met = byte_reader_u8(reader) != 0;
    reason->threshold = byte_reader_double(reader);
    reason->value = byte_reader_double(reader);
    read_field(reader, reason->place);
    reason->distance_nm = byte_reader_double(reader);
}

void entry_write_visit(struct byte_writer *writer, const struct visit *visit)
{
    write_field(writer, visit->icao24);
    byte_writer_u32(writer, visit->emitter);
    write_field(writer, visit->place);
    byte_writer_i64(writer, visit->anchored_at);
    byte_writer_u8(writer, (uint8_t)visit->state);
    byte_writer_u8(writer, (uint8_t)visit->grade);
    byte_writer_i64(writer, visit->arrived_after);
    byte_writer_i64(writer, visit->arrived_before);
    byte_writer_i64(writer, visit->departed_after);
    byte_writer_i64(writer, visit->departed_before);
    byte_writer_u8(writer, visit->arrival_seen);
    byte_writer_u8(writer, visit->departure_seen);
    byte_writer_i64(writer, visit->sighting_in);
    byte_writer_i64(writer, visit->sighting_out);
    write_field(writer, visit->registration);
    write_field(writer, visit->type_code);
    write_field(writer, visit->callsign_in);
    write_field(writer, visit->callsign_out);
    byte_writer_u64(writer, visit->watch_mask);
    write_position(writer, visit->position);
    byte_writer_u8(writer, visit->reason_count);
    for (size_t i = 0; i < visit->reason_count; i++)
        write_reason(writer, &visit->reasons[i]);
}

void entry_read_visit(struct byte_reader *reader, struct visit *visit)
{
    read_field(reader, visit->icao24);
    visit->emitter = byte_reader_u32(reader);
    read_field(reader, visit->place);
    visit->anchored_at = byte_reader_i64(reader);
    visit->state = (enum visit_state)read_bounded(reader, VISIT_SUPERSEDED);
    visit->grade = (enum visit_grade)read_bounded(reader, VISIT_A4);
    visit->arrived_after = byte_reader_i64(reader);
    visit->arrived_before = byte_reader_i64(reader);
    visit->departed_after = byte_reader_i64(reader);
    visit->departed_before = byte_reader_i64(reader);
    visit->arrival_seen = byte_reader_u8(reader) != 0;
    visit->departure_seen = byte_reader_u8(reader) != 0;
    visit->sighting_in = byte_reader_i64(reader);
    visit->sighting_out = byte_reader_i64(reader);
    read_field(reader, visit->registration);
    read_field(reader, visit->type_code);
    read_field(reader, visit->callsign_in);
    read_field(reader, visit->callsign_out);
    visit->watch_mask = byte_reader_u64(reader);
    visit->position = read_position(reader);
    visit->reason_count = read_bounded(reader, VISIT_REASONS_MAX);
    for (size_t i = 0; i < visit->reason_count; i++)
        read_reason(reader, &visit->reasons[i]);
}

void entry_write_conflict(struct byte_writer *writer, const struct identity_conflict *conflict)
{
    write_field(writer, conflict->icao24);
    byte_writer_u8(writer, (uint8_t)conflict->kind);
    byte_writer_u32(writer, conflict->emitter);
    byte_writer_i64(writer, conflict->first_at);
    byte_writer_i64(writer, conflict->second_at);
    write_position(writer, conflict->first);
    write_position(writer, conflict->second);
    byte_writer_double(writer, conflict->distance_nm);
    byte_writer_double(writer, conflict->speed_kt);
    byte_writer_double(writer, conflict->speed_limit_kt);
}

void entry_read_conflict(struct byte_reader *reader, struct identity_conflict *conflict)
{
    read_field(reader, conflict->icao24);
    conflict->kind = (enum identity_conflict_kind)read_bounded(reader, IDENTITY_IMPOSSIBLE_SPEED);
    conflict->emitter = byte_reader_u32(reader);
    conflict->first_at = byte_reader_i64(reader);
    conflict->second_at = byte_reader_i64(reader);
    conflict->first = read_position(reader);
    conflict->second = read_position(reader);
    conflict->distance_nm = byte_reader_double(reader);
    conflict->speed_kt = byte_reader_double(reader);
    conflict->speed_limit_kt = byte_reader_double(reader);
}
