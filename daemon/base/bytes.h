// SPDX-License-Identifier: MIT
// Writing and reading little-endian records. Both latch their first error: every step after it does
// nothing and reads give zeros, so that callers check `failed` once at the end.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct byte_writer {
    uint8_t *bytes; // owned
    size_t length;
    size_t capacity;
    size_t limit;
    bool failed;
};

void byte_writer_init(struct byte_writer *writer, size_t limit);
void byte_writer_done(struct byte_writer *writer);
void byte_writer_clear(struct byte_writer *writer); // keeps the memory
void byte_writer_u8(struct byte_writer *writer, uint8_t value);
void byte_writer_u16(struct byte_writer *writer, uint16_t value);
void byte_writer_u32(struct byte_writer *writer, uint32_t value);
void byte_writer_u64(struct byte_writer *writer, uint64_t value);
void byte_writer_i32(struct byte_writer *writer, int32_t value);
void byte_writer_i64(struct byte_writer *writer, int64_t value);
void byte_writer_float(struct byte_writer *writer, float value);
void byte_writer_double(struct byte_writer *writer, double value);
void byte_writer_raw(struct byte_writer *writer, const void *bytes, size_t length);
// A length of four bytes, then the bytes.
void byte_writer_block(struct byte_writer *writer, const void *bytes, size_t length);
void byte_writer_string(struct byte_writer *writer, const char *text);

struct byte_reader {
    const uint8_t *bytes; // borrowed
    size_t length;
    size_t offset;
    bool failed;
};

struct byte_reader byte_reader_of(const void *bytes, size_t length);
uint8_t byte_reader_u8(struct byte_reader *reader);
uint16_t byte_reader_u16(struct byte_reader *reader);
uint32_t byte_reader_u32(struct byte_reader *reader);
uint64_t byte_reader_u64(struct byte_reader *reader);
int32_t byte_reader_i32(struct byte_reader *reader);
int64_t byte_reader_i64(struct byte_reader *reader);
float byte_reader_float(struct byte_reader *reader);
double byte_reader_double(struct byte_reader *reader);
void byte_reader_raw(struct byte_reader *reader, void *destination, size_t length);
// A block's bytes in place; valid as long as the reader's own. NULL and length 0 after a failure.
const uint8_t *byte_reader_block(struct byte_reader *reader, size_t *ret_length);
// A string into `destination` of `size` bytes; one that does not fit is a failure.
void byte_reader_string(struct byte_reader *reader, char *destination, size_t size);
// How many items of at least `item_size` bytes a count read from outside may announce: latches a
// failure and gives 0 when fewer bytes than that are left.
size_t byte_reader_count(struct byte_reader *reader, size_t item_size);
