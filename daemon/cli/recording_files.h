// SPDX-License-Identifier: MIT
// Several files of recorded answers read as one, in order of time.
#pragma once

#include "base/error.h"
#include "journal/recording.h"

#include <stddef.h>

#define RECORDING_FILES_MAX 1000

struct recording_files;

// Opens them all (plain or gzip, whatever the name; "-" is standard input) and reads the first line
// of each. -ENOENT and so on for a file that cannot be read, -EBADMSG for a bad first line.
int recording_files_open(char *const *paths, size_t count, struct recording_files **ret_files,
                         struct error *error);
void recording_files_close(struct recording_files *files); // accepts NULL

// The answer that ended first among the files' next ones. Returns 1 with an owned answer, 0 at the
// end of all, or -EBADMSG naming file and line: a bad line, or one that is older than the line
// before it.
int recording_files_next(struct recording_files *files, struct recorded_answer *ret_answer,
                         struct error *error);
// Where the answer of the last call came from: "flight.ndjson.gz:12".
const char *recording_files_where(const struct recording_files *files);
