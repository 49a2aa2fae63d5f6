// SPDX-License-Identifier: MIT
// The bytes of one archive, or of one file, in order, wherever they come from: what stands between
// a source (history/source.h) and the reader of archives (history/archive_reader.h). Header only.
//
//     reader = archive_reader_new(NULL, 0);
//     while (source gives a stream) {
//         archive_reader_add_stream(reader, stream, kind);   // takes the stream
//         read it until ARCHIVE_STEP_END                     // then the next one may be added
//     }
//
// Blocking. A stream may be read by another thread than the one that made it, by one at a time.
#pragma once

#include "base/error.h"
#include "base/utc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// A release's tag and a day; what a message begins with.
#define HISTORY_STREAM_NAME_SIZE 256

struct history_stream;

struct history_stream_verbs {
    // Gives the next bytes, borrowed until the next call. Returns how many (at least one), 0 at the
    // end, or a negative errno with the reason; after an error or the end it is not called again.
    // -ENODATA says that the end came too early, -ECANCELED that it was stopped from outside.
    ssize_t (*read)(struct history_stream *stream, const uint8_t **ret_bytes, struct error *error);
    void (*free)(struct history_stream *stream);
};

// The head of every kind of stream.
struct history_stream {
    const struct history_stream_verbs *verbs;
    char name[HISTORY_STREAM_NAME_SIZE]; // for messages
    uint64_t total_bytes;                // 0: unknown
    utc_us day;                          // that it is the archive of; UTC_UNKNOWN: it does not say
    bool is_incomplete;                  // known to lack something: its end mark says nothing
};

static inline ssize_t history_stream_read(struct history_stream *stream, const uint8_t **ret_bytes,
                                          struct error *error)
{
    return stream->verbs->read(stream, ret_bytes, error);
}

// Accepts NULL.
static inline void history_stream_free(struct history_stream *stream)
{
    if (stream != NULL)
        stream->verbs->free(stream);
}
