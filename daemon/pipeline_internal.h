// SPDX-License-Identifier: MIT
// What the pipeline's files share: pipeline.c has its life cycle and what is asked of it,
// pipeline_append.c what every job that makes an entry has in common and the full journal,
// pipeline_answer.c answers, pipeline_event.c what comes without an answer, pipeline_store.c the
// way into PostgreSQL, pipeline_parts.c that of an entry that is still being made.
#pragma once

#include "journal/worker.h"
#include "pipeline.h"
#include "worker_side.h"

enum pipeline_stage {
    PIPELINE_OPEN,
    PIPELINE_CLOSING,   // what was submitted is finished, PostgreSQL is served
    PIPELINE_FINISHING, // the last state is saved; nothing else is begun
};

// Parts of entries on their way from the worker's thread to the loop.
struct part_queue {
    uv_async_t news;
    uv_mutex_t lock;
    struct queued_part *first, **last;
};

struct pipeline {
    uv_loop_t *loop;
    struct pipeline_events events;
    struct worker *worker;
    struct store_writer *writer;
    struct worker_side side;
    struct part_queue parts;
    uv_timer_t snapshot_timer, retry_timer, closing_timer, purge_timer, take_over_timer;
    bool mirror_waits;               // deliveries found no room in the journal
    bool forgets;                    // alerts that are old
    struct take_over_job *take_over; // under way, or NULL
    bool take_over_was_late;         // the one before it
    int64_t submitted_sequence;      // newest handed to the writer since it was ready
    bool store_ready, drain_running, acknowledge_running, full;
    enum pipeline_stage stage;
    uint64_t patience_ends_ms;
    struct pipeline_counters counters;
    void (*on_closed)(void *data);
    void *closed_data;
    unsigned handles_open;
};

// Saves the tracker's state, as a job's work; `data` is the pipeline.
void pipeline_snapshot_work(void *data);

// Forgets alerts that are older than they need be remembered, until none is left.
void pipeline_purge(struct pipeline *pipeline);

// --- entries --------------------------------------------------------------------------------------

// An entry's rows that went to PostgreSQL, or are ready to, before the entry was in the journal.
struct append_parts {
    size_t points;                // on the worker's thread: how many of the entry's are in parts
    bool has_begun, is_under_way; // on the loop: whether the writer was asked, and took them
    struct store_batch *kept;     // likewise: those that it did not take
};

// What every job that makes an entry shares.
struct append_job {
    struct pipeline *pipeline;
    struct append_parts parts;
    bool encode_for_store; // PostgreSQL is in step: make its batch while the entry is at hand
    // Results of the work:
    struct error journal_error; // why entries are held, when they are
    bool held, snapshot_due;
    size_t deliveries;                 // queued by it
    struct pipeline_counters counters; // those that only the worker's side knows
    struct store_batch *batch;
};

// On the loop, before the job is submitted. The rest of `job` is zeroed by the caller.
void append_job_init(struct append_job *job, struct pipeline *pipeline);

// On the worker's thread: appends the entry, or holds it where there is no room.
void append_job_work(struct append_job *job, struct entry *entry);
// The same, but where there is no room the entry is given up.
void append_job_work_if_room(struct append_job *job, struct entry *entry);

// On the loop, when the work is done: takes its counters over, sends its rows on their way to
// PostgreSQL and tells of its alerts.
void append_job_finish(struct append_job *job);

// --- PostgreSQL -----------------------------------------------------------------------------------

extern const struct store_writer_events
    pipeline_store_events; // without `data`, which is the pipeline

// Sends the batch of an entry that was just appended if PostgreSQL is waiting for exactly that;
// frees it otherwise.
void pipeline_store_send(struct pipeline *pipeline, struct store_batch *batch);

// A large entry's points are sent while it is still being derived and journalled, so that
// PostgreSQL works meanwhile. What commits them is sent when the entry is in the journal, or they
// are undone.
void pipeline_parts_open(struct pipeline *pipeline); // a handle and a lock, for pipeline.c to close
// intake_answer's on_points, on the worker's thread; `data` is an append_job.
void pipeline_parts_add(void *data, const struct track_point *points, size_t count);
// On the loop, when the job's work is done: the rest of it, which takes job->batch over.
void pipeline_parts_finish(struct append_job *job);

// How far PostgreSQL has the journal, as remembered from before: until it answers.
int64_t pipeline_store_remembered(struct pipeline *pipeline);

// Reads the next entries for PostgreSQL from the journal when there are any and it has room.
void pipeline_store_pump(struct pipeline *pipeline);
