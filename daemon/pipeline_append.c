// SPDX-License-Identifier: MIT
#include "pipeline_internal.h"

#include <stdlib.h>

#define FULL_RETRY_MS 1000

// --- the full journal -----------------------------------------------------------------------------

static void set_full(struct pipeline *pipeline, bool full, const char *reason);

struct retry_job {
    struct pipeline *pipeline;
    struct error error;
    bool held;
    struct pipeline_counters counters;
};

static void retry_work(void *data)
{
    struct retry_job *job = data;
    job->held = worker_side_append_held(&job->pipeline->side, &job->error) < 0;
    worker_side_count(&job->pipeline->side, &job->counters);
}

static void retry_done(void *data)
{
    struct retry_job *job = data;
    struct pipeline *pipeline = job->pipeline;
    pipeline->counters.last_sequence = job->counters.last_sequence;
    pipeline->counters.journal = job->counters.journal;
    set_full(pipeline, job->held, job->error.message);
    pipeline_store_pump(pipeline);
    // What was held may have brought alerts.
    if (!job->held && pipeline->events.on_alerts != NULL)
        pipeline->events.on_alerts(pipeline->events.data);
    free(job);
}

static void retry_now(uv_timer_t *timer)
{
    struct pipeline *pipeline = timer->data;
    struct retry_job *job = memory_allocate_zeroed(1, sizeof *job);
    job->pipeline = pipeline;
    worker_submit(pipeline->worker, retry_work, retry_done, job);
}

static void set_full(struct pipeline *pipeline, bool full, const char *reason)
{
    if (full && pipeline->stage != PIPELINE_FINISHING)
        uv_timer_start(&pipeline->retry_timer, retry_now, FULL_RETRY_MS, 0);
    if (full == pipeline->full)
        return;
    pipeline->full = full;
    if (pipeline->events.on_full != NULL)
        pipeline->events.on_full(pipeline->events.data, full, reason);
}

// --- what every job that makes an entry shares ----------------------------------------------------

void append_job_init(struct append_job *job, struct pipeline *pipeline)
{
    job->pipeline = pipeline;
    job->encode_for_store = pipeline->store_ready && store_writer_room(pipeline->writer) > 0 &&
                            pipeline->submitted_sequence == pipeline->counters.last_sequence;
}

static int try_append(struct append_job *job, struct entry *entry)
{
    struct worker_side *side = &job->pipeline->side;
    int ret = worker_side_append(side, entry, &job->journal_error);
    if (ret == 0 && job->encode_for_store) {
        job->batch = store_batch_new(&side->config->watch);
        store_batch_add_rest(job->batch, entry, job->parts.points);
    }
    return ret;
}

void append_job_work(struct append_job *job, struct entry *entry)
{
    struct worker_side *side = &job->pipeline->side;
    job->held = try_append(job, entry) < 0;
    if (job->held)
        worker_side_hold(side);
}

void append_job_work_if_room(struct append_job *job, struct entry *entry)
{
    struct worker_side *side = &job->pipeline->side;
    if (side->held_first == NULL)
        try_append(job, entry);
}

void append_job_finish(struct append_job *job)
{
    struct pipeline *pipeline = job->pipeline;
    job->counters.answers = pipeline->counters.answers;
    job->counters.bad_answers = pipeline->counters.bad_answers;
    job->counters.points = pipeline->counters.points;
    job->counters.duplicates = pipeline->counters.duplicates;
    job->counters.stored_sequence = pipeline->counters.stored_sequence;
    pipeline->counters = job->counters;

    pipeline_parts_finish(job);
    pipeline_store_pump(pipeline);
    // After the answer is on its way to PostgreSQL: what comes next can wait for it.
    if (job->snapshot_due && pipeline->stage == PIPELINE_OPEN)
        worker_submit(pipeline->worker, pipeline_snapshot_work, NULL, pipeline);
    set_full(pipeline, job->held, job->journal_error.message);
    if (job->deliveries > 0 && pipeline->events.on_alerts != NULL)
        pipeline->events.on_alerts(pipeline->events.data);
}
