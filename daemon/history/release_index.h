// SPDX-License-Identifier: MIT
// adsb.lol's list of releases, PREFERRED_RELEASES.txt (feeds.md 2.6): a line a day, the URLs of the
// release's files with commas between them. The day, and which part a file is, stand in its name:
// v2025.10.26-planes-readsb-prod-0.tar.aa. Pure.
#pragma once

#include "base/error.h"
#include "base/text.h"
#include "base/utc.h"

#include <stdbool.h>
#include <stddef.h>

// A year of two parts a day has 140 kB in lines of some 270 bytes.
#define RELEASE_INDEX_BYTES_MAX ((size_t)4 << 20)
#define RELEASE_INDEX_LINE_MAX 16384
#define RELEASE_PARTS_MAX 64
#define RELEASE_NAME_SIZE 200

struct release {
    char name[RELEASE_NAME_SIZE]; // the files' name without ".tar" and what follows
    utc_us day;
    char *urls; // of the parts in order, a line each; owned
    size_t part_count;
    char absent[3]; // the first part that the line lacks ("ab"); empty where it has all
};
void release_done(struct release *release);

// Whether a file's path is that of a release (.tar, or a part), and of which day; its name as
// above.
bool release_of_path(const char *path, char ret_name[RELEASE_NAME_SIZE], utc_us *ret_day);

// Whether a release of that name holds all that was heard: one of "mlatonly" has only what was
// computed from several receivers' times (feeds.md 2.6), so that whom it lacks may have been heard
// all the same.
bool release_holds_all(const char *name);

// Finds the release of a day; the first line that names the day counts. Returns 1 when it is there,
// 0 when no line names the day, -EBADMSG for a list with a line that is none or too long, and for a
// line with parts of different releases.
int release_index_find(const char *index, size_t length, utc_us day, struct release *ret_release,
                       struct error *error);
