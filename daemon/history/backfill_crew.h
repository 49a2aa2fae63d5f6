// SPDX-License-Identifier: MIT
// The threads of a backfill beside the caller's: one reads archives into the queue, the others
// scan.
#pragma once

#include "history/backfill.h"

struct backfill_crew;
struct scan_queue; // history/scan_queue.h

// What the reading thread reads: `paths`, or streams.
struct backfill_input {
    char *const *paths;
    size_t path_count;
    const struct backfill_streams *streams; // NULL: paths
};

// Everything is borrowed until backfill_crew_join. `plan->jobs` threads scan, or one for each core.
// Errors: -EAGAIN when the system has no more threads; none is left running then.
int backfill_crew_start(const struct backfill_plan *plan, const struct backfill_input *input,
                        struct scan_queue *queue, struct backfill_crew **ret_crew,
                        struct error *error);

// Ends everything early; then it can be joined.
void backfill_crew_stop(struct backfill_crew *crew);

// Waits until everything was read or the queue was stopped, and frees the crew. Returns what ended
// the reading early: -ECANCELED from the streams, else 0.
int backfill_crew_join(struct backfill_crew *crew, struct error *error);
