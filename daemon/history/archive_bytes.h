// SPDX-License-Identifier: MIT
// The bytes of one archive or file in order: from a path, from the parts of a split archive one
// after another, from standard input, or from a stream.
#pragma once

#include "base/error.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct archive_bytes;
struct history_stream; // history/stream.h

// `path` may be "-". Of a split archive it is the first part (X.tar.aa); the others are found
// beside it. Once `is_stopped` (borrowed) is true, waiting for standard input ends with -ECANCELED.
// Errors: that of open(2), -ENAMETOOLONG.
int archive_bytes_open(const char *path, const atomic_bool *is_stopped,
                       struct archive_bytes **ret_bytes, struct error *error);
// Takes the stream over.
struct archive_bytes *archive_bytes_from_stream(struct history_stream *stream);
void archive_bytes_free(struct archive_bytes *bytes); // accepts NULL

// Gives the next block, borrowed until the next call. Returns its length, 0 at the end, or a
// negative errno: that of open(2) or read(2) with the name of the part that it is about. Only a
// part that does not exist is the end.
ssize_t archive_bytes_read(struct archive_bytes *bytes, const uint8_t **ret_block,
                           struct error *error);

// The path, or the stream's name: for messages. As long as the bytes are.
const char *archive_bytes_name(const struct archive_bytes *bytes);
