// SPDX-License-Identifier: MIT
// The way of the entries into PostgreSQL: the writer takes each as it is appended while it keeps
// up, and reads from the journal what it missed.
#include "pipeline_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define CONSUMER "postgresql"
// One batch of a backlog: the size at which a pipelined unnest insert is fastest (craft.md 3.3).
#define DRAIN_ROWS 10000

struct drain_job {
    struct pipeline *pipeline;
    int64_t after;
    struct store_batch *batch;
    struct error error;
    bool failed;
};

static void drain_work(void *data)
{
    struct drain_job *job = data;
    struct worker_side *side = &job->pipeline->side;
    int64_t sequence = job->after;
    job->batch = store_batch_new(&side->config->watch);
    while (store_batch_rows(job->batch) < DRAIN_ROWS) {
        int ret = journal_read(side->journal, sequence, &sequence, &side->read, &job->error);
        struct entry entry;
        if (ret > 0)
            ret =
                entry_decode(side->read.bytes, side->read.length, &entry, &job->error) < 0 ? -1 : 1;
        job->failed = ret < 0;
        if (ret <= 0)
            return;
        entry.sequence = sequence;
        if (store_batch_last_sequence(job->batch) == 0)
            store_batch_pass_over(job->batch, job->after);
        store_batch_add(job->batch, &entry);
        entry_done(&entry);
    }
}

static void drain_done(void *data)
{
    struct drain_job *job = data;
    struct pipeline *pipeline = job->pipeline;
    pipeline->drain_running = false;
    // The writer may have lost its connection meanwhile: on_ready then names the place to go on
    // from.
    bool in_step = pipeline->store_ready && job->after == pipeline->submitted_sequence &&
                   store_writer_room(pipeline->writer) > 0;
    bool has_entries = store_batch_last_sequence(job->batch) > job->after;
    if (in_step && has_entries) {
        pipeline->submitted_sequence = store_batch_last_sequence(job->batch);
        store_writer_submit(pipeline->writer, job->batch);
    } else {
        store_batch_free(job->batch);
    }
    if (job->failed)
        pipeline->events.on_store_state(pipeline->events.data, STORE_REFUSED, &job->error);
    else if (has_entries)
        pipeline_store_pump(pipeline);
    free(job);
}

void pipeline_store_send(struct pipeline *pipeline, struct store_batch *batch)
{
    bool in_step = pipeline->store_ready && !pipeline->drain_running &&
                   store_batch_last_sequence(batch) == pipeline->submitted_sequence + 1 &&
                   store_writer_room(pipeline->writer) > 0;
    if (in_step) {
        pipeline->submitted_sequence = store_batch_last_sequence(batch);
        store_writer_submit(pipeline->writer, batch);
    } else {
        store_batch_free(batch);
    }
}

void pipeline_store_pump(struct pipeline *pipeline)
{
    if (!pipeline->store_ready || pipeline->drain_running ||
        pipeline->submitted_sequence >= pipeline->counters.last_sequence ||
        store_writer_room(pipeline->writer) == 0)
        return;
    struct drain_job *job = memory_allocate_zeroed(1, sizeof *job);
    job->pipeline = pipeline;
    job->after = pipeline->submitted_sequence;
    pipeline->drain_running = true;
    worker_submit(pipeline->worker, drain_work, drain_done, job);
}

struct acknowledge_job {
    struct pipeline *pipeline;
    int64_t sequence;
    struct journal_depth depth;
};

static void acknowledge_work(void *data)
{
    struct acknowledge_job *job = data;
    struct error error;
    // PostgreSQL's own cursor is the truth; this one only lets the journal shrink.
    journal_acknowledge(job->pipeline->side.journal, CONSUMER, job->sequence, &error);
    job->depth = journal_depth(job->pipeline->side.journal);
}

static void acknowledge(struct pipeline *pipeline);

static void acknowledge_done(void *data)
{
    struct acknowledge_job *job = data;
    struct pipeline *pipeline = job->pipeline;
    pipeline->acknowledge_running = false;
    pipeline->counters.journal = job->depth;
    if (pipeline->counters.stored_sequence > job->sequence)
        acknowledge(pipeline);
    free(job);
}

static void acknowledge(struct pipeline *pipeline)
{
    if (pipeline->acknowledge_running || pipeline->stage == PIPELINE_FINISHING)
        return;
    struct acknowledge_job *job = memory_allocate_zeroed(1, sizeof *job);
    job->pipeline = pipeline;
    job->sequence = pipeline->counters.stored_sequence;
    pipeline->acknowledge_running = true;
    worker_submit(pipeline->worker, acknowledge_work, acknowledge_done, job);
}

int64_t pipeline_store_remembered(struct pipeline *pipeline)
{
    struct error ignored;
    int64_t sequence = 0;
    return journal_cursor(pipeline->side.journal, CONSUMER, &sequence, &ignored) < 0 ? 0 : sequence;
}

// PostgreSQL cannot have what this journal never gave out: an older copy of the file was put back,
// and its next entries would be taken for those that are stored under their numbers.
static bool is_older_copy(const struct pipeline *pipeline, int64_t cursor, struct error *error)
{
    if (cursor <= pipeline->counters.last_sequence)
        return false;
    error_set(error, -ESTALE,
              "it has entry %" PRId64 " of this journal, whose newest is %" PRId64
              ": an older copy of journal.sqlite was put back; move it away and start again",
              cursor, pipeline->counters.last_sequence);
    return true;
}

static void store_ready(void *data, int64_t cursor)
{
    struct pipeline *pipeline = data;
    struct error error;
    if (is_older_copy(pipeline, cursor, &error)) {
        if (pipeline->events.on_store_state != NULL)
            pipeline->events.on_store_state(pipeline->events.data, STORE_REFUSED, &error);
        return;
    }
    pipeline->store_ready = true;
    pipeline->submitted_sequence = cursor;
    pipeline->counters.stored_sequence = cursor;
    acknowledge(pipeline);
    pipeline_store_pump(pipeline);
}

static void store_stored(void *data, int64_t sequence)
{
    struct pipeline *pipeline = data;
    pipeline->counters.stored_sequence = sequence;
    acknowledge(pipeline);
    pipeline_store_pump(pipeline);
    if (pipeline->events.on_stored != NULL)
        pipeline->events.on_stored(pipeline->events.data, sequence);
}

static void store_state(void *data, enum store_state state, const struct error *error)
{
    struct pipeline *pipeline = data;
    if (state != STORE_READY)
        pipeline->store_ready = false;
    if (pipeline->events.on_store_state != NULL)
        pipeline->events.on_store_state(pipeline->events.data, state, error);
}

const struct store_writer_events pipeline_store_events = {
    .on_ready = store_ready,
    .on_stored = store_stored,
    .on_state = store_state,
};
