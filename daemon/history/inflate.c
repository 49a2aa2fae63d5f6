// SPDX-License-Identifier: MIT
#include "history/inflate.h"

#include "base/memory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define FIRST_BYTES ((size_t)1 << 20)
#define WINDOW_BITS_GZIP (15 + 16) // zlib.h: "add 16 to decode only the gzip format"

void inflated_done(struct inflated *inflated)
{
    free(inflated->bytes);
    *inflated = (struct inflated){0};
}

static bool make_room(struct inflated *inflated, size_t limit)
{
    if (inflated->length < inflated->capacity)
        return true;
    if (inflated->capacity >= limit)
        return false;
    size_t wanted = inflated->capacity > 0 ? inflated->capacity * 2 : FIRST_BYTES;
    inflated->capacity = wanted < limit ? wanted : limit;
    inflated->bytes = memory_resize(inflated->bytes, inflated->capacity, 1);
    return true;
}

static int copy_plain(const uint8_t *bytes, size_t length, size_t limit, struct inflated *inflated,
                      struct error *error)
{
    if (length > limit)
        return error_set(error, -E2BIG, "more than %zu bytes", limit);
    while (inflated->capacity < length) {
        inflated->length = inflated->capacity;
        make_room(inflated, limit);
    }
    if (length > 0)
        memcpy(inflated->bytes, bytes, length);
    inflated->length = length;
    return 0;
}

static int run(z_stream *stream, size_t limit, struct inflated *inflated, struct error *error)
{
    for (;;) {
        if (!make_room(inflated, limit))
            return error_set(error, -E2BIG, "more than %zu bytes when unpacked", limit);
        stream->next_out = (Bytef *)inflated->bytes + inflated->length;
        stream->avail_out = (uInt)(inflated->capacity - inflated->length);
        int ret = inflate(stream, Z_NO_FLUSH);
        inflated->length = inflated->capacity - stream->avail_out;
        if (ret == Z_STREAM_END)
            return 0;
        if (ret == Z_BUF_ERROR && stream->avail_in == 0)
            return error_set(error, -EBADMSG, "the gzip bytes are cut off");
        if (ret != Z_OK && ret != Z_BUF_ERROR)
            return error_set(error, -EBADMSG, "damaged gzip bytes: %s",
                             stream->msg != NULL ? stream->msg : "no more is known");
    }
}

int inflate_bytes(const uint8_t *bytes, size_t length, size_t limit, struct inflated *inflated,
                  struct error *error)
{
    inflated->length = 0;
    if (length < 2 || bytes[0] != 0x1f || bytes[1] != 0x8b)
        return copy_plain(bytes, length, limit, inflated, error);
    if (length > UINT32_MAX)
        return error_set(error, -E2BIG, "more than 4 GiB");
    z_stream stream = {.avail_in = (uInt)length};
    memcpy(&stream.next_in, &bytes, sizeof bytes); // zlib's own type lacks a const
    if (inflateInit2(&stream, WINDOW_BITS_GZIP) != Z_OK)
        return error_set(error, -ENOMEM, "zlib has no memory");
    int ret = run(&stream, limit, inflated, error);
    if (ret == 0 && stream.avail_in > 0)
        ret = error_set(error, -EBADMSG, "%u bytes after the end of the gzip bytes", stream.avail_in);
    inflateEnd(&stream);
    return ret;
}
