// SPDX-License-Identifier: MIT
#include "pipeline_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct answer_job {
    struct append_job append;
    struct pipeline_answer answer;
    pipeline_judged *judged;
    void *judged_data;
    // Results.
    enum intake_verdict verdict;
    struct error error;
    size_t points, duplicates;
};

// Deliveries become due by the wall clock, also where it is not believed (worker_side_date).
static void due_by_wall_clock(struct entry *entry, utc_us ahead)
{
    if (ahead > RECEIPT_STEP || ahead < -RECEIPT_STEP)
        array_foreach (&entry->deliveries, delivery)
            delivery->due_at += delivery->state == DELIVERY_QUEUED ? ahead : 0;
}

static void answer_work(void *data)
{
    struct answer_job *job = data;
    struct worker_side *side = &job->append.pipeline->side;
    const struct recorded_answer *recorded = &job->answer.recorded;
    worker_side_record(side, recorded);
    // The rest of the last answer's work left no time for it, and waiting longer is no choice.
    if (worker_side_snapshot_is_overdue(side))
        worker_side_save_snapshot(side);
    struct intake_answer answer = {
        .feed = recorded->feed,
        .kind = job->answer.kind,
        .request = recorded->request,
        .asked_at = recorded->asked_at,
        .answered_at = recorded->answered_at,
        .status = recorded->status,
        .failure = recorded->failure,
        .body = recorded->body,
        .body_length = recorded->body_length,
    };
    // With entries held this one will not be PostgreSQL's next.
    if (job->append.encode_for_store && side->held_first == NULL) {
        answer.on_points = pipeline_parts_add;
        answer.data = &job->append;
    }
    worker_side_date(side, &answer, job->answer.monotonic);
    struct entry entry;
    entry_init(&entry);
    job->verdict = intake_step(side->intake, &answer, &entry, &job->error);
    if (job->verdict == INTAKE_GOOD)
        receipt_clock_take(&side->clock, answer.answered_at, job->answer.monotonic);
    job->append.deliveries = alert_judge_entry(
        side->judge, side->journal, intake_tracker(side->intake), answer.answered_at, &entry);
    due_by_wall_clock(&entry, recorded->answered_at - answer.answered_at);
    append_job_work(&job->append, &entry);
    job->points = entry.points.count;
    job->duplicates = job->verdict == INTAKE_GOOD ? intake_duplicates(side->intake) : 0;
    job->append.snapshot_due = worker_side_snapshot_is_due(side);
    worker_side_count(side, &job->append.counters);
    entry_done(&entry);
    recorded_answer_done(&job->answer.recorded);
}

static void answer_done(void *data)
{
    struct answer_job *job = data;
    struct pipeline *pipeline = job->append.pipeline;
    pipeline->counters.answers++;
    pipeline->counters.bad_answers += job->verdict == INTAKE_BAD_ANSWER;
    pipeline->counters.points += job->points;
    pipeline->counters.duplicates += job->duplicates;
    append_job_finish(&job->append);
    if (job->judged != NULL)
        job->judged(job->judged_data, job->verdict,
                    job->verdict == INTAKE_GOOD ? "" : job->error.message);
    free(job);
}

void pipeline_submit(struct pipeline *pipeline, struct pipeline_answer *answer,
                     pipeline_judged *judged, void *data)
{
    assert(pipeline->stage == PIPELINE_OPEN);
    struct answer_job *job = memory_allocate_zeroed(1, sizeof *job);
    append_job_init(&job->append, pipeline);
    job->answer = *answer;
    memset(answer, 0, sizeof *answer);
    job->judged = judged;
    job->judged_data = data;
    worker_submit(pipeline->worker, answer_work, answer_done, job);
}
