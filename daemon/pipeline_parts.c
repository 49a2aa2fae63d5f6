// SPDX-License-Identifier: MIT
#include "pipeline_internal.h"

#include <stdlib.h>

struct queued_part {
    struct queued_part *next;
    struct append_job *job;
    struct store_batch *batch;
};

// --- from the worker's thread ---------------------------------------------------------------------

void pipeline_parts_add(void *data, const struct track_point *points, size_t count)
{
    struct append_job *job = data;
    struct part_queue *queue = &job->pipeline->parts;
    struct queued_part *part = memory_allocate_zeroed(1, sizeof *part);
    part->job = job;
    part->batch = store_batch_new(&job->pipeline->side.config->watch);
    store_batch_add_points(part->batch, points, count);
    job->parts.points += count;
    uv_mutex_lock(&queue->lock);
    *queue->last = part;
    queue->last = &part->next;
    uv_mutex_unlock(&queue->lock);
    uv_async_send(&queue->news);
}

// --- on the loop ----------------------------------------------------------------------------------

// The first part, if there is one and it is of this job; NULL for `job` means any.
static struct queued_part *take_part(struct part_queue *queue, const struct append_job *job)
{
    uv_mutex_lock(&queue->lock);
    struct queued_part *part = queue->first;
    if (part != NULL && job != NULL && part->job != job)
        part = NULL;
    if (part != NULL) {
        queue->first = part->next;
        if (queue->first == NULL)
            queue->last = &queue->first;
    }
    uv_mutex_unlock(&queue->lock);
    return part;
}

// Only the entry that PostgreSQL is waiting for, and only where nothing is left to be read from the
// journal.
static bool begin(struct pipeline *pipeline)
{
    return pipeline->store_ready && !pipeline->drain_running &&
           pipeline->submitted_sequence == pipeline->counters.last_sequence &&
           store_writer_begin_parts(pipeline->writer);
}

static void send_part(struct queued_part *part)
{
    struct append_job *job = part->job;
    struct pipeline *pipeline = job->pipeline;
    if (!job->parts.has_begun)
        job->parts.is_under_way = begin(pipeline);
    job->parts.has_begun = true;
    if (job->parts.is_under_way)
        store_writer_send_part(pipeline->writer, part->batch);
    else if (job->parts.kept == NULL)
        job->parts.kept = part->batch;
    else
        store_batch_absorb(job->parts.kept, part->batch);
    free(part);
}

static void on_news(uv_async_t *news)
{
    struct pipeline *pipeline = news->data;
    struct queued_part *part;
    while ((part = take_part(&pipeline->parts, NULL)) != NULL)
        send_part(part);
}

// The entry is in the journal and has the place after the one that was sent last, or else it was
// held, or others were held before it.
static bool is_next(const struct append_job *job)
{
    return job->batch != NULL &&
           store_batch_last_sequence(job->batch) == job->pipeline->submitted_sequence + 1;
}

static void finish_under_way(struct append_job *job)
{
    struct pipeline *pipeline = job->pipeline;
    if (!is_next(job)) {
        store_writer_give_up_parts(pipeline->writer);
        store_batch_free(job->batch);
        return;
    }
    int64_t sequence = store_batch_last_sequence(job->batch);
    if (store_writer_finish_parts(pipeline->writer, job->batch))
        pipeline->submitted_sequence = sequence;
}

void pipeline_parts_finish(struct append_job *job)
{
    struct queued_part *part;
    // Those of the next job, which may be at work already, wait until this one's are through.
    while ((part = take_part(&job->pipeline->parts, job)) != NULL)
        send_part(part);
    if (job->parts.is_under_way) {
        finish_under_way(job);
    } else if (job->batch != NULL) {
        if (job->parts.kept != NULL)
            store_batch_absorb(job->batch, job->parts.kept);
        pipeline_store_send(job->pipeline, job->batch);
    } else {
        store_batch_free(job->parts.kept);
    }
    job->batch = job->parts.kept = NULL;
}

void pipeline_parts_open(struct pipeline *pipeline)
{
    pipeline->parts.last = &pipeline->parts.first;
    uv_mutex_init(&pipeline->parts.lock);
    uv_async_init(pipeline->loop, &pipeline->parts.news, on_news);
    pipeline->parts.news.data = pipeline;
    pipeline->handles_open++;
}
