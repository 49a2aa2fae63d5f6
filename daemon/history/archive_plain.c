// SPDX-License-Identifier: MIT
#include "history/archive_plain.h"

#include "base/memory.h"
#include "history/archive_bytes.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

// POSIX pax, "ustar interchange format": an archive ends with two blocks of zeros. libarchive takes
// one that lacks them, which is how a missing part of a split one would go unnoticed.
#define END_MARK_BYTES 1024

struct archive_plain {
    struct archive_bytes *input;
    // Unpacks; NULL: the bytes are given as they are.
    struct archive *unpacker;
    bool is_open, input_has_ended;
    uint64_t taken;           // by the unpacker
    struct error input_error; // what libarchive's callback could not say
    // What was given.
    const uint8_t *block;
    size_t length, unread; // of the block; at its end, to be given once more
    bool has_ended;
    uint8_t tail[END_MARK_BYTES];
};

// libarchive's "all" has filters that start programs (lrzip, grzip, lzop) when the bytes ask for
// it.
static struct archive *new_unpacker(void)
{
    struct archive *unpacker = archive_read_new();
    if (unpacker == NULL)
        abort(); // as every small allocation does when memory is gone
    archive_read_support_filter_gzip(unpacker);
    archive_read_support_filter_xz(unpacker);
    archive_read_support_filter_zstd(unpacker);
    archive_read_support_format_raw(unpacker);
    archive_read_support_format_empty(unpacker);
    return unpacker;
}

struct archive_plain *archive_plain_new(struct archive_bytes *input, bool may_be_packed)
{
    struct archive_plain *plain = memory_allocate_zeroed(1, sizeof *plain);
    plain->input = input;
    if (may_be_packed)
        plain->unpacker = new_unpacker();
    return plain;
}

void archive_plain_free(struct archive_plain *plain)
{
    if (plain == NULL)
        return;
    archive_read_free(plain->unpacker);
    archive_bytes_free(plain->input);
    free(plain);
}

const char *archive_plain_name(const struct archive_plain *plain)
{
    return archive_bytes_name(plain->input);
}

int archive_problem(struct archive *archive, struct error *error)
{
    const char *words = archive_error_string(archive);
    int code = archive_errno(archive) == ENOMEM ? -ENOMEM : -EBADMSG;
    if (words != NULL && strstr(words, "runcated") != NULL)
        code = -ENODATA;
    return error_set(error, code, "%s", words != NULL ? words : "cannot be read");
}

// --- unpacking -----------------------------------------------------------------------------------

static la_ssize_t read_packed(struct archive *unpacker, void *data, const void **ret_block)
{
    struct archive_plain *plain = data;
    const uint8_t *block = NULL;
    ssize_t length = archive_bytes_read(plain->input, &block, &plain->input_error);
    plain->input_has_ended = length <= 0;
    if (length < 0) {
        archive_set_error(unpacker, (int)-length, "%s", plain->input_error.message);
        return -1;
    }
    plain->taken += (uint64_t)length;
    *ret_block = block;
    return length;
}

static int fail(const struct archive_plain *plain, struct error *error)
{
    if (plain->input_error.code != 0)
        return error_set(error, plain->input_error.code, "%s", plain->input_error.message);
    return archive_problem(plain->unpacker, error);
}

// libarchive stops where packed bytes end, and keeps to itself that more follow.
static int check_nothing_follows(struct archive_plain *plain, struct error *error)
{
    const uint8_t *block;
    if (archive_filter_count(plain->unpacker) <= 1)
        return 0;
    ssize_t more = (ssize_t)(plain->taken - (uint64_t)archive_filter_bytes(plain->unpacker, -1));
    if (more == 0 && !plain->input_has_ended)
        more = archive_bytes_read(plain->input, &block, error);
    return more > 0 ? error_set(error, -EBADMSG, "bytes behind the end of the packed ones")
                    : (int)more;
}

static ssize_t unpack(struct archive_plain *plain, const uint8_t **ret_block, struct error *error)
{
    struct archive_entry *entry;
    const void *block;
    size_t length = 0;
    la_int64_t offset;
    int ret = ARCHIVE_OK;
    if (!plain->is_open) {
        plain->is_open = true;
        ret = archive_read_open(plain->unpacker, plain, NULL, read_packed, NULL);
        if (ret == ARCHIVE_OK)
            ret = archive_read_next_header(plain->unpacker, &entry);
    }
    while (ret >= ARCHIVE_WARN && ret != ARCHIVE_EOF && length == 0)
        ret = archive_read_data_block(plain->unpacker, &block, &length, &offset);
    if (ret == ARCHIVE_EOF)
        return check_nothing_follows(plain, error);
    if (ret < ARCHIVE_WARN)
        return fail(plain, error);
    *ret_block = block;
    return (ssize_t)length;
}

// --- reading -------------------------------------------------------------------------------------

static void remember_tail(struct archive_plain *plain)
{
    size_t size = sizeof plain->tail, length = plain->length;
    if (length >= size) {
        memcpy(plain->tail, plain->block + length - size, size);
    } else {
        memmove(plain->tail, plain->tail + length, size - length);
        memcpy(plain->tail + size - length, plain->block, length);
    }
}

static ssize_t read_more(struct archive_plain *plain, struct error *error)
{
    if (plain->has_ended)
        return 0;
    ssize_t length = plain->unpacker != NULL
                         ? unpack(plain, &plain->block, error)
                         : archive_bytes_read(plain->input, &plain->block, error);
    plain->has_ended = length <= 0;
    plain->length = length > 0 ? (size_t)length : 0;
    if (length > 0)
        remember_tail(plain);
    return length;
}

ssize_t archive_plain_read(struct archive_plain *plain, const uint8_t **ret_block,
                           struct error *error)
{
    if (plain->unread > 0) {
        plain->block += plain->length - plain->unread;
        plain->length = plain->unread;
        plain->unread = 0;
    } else {
        ssize_t length = read_more(plain, error);
        if (length <= 0)
            return length;
    }
    *ret_block = plain->block;
    return (ssize_t)plain->length;
}

int archive_plain_pass_zeros(struct archive_plain *plain, size_t unread, struct error *error)
{
    if (unread > plain->length)
        return error_set(error, -EBADMSG, "an end mark that is none");
    for (;;) {
        while (unread > 0 && plain->block[plain->length - unread] == 0)
            unread--;
        plain->unread = unread;
        if (unread > 0)
            return 1;
        ssize_t length = read_more(plain, error);
        if (length <= 0)
            return (int)length;
        unread = plain->length;
    }
}

bool archive_plain_ends_with_mark(const struct archive_plain *plain)
{
    for (size_t i = 0; i < sizeof plain->tail; i++)
        if (plain->tail[i] != 0)
            return false;
    return true;
}
