// SPDX-License-Identifier: MIT
// Another daemon has asked the feeds until now: what it derived and alerted about is learnt from
// PostgreSQL, in place of what this one remembers of an earlier time.
#include "pipeline_internal.h"

#include "store/known_alerts.h"
#include "store/restore.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

// A server that is busy elsewhere gives up when we do.
#define SESSION_OPTIONS "-c statement_timeout=60s -c lock_timeout=20s"
_Static_assert(PIPELINE_TAKE_OVER_PATIENCE_MS == 60000, "SESSION_OPTIONS says the same");
// No sequence: the next state is saved whatever came since.
#define SNAPSHOT_SEQUENCE_NONE (-1)

struct take_over_job {
    struct append_job append;
    char *database, *password; // owned; the password NULL without one
    struct query_stop stop;
    bool without_closed, is_late;
    pipeline_taken_over *done;
    void *data;
    int result;
    struct error error;
};

// The tracker goes on from there: a restart must not continue from the state of before.
static void adopt(struct take_over_job *job, struct intake *intake, struct entry *alerts)
{
    struct worker_side *side = &job->append.pipeline->side;
    intake_free(side->intake);
    side->intake = intake;
    if (alerts->alerts.count > 0)
        append_job_work(&job->append, alerts);
    side->snapshot_sequence = SNAPSHOT_SEQUENCE_NONE;
    worker_side_save_snapshot(side);
}

static void take_over_work(void *data)
{
    struct take_over_job *job = data;
    struct worker_side *side = &job->append.pipeline->side;
    struct intake *intake = intake_new(side->config);
    const struct query_settings settings = {.database = job->database,
                                            .password = job->password,
                                            .options = SESSION_OPTIONS,
                                            .stop = &job->stop};
    struct entry alerts;
    entry_init(&alerts);
    job->result = known_alerts_read(&settings, &alerts, &job->error);
    if (job->result >= 0)
        job->result = restore_from_database(&settings, &side->config->watch, UTC_UNKNOWN,
                                            job->without_closed ? 0 : RESTORE_CLOSED_POINTS_MAX,
                                            intake, &job->error);
    if (job->result >= 0)
        adopt(job, intake, &alerts);
    else
        intake_free(intake);
    job->append.held = side->held_first != NULL;
    worker_side_count(side, &job->append.counters);
    entry_done(&alerts);
}

static void take_over_done(void *data)
{
    struct take_over_job *job = data;
    struct pipeline *pipeline = job->append.pipeline;
    uv_timer_stop(&pipeline->take_over_timer);
    pipeline->take_over = NULL;
    pipeline->take_over_was_late = job->result < 0 && job->is_late;
    if (pipeline->take_over_was_late)
        error_set(&job->error, -ETIMEDOUT, "not all of it came within %d s",
                  PIPELINE_TAKE_OVER_PATIENCE_MS / 1000);
    append_job_finish(&job->append);
    job->done(job->data, job->result < 0 ? &job->error : NULL);
    if (job->password != NULL)
        explicit_bzero(job->password, strlen(job->password));
    free(job->password);
    free(job->database);
    query_stop_done(&job->stop);
    free(job);
}

void pipeline_take_over_stop(struct pipeline *pipeline)
{
    if (pipeline->take_over != NULL)
        query_stop_now(&pipeline->take_over->stop);
}

static void on_late(uv_timer_t *timer)
{
    struct pipeline *pipeline = timer->data;
    pipeline->take_over->is_late = true;
    pipeline_take_over_stop(pipeline);
}

void pipeline_take_over(struct pipeline *pipeline, const char *database, const char *password,
                        pipeline_taken_over *done, void *data)
{
    struct take_over_job *job = memory_allocate_zeroed(1, sizeof *job);
    assert(pipeline->take_over == NULL);
    pipeline->take_over = job;
    query_stop_init(&job->stop);
    job->without_closed = pipeline->take_over_was_late;
    append_job_init(&job->append, pipeline);
    job->database = memory_copy_string(database);
    job->password = password != NULL ? memory_copy_string(password) : NULL;
    job->done = done;
    job->data = data;
    uv_update_time(pipeline->loop);
    uv_timer_start(&pipeline->take_over_timer, on_late, PIPELINE_TAKE_OVER_PATIENCE_MS, 0);
    worker_submit(pipeline->worker, take_over_work, take_over_done, job);
}
