// SPDX-License-Identifier: MIT
// Another daemon has asked the feeds until now: what it derived and alerted about is learnt from
// PostgreSQL, in place of what this one remembers of an earlier time.
#include "pipeline_internal.h"

#include "store/known_alerts.h"
#include "store/restore.h"

#include <stdlib.h>
#include <string.h>

// No sequence: the next state is saved whatever came since.
#define SNAPSHOT_SEQUENCE_NONE (-1)

struct take_over_job {
    struct append_job append;
    char *database, *password; // owned; the password NULL without one
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
    struct entry alerts;
    entry_init(&alerts);
    job->result = known_alerts_read(job->database, job->password, &alerts, &job->error);
    if (job->result >= 0)
        job->result = restore_from_database(job->database, job->password, &side->config->watch,
                                            UTC_UNKNOWN, intake, &job->error);
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
    append_job_finish(&job->append);
    job->done(job->data, job->result < 0 ? &job->error : NULL);
    if (job->password != NULL)
        explicit_bzero(job->password, strlen(job->password));
    free(job->password);
    free(job->database);
    free(job);
}

void pipeline_take_over(struct pipeline *pipeline, const char *database, const char *password,
                        pipeline_taken_over *done, void *data)
{
    struct take_over_job *job = memory_allocate_zeroed(1, sizeof *job);
    append_job_init(&job->append, pipeline);
    job->database = memory_copy_string(database);
    job->password = password != NULL ? memory_copy_string(password) : NULL;
    job->done = done;
    job->data = data;
    worker_submit(pipeline->worker, take_over_work, take_over_done, job);
}
