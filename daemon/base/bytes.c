// SPDX-License-Identifier: MIT
#include "base/bytes.h"

#include "base/memory.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

void byte_writer_init(struct byte_writer *writer, size_t limit)
{
    *writer = (struct byte_writer){.limit = limit};
}

void byte_writer_done(struct byte_writer *writer)
{
    free(writer->bytes);
    *writer = (struct byte_writer){.limit = writer->limit};
}

void byte_writer_clear(struct byte_writer *writer)
{
    writer->length = 0;
    writer->failed = false;
}

void byte_writer_raw(struct byte_writer *writer, const void *bytes, size_t length)
{
    if (writer->failed || length > writer->limit || writer->length > writer->limit - length) {
        writer->failed = true;
        return;
    }
    if (writer->length + length > writer->capacity) {
        size_t capacity = writer->capacity > 0 ? writer->capacity : 256;
        while (capacity < writer->length + length)
            capacity *= 2;
        writer->bytes = memory_resize(writer->bytes, capacity, 1);
        writer->capacity = capacity;
    }
    if (length > 0)
        memcpy(writer->bytes + writer->length, bytes, length);
    writer->length += length;
}

void byte_writer_u8(struct byte_writer *writer, uint8_t value)
{
    byte_writer_raw(writer, &value, sizeof value);
}

void byte_writer_u16(struct byte_writer *writer, uint16_t value)
{
    value = htole16(value);
    byte_writer_raw(writer, &value, sizeof value);
}

void byte_writer_u32(struct byte_writer *writer, uint32_t value)
{
    value = htole32(value);
    byte_writer_raw(writer, &value, sizeof value);
}

void byte_writer_u64(struct byte_writer *writer, uint64_t value)
{
    value = htole64(value);
    byte_writer_raw(writer, &value, sizeof value);
}

void byte_writer_i32(struct byte_writer *writer, int32_t value)
{
    byte_writer_u32(writer, (uint32_t)value);
}

void byte_writer_i64(struct byte_writer *writer, int64_t value)
{
    byte_writer_u64(writer, (uint64_t)value);
}

void byte_writer_float(struct byte_writer *writer, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    byte_writer_u32(writer, bits);
}

void byte_writer_double(struct byte_writer *writer, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    byte_writer_u64(writer, bits);
}

void byte_writer_block(struct byte_writer *writer, const void *bytes, size_t length)
{
    if (length > UINT32_MAX) {
        writer->failed = true;
        return;
    }
    byte_writer_u32(writer, (uint32_t)length);
    byte_writer_raw(writer, bytes, length);
}

void byte_writer_string(struct byte_writer *writer, const char *text)
{
    byte_writer_block(writer, text, strlen(text));
}

struct byte_reader byte_reader_of(const void *bytes, size_t length)
{
    return (struct byte_reader){.bytes = bytes, .length = length};
}

static const uint8_t *reader_take(struct byte_reader *reader, size_t length)
{
    if (reader->failed || length > reader->length - reader->offset) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *taken = reader->bytes + reader->offset;
    reader->offset += length;
    return taken;
}

void byte_reader_raw(struct byte_reader *reader, void *destination, size_t length)
{
    const uint8_t *taken = reader_take(reader, length);
    if (taken == NULL)
        memset(destination, 0, length);
    else if (length > 0)
        memcpy(destination, taken, length);
}

uint8_t byte_reader_u8(struct byte_reader *reader)
{
    uint8_t value;
    byte_reader_raw(reader, &value, sizeof value);
    return value;
}

uint16_t byte_reader_u16(struct byte_reader *reader)
{
    uint16_t value;
    byte_reader_raw(reader, &value, sizeof value);
    return le16toh(value);
}

uint32_t byte_reader_u32(struct byte_reader *reader)
{
    uint32_t value;
    byte_reader_raw(reader, &value, sizeof value);
    return le32toh(value);
}

uint64_t byte_reader_u64(struct byte_reader *reader)
{
    uint64_t value;
    byte_reader_raw(reader, &value, sizeof value);
    return le64toh(value);
}

int32_t byte_reader_i32(struct byte_reader *reader)
{
    return (int32_t)byte_reader_u32(reader);
}

int64_t byte_reader_i64(struct byte_reader *reader)
{
    return (int64_t)byte_reader_u64(reader);
}

float byte_reader_float(struct byte_reader *reader)
{
    uint32_t bits = byte_reader_u32(reader);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double byte_reader_double(struct byte_reader *reader)
{
    uint64_t bits = byte_reader_u64(reader);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

const uint8_t *byte_reader_block(struct byte_reader *reader, size_t *ret_length)
{
    uint32_t length = byte_reader_u32(reader);
    const uint8_t *taken = reader_take(reader, length);
    *ret_length = taken != NULL ? length : 0;
    return taken;
}

void byte_reader_string(struct byte_reader *reader, char *destination, size_t size)
{
    size_t length;
    const uint8_t *taken = byte_reader_block(reader, &length);
    destination[0] = '\0';
    if (taken == NULL)
        return;
    if (length >= size || memchr(taken, '\0', length) != NULL) {
        reader->failed = true;
        return;
    }
    memcpy(destination, taken, length);
    destination[length] = '\0';
}

size_t byte_reader_count(struct byte_reader *reader, size_t item_size)
{
    uint32_t count = byte_reader_u32(reader);
    if (reader->failed ||
        count > (reader->length - reader->offset) / (item_size > 0 ? item_size : 1)) {
        reader->failed = true;
        return 0;
    }
    return count;
}
