// SPDX-License-Identifier: MIT
#include "cli/recording_files.h"

#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define READ_BYTES 65536
#define WHERE_SIZE 4160

struct recording_file {
    const char *path; // borrowed
    gzFile stream;    // reads plain files as they are
    struct text line;
    char block[READ_BYTES];
    size_t block_length, block_at;
    unsigned long line_number;
    struct recorded_answer next;
    bool has_next;
};

struct recording_files {
    struct recording_file **files;
    size_t count;
    char where[WHERE_SIZE];
};

// Reads up to and including the next line end. Returns 1 with a line, 0 at the end, or an error.
static int read_line(struct recording_file *file, struct error *error)
{
    text_clear(&file->line);
    for (;;) {
        if (file->block_at == file->block_length) {
            int got = gzread(file->stream, file->block, READ_BYTES);
            int code;
            const char *reason = gzerror(file->stream, &code);
            if (got < 0 || code == Z_BUF_ERROR)
                return error_set(error, -EIO, "%s: cannot be read behind line %lu: %s", file->path,
                                 file->line_number, code == Z_ERRNO ? strerror(errno) : reason);
            file->block_length = (size_t)got;
            file->block_at = 0;
            if (got == 0)
                break;
        }
        const char *start = file->block + file->block_at;
        size_t left = file->block_length - file->block_at;
        const char *end = memchr(start, '\n', left);
        size_t length = end != NULL ? (size_t)(end - start) + 1 : left;
        text_append_bytes(&file->line, start, length);
        file->block_at += length;
        if (file->line.failed)
            return error_set(error, -EBADMSG, "%s:%lu: the line has more than %zu bytes",
                             file->path, file->line_number + 1, RECORDING_LINE_BYTES_MAX);
        if (end != NULL)
            break;
    }
    file->line_number++;
    return file->line.length > 0;
}

static bool is_blank_line(const struct text *line)
{
    return strspn(line->bytes, " \t\r\n") == line->length;
}

// Reads the file's next answer ahead.
static int advance(struct recording_file *file, struct error *error)
{
    utc_us before = file->has_next ? file->next.answered_at : UTC_UNKNOWN;
    memset(&file->next, 0, sizeof file->next);
    file->has_next = false;
    int ret;
    do {
        ret = read_line(file, error);
        if (ret <= 0)
            return ret;
    } while (is_blank_line(&file->line));
    ret = recording_parse(file->line.bytes, file->line.length, &file->next, error);
    if (ret < 0) {
        error_prefix(error, "%s:%lu", file->path, file->line_number);
        return ret;
    }
    file->has_next = true;
    if (file->next.answered_at < before)
        return error_set(error, -EBADMSG,
                         "%s:%lu: \"answered\" is before that of the line above; lines must be in "
                         "order of time",
                         file->path, file->line_number);
    return 0;
}

static int open_file(const char *path, struct recording_file **ret_file, struct error *error)
{
    struct recording_file *file = memory_allocate_zeroed(1, sizeof *file);
    file->path = path;
    text_init(&file->line, RECORDING_LINE_BYTES_MAX);
    *ret_file = file;
    int descriptor = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return error_set(error, -errno, "%s: cannot be opened: %s", path, strerror(errno));
    file->stream = gzdopen(descriptor, "rb");
    if (file->stream == NULL) {
        close(descriptor);
        return error_set(error, -ENOMEM, "%s: cannot be opened", path);
    }
    gzbuffer(file->stream, READ_BYTES);
    return advance(file, error);
}

int recording_files_open(char *const *paths, size_t count, struct recording_files **ret_files,
                         struct error *error)
{
    if (count > RECORDING_FILES_MAX)
        return error_set(error, -E2BIG, "%zu files at once, the limit is %d", count,
                         RECORDING_FILES_MAX);
    struct recording_files *files = memory_allocate_zeroed(1, sizeof *files);
    files->files = memory_allocate_zeroed(count, sizeof *files->files);
    for (size_t i = 0; i < count; i++) {
        files->count = i + 1;
        int ret = open_file(paths[i], &files->files[i], error);
        if (ret < 0) {
            recording_files_close(files);
            return ret;
        }
    }
    *ret_files = files;
    return 0;
}

void recording_files_close(struct recording_files *files)
{
    if (files == NULL)
        return;
    for (size_t i = 0; i < files->count; i++) {
        struct recording_file *file = files->files[i];
        if (file->stream != NULL)
            gzclose(file->stream);
        text_done(&file->line);
        recorded_answer_done(&file->next);
        free(file);
    }
    free(files->files);
    free(files);
}

int recording_files_next(struct recording_files *files, struct recorded_answer *ret_answer,
                         struct error *error)
{
    struct recording_file *first = NULL;
    for (size_t i = 0; i < files->count; i++) {
        struct recording_file *file = files->files[i];
        if (file->has_next && (first == NULL || file->next.answered_at < first->next.answered_at))
            first = file;
    }
    if (first == NULL)
        return 0;
    struct recorded_answer answer = first->next;
    snprintf(files->where, sizeof files->where, "%.4000s:%lu", first->path, first->line_number);
    int ret = advance(first, error);
    if (ret < 0) {
        recorded_answer_done(&answer);
        return ret;
    }
    *ret_answer = answer;
    return 1;
}

const char *recording_files_where(const struct recording_files *files)
{
    return files->where;
}
