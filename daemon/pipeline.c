// SPDX-License-Identifier: MIT
#include "pipeline.h"

#include "alert/judge.h"
#include "journal/outbox.h"
#include "journal/worker.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONSUMER "postgresql"
// One batch of a backlog: the size at which a pipelined unnest insert is fastest (craft.md 3.3).
#define DRAIN_ROWS 10000
// The tracker's state is saved this often, and before so much, or such a share of the journal's limit, has come
// since: a restart reads again only the entries behind it, and until then they are kept. Without the share a
// full journal could never shrink, since no state is saved while entries wait for room.
#define SNAPSHOT_INTERVAL_MS 60000
#define SNAPSHOT_AFTER_BYTES ((uint64_t)64 << 20)
#define SNAPSHOT_AFTER_SHARE 4
#define SNAPSHOT_BYTES_MAX ((size_t)1 << 30)
#define FULL_RETRY_MS 1000
#define CLOSING_CHECK_MS 10
#define ENTRY_BYTES_MAX ((size_t)256 << 20)
#define RECORDING_LIMIT_BYTES RECORDING_LINE_BYTES_MAX

struct held_entry { // encoded, waiting for room in the journal
    struct held_entry *next;
    struct byte_writer bytes;
};

// What jobs use on the worker's thread, and the loop only while no job is under way.
struct worker_side {
    const struct config *config;
    struct journal *journal;
    struct intake *intake;
    struct alert_judge *judge;
    FILE *recording;
    struct text recording_line;
    struct byte_writer encoded;
    struct byte_writer read;
    struct held_entry *held_first, **held_last;
    int64_t appended_sequence;
    int64_t snapshot_sequence;
    uint64_t bytes_since_snapshot, snapshot_after_bytes;
    utc_us last_received_at;
};

struct pipeline {
    uv_loop_t *loop;
    struct pipeline_events events;
    struct worker *worker;
    struct store_writer *writer;
    struct worker_side side;
    uv_timer_t snapshot_timer, retry_timer, closing_timer;
    int64_t submitted_sequence; // newest handed to the writer since it was ready
    bool store_ready, drain_running, acknowledge_running, full;
    enum { PIPELINE_OPEN, PIPELINE_CLOSING, PIPELINE_FINISHING } stage;
    uint64_t patience_ends_ms;
    struct pipeline_counters counters;
    void (*on_closed)(void *data);
    void *closed_data;
    unsigned handles_open;
};

// --- restoring ------------------------------------------------------------------------------------

static int absorb_journal(struct worker_side *side, int64_t after, struct error *error)
{
    int ret;
    int64_t sequence = after;
    while ((ret = journal_read(side->journal, sequence, &sequence, &side->read, error)) > 0) {
        struct entry entry;
        ret = entry_decode(side->read.bytes, side->read.length, &entry, error);
        if (ret < 0)
            return ret;
        if (entry_has_poll(&entry))
            intake_absorb(side->intake, &entry);
        if (entry_has_poll(&entry) && entry.poll.answered_at != UTC_UNKNOWN)
            side->last_received_at = entry.poll.answered_at;
        side->bytes_since_snapshot += side->read.length;
        entry_done(&entry);
    }
    return ret;
}

// Snapshot first, then the entries that came after it.
static int restore_from_journal(struct worker_side *side, bool *ret_fresh, struct error *error)
{
    int64_t sequence = 0;
    int ret = journal_load_snapshot(side->journal, &sequence, &side->read, error);
    if (ret < 0)
        return ret;
    bool has_snapshot = ret > 0;
    if (has_snapshot) {
        struct byte_reader reader = byte_reader_of(side->read.bytes, side->read.length);
        side->last_received_at = byte_reader_i64(&reader);
        // A state of another version is not an error: the caller derives it from the database.
        has_snapshot = tracker_load(intake_tracker(side->intake), &reader) == 0;
    }
    struct journal_depth depth = journal_depth(side->journal);
    *ret_fresh = !has_snapshot && depth.entries == 0;
    side->snapshot_sequence = sequence;
    side->appended_sequence = depth.last_sequence;
    return absorb_journal(side, has_snapshot ? sequence : 0, error);
}

// --- jobs: on the worker's thread -----------------------------------------------------------------

// What every job that makes an entry shares.
struct append_job {
    struct pipeline *pipeline;
    bool encode_for_store; // PostgreSQL is in step: make its batch while the entry is at hand
    // Results.
    struct error journal_error; // why entries are held, when they are
    bool held, snapshot_due;
    size_t deliveries; // queued by it
    struct pipeline_counters counters; // those that only the worker's side knows
    struct store_batch *batch;
};

struct answer_job {
    struct append_job append;
    struct pipeline_answer answer;
    pipeline_judged *judged;
    void *judged_data;
    // Results.
    enum intake_verdict verdict;
    struct error error;
    size_t points;
};

// Entries that found no room go before any later one.
static int append_held(struct worker_side *side, struct error *error)
{
    while (side->held_first != NULL) {
        struct held_entry *held = side->held_first;
        struct entry entry; // for the outbox
        int ret = entry_decode(held->bytes.bytes, held->bytes.length, &entry, error);
        if (ret < 0)
            return ret;
        ret = journal_append_entry(side->journal, held->bytes.bytes, held->bytes.length, &entry,
                                   &side->appended_sequence, error);
        entry_done(&entry);
        if (ret < 0)
            return ret;
        side->bytes_since_snapshot += held->bytes.length;
        side->held_first = held->next;
        if (side->held_first == NULL)
            side->held_last = &side->held_first;
        byte_writer_done(&held->bytes);
        free(held);
    }
    return 0;
}

static void hold_entry(struct worker_side *side)
{
    struct held_entry *held = memory_allocate_zeroed(1, sizeof *held);
    held->bytes = side->encoded;
    byte_writer_init(&side->encoded, ENTRY_BYTES_MAX);
    *side->held_last = held;
    side->held_last = &held->next;
}

static int try_append(struct append_job *job, struct entry *entry)
{
    struct worker_side *side = &job->pipeline->side;
    byte_writer_clear(&side->encoded);
    entry_encode(entry, &side->encoded);
    int ret = append_held(side, &job->journal_error);
    return ret < 0 ? ret
                   : journal_append_entry(side->journal, side->encoded.bytes, side->encoded.length,
                                          entry, &side->appended_sequence, &job->journal_error);
}

// What goes on with an entry that was appended.
static void count_appended(struct append_job *job, struct entry *entry)
{
    struct worker_side *side = &job->pipeline->side;
    side->bytes_since_snapshot += side->encoded.length;
    entry->sequence = side->appended_sequence;
    if (job->encode_for_store) {
        job->batch = store_batch_new(&side->config->watch);
        store_batch_add(job->batch, entry);
    }
}

static void append_entry(struct append_job *job, struct entry *entry)
{
    job->held = try_append(job, entry) < 0;
    if (job->held)
        hold_entry(&job->pipeline->side);
    else
        count_appended(job, entry);
}

// The ledger and the tracker need strictly rising times; two answers may end in the same microsecond, and a
// wall clock may step back.
static utc_us rising(struct worker_side *side, utc_us answered_at)
{
    if (answered_at <= side->last_received_at)
        answered_at = side->last_received_at + 1;
    side->last_received_at = answered_at;
    return answered_at;
}

static void count_worker_side(struct worker_side *side, struct pipeline_counters *counters)
{
    counters->last_sequence = side->appended_sequence;
    counters->open_sightings = tracker_open_sighting_count(intake_tracker(side->intake));
    counters->aircraft = tracker_aircraft_count(intake_tracker(side->intake));
    counters->journal = journal_depth(side->journal);
}

static void record_answer(struct worker_side *side, const struct recorded_answer *recorded)
{
    if (side->recording == NULL)
        return;
    recording_format(recorded, &side->recording_line);
    if (!side->recording_line.failed)
        fwrite(side->recording_line.bytes, 1, side->recording_line.length, side->recording);
    fflush(side->recording);
}

static void save_snapshot(struct worker_side *side)
{
    // With entries held the tracker is ahead of the journal; a state saved now could not be continued.
    if (side->held_first != NULL || side->snapshot_sequence == side->appended_sequence)
        return;
    struct byte_writer state;
    byte_writer_init(&state, SNAPSHOT_BYTES_MAX);
    byte_writer_i64(&state, side->last_received_at);
    tracker_save(intake_tracker(side->intake), &state);
    struct error error;
    // A failure only means that a restart reads more entries.
    if (!state.failed && journal_save_snapshot(side->journal, side->appended_sequence, state.bytes,
                                               state.length, &error) == 0) {
        side->snapshot_sequence = side->appended_sequence;
        side->bytes_since_snapshot = 0;
    }
    byte_writer_done(&state);
}

static void answer_work(void *data)
{
    struct answer_job *job = data;
    struct worker_side *side = &job->append.pipeline->side;
    const struct recorded_answer *recorded = &job->answer.recorded;
    record_answer(side, recorded);
    // The rest of the last answer's work left no time for it, and waiting longer is no choice.
    if (side->bytes_since_snapshot >= 2 * side->snapshot_after_bytes)
        save_snapshot(side);
    const struct intake_answer answer = {
        .feed = recorded->feed,
        .kind = job->answer.kind,
        .request = recorded->request,
        .asked_at = recorded->asked_at,
        .answered_at = rising(side, recorded->answered_at),
        .status = recorded->status,
        .failure = recorded->failure,
        .body = recorded->body,
        .body_length = recorded->body_length,
    };
    struct entry entry;
    entry_init(&entry);
    job->verdict = intake_step(side->intake, &answer, &entry, &job->error);
    job->append.deliveries = alert_judge_entry(side->judge, side->journal, intake_tracker(side->intake),
                                               answer.answered_at, &entry);
    append_entry(&job->append, &entry);
    job->points = entry.points.count;
    job->append.snapshot_due = side->bytes_since_snapshot >= side->snapshot_after_bytes;
    count_worker_side(side, &job->append.counters);
    entry_done(&entry);
    recorded_answer_done(&job->answer.recorded);
}

static void snapshot_work(void *data)
{
    struct pipeline *pipeline = data;
    save_snapshot(&pipeline->side);
}

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

// --- moving entries into PostgreSQL ---------------------------------------------------------------

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
            ret = entry_decode(side->read.bytes, side->read.length, &entry, &job->error) < 0 ? -1 : 1;
        job->failed = ret < 0;
        if (ret <= 0)
            return;
        entry.sequence = sequence;
        store_batch_add(job->batch, &entry);
        entry_done(&entry);
    }
}

static void pump(struct pipeline *pipeline);

static void drain_done(void *data)
{
    struct drain_job *job = data;
    struct pipeline *pipeline = job->pipeline;
    pipeline->drain_running = false;
    // The writer may have lost its connection meanwhile: on_ready then names the place to go on from.
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
        pump(pipeline);
    free(job);
}

// Reads the next entries for PostgreSQL from the journal when there are any and it has room.
static void pump(struct pipeline *pipeline)
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

static void store_ready(void *data, int64_t cursor)
{
    struct pipeline *pipeline = data;
    pipeline->store_ready = true;
    pipeline->submitted_sequence = cursor;
    pipeline->counters.stored_sequence = cursor;
    acknowledge(pipeline);
    pump(pipeline);
}

static void store_stored(void *data, int64_t sequence)
{
    struct pipeline *pipeline = data;
    pipeline->counters.stored_sequence = sequence;
    acknowledge(pipeline);
    pump(pipeline);
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

// --- answers --------------------------------------------------------------------------------------

static void set_full(struct pipeline *pipeline, bool full, const char *reason);

// Its counters, its rows on their way to PostgreSQL, its alerts to whoever delivers them.
static void append_done(struct append_job *job)
{
    struct pipeline *pipeline = job->pipeline;
    job->counters.answers = pipeline->counters.answers;
    job->counters.bad_answers = pipeline->counters.bad_answers;
    job->counters.points = pipeline->counters.points;
    job->counters.stored_sequence = pipeline->counters.stored_sequence;
    pipeline->counters = job->counters;

    bool in_step = job->batch != NULL && pipeline->store_ready && !pipeline->drain_running &&
                   store_batch_last_sequence(job->batch) == pipeline->submitted_sequence + 1 &&
                   store_writer_room(pipeline->writer) > 0;
    if (in_step) {
        pipeline->submitted_sequence = store_batch_last_sequence(job->batch);
        store_writer_submit(pipeline->writer, job->batch);
    } else if (job->batch != NULL) {
        store_batch_free(job->batch);
    }
    pump(pipeline);
    // After the answer is on its way to PostgreSQL: what comes next can wait for it.
    if (job->snapshot_due && pipeline->stage == PIPELINE_OPEN)
        worker_submit(pipeline->worker, snapshot_work, NULL, pipeline);
    set_full(pipeline, job->held, job->journal_error.message);
    if (job->deliveries > 0 && pipeline->events.on_alerts != NULL)
        pipeline->events.on_alerts(pipeline->events.data);
}

static void append_init(struct append_job *job, struct pipeline *pipeline)
{
    job->pipeline = pipeline;
    job->encode_for_store = pipeline->store_ready && store_writer_room(pipeline->writer) > 0 &&
                            pipeline->submitted_sequence == pipeline->counters.last_sequence;
}

static void answer_done(void *data)
{
    struct answer_job *job = data;
    struct pipeline *pipeline = job->append.pipeline;
    pipeline->counters.answers++;
    pipeline->counters.bad_answers += job->verdict == INTAKE_BAD_ANSWER;
    pipeline->counters.points += job->points;
    append_done(&job->append);
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
    append_init(&job->append, pipeline);
    job->answer = *answer;
    memset(answer, 0, sizeof *answer);
    job->judged = judged;
    job->judged_data = data;
    worker_submit(pipeline->worker, answer_work, answer_done, job);
}

// --- entries without an answer: alerts of our own, and what became of deliveries ------------------------

// Deliveries whose new state one entry carries to PostgreSQL: a few hundred kilobytes.
#define MIRRORED_AT_ONCE 2000

struct event_job {
    struct append_job append;
    struct alert_event event;
    utc_us now;
};

static void event_work(void *data)
{
    struct event_job *job = data;
    struct worker_side *side = &job->append.pipeline->side;
    struct entry entry;
    entry_init(&entry);
    job->append.deliveries =
        alert_judge_event(side->judge, side->journal, &job->event, job->now, &entry);
    if (entry.alerts.count > 0)
        append_entry(&job->append, &entry);
    else
        job->append.held = side->held_first != NULL;
    count_worker_side(side, &job->append.counters);
    entry_done(&entry);
}

static void event_done(void *data)
{
    struct event_job *job = data;
    append_done(&job->append);
    free(job);
}

void pipeline_alert(struct pipeline *pipeline, const struct alert_event *event, utc_us now)
{
    struct event_job *job = memory_allocate_zeroed(1, sizeof *job);
    append_init(&job->append, pipeline);
    job->event = *event;
    job->now = now;
    worker_submit(pipeline->worker, event_work, event_done, job);
}

// With no room in the journal nothing is held: the deliveries keep their mark, and the next time takes them.
static void mirror_work(void *data)
{
    struct append_job *job = data;
    struct worker_side *side = &job->pipeline->side;
    struct entry entry;
    struct error ignored;
    entry_init(&entry);
    if (side->held_first == NULL &&
        outbox_unmirrored(side->journal, MIRRORED_AT_ONCE, &entry.deliveries, &ignored) == 0 &&
        entry.deliveries.count > 0 && try_append(job, &entry) == 0)
        count_appended(job, &entry);
    job->held = side->held_first != NULL;
    count_worker_side(side, &job->counters);
    entry_done(&entry);
}

static void mirror_done(void *data)
{
    struct append_job *job = data;
    append_done(job);
    free(job);
}

void pipeline_mirror_deliveries(struct pipeline *pipeline)
{
    struct append_job *job = memory_allocate_zeroed(1, sizeof *job);
    append_init(job, pipeline);
    worker_submit(pipeline->worker, mirror_work, mirror_done, job);
}

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

void pipeline_with_journal(struct pipeline *pipeline, void (*work)(struct journal *journal, void *data),
                           void (*done)(void *data), void *data)
{
    struct journal_job *job = memory_allocate(sizeof *job);
    *job = (struct journal_job){pipeline, work, done, data};
    worker_submit(pipeline->worker, journal_work, journal_done, job);
}

// --- the full journal -----------------------------------------------------------------------------

struct retry_job {
    struct pipeline *pipeline;
    struct error error;
    bool held;
    struct pipeline_counters counters;
};

static void retry_work(void *data)
{
    struct retry_job *job = data;
    job->held = append_held(&job->pipeline->side, &job->error) < 0;
    count_worker_side(&job->pipeline->side, &job->counters);
}

static void retry_done(void *data)
{
    struct retry_job *job = data;
    struct pipeline *pipeline = job->pipeline;
    pipeline->counters.last_sequence = job->counters.last_sequence;
    pipeline->counters.journal = job->counters.journal;
    set_full(pipeline, job->held, job->error.message);
    pump(pipeline);
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

// --- life cycle -----------------------------------------------------------------------------------

static void snapshot_now(uv_timer_t *timer)
{
    struct pipeline *pipeline = timer->data;
    worker_submit(pipeline->worker, snapshot_work, NULL, pipeline);
}

static void start_timer(struct pipeline *pipeline, uv_timer_t *timer)
{
    uv_timer_init(pipeline->loop, timer);
    timer->data = pipeline;
    pipeline->handles_open++;
}

static int open_worker_side(struct worker_side *side, const struct pipeline_settings *settings,
                            bool *ret_fresh, struct error *error)
{
    const struct journal_settings journal = {
        .path = settings->journal_path,
        .limit_bytes = settings->config->journal_limit_bytes,
        .durable = settings->durable,
    };
    side->config = settings->config;
    side->held_last = &side->held_first;
    side->snapshot_after_bytes = journal.limit_bytes / SNAPSHOT_AFTER_SHARE;
    if (side->snapshot_after_bytes > SNAPSHOT_AFTER_BYTES)
        side->snapshot_after_bytes = SNAPSHOT_AFTER_BYTES;
    side->last_received_at = UTC_UNKNOWN;
    byte_writer_init(&side->encoded, ENTRY_BYTES_MAX);
    byte_writer_init(&side->read, SNAPSHOT_BYTES_MAX);
    text_init(&side->recording_line, RECORDING_LIMIT_BYTES);
    side->intake = intake_new(settings->config);
    side->judge = alert_judge_new(settings->config, settings->alerts);
    if (settings->record_path != NULL) {
        side->recording = fopen(settings->record_path, "ae");
        if (side->recording == NULL)
            return error_set(error, -errno, "%s: cannot record there: %s", settings->record_path,
                             strerror(errno));
    }
    int ret = journal_open(&journal, &side->journal, error);
    return ret < 0 ? ret : restore_from_journal(side, ret_fresh, error);
}

static void close_worker_side(struct worker_side *side)
{
    while (side->held_first != NULL) {
        struct held_entry *held = side->held_first;
        side->held_first = held->next;
        byte_writer_done(&held->bytes);
        free(held);
    }
    journal_close(side->journal);
    intake_free(side->intake);
    alert_judge_free(side->judge);
    if (side->recording != NULL)
        fclose(side->recording);
    text_done(&side->recording_line);
    byte_writer_done(&side->encoded);
    byte_writer_done(&side->read);
}

int pipeline_open(uv_loop_t *loop, const struct pipeline_settings *settings,
                  const struct pipeline_events *events, struct pipeline **ret_pipeline,
                  bool *ret_fresh, struct error *error)
{
    struct pipeline *pipeline = memory_allocate_zeroed(1, sizeof *pipeline);
    pipeline->loop = loop;
    pipeline->events = *events;
    int ret = open_worker_side(&pipeline->side, settings, ret_fresh, error);
    if (ret < 0) {
        close_worker_side(&pipeline->side);
        free(pipeline);
        return ret;
    }
    count_worker_side(&pipeline->side, &pipeline->counters);
    pipeline->worker = worker_new(loop);
    start_timer(pipeline, &pipeline->snapshot_timer);
    start_timer(pipeline, &pipeline->retry_timer);
    start_timer(pipeline, &pipeline->closing_timer);
    uv_timer_start(&pipeline->snapshot_timer, snapshot_now, SNAPSHOT_INTERVAL_MS,
                   SNAPSHOT_INTERVAL_MS);

    const struct store_writer_settings writer = {
        .database = settings->database,
        .password = settings->database_password,
        .journal_id = journal_id(pipeline->side.journal),
    };
    const struct store_writer_events writer_events = {
        .on_ready = store_ready,
        .on_stored = store_stored,
        .on_state = store_state,
        .data = pipeline,
    };
    pipeline->writer = store_writer_new(loop, &writer, &writer_events);
    *ret_pipeline = pipeline;
    return 0;
}

void pipeline_start(struct pipeline *pipeline)
{
    store_writer_start(pipeline->writer);
}

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

void pipeline_save_feed_state(struct pipeline *pipeline, const char *key,
                              const struct journal_feed_state *state)
{
    struct feed_state_job *job = memory_allocate_zeroed(1, sizeof *job);
    job->pipeline = pipeline;
    text_copy(job->key, sizeof job->key, key);
    job->state = *state;
    worker_submit(pipeline->worker, feed_state_work, free, job);
}

struct config_job {
    struct pipeline *pipeline;
    const struct config *config;
    void (*done)(void *data);
    void *data;
};

static void config_work(void *data)
{
    struct config_job *job = data;
    job->pipeline->side.config = job->config;
    intake_set_config(job->pipeline->side.intake, job->config);
    alert_judge_set_config(job->pipeline->side.judge, job->config);
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
    close_worker_side(&pipeline->side);
    worker_free(pipeline->worker);
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
}

static void last_snapshot_done(void *data)
{
    struct pipeline *pipeline = data;
    store_writer_close(pipeline->writer, writer_closed, pipeline);
}

// Jobs end soon; PostgreSQL may not, so only it is waited for with limited patience.
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
    worker_submit(pipeline->worker, snapshot_work, last_snapshot_done, pipeline);
}

void pipeline_close(struct pipeline *pipeline, uint64_t patience_ms, void (*on_closed)(void *data),
                    void *data)
{
    pipeline->on_closed = on_closed;
    pipeline->closed_data = data;
    pipeline->stage = PIPELINE_CLOSING;
    pipeline->patience_ends_ms = uv_now(pipeline->loop) + patience_ms;
    uv_timer_start(&pipeline->closing_timer, check_closing, 0, CLOSING_CHECK_MS);
}
