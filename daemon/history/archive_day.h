// SPDX-License-Identifier: MIT
// Which day an archive is the whole of, from its name and the days of its files. At most one:
// readsb gives a trace that begins before midnight the time of its first point (feeds.md 2.2), so
// that some files of nearly every archive seem to be of the day before. Pure.
#pragma once

#include "base/array.h"
#include "base/utc.h"

#include <stdbool.h>
#include <stddef.h>

// An archive without a release's name is taken for a whole day from this many files on. A day of
// adsb.lol's has some 60,000 in 2025 (feeds.md 2.6: 3 GiB of some 50 kB each), and fewer in earlier
// years; who picks aircraft by hand has hundreds [inference].
#define ARCHIVE_DAY_FILES_LEAST 20000
// And when no more than one in so many of all its files is of another day. Of the flights over
// midnight few begin their trace before it; more is two days, the first of which lacks its end and
// thereby its end mark [inference].
#define ARCHIVE_DAY_OTHERS_ONE_IN 10

// Days with so many files each. A zeroed one has none.
struct archive_day_count {
    utc_us day;
    size_t files;
};
struct archive_day_counts ARRAY_OF(struct archive_day_count);

// One more file; `at` is a moment of its day.
void archive_day_count(struct archive_day_counts *counts, utc_us at);

// The day of most files, where the archive is the whole of it; else UTC_UNKNOWN. It is when it
// `is_said_whole`, or its release's name says that day (`named`; UTC_UNKNOWN where it says none),
// or without such a name it has ARCHIVE_DAY_FILES_LEAST files of that day, and few of others.
utc_us archive_day_whole(const struct archive_day_counts *counts, utc_us named, bool is_said_whole);
