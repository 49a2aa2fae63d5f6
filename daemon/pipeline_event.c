// SPDX-License-Identifier: MIT
// What comes without an answer: alerts of our own, what became of deliveries, and the feeds'
// states.
#include "pipeline_internal.h"

#include "base/clock.h"
#include "journal/outbox.h"

#include <stdlib.h>

// Deliveries whose new state one entry carries to PostgreSQL: a few hundred kilobytes.
#define MIRRORED_AT_ONCE 2000

struct event_job {
    struct append_job append;
    struct alert_event event;
    utc_us now;
    bool kept;
    void (*done)(void *data, bool kept); // NULL: nobody has kept it elsewhere
    void *data;
};

// Who keeps the event until it is committed hears when it is not; for the others it is held.
static void append_event(struct event_job *job, struct entry *entry)
{
    if (job->done == NULL)
        append_job_work(&job->append, entry);
    else
        append_job_work_if_room(&job->append, entry);
    job->kept = entry->sequence > 0;
}

static void event_work(void *data)
{
    struct event_job *job = data;
    struct worker_side *side = &job->append.pipeline->side;
    struct entry entry;
    entry_init(&entry);
    job->append.deliveries =
        alert_judge_event(side->judge, side->journal, &job->event, job->now, &entry);
    job->kept = entry.alerts.count == 0;
    if (!job->kept)
        append_event(job, &entry);
    job->append.held = side->held_first != NULL;
    worker_side_count(side, &job->append.counters);
    entry_done(&entry);
}

static void event_done(void *data)
{
    struct event_job *job = data;
    append_job_finish(&job->append);
    if (job->done != NULL)
        job->done(job->data, job->kept);
    free(job);
}

void pipeline_alert_kept(struct pipeline *pipeline, const struct alert_event *event, utc_us now,
                         void (*done)(void *data, bool kept), void *data)
{
    struct event_job *job = memory_allocate_zeroed(1, sizeof *job);
    append_job_init(&job->append, pipeline);
    job->event = *event;
    job->now = now;
    job->done = done;
    job->data = data;
    worker_submit(pipeline->worker, event_work, event_done, job);
}

void pipeline_alert(struct pipeline *pipeline, const struct alert_event *event, utc_us now)
{
    pipeline_alert_kept(pipeline, event, now, NULL, NULL);
}

// --- what became of deliveries --------------------------------------------------------------------

struct mirror_job {
    struct append_job append;
    size_t taken;
    bool appended;
};

// With no room in the journal nothing is held: the deliveries keep their mark, and a later time
// takes them.
static void mirror_work(void *data)
{
    struct mirror_job *job = data;
    struct worker_side *side = &job->append.pipeline->side;
    struct entry entry;
    struct error ignored;
    entry_init(&entry);
    if (outbox_unmirrored(side->journal, MIRRORED_AT_ONCE, &entry.deliveries, &ignored) == 0 &&
        entry.deliveries.count > 0)
        append_job_work_if_room(&job->append, &entry);
    job->taken = entry.deliveries.count;
    job->appended = entry.sequence > 0;
    job->append.held = side->held_first != NULL;
    worker_side_count(side, &job->append.counters);
    entry_done(&entry);
}

static void mirror_done(void *data)
{
    struct mirror_job *job = data;
    struct pipeline *pipeline = job->append.pipeline;
    append_job_finish(&job->append);
    pipeline->mirror_waits = job->taken > 0 && !job->appended;
    if (job->taken == MIRRORED_AT_ONCE && job->appended && pipeline->stage != PIPELINE_FINISHING)
        pipeline_mirror_deliveries(pipeline);
    free(job);
}

void pipeline_mirror_deliveries(struct pipeline *pipeline)
{
    struct mirror_job *job = memory_allocate_zeroed(1, sizeof *job);
    append_job_init(&job->append, pipeline);
    worker_submit(pipeline->worker, mirror_work, mirror_done, job);
}

// --- what is old ----------------------------------------------------------------------------------

struct purge_job {
    struct pipeline *pipeline;
    int purged;
};

static void purge_work(void *data)
{
    struct purge_job *job = data;
    struct error ignored; // it is tried again with the next hour
    job->purged =
        outbox_purge(job->pipeline->side.journal, clock_now() - OUTBOX_REMEMBERED, &ignored);
}

// In turn with everything else, so that no answer waits for more than one of them.
static void purge_done(void *data)
{
    struct purge_job *job = data;
    if (job->purged == OUTBOX_PURGED_AT_ONCE && job->pipeline->stage == PIPELINE_OPEN)
        pipeline_purge(job->pipeline);
    free(job);
}

void pipeline_purge(struct pipeline *pipeline)
{
    struct purge_job *job = memory_allocate_zeroed(1, sizeof *job);
    job->pipeline = pipeline;
    worker_submit(pipeline->worker, purge_work, purge_done, job);
}

// --- the journal, lent ----------------------------------------------------------------------------

struct journal_job {
    struct pipeline *pipeline;
    void (*work)(struct journal *journal, void *data);
    void (*done)(void *data);
    void *data;
};

static void journal_work(void *data)
{
    struct journal_job *job = data;
    job->work(job->pipeline->side.journal, job->data);
}

static void journal_done(void *data)
{
    struct journal_job *job = data;
    job->done(job->data);
    free(job);
}

void pipeline_with_journal(struct pipeline *pipeline,
                           void (*work)(struct journal *journal, void *data),
                           void (*done)(void *data), void *data)
{
    struct journal_job *job = memory_allocate(sizeof *job);
    *job = (struct journal_job){pipeline, work, done, data};
    worker_submit(pipeline->worker, journal_work, journal_done, job);
}

// --- feeds -------------------------------------------------------------------------------------

struct feed_state_job {
    struct pipeline *pipeline;
    char key[JOURNAL_FEED_KEY_SIZE];
    struct journal_feed_state state;
};

static void feed_state_work(void *data)
{
    struct feed_state_job *job = data;
    struct error error;
    // Lost with a full disk; the worst is that a feed is asked once before its "not before".
    journal_save_feed_state(job->pipeline->side.journal, job->key, &job->state, &error);
}

void pipeline_save_feed_state(struct pipeline *pipeline, const char *key,
                              const struct journal_feed_state *state)
{
    struct feed_state_job *job = memory_allocate_zeroed(1, sizeof *job);
    job->pipeline = pipeline;
    text_copy(job->key, sizeof job->key, key);
    job->state = *state;
    worker_submit(pipeline->worker, feed_state_work, free, job);
}
