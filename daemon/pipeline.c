// SPDX-License-Identifier: MIT
#include "pipeline_internal.h"

#include <stdlib.h>

// The tracker's state is saved this often, and earlier when much comes (worker_side.c).
#define SNAPSHOT_INTERVAL_MS 60000
#define CLOSING_CHECK_MS 10
#define PURGE_INTERVAL_MS 3600000

// --- opening --------------------------------------------------------------------------------------

void pipeline_snapshot_work(void *data)
{
    struct pipeline *pipeline = data;
    worker_side_save_snapshot(&pipeline->side);
}

static void snapshot_now(uv_timer_t *timer)
{
    struct pipeline *pipeline = timer->data;
    worker_submit(pipeline->worker, pipeline_snapshot_work, NULL, pipeline);
    if (pipeline->mirror_waits)
        pipeline_mirror_deliveries(pipeline);
}

static void purge_now(uv_timer_t *timer)
{
    pipeline_purge(timer->data);
}

static void start_timer(struct pipeline *pipeline, uv_timer_t *timer)
{
    uv_timer_init(pipeline->loop, timer);
    timer->data = pipeline;
    pipeline->handles_open++;
}

int pipeline_open(uv_loop_t *loop, const struct pipeline_settings *settings,
                  const struct pipeline_events *events, struct pipeline **ret_pipeline,
                  bool *ret_fresh, struct error *error)
{
    struct pipeline *pipeline = memory_allocate_zeroed(1, sizeof *pipeline);
    pipeline->loop = loop;
    pipeline->events = *events;
    int ret = worker_side_open(&pipeline->side, settings, ret_fresh, error);
    if (ret < 0) {
        worker_side_close(&pipeline->side);
        free(pipeline);
        return ret;
    }
    worker_side_count(&pipeline->side, &pipeline->counters);
    pipeline->counters.stored_sequence = pipeline_store_remembered(pipeline);
    pipeline->worker = worker_new(loop);
    start_timer(pipeline, &pipeline->snapshot_timer);
    start_timer(pipeline, &pipeline->retry_timer);
    start_timer(pipeline, &pipeline->closing_timer);
    start_timer(pipeline, &pipeline->purge_timer);
    start_timer(pipeline, &pipeline->take_over_timer);
    pipeline_parts_open(pipeline);
    uv_timer_start(&pipeline->snapshot_timer, snapshot_now, SNAPSHOT_INTERVAL_MS,
                   SNAPSHOT_INTERVAL_MS);
    pipeline->forgets = settings->alerts == ALERT_JUDGE_SENDS; // a replay's time is not ours

    const struct store_writer_settings writer = {
        .database = settings->database,
        .password = settings->database_password,
        .journal_id = journal_id(pipeline->side.journal),
    };
    struct store_writer_events writer_events = pipeline_store_events;
    writer_events.data = pipeline;
    pipeline->writer = store_writer_new(loop, &writer, &writer_events);
    *ret_pipeline = pipeline;
    return 0;
}

void pipeline_start(struct pipeline *pipeline)
{
    // Not before: who opened the pipeline may still read the journal.
    if (pipeline->forgets)
        uv_timer_start(&pipeline->purge_timer, purge_now, 0, PURGE_INTERVAL_MS);
    store_writer_start(pipeline->writer);
}

// --- what is asked of it --------------------------------------------------------------------------

uint64_t pipeline_backlog(const struct pipeline *pipeline)
{
    return worker_depth(pipeline->worker) +
           (uint64_t)(pipeline->counters.last_sequence - pipeline->counters.stored_sequence);
}

struct pipeline_counters pipeline_counters(const struct pipeline *pipeline)
{
    return pipeline->counters;
}

struct intake *pipeline_intake(struct pipeline *pipeline)
{
    return pipeline->side.intake;
}

struct journal *pipeline_journal(struct pipeline *pipeline)
{
    return pipeline->side.journal;
}

const char *pipeline_journal_id(const struct pipeline *pipeline)
{
    return journal_id(pipeline->side.journal);
}

// --- a new configuration --------------------------------------------------------------------------

struct config_job {
    struct pipeline *pipeline;
    const struct config *config;
    void (*done)(void *data);
    void *data;
};

static void config_work(void *data)
{
    struct config_job *job = data;
    worker_side_set_config(&job->pipeline->side, job->config);
}

static void config_done(void *data)
{
    struct config_job *job = data;
    job->done(job->data);
    free(job);
}

void pipeline_set_config(struct pipeline *pipeline, const struct config *config,
                         void (*done)(void *data), void *data)
{
    struct config_job *job = memory_allocate_zeroed(1, sizeof *job);
    *job = (struct config_job){.pipeline = pipeline, .config = config, .done = done, .data = data};
    worker_submit(pipeline->worker, config_work, config_done, job);
}

// --- closing: work done, PostgreSQL served or patience lost, state saved, handles closed ----------

static void free_pipeline(struct pipeline *pipeline)
{
    void (*on_closed)(void *data) = pipeline->on_closed;
    void *data = pipeline->closed_data;
    worker_side_close(&pipeline->side);
    worker_free(pipeline->worker);
    uv_mutex_destroy(&pipeline->parts.lock);
    free(pipeline);
    on_closed(data);
}

static void handle_closed(uv_handle_t *handle)
{
    struct pipeline *pipeline = handle->data;
    if (--pipeline->handles_open == 0)
        free_pipeline(pipeline);
}

static void writer_closed(void *data)
{
    struct pipeline *pipeline = data;
    uv_close((uv_handle_t *)&pipeline->snapshot_timer, handle_closed);
    uv_close((uv_handle_t *)&pipeline->retry_timer, handle_closed);
    uv_close((uv_handle_t *)&pipeline->closing_timer, handle_closed);
    uv_close((uv_handle_t *)&pipeline->purge_timer, handle_closed);
    uv_close((uv_handle_t *)&pipeline->take_over_timer, handle_closed);
    uv_close((uv_handle_t *)&pipeline->parts.news, handle_closed);
}

static void last_snapshot_done(void *data)
{
    struct pipeline *pipeline = data;
    store_writer_close(pipeline->writer, writer_closed, pipeline);
}

// Jobs end soon, now that none of them waits for PostgreSQL; PostgreSQL may not have all soon, so
// it is waited for with limited patience.
static void check_closing(uv_timer_t *timer)
{
    struct pipeline *pipeline = timer->data;
    bool impatient = uv_now(pipeline->loop) >= pipeline->patience_ends_ms;
    bool served = pipeline->counters.stored_sequence >= pipeline->counters.last_sequence;
    if (worker_depth(pipeline->worker) > 0 || (!served && !impatient))
        return;
    pipeline->stage = PIPELINE_FINISHING;
    pipeline->store_ready = false;
    uv_timer_stop(&pipeline->closing_timer);
    uv_timer_stop(&pipeline->snapshot_timer);
    uv_timer_stop(&pipeline->retry_timer);
    uv_timer_stop(&pipeline->purge_timer);
    worker_submit(pipeline->worker, pipeline_snapshot_work, last_snapshot_done, pipeline);
}

void pipeline_close(struct pipeline *pipeline, uint64_t patience_ms, void (*on_closed)(void *data),
                    void *data)
{
    pipeline->on_closed = on_closed;
    pipeline->closed_data = data;
    pipeline->stage = PIPELINE_CLOSING;
    pipeline->patience_ends_ms = uv_now(pipeline->loop) + patience_ms;
    pipeline_take_over_stop(pipeline);
    uv_timer_start(&pipeline->closing_timer, check_closing, 0, CLOSING_CHECK_MS);
}
