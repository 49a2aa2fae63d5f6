// SPDX-License-Identifier: MIT
// The bytes of an archive as its format sees them: unpacked where it is compressed as a whole, by
// libraries within this process only. What follows the end of one archive can be taken up as the
// beginning of another.
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct archive;       // <archive.h>
struct archive_bytes; // history/archive_bytes.h
struct archive_plain;

// Takes the bytes over. With `may_be_packed` gzip, xz and zstd are unpacked, as their first bytes
// tell; nothing else.
struct archive_plain *archive_plain_new(struct archive_bytes *input, bool may_be_packed);
void archive_plain_free(struct archive_plain *plain); // accepts NULL

// Gives the next block, borrowed until the next call. Returns its length, 0 at the end, or a
// negative errno: those of archive_bytes_read; -ENODATA for packed bytes that end too early,
// -EBADMSG for damaged ones, and for bytes behind the packed ones, which nobody would see. The end
// stays the end.
ssize_t archive_plain_read(struct archive_plain *plain, const uint8_t **ret_block,
                           struct error *error);

// Goes back by `unread` bytes, and from there on to the first byte that is not zero. Returns 1 when
// there is one, with which the next read begins; 0 at the end; an error of archive_plain_read, or
// -EBADMSG for more than the last block.
int archive_plain_pass_zeros(struct archive_plain *plain, size_t unread, struct error *error);

// Whether what was given so far ends with the mark that ends a tar.
bool archive_plain_ends_with_mark(const struct archive_plain *plain);

// The path, or the stream's name: for messages. As long as the bytes are.
const char *archive_plain_name(const struct archive_plain *plain);

// What libarchive says is wrong, as an error: -ENODATA for what ends too early, -ENOMEM, else
// -EBADMSG.
int archive_problem(struct archive *archive, struct error *error);
