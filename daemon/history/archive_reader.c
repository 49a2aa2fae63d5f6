// SPDX-License-Identifier: MIT
#include "history/archive_reader.h"

#include "base/memory.h"
#include "base/text.h"
#include "history/archive_bytes.h"
#include "history/archive_name.h"
#include "history/archive_path.h"
#include "history/archive_plain.h"
#include "history/release_index.h"
#include "history/stream.h"

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
    utc_us day;                   // that its name says
    // What is open; NULL between two.
    struct archive_plain *input;
    bool is_incomplete; // it is known to lack something
    unsigned number;    // of the archive within the input, from 1
    // NULL between two archives of one input.
    struct archive *archive;
    uint64_t given;           // bytes of the input, to the archive
    struct error input_error; // what libarchive's callback could not say
    bool is_started, is_tar, is_single, is_whole;
    bool is_damaged, is_in_damage; // somewhere; where it is read now
    uint8_t *bytes;                // of the file that was read last
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
}

static void close_input(struct archive_reader *reader)
{
    close_archive(reader);
    archive_plain_free(reader->input);
    reader->input = NULL;
}

void archive_reader_free(struct archive_reader *reader)
{
    if (reader == NULL)
        return;
    close_input(reader);
    archive_path_walk_free(reader->walk);
    free(reader->bytes);
    free(reader);
}

// --- opening --------------------------------------------------------------------------------------

static la_ssize_t read_block(struct archive *archive, void *data, const void **ret_block)
{
    struct archive_reader *reader = data;
    const uint8_t *block = NULL;
    ssize_t length = archive_plain_read(reader->input, &block, &reader->input_error);
    if (length < 0) {
        archive_set_error(archive, (int)-length, "%s", reader->input_error.message);
        return -1;
    }
    reader->given += (uint64_t)length;
    *ret_block = block;
    return length;
}

static int fail(struct archive_reader *reader, const char *name, struct error *error)
{
    struct error problem = reader->input_error;
    if (problem.code == 0)
        archive_problem(reader->archive, &problem);
    close_input(reader);
    return error_set(error, problem.code, "%s: %s", name, problem.message);
}

// The first archive of the input, or the one that follows.
static void begin_archive(struct archive_reader *reader)
{
    reader->number++;
    reader->input_error = (struct error){0};
    reader->given = 0;
    reader->is_started = reader->is_tar = reader->is_single = reader->is_in_damage = false;
    reader->archive = archive_read_new();
    archive_read_support_format_tar(reader->archive);
    if (reader->number == 1) {
        archive_read_support_format_raw(reader->archive);
        archive_read_support_format_empty(reader->archive);
        return;
    }
    reader->opened++;
    reader->day = UTC_UNKNOWN;
    snprintf(reader->name, sizeof reader->name, "%.900s (archive %u of it)",
             archive_plain_name(reader->input), reader->number);
}

// A trace that stands alone is not unpacked, like one in an archive: its bytes tell whether it is
// known.
static void begin(struct archive_reader *reader, struct archive_bytes *input, bool may_be_packed)
{
    text_copy(reader->name, sizeof reader->name, archive_bytes_name(input));
    reader->input = archive_plain_new(input, may_be_packed);
    reader->number = 0;
    reader->is_damaged = false;
    begin_archive(reader);
}

void archive_reader_add_stream(struct archive_reader *reader, struct history_stream *stream,
                               enum archive_kind kind)
{
    close_input(reader);
    reader->opened++;
    reader->day = stream->day;
    reader->is_incomplete = stream->is_incomplete;
    begin(reader, archive_bytes_from_stream(stream), kind == ARCHIVE_KIND_TAR);
}

// 1 when an archive or a file is open, 0 at the end of everything.
static int open_next(struct archive_reader *reader, struct error *error)
{
    const char *path = NULL;
    struct archive_bytes *input = NULL;
    char release[RELEASE_NAME_SIZE];
    int ret = archive_path_next(reader->walk, &path, error);
    if (ret <= 0)
        return ret;
    reader->opened++;
    ret = archive_bytes_open(path, &reader->is_stopped, &input, error);
    if (ret < 0)
        return ret;
    bool is_release = release_of_path(path, release, &reader->day);
    if (!is_release)
        reader->day = UTC_UNKNOWN;
    reader->is_incomplete = is_release && !release_holds_all(release);
    begin(reader, input, strcmp(path, "-") == 0 || archive_name_is_archive(path));
    return 1;
}

// --- reading --------------------------------------------------------------------------------------

static int make_room(struct archive_reader *reader, size_t length, const char *name,
                     struct error *error)
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
        la_ssize_t got =
            archive_read_data(reader->archive, reader->bytes + length, reader->capacity - length);
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

static void name_file(const struct archive_reader *reader, const char *name,
                      struct archive_file *file)
{
    if (reader->is_tar)
        snprintf(file->name, sizeof file->name, "%.200s: %.800s", archive_base_name(reader->name),
                 name);
    else
        text_copy(file->name, sizeof file->name, name);
    if (!archive_name_address(name, file->icao24))
        file->icao24[0] = '\0';
}

// libarchive stopped behind an end mark, or where the input ends.
static int end_archive(struct archive_reader *reader, struct error *error)
{
    struct error problem = {0};
    size_t unread = (size_t)(reader->given - (uint64_t)archive_filter_bytes(reader->archive, 0));
    int more = reader->is_single ? 0 : archive_plain_pass_zeros(reader->input, unread, &problem);
    bool is_cut = reader->is_tar && more == 0 && !archive_plain_ends_with_mark(reader->input);
    if (more > 0)
        close_archive(reader);
    else
        close_input(reader);
    if (more < 0)
        return error_set(error, more, "%s: %s", reader->name, problem.message);
    if (is_cut)
        return error_set(error, -ENODATA, "%s: ends without an end mark: its last part is missing",
                         reader->name);
    // A release is one archive: what looks like its end is a hole in it.
    if (more > 0 && reader->day != UTC_UNKNOWN) {
        reader->is_damaged = true;
        return error_set(error, -EBADMSG, "%s: more bytes behind its end mark", reader->name);
    }
    reader->is_whole = reader->is_tar && !reader->is_damaged && !reader->is_incomplete;
    return ARCHIVE_STEP_END;
}

// libarchive goes on at the next block that is a header; what was in between is not known.
static int note_damage(struct archive_reader *reader, struct error *error)
{
    reader->is_damaged = reader->is_in_damage = true;
    return error_set(error, -EBADMSG, "%s: a damaged header: at least one file is lost",
                     reader->name);
}

// The next file of the open archive; ARCHIVE_STEP_END at its end.
static int next_in_archive(struct archive_reader *reader, struct archive_file *file,
                           struct error *error)
{
    for (;;) {
        struct archive_entry *entry;
        int ret = archive_read_next_header(reader->archive, &entry);
        if (ret == ARCHIVE_EOF)
            return end_archive(reader, error);
        if (ret == ARCHIVE_RETRY && !reader->is_in_damage)
            return note_damage(reader, error);
        if (ret == ARCHIVE_RETRY)
            continue;
        if (ret < ARCHIVE_WARN)
            return fail(reader, reader->name, error);
        reader->is_in_damage = false;
        int format = archive_format(reader->archive) & ARCHIVE_FORMAT_BASE_MASK;
        reader->is_tar = format == ARCHIVE_FORMAT_TAR;
        reader->is_single = !reader->is_tar;
        const char *name = reader->is_tar ? archive_entry_pathname(entry) : reader->name;
        if (reader->is_tar && (archive_entry_filetype(entry) != AE_IFREG || name == NULL ||
                               !archive_name_is_trace(name)))
            continue;
        name_file(reader, name, file);
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

int archive_reader_next(struct archive_reader *reader, struct archive_file *ret_file,
                        struct error *error)
{
    for (;;) {
        int ret = 0;
        reader->is_whole = false;
        if (atomic_load(&reader->is_stopped))
            return ARCHIVE_STEP_END;
        if (reader->input == NULL) {
            ret = open_next(reader, error);
            if (ret <= 0)
                return ret;
        } else if (reader->archive == NULL) {
            begin_archive(reader);
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

utc_us archive_reader_opened_day(const struct archive_reader *reader)
{
    return reader->day;
}
