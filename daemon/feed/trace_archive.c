// SPDX-License-Identifier: MIT
#include "feed/trace_archive.h"

#include "base/memory.h"
#include "base/text.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES ((size_t)256 << 10)
#define FOLDER_DEPTH_MAX 16
// POSIX pax, "ustar interchange format": an archive ends with two blocks of zeros. libarchive takes one that
// lacks them, which is how a missing part of a split one would go unnoticed.
#define END_MARK_BYTES 1024
#define PATH_SIZE 4096

struct archive_reader {
    char *const *paths;
    size_t path_count, next_path, opened;
    FTS *folder; // open while a folder is walked
    bool in_folder;
    // The archive that is open, and its parts.
    struct archive *archive;
    char path[PATH_SIZE]; // of its first part
    char part[2];         // suffix of the part that is open; "" for none
    bool is_split, is_tar, is_whole;
    int descriptor;
    uint8_t *block;
    uint8_t tail[END_MARK_BYTES]; // the last bytes that were read
    uint8_t *bytes;
    size_t capacity;
};

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text), ending_length = strlen(ending);
    return length >= ending_length && strcmp(text + length - ending_length, ending) == 0;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool is_trace_name(const char *path)
{
    return strncmp(base_name(path), "trace_full_", 11) == 0;
}

// "X.tar.ab": two small letters after ".tar.".
static bool is_part(const char *path)
{
    size_t length = strlen(path);
    const char *end = path + length;
    return length > 7 && strncmp(end - 7, ".tar.", 5) == 0 && end[-2] >= 'a' && end[-2] <= 'z' &&
           end[-1] >= 'a' && end[-1] <= 'z';
}

static bool is_first_part(const char *path)
{
    return is_part(path) && ends_with(path, ".aa");
}

static bool is_archive_name(const char *path)
{
    return ends_with(path, ".tar") || is_first_part(path) || ends_with(path, ".tar.gz") ||
           ends_with(path, ".tgz") || ends_with(path, ".tar.zst") || ends_with(path, ".tar.xz");
}

struct archive_reader *archive_reader_new(char *const *paths, size_t count)
{
    struct archive_reader *reader = memory_allocate_zeroed(1, sizeof *reader);
    reader->paths = paths;
    reader->path_count = count;
    reader->descriptor = -1;
    reader->block = memory_allocate(BLOCK_BYTES);
    return reader;
}

static void close_part(struct archive_reader *reader)
{
    if (reader->descriptor > STDIN_FILENO)
        close(reader->descriptor);
    reader->descriptor = -1;
}

static void close_archive(struct archive_reader *reader)
{
    archive_read_free(reader->archive);
    reader->archive = NULL;
    close_part(reader);
}

void archive_reader_free(struct archive_reader *reader)
{
    if (reader == NULL)
        return;
    close_archive(reader);
    if (reader->folder != NULL)
        fts_close(reader->folder);
    free(reader->block);
    free(reader->bytes);
    free(reader);
}

// --- bytes for libarchive -------------------------------------------------------------------------

static void remember_tail(struct archive_reader *reader, const uint8_t *bytes, size_t length)
{
    size_t size = sizeof reader->tail;
    if (length >= size) {
        memcpy(reader->tail, bytes + length - size, size);
    } else {
        memmove(reader->tail, reader->tail + length, size - length);
        memcpy(reader->tail + size - length, bytes, length);
    }
}

// Opens the part after the one that is open; false when there is none.
static bool open_next_part(struct archive_reader *reader)
{
    char path[PATH_SIZE];
    if (!reader->is_split)
        return false;
    if (++reader->part[1] > 'z') {
        reader->part[1] = 'a';
        reader->part[0]++;
    }
    snprintf(path, sizeof path, "%.*s%c%c", (int)(strlen(reader->path) - 2), reader->path,
             reader->part[0], reader->part[1]);
    close_part(reader);
    reader->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    return reader->descriptor >= 0;
}

static la_ssize_t read_block(struct archive *archive, void *data, const void **ret_block)
{
    struct archive_reader *reader = data;
    for (;;) {
        ssize_t length = reader->descriptor >= 0 ? read(reader->descriptor, reader->block, BLOCK_BYTES) : 0;
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0) {
            archive_set_error(archive, errno, "%s", strerror(errno));
            return -1;
        }
        if (length == 0 && open_next_part(reader))
            continue;
        remember_tail(reader, reader->block, (size_t)length);
        *ret_block = reader->block;
        return length;
    }
}

static int fail(struct archive_reader *reader, const char *name, struct error *error)
{
    int code = archive_errno(reader->archive);
    const char *words = archive_error_string(reader->archive);
    code = words != NULL && strstr(words, "runcated") != NULL ? ENODATA : code == ENOMEM ? ENOMEM : EBADMSG;
    error_set(error, -code, "%s: %s", name, words != NULL ? words : "cannot be read");
    close_archive(reader);
    return -code;
}

// --- opening --------------------------------------------------------------------------------------

static int open_archive(struct archive_reader *reader, const char *path, struct error *error)
{
    if (!text_copy(reader->path, sizeof reader->path, path))
        return error_set(error, -ENAMETOOLONG, "%s: the name is too long", path);
    reader->is_split = is_first_part(path);
    memcpy(reader->part, "aa", sizeof reader->part);
    reader->is_whole = false;
    memset(reader->tail, 0, sizeof reader->tail);
    bool is_input = strcmp(path, "-") == 0;
    reader->opened++;
    reader->descriptor = is_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (reader->descriptor < 0)
        return error_set(error, -errno, "%s: %s", path, strerror(errno));
    reader->archive = archive_read_new();
    // A trace that stands alone is left as it is, like one in an archive: its bytes tell whether it is known.
    if (is_input || is_archive_name(path))
        archive_read_support_filter_all(reader->archive);
    archive_read_support_format_tar(reader->archive);
    archive_read_support_format_raw(reader->archive);
    archive_read_support_format_empty(reader->archive);
    if (archive_read_open(reader->archive, reader, NULL, read_block, NULL) != ARCHIVE_OK)
        return fail(reader, path, error);
    return 0;
}

static int open_folder(struct archive_reader *reader, const char *path, struct error *error);

static int open_path(struct archive_reader *reader, const char *path, struct error *error)
{
    struct stat status;
    reader->in_folder = false;
    if (strcmp(path, "-") == 0)
        return open_archive(reader, path, error);
    if (stat(path, &status) < 0)
        return error_set(error, -errno, "%s: %s", path, strerror(errno));
    if (S_ISDIR(status.st_mode))
        return open_folder(reader, path, error);
    return open_archive(reader, path, error);
}

static int compare_names(const FTSENT **first, const FTSENT **second)
{
    return strcmp((*first)->fts_name, (*second)->fts_name);
}

static int open_folder(struct archive_reader *reader, const char *path, struct error *error)
{
    char *copy = memory_copy_string(path);
    char *const roots[] = {copy, NULL};
    // Links are not followed: what a folder holds is in it.
    reader->folder = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, compare_names);
    free(copy);
    if (reader->folder == NULL)
        return error_set(error, -errno, "%s: %s", path, strerror(errno));
    reader->in_folder = true;
    return 0;
}

// Whether a later part of a split tar was given together with its first one.
static bool first_part_was_given(const struct archive_reader *reader, const char *path)
{
    size_t length = strlen(path) - 2;
    for (size_t i = 0; i < reader->path_count; i++)
        if (is_first_part(reader->paths[i]) && strlen(reader->paths[i]) == length + 2 &&
            strncmp(reader->paths[i], path, length) == 0)
            return true;
    return false;
}

static bool first_part_is_beside(const char *path)
{
    char first[PATH_SIZE];
    snprintf(first, sizeof first, "%.*saa", (int)(strlen(path) - 2), path);
    return access(first, F_OK) == 0;
}

static int missing_first_part(const char *path, struct error *error)
{
    return error_set(error, -ENODATA, "%s: a part of a split archive without its first part (.tar.aa)",
                     path);
}

// Opens the next file of the folder that is walked. 1 when one is open, 0 at its end.
static int next_in_folder(struct archive_reader *reader, struct error *error)
{
    FTSENT *entry;
    while ((entry = fts_read(reader->folder)) != NULL) {
        const char *path = entry->fts_path;
        if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS)
            return error_set(error, -entry->fts_errno, "%s: %s", path, strerror(entry->fts_errno));
        if (entry->fts_level > FOLDER_DEPTH_MAX)
            fts_set(reader->folder, entry, FTS_SKIP);
        if (entry->fts_info != FTS_F)
            continue;
        if (is_part(path) && !is_first_part(path)) {
            if (!first_part_is_beside(path))
                return missing_first_part(path, error);
            continue;
        }
        if (is_trace_name(path) || is_archive_name(path)) {
            int ret = open_archive(reader, path, error);
            return ret < 0 ? ret : 1;
        }
    }
    fts_close(reader->folder);
    reader->folder = NULL;
    return 0;
}

// 1 when an archive or a file is open, 0 at the end of everything.
static int open_next(struct archive_reader *reader, struct error *error)
{
    for (;;) {
        int ret = reader->folder != NULL ? next_in_folder(reader, error) : 0;
        if (ret != 0)
            return ret;
        if (reader->next_path == reader->path_count)
            return 0;
        const char *path = reader->paths[reader->next_path++];
        if (is_part(path) && !is_first_part(path)) {
            if (!first_part_was_given(reader, path))
                return missing_first_part(path, error);
            continue;
        }
        ret = open_path(reader, path, error);
        if (ret < 0)
            return ret;
        if (reader->archive != NULL)
            return 1;
    }
}

// --- reading --------------------------------------------------------------------------------------

static bool has_end_mark(const struct archive_reader *reader)
{
    for (size_t i = 0; i < sizeof reader->tail; i++)
        if (reader->tail[i] != 0)
            return false;
    return true;
}

static int read_bytes(struct archive_reader *reader, struct archive_file *file, struct error *error)
{
    size_t length = 0;
    for (;;) {
        if (length == reader->capacity) {
            if (reader->capacity >= ARCHIVE_FILE_BYTES_MAX) {
                // The rest is stepped over with the next header.
                return error_set(error, -E2BIG, "%s: more than %zu bytes", file->name,
                                 ARCHIVE_FILE_BYTES_MAX);
            }
            reader->capacity = reader->capacity > 0 ? reader->capacity * 2 : BLOCK_BYTES;
            reader->bytes = memory_resize(reader->bytes, reader->capacity, 1);
        }
        la_ssize_t got = archive_read_data(reader->archive, reader->bytes + length, reader->capacity - length);
        if (got < 0)
            return fail(reader, file->name, error);
        if (got == 0)
            break;
        length += (size_t)got;
    }
    file->bytes = reader->bytes;
    file->length = length;
    return 1;
}

static int end_archive(struct archive_reader *reader, struct error *error)
{
    // Of one that is compressed as a whole the end mark is inside; its own trailer was checked.
    bool is_plain = archive_filter_count(reader->archive) <= 1;
    bool ended_early = reader->is_tar && is_plain && !has_end_mark(reader);
    char path[PATH_SIZE];
    text_copy(path, sizeof path, reader->path);
    reader->is_whole = reader->is_tar && !ended_early;
    close_archive(reader);
    if (ended_early)
        return error_set(error, -ENODATA, "%s: ends without an end mark: its last part is missing", path);
    return 0;
}

// 1 with a file of the open archive, 0 at its end.
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
            return fail(reader, reader->path, error);
        int format = archive_format(reader->archive) & ARCHIVE_FORMAT_BASE_MASK;
        reader->is_tar = format == ARCHIVE_FORMAT_TAR;
        if (!reader->is_tar) {
            text_copy(file->name, sizeof file->name, reader->path);
            return read_bytes(reader, file, error);
        }
        const char *name = archive_entry_pathname(entry);
        if (archive_entry_filetype(entry) != AE_IFREG || name == NULL || !is_trace_name(name))
            continue;
        snprintf(file->name, sizeof file->name, "%.200s: %.800s", base_name(reader->path), name);
        return read_bytes(reader, file, error);
    }
}

int archive_reader_next(struct archive_reader *reader, struct archive_file *ret_file, struct error *error)
{
    for (;;) {
        reader->is_whole = false;
        if (reader->archive == NULL) {
            int ret = open_next(reader, error);
            if (ret <= 0)
                return ret;
            reader->is_tar = false;
        }
        int ret = next_in_archive(reader, ret_file, error);
        if (ret != 0)
            return ret;
        if (reader->is_whole)
            return ARCHIVE_STEP_WHOLE;
    }
}

size_t archive_reader_opened(const struct archive_reader *reader)
{
    return reader->opened;
}
