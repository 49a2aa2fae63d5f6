// SPDX-License-Identifier: MIT
// Reads the files of archives one after another: files, folders, tar (also compressed as a whole),
// split tar (X.tar.aa, X.tar.ab, ...), standard input, streams; also several tars one after another
// in one of them. Nothing is unpacked to disk, and one file at a time is in memory. Names within an
// archive are words for messages, never paths.
#pragma once

#include "base/error.h"
#include "base/utc.h"
#include "feed/observation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARCHIVE_FILE_BYTES_MAX                                                                     \
    ((size_t)32 << 20) // packed; a trace of one aircraft and day is below 2 MB
#define ARCHIVE_NAME_SIZE 1024

struct archive_file {
    char name[ARCHIVE_NAME_SIZE]; // "day.tar: ./traces/df/trace_full_1551df.json"
    char icao24[ICAO24_SIZE];     // whose it is by its name; empty where that does not say
    const uint8_t *bytes;         // borrowed until the next call
    size_t length;
};

struct archive_reader;
struct history_stream; // history/stream.h

// `paths` are borrowed. A part of a split tar must come with its first part; the others are found
// beside it.
struct archive_reader *archive_reader_new(char *const *paths, size_t count);
void archive_reader_free(struct archive_reader *reader); // accepts NULL

// What a stream holds.
enum archive_kind {
    ARCHIVE_KIND_TAR,   // traces in a tar, which may be compressed as a whole
    ARCHIVE_KIND_TRACE, // one trace, plain or gzip
};

// Takes the stream, to be read next. Only when nothing is open: at first, or after
// ARCHIVE_STEP_END.
void archive_reader_add_stream(struct archive_reader *reader, struct history_stream *stream,
                               enum archive_kind kind);

// What a step met.
enum archive_step {
    ARCHIVE_STEP_END,   // of everything
    ARCHIVE_STEP_FILE,  // a file
    ARCHIVE_STEP_WHOLE, // the end mark of an archive: everything since its start was there, and
                        // could be read
};

// Steps to the next trace. Of a folder and of an archive only files named trace_full_* count; a
// path that names a file is taken whatever it is called. Returns an archive_step, or an error with
// the name of what could not be read: the next call goes on behind it. -ENODATA for an archive that
// ends too early, -EBADMSG for one that is damaged (once for each stretch of it), which is not
// whole.
int archive_reader_next(struct archive_reader *reader, struct archive_file *ret_file,
                        struct error *error);

// From another thread: a call that waits for standard input, and the next ones, end as at the end
// of everything.
void archive_reader_stop(struct archive_reader *reader);

// How many files and archives were opened so far, those that follow another in one input too: the
// same for all that came out of one.
size_t archive_reader_opened(const struct archive_reader *reader);
// The path or the stream's name of the one that was opened last; "" at first.
const char *archive_reader_opened_name(const struct archive_reader *reader);
// The day that it is the archive of, by its release's name or its stream; UTC_UNKNOWN where that is
// not said.
utc_us archive_reader_opened_day(const struct archive_reader *reader);
