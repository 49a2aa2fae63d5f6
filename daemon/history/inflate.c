// SPDX-License-Identifier: MIT
#include "history/inflate.h"

#include "base/memory.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES ((size_t)1 << 20)
// What is kept from one file to the next; real traces unpack to less (feeds.md 2: at most some 4
// MB).
#define KEEP_BYTES ((size_t)8 << 20)
// Bytes of a gzip member that are not its contents: ten of header, eight of trailer (RFC 1952).
#define GZIP_FRAME_BYTES 18
#define GZIP_SIZE_BYTES 4
// A byte of deflate's cannot stand for more (zlib's technical details: 1032 to 1).
#define RATIO_MAX 1032

struct inflater {
    struct libdeflate_decompressor *decompressor;
    char *bytes;
    size_t capacity;
};

struct inflater *inflater_new(void)
{
    struct inflater *inflater = memory_allocate_zeroed(1, sizeof *inflater);
    inflater->decompressor = libdeflate_alloc_decompressor();
    if (inflater->decompressor == NULL)
        abort(); // as every small allocation does when memory is gone
    return inflater;
}

void inflater_free(struct inflater *inflater)
{
    if (inflater == NULL)
        return;
    libdeflate_free_decompressor(inflater->decompressor);
    free(inflater->bytes);
    free(inflater);
}

static void set_capacity(struct inflater *inflater, size_t capacity)
{
    free(inflater->bytes);
    inflater->bytes = memory_allocate(capacity);
    inflater->capacity = capacity;
}

static bool is_gzip(const uint8_t *bytes, size_t length)
{
    return length >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

// The trailer says how long the contents are, modulo 2^32. It is believed as far as it can be true.
static size_t stated_length(const uint8_t *bytes, size_t length)
{
    uint8_t size[GZIP_SIZE_BYTES];
    if (length < GZIP_FRAME_BYTES)
        return 0;
    memcpy(size, bytes + length - sizeof size, sizeof size);
    size_t stated = size[0] | (size_t)size[1] << 8 | (size_t)size[2] << 16 | (size_t)size[3] << 24;
    return stated <= length * RATIO_MAX ? stated : 0;
}

static void make_ready(struct inflater *inflater, size_t wanted, size_t limit)
{
    size_t capacity = wanted > FIRST_BYTES ? wanted : FIRST_BYTES;
    if (inflater->capacity > KEEP_BYTES || inflater->capacity < capacity)
        set_capacity(inflater, capacity < limit ? capacity : limit);
}

int inflater_read(struct inflater *inflater, const uint8_t *bytes, size_t length, size_t limit,
                  const char **ret_bytes, size_t *ret_length, struct error *error)
{
    if (!is_gzip(bytes, length)) {
        if (length > limit)
            return error_set(error, -E2BIG, "more than %zu bytes", limit);
        *ret_bytes = (const char *)bytes;
        *ret_length = length;
        return 0;
    }
    size_t taken = 0, given = 0;
    make_ready(inflater, stated_length(bytes, length), limit);
    for (;;) {
        enum libdeflate_result result =
            libdeflate_gzip_decompress_ex(inflater->decompressor, bytes, length, inflater->bytes,
                                          inflater->capacity, &taken, &given);
        if (result == LIBDEFLATE_SUCCESS)
            break;
        if (result != LIBDEFLATE_INSUFFICIENT_SPACE)
            return error_set(error, -EBADMSG, "the gzip bytes are damaged or cut off");
        if (inflater->capacity >= limit)
            return error_set(error, -E2BIG, "more than %zu bytes when unpacked", limit);
        set_capacity(inflater, inflater->capacity < limit / 2 ? inflater->capacity * 2 : limit);
    }
    if (taken < length)
        return error_set(error, -EBADMSG, "%zu bytes after the end of the gzip bytes",
                         length - taken);
    *ret_bytes = inflater->bytes;
    *ret_length = given;
    return 0;
}
