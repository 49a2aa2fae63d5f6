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
#define PATH_SIZE 4096
// How soon a stop is noticed while standard input is silent.
#define STOP_WITHIN_MS 200

struct archive_bytes {
    struct history_stream *stream; // NULL: the descriptor's
    const atomic_bool *is_stopped;
    int descriptor; // -1: none is open
    bool has_parts; // more of them may follow
    char name[PATH_SIZE];
    char path[PATH_SIZE]; // what is open: of a split archive a part
    uint8_t *block;
};

static void close_part(struct archive_bytes *bytes)
{
    if (bytes->descriptor > STDIN_FILENO)
        close(bytes->descriptor);
    bytes->descriptor = -1;
}

int archive_bytes_open(const char *path, const atomic_bool *is_stopped,
                       struct archive_bytes **ret_bytes, struct error *error)
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
    bytes->has_parts = archive_name_is_first_part(path);
    text_copy(bytes->name, sizeof bytes->name, path);
    text_copy(bytes->path, sizeof bytes->path, path);
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

static int fail(const struct archive_bytes *bytes, int code, struct error *error)
{
    bool is_first = strcmp(bytes->path, bytes->name) == 0;
    return error_set(error, code, "%s%s%s", is_first ? "" : bytes->path, is_first ? "" : ": ",
                     strerror(-code));
}

// "X.tar.aa" becomes "X.tar.ab", as `split` counts.
static void name_next_part(char *path)
{
    char *letters = path + strlen(path) - 2;
    if (++letters[1] > 'z') {
        letters[1] = 'a';
        letters[0]++;
    }
}

// 1 with the part after the one that is open, 0 when there is none.
static int open_next_part(struct archive_bytes *bytes, struct error *error)
{
    if (!bytes->has_parts)
        return 0;
    close_part(bytes);
    name_next_part(bytes->path);
    bytes->descriptor = open(bytes->path, O_RDONLY | O_CLOEXEC);
    if (bytes->descriptor >= 0)
        return 1;
    int code = -errno;
    bytes->has_parts = false;
    return code == -ENOENT ? 0 : fail(bytes, code, error);
}

// False once it was stopped. Files never wait.
static bool wait_for_input(const struct archive_bytes *bytes)
{
    struct pollfd input = {.fd = bytes->descriptor, .events = POLLIN};
    if (bytes->descriptor != STDIN_FILENO)
        return true;
    do {
        if (atomic_load(bytes->is_stopped))
            return false;
    } while (poll(&input, 1, STOP_WITHIN_MS) == 0);
    return true;
}

static ssize_t read_descriptor(struct archive_bytes *bytes, struct error *error)
{
    for (;;) {
        if (!wait_for_input(bytes))
            return error_set(error, -ECANCELED, "stopped");
        ssize_t length =
            bytes->descriptor >= 0 ? read(bytes->descriptor, bytes->block, BLOCK_BYTES) : 0;
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0)
            return fail(bytes, -errno, error);
        int next = length > 0 ? 0 : open_next_part(bytes, error);
        if (next <= 0)
            return next < 0 ? next : length;
    }
}

ssize_t archive_bytes_read(struct archive_bytes *bytes, const uint8_t **ret_block,
                           struct error *error)
{
    if (bytes->stream != NULL)
        return history_stream_read(bytes->stream, ret_block, error);
    ssize_t length = read_descriptor(bytes, error);
    if (length > 0)
        *ret_block = bytes->block;
    return length;
}

const char *archive_bytes_name(const struct archive_bytes *bytes)
{
    return bytes->name;
}
