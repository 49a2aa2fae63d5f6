// SPDX-License-Identifier: MIT
#include "history/archive_reader.h"

#include "base/memory.h"
#include "base/text.h"
#include "history/archive_bytes.h"
#include "history/archive_name.h"
#include "history/archive_path.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES ((size_t)256 << 10)

struct archive_reader {
    struct archive_path_walk *walk;
    atomic_bool is_stopped;
    size_t opened;
    char name[ARCHIVE_NAME_SIZE]; // of what was opened last
    // What is open; NULL between two.
    struct archive_bytes *input;
    struct archive *archive;
    struct error input_error; // what libarchive's callback could not say
    bool is_started, is_tar, is_whole;
    uint8_t *bytes; // of the file that was read last
    size_t capacity;
};

struct archive_reader *archive_reader_new(char *const *paths, size_t count)
{
    struct archive_reader *reader = memory_allocate_zeroed(1, sizeof *reader);
    reader->walk = archive_path_walk_new(paths, count);
    return reader;
}

static void close_archive(struct archive_reader *reader)
{
    archive_read_free(reader->archive);
    reader->archive = NULL;
    archive_bytes_free(reader->input);
    reader->input = NULL;
}

void archive_reader_free(struct archive_reader *reader)
{
    if (reader == NULL)
        return;
    close_archive(reader);
    archive_path_walk_free(reader->walk);
    free(reader->bytes);
    free(reader);
}

// --- opening --------------------------------------------------------------------------------------

static la_ssize_t read_block(struct archive *archive, void *data, const void **ret_block)
{
    struct archive_reader *reader = data;
    const uint8_t *block = NULL;
    ssize_t length = archive_bytes_read(reader->input, &block, &reader->input_error);
    if (length < 0) {
        archive_set_error(archive, (int)-length, "%s", reader->input_error.message);
        return -1;
    }
    *ret_block = block;
    return length;
}

static int fail(struct archive_reader *reader, const char *name, struct error *error)
{
    const char *words = archive_error_string(reader->archive);
    int code = archive_errno(reader->archive) == ENOMEM ? -ENOMEM : -EBADMSG;
    if (words != NULL && strstr(words, "runcated") != NULL)
        code = -ENODATA;
    if (reader->input_error.code != 0)
        error_set(error, code = reader->input_error.code, "%s: %s", name, reader->input_error.message);
    else
        error_set(error, code, "%s: %s", name, words != NULL ? words : "cannot be read");
    close_archive(reader);
    return code;
}

static void begin(struct archive_reader *reader, struct archive_bytes *input, bool may_be_packed)
{
    reader->input = input;
    reader->input_error = (struct error){0};
    reader->is_started = reader->is_tar = false;
    text_copy(reader->name, sizeof reader->name, archive_bytes_name(input));
    reader->archive = archive_read_new();
    // A trace that stands alone is left as it is, like one in an archive: its bytes tell whether it is known.
    if (may_be_packed)
        archive_read_support_filter_all(reader->archive);
    archive_read_support_format_tar(reader->archive);
    archive_read_support_format_raw(reader->archive);
    archive_read_support_format_empty(reader->archive);
}

void archive_reader_add_stream(struct archive_reader *reader, struct history_stream *stream,
                               enum archive_kind kind)
{
    close_archive(reader);
    begin(reader, archive_bytes_from_stream(stream), kind == ARCHIVE_KIND_TAR);
    reader->opened++;
}

// 1 when an archive or a file is open, 0 at the end of everything.
static int open_next(struct archive_reader *reader, struct error *error)
{
    const char *path = NULL;
    struct archive_bytes *input = NULL;
    int ret = archive_path_next(reader->walk, &path, error);
    if (ret <= 0)
        return ret;
    reader->opened++;
    ret = archive_bytes_open(path, &reader->is_stopped, &input, error);
    if (ret < 0)
        return ret;
    begin(reader, input, strcmp(path, "-") == 0 || archive_name_is_archive(path));
    return 1;
}

// --- reading --------------------------------------------------------------------------------------

static int make_room(struct archive_reader *reader, size_t length, const char *name, struct error *error)
{
    if (length < reader->capacity)
        return 0;
    // The rest is stepped over with the next header.
    if (reader->capacity >= ARCHIVE_FILE_BYTES_MAX)
        return error_set(error, -E2BIG, "%s: more than %zu bytes", name, ARCHIVE_FILE_BYTES_MAX);
    reader->capacity = reader->capacity > 0 ? reader->capacity * 2 : FIRST_BYTES;
    reader->bytes = memory_resize(reader->bytes, reader->capacity, 1);
    return 0;
}

static int read_bytes(struct archive_reader *reader, struct archive_file *file, struct error *error)
{
    size_t length = 0;
    for (;;) {
        int ret = make_room(reader, length, file->name, error);
        if (ret < 0)
            return ret;
        la_ssize_t got = archive_read_data(reader->archive, reader->bytes + length, reader->capacity - length);
        if (got < 0)
            return fail(reader, file->name, error);
        if (got == 0)
            break;
        length += (size_t)got;
    }
    file->bytes = reader->bytes;
    file->length = length;
    return ARCHIVE_STEP_FILE;
}

static int end_archive(struct archive_reader *reader, struct error *error)
{
    // Of one that is compressed as a whole the end mark is inside; its own trailer was checked.
    bool is_plain = archive_filter_count(reader->archive) <= 1;
    bool ended_early = reader->is_tar && is_plain && !archive_bytes_end_with_mark(reader->input);
    reader->is_whole = reader->is_tar && !ended_early;
    close_archive(reader);
    if (ended_early)
        return error_set(error, -ENODATA, "%s: ends without an end mark: its last part is missing",
                         reader->name);
    return ARCHIVE_STEP_END;
}

// The next file of the open archive; ARCHIVE_STEP_END at its end.
static int next_in_archive(struct archive_reader *reader, struct archive_file *file, struct error *error)
{
    for (;;) {
        struct archive_entry *entry;
        int ret = archive_read_next_header(reader->archive, &entry);
        if (ret == ARCHIVE_EOF)
            return end_archive(reader, error);
        if (ret == ARCHIVE_RETRY)
            continue;
        if (ret < ARCHIVE_WARN)
            return fail(reader, reader->name, error);
        int format = archive_format(reader->archive) & ARCHIVE_FORMAT_BASE_MASK;
        reader->is_tar = format == ARCHIVE_FORMAT_TAR;
        if (!reader->is_tar) {
            text_copy(file->name, sizeof file->name, reader->name);
            return read_bytes(reader, file, error);
        }
        const char *name = archive_entry_pathname(entry);
        if (archive_entry_filetype(entry) != AE_IFREG || name == NULL || !archive_name_is_trace(name))
            continue;
        snprintf(file->name, sizeof file->name, "%.200s: %.800s", archive_base_name(reader->name), name);
        return read_bytes(reader, file, error);
    }
}

// libarchive reads the first block when it opens.
static int start(struct archive_reader *reader, struct error *error)
{
    reader->is_started = true;
    if (archive_read_open(reader->archive, reader, NULL, read_block, NULL) != ARCHIVE_OK)
        return fail(reader, reader->name, error);
    return 0;
}

int archive_reader_next(struct archive_reader *reader, struct archive_file *ret_file, struct error *error)
{
    for (;;) {
        int ret = 0;
        reader->is_whole = false;
        if (atomic_load(&reader->is_stopped))
            return ARCHIVE_STEP_END;
        if (reader->archive == NULL) {
            ret = open_next(reader, error);
            if (ret <= 0)
                return ret;
        }
        if (!reader->is_started)
            ret = start(reader, error);
        if (ret >= 0)
            ret = next_in_archive(reader, ret_file, error);
        if (ret != ARCHIVE_STEP_END)
            return ret;
        if (reader->is_whole)
            return ARCHIVE_STEP_WHOLE;
    }
}

void archive_reader_stop(struct archive_reader *reader)
{
    atomic_store(&reader->is_stopped, true);
}

size_t archive_reader_opened(const struct archive_reader *reader)
{
    return reader->opened;
}

const char *archive_reader_opened_name(const struct archive_reader *reader)
{
    return reader->name;
}
