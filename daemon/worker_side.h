// SPDX-License-Identifier: MIT
// What the pipeline's jobs use on the worker's thread, and the loop only while no job is under way:
// intake, judge of alerts, journal and recording, the entries that wait for room in the journal,
// and the saved state that a restart continues from. Private to the pipeline.
#pragma once

#include "journal/receipt_clock.h"
#include "pipeline.h"

#include <stdio.h>

struct worker_side {
    const struct config *config;
    struct journal *journal;
    struct intake *intake;
    struct alert_judge *judge;
    FILE *recording; // NULL when answers are not recorded
    struct text recording_line;
    struct byte_writer encoded; // the entry that was appended last
    struct byte_writer read;
    struct held_entry *held_first, **held_last; // they found no room; oldest first
    int64_t appended_sequence;
    int64_t snapshot_sequence;
    uint64_t bytes_since_snapshot, snapshot_after_bytes;
    struct receipt_clock clock;
};

// Opens the journal and the recording, and restores the tracker. `side` is zeroed by the caller,
// and to be closed after a failure too. *ret_fresh: the journal knew nothing.
int worker_side_open(struct worker_side *side, const struct pipeline_settings *settings,
                     bool *ret_fresh, struct error *error);
void worker_side_close(struct worker_side *side);

// Goes over to a new configuration, the journal's limit included; the one before it is no longer
// used then.
void worker_side_set_config(struct worker_side *side, const struct config *config);

void worker_side_record(struct worker_side *side, const struct recorded_answer *recorded);

// Puts the answer's times right where the wall clock was set between it and the answer before, and
// makes them rise (journal/receipt_clock.h). `monotonic` is when it came, 0 for a recording.
void worker_side_date(struct worker_side *side, struct intake_answer *answer, utc_us monotonic);

// Appends what was held, then `entry`, whose sequence is set. The errors are the journal's: -ENOSPC
// without room.
int worker_side_append(struct worker_side *side, struct entry *entry, struct error *error);
// Appends what was held, oldest first. What was appended before an error stays so.
int worker_side_append_held(struct worker_side *side, struct error *error);
// Keeps the entry that could not be appended just now, to go before any later one.
void worker_side_hold(struct worker_side *side);

// Saves the tracker's state in the journal, unless entries are held: the tracker is then ahead of
// the journal.
void worker_side_save_snapshot(struct worker_side *side);
// Whether so much has come since the last one that it should be saved, or cannot wait any longer.
bool worker_side_snapshot_is_due(const struct worker_side *side);
bool worker_side_snapshot_is_overdue(const struct worker_side *side);

// The counters that only this side knows.
void worker_side_count(const struct worker_side *side, struct pipeline_counters *counters);
