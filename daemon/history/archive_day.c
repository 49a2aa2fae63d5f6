// SPDX-License-Identifier: MIT
#include "history/archive_day.h"

void archive_day_count(struct archive_day_counts *counts, utc_us at)
{
    utc_us day = utc_day_start(at);
    array_foreach (counts, known) {
        if (known->day == day) {
            known->files++;
            return;
        }
    }
    *array_append(counts) = (struct archive_day_count){day, 1};
}

static bool has_enough(size_t files, size_t all_files)
{
    return files >= ARCHIVE_DAY_FILES_LEAST &&
           (all_files - files) * ARCHIVE_DAY_OTHERS_ONE_IN <= all_files;
}

utc_us archive_day_whole(const struct archive_day_counts *counts, utc_us named, bool is_said_whole)
{
    struct archive_day_count most = {UTC_UNKNOWN, 0};
    size_t all_files = 0;
    array_foreach (counts, one) {
        all_files += one->files;
        if (one->files > most.files || (one->files == most.files && one->day == named))
            most = *one;
    }
    bool is_named = named != UTC_UNKNOWN;
    bool is_whole =
        is_said_whole || (is_named ? most.day == named : has_enough(most.files, all_files));
    return is_whole ? most.day : UTC_UNKNOWN;
}
