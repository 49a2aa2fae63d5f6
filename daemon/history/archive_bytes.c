// SPDX-License-Identifier: MIT
#include "history/archive_bytes.h"

#include "base/memory.h"
#include "base/text.h"
#include "history/archive_name.h"
#include "history/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES ((size_t)256 << 10)
// POSIX pax, "ustar interchange format": an archive ends with two blocks of zeros. libarchive takes one that lacks
// them, which is how a missing part of a split one would go unnoticed.
#define END_MARK_BYTES 1024
#define PATH_SIZE 4096
// How soon a stop is noticed while standard input is silent.
#define STOP_WITHIN_MS 200

struct archive_bytes {
    struct history_stream *stream; // NULL: the descriptor's
    const atomic_bool *is_stopped;
    int descriptor;                // -1: none is open
    bool is_split;
    char part[2]; // suffix of the part that is open
    char name[PATH_SIZE];
    uint8_t *block;
    uint8_t tail[END_MARK_BYTES]; // the last bytes that were read
};

static void close_part(struct archive_bytes *bytes)
{
    if (bytes->descriptor > STDIN_FILENO)
        close(bytes->descriptor);
    bytes->descriptor = -1;
}

int archive_bytes_open(const char *path, const atomic_bool *is_stopped, struct archive_bytes **ret_bytes,
                       struct error *error)
{
    if (strlen(path) >= PATH_SIZE)
        return error_set(error, -ENAMETOOLONG, "%.200s...: the name is too long", path);
    bool is_input = strcmp(path, "-") == 0;
    int descriptor = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return error_set(error, -errno, "%s: %s", path, strerror(errno));
    struct archive_bytes *bytes = memory_allocate_zeroed(1, sizeof *bytes);
    bytes->descriptor = descriptor;
    bytes->is_stopped = is_stopped;
    bytes->is_split = archive_name_is_first_part(path);
    memcpy(bytes->part, "aa", sizeof bytes->part);
    text_copy(bytes->name, sizeof bytes->name, path);
    bytes->block = memory_allocate(BLOCK_BYTES);
    *ret_bytes = bytes;
    return 0;
}

struct archive_bytes *archive_bytes_from_stream(struct history_stream *stream)
{
    struct archive_bytes *bytes = memory_allocate_zeroed(1, sizeof *bytes);
    bytes->stream = stream;
    bytes->descriptor = -1;
    text_copy(bytes->name, sizeof bytes->name, stream->name);
    return bytes;
}

void archive_bytes_free(struct archive_bytes *bytes)
{
    if (bytes == NULL)
        return;
    close_part(bytes);
    history_stream_free(bytes->stream);
    free(bytes->block);
    free(bytes);
}

// Opens the part after the one that is open; false when there is none.
static bool open_next_part(struct archive_bytes *bytes)
{
    char path[PATH_SIZE];
    if (!bytes->is_split)
        return false;
    if (++bytes->part[1] > 'z') {
        bytes->part[1] = 'a';
        bytes->part[0]++;
    }
    snprintf(path, sizeof path, "%.*s%c%c", (int)(strlen(bytes->name) - 2), bytes->name, bytes->part[0],
             bytes->part[1]);
    close_part(bytes);
    bytes->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    return bytes->descriptor >= 0;
}

// False once it was stopped. Files never wait.
static bool wait_for_input(const struct archive_bytes *bytes)
{
    struct pollfd input = {.fd = bytes->descriptor, .events = POLLIN};
    while (bytes->descriptor == STDIN_FILENO && poll(&input, 1, STOP_WITHIN_MS) == 0)
        if (atomic_load(bytes->is_stopped))
            return false;
    return true;
}

static ssize_t read_descriptor(struct archive_bytes *bytes, struct error *error)
{
    for (;;) {
        if (!wait_for_input(bytes))
            return error_set(error, -ECANCELED, "stopped");
        ssize_t length = bytes->descriptor >= 0 ? read(bytes->descriptor, bytes->block, BLOCK_BYTES) : 0;
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0)
            return error_set(error, -errno, "%s", strerror(errno));
        if (length > 0 || !open_next_part(bytes))
            return length;
    }
}

static void remember_tail(struct archive_bytes *bytes, const uint8_t *block, size_t length)
{
    size_t size = sizeof bytes->tail;
    if (length >= size) {
        memcpy(bytes->tail, block + length - size, size);
    } else {
        memmove(bytes->tail, bytes->tail + length, size - length);
        memcpy(bytes->tail + size - length, block, length);
    }
}

ssize_t archive_bytes_read(struct archive_bytes *bytes, const uint8_t **ret_block, struct error *error)
{
    const uint8_t *block = bytes->block;
    ssize_t length = bytes->stream != NULL ? history_stream_read(bytes->stream, &block, error)
                                           : read_descriptor(bytes, error);
    if (length > 0) {
        remember_tail(bytes, block, (size_t)length);
        *ret_block = block;
    }
    return length;
}

const char *archive_bytes_name(const struct archive_bytes *bytes)
{
    return bytes->name;
}

bool archive_bytes_end_with_mark(const struct archive_bytes *bytes)
{
    for (size_t i = 0; i < sizeof bytes->tail; i++)
        if (bytes->tail[i] != 0)
            return false;
    return true;
}
