// SPDX-License-Identifier: MIT
#include "store/claim_worker.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "config/config.h"
#include "store/claim_coverage.h"
#include "store/claim_files.h"
#include "store/claim_store.h"
#include "store/derive_pending.h"
#include "store/history_coverage.h"
#include "store/place_store.h"
#include "store/query.h"
#include "store/watch_record.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PROBLEM_BYTES_MAX 65536
// An hour of coverage is worked out once it is over and its last answers are stored.
#define COVERAGE_DELAY (5 * UTC_MINUTE)
// What many archives left pending is spread over rounds: verdicts on what is new shall not wait for
// it.
#define DERIVE_MS_MAX 10000
// When closing, a round may end by itself for so long; what it has not committed by then is for the
// next start.
#define CLOSING_PATIENCE_MS 2000
// Coverage of a year may take minutes; what takes longer waits for something. Locks are held for
// moments.
#define SESSION_OPTIONS "-c statement_timeout=600s -c lock_timeout=60s"

struct verdict_news {
    int64_t assessment_id;
    int32_t number;
    char claim_id[CLAIM_ID_SIZE];
    char *statement; // owned
    char verdict[24], before[24], confidence[24];
};
struct verdict_news_array ARRAY_OF(struct verdict_news);

struct release {
    void (*on_released)(void *data);
    void *data;
};
struct release_array ARRAY_OF(struct release);

struct claim_worker {
    uv_timer_t timer;
    uv_work_t work;
    bool working, closing;
    struct query_stop stop;
    const struct config *config; // what the round under way uses
    utc_us in_force_since;       // it; PostgreSQL may be away then
    char *database;              // owned: a reload does not change it
    const char *password;
    struct claim_worker_events events;

    // Used by the round on its thread, and by the loop only between rounds.
    struct query_connection *connection;
    utc_us now;
    bool imported;        // the configuration's files
    utc_us covered_until; // coverage was worked out up to this hour
    struct verdict_news_array news;
    struct text problem; // of this round
    char *last_problem;  // that was told

    const struct config *next_config; // taken over after the round
    utc_us next_in_force_since;
    struct release_array releases; // whom to tell then
    void (*on_closed)(void *data);
    void *closed_data;
};

// On the thread.

static int import_files(struct claim_worker *worker, struct claim_store *store, struct error *error)
{
    struct claim_library library = {0};
    struct claim_import_counts counts;
    size_t wrong = claim_files_read_configured(store, worker->config, &library, &worker->problem);
    int result = place_store_save(worker->connection, worker->config->places,
                                  worker->config->place_count, error);
    if (result == 0)
        result = watch_record_in_force(worker->connection, &worker->config->watch,
                                       worker->in_force_since, error);
    if (result == 0 && wrong == 0)
        result = claim_store_import(store, &library, &counts, error);
    claim_library_done(&library);
    worker->imported =
        result == 0; // refused files are told once; the claims stored before stay in force
    return result;
}

static int refresh_coverage(struct claim_worker *worker, struct claim_store *store,
                            struct error *error)
{
    struct claim_library all = {0};
    size_t changed;
    utc_us hour = utc_hour_start(worker->now - COVERAGE_DELAY);
    if (hour <= worker->covered_until)
        return 0;
    int result = claim_store_load(store, NULL, &all, error);
    if (result == 0)
        result = claim_coverage_refresh_claims(worker->connection, &all, worker->config->places,
                                               worker->config->place_count, worker->now, &changed,
                                               error);
    claim_library_done(&all);
    if (result == 0)
        result = history_coverage_refresh_all(worker->connection, worker->config, &changed, error);
    if (result == 0)
        worker->covered_until = hour;
    return result;
}

// What a backfill that was killed left, and what came live for days that had been read from
// archives.
static int derive_some(struct claim_worker *worker, struct error *error)
{
    struct derive_change_array changes = {0};
    size_t derived;
    const struct derive_pending_request request = {
        .now = worker->now, .most_ms = DERIVE_MS_MAX, .problems = &worker->problem};
    int result =
        derive_pending(worker->connection, worker->config, &request, &changes, &derived, error);
    array_free(&changes);
    return result;
}

static void note_news(struct claim_worker *worker, const struct claim *claim,
                      const struct claim_assessed *assessed)
{
    const char *verdict = verdict_name(assessed->assessment.verdict);
    if (!assessed->is_new || strcmp(verdict, assessed->previous_verdict) == 0)
        return;
    struct verdict_news *news = array_append(&worker->news);
    news->assessment_id = assessed->assessment_id;
    text_copy(news->claim_id, sizeof news->claim_id, claim->id);
    text_copy(news->verdict, sizeof news->verdict, verdict);
    text_copy(news->before, sizeof news->before, assessed->previous_verdict);
    text_copy(news->confidence, sizeof news->confidence,
              confidence_name(assessed->assessment.confidence));
    news->statement = memory_copy_string(claim->statement);
    news->number = assessed->number;
}

static int assess_due(struct claim_worker *worker, struct claim_store *store, struct error *error)
{
    struct claim_id_array ids = {0};
    struct claim_library library = {0};
    int result = claim_store_due(store, worker->now, &ids, error);
    if (result == 0 && ids.count > 0)
        result = claim_store_load(store, &ids, &library, error);
    for (size_t i = 0; i < library.claims.count && result == 0; i++) {
        struct claim_assessed assessed;
        const struct claim *claim = &library.claims.items[i];
        result =
            claim_store_assess(store, claim, &library, worker->now, false, true, &assessed, error);
        if (result == 0) {
            note_news(worker, claim, &assessed);
            claim_assessed_done(&assessed);
        }
    }
    claim_library_done(&library);
    array_free(&ids);
    return result;
}

static int connect_database(struct claim_worker *worker, struct error *error)
{
    const struct query_settings settings = {.database = worker->database,
                                            .password = worker->password,
                                            .options = SESSION_OPTIONS,
                                            .stop = &worker->stop};
    return query_open(&settings, &worker->connection, error);
}

static int run_round(struct claim_worker *worker, struct error *error)
{
    struct claim_store *store = NULL;
    int result = 0;
    if (worker->connection == NULL)
        result = connect_database(worker, error);
    if (result == 0)
        result = claim_store_new(worker->connection, worker->config, &store, error);
    if (result == 0 && !worker->imported)
        result = import_files(worker, store, error);
    if (result == 0)
        result = derive_some(worker, error);
    if (result == 0)
        result = refresh_coverage(worker, store, error);
    if (result == 0)
        result = assess_due(worker, store, error);
    claim_store_free(store);
    return result;
}

static void work(uv_work_t *request)
{
    struct claim_worker *worker = request->data;
    struct error error = {0};
    if (run_round(worker, &error) == 0)
        return;
    text_append_format(&worker->problem, "claims: %s\n", error.message);
    query_close(worker->connection); // whatever it was, a new connection is a clean start
    worker->connection = NULL;
}

// On the loop.

static void tell(struct claim_worker *worker)
{
    array_foreach (&worker->news, news) {
        const struct claim_news told = {
            .assessment_id = news->assessment_id,
            .number = news->number,
            .claim_id = news->claim_id,
            .statement = news->statement,
            .verdict = news->verdict,
            .verdict_before = news->before,
            .confidence = news->confidence,
        };
        if (worker->events.on_verdict != NULL)
            worker->events.on_verdict(worker->events.data, &told);
        free(news->statement);
    }
    array_clear(&worker->news);
    const char *problem = worker->problem.bytes != NULL ? worker->problem.bytes : "";
    bool is_news = problem[0] != '\0' &&
                   (worker->last_problem == NULL || strcmp(worker->last_problem, problem) != 0);
    if (is_news && worker->events.on_problem != NULL)
        worker->events.on_problem(worker->events.data, problem);
    free(worker->last_problem);
    worker->last_problem = memory_copy_string(problem);
    text_clear(&worker->problem);
}

static void timer_closed(uv_handle_t *handle)
{
    struct claim_worker *worker = handle->data;
    query_close(worker->connection);
    query_stop_done(&worker->stop);
    array_free(&worker->releases);
    array_free(&worker->news);
    text_done(&worker->problem);
    free(worker->last_problem);
    free(worker->database);
    void (*on_closed)(void *data) = worker->on_closed;
    void *data = worker->closed_data;
    free(worker);
    if (on_closed != NULL)
        on_closed(data);
}

static void release_all(struct claim_worker *worker)
{
    array_foreach (&worker->releases, release)
        release->on_released(release->data);
    array_clear(&worker->releases);
}

static void take_over(struct claim_worker *worker)
{
    if (worker->next_config == NULL)
        return;
    worker->config = worker->next_config;
    worker->in_force_since = worker->next_in_force_since;
    worker->next_config = NULL;
    worker->imported = false;
    worker->covered_until = INT64_MIN;
    release_all(worker);
}

static void work_done(uv_work_t *request, int status)
{
    struct claim_worker *worker = request->data;
    (void)status;
    worker->working = false;
    tell(worker);
    take_over(worker);
    if (worker->closing)
        uv_close((uv_handle_t *)&worker->timer, timer_closed);
}

static void on_timer(uv_timer_t *timer)
{
    struct claim_worker *worker = timer->data;
    if (worker->working || worker->closing)
        return;
    worker->now = clock_now();
    worker->working = uv_queue_work(timer->loop, &worker->work, work, work_done) == 0;
}

struct claim_worker *claim_worker_new(uv_loop_t *loop, const struct config *config,
                                      const char *password,
                                      const struct claim_worker_events *events)
{
    struct claim_worker *worker = memory_allocate_zeroed(1, sizeof *worker);
    worker->config = config;
    worker->in_force_since = clock_now();
    worker->database = memory_copy_string(config->database);
    worker->password = password;
    worker->events = *events;
    worker->covered_until = INT64_MIN;
    text_init(&worker->problem, PROBLEM_BYTES_MAX);
    query_stop_init(&worker->stop);
    uv_timer_init(loop, &worker->timer);
    worker->timer.data = worker;
    worker->work.data = worker;
    return worker;
}

void claim_worker_start(struct claim_worker *worker, uint64_t interval_ms)
{
    uv_timer_start(&worker->timer, on_timer, 0, interval_ms);
}

void claim_worker_reload(struct claim_worker *worker, const struct config *config,
                         void (*on_released)(void *data), void *data)
{
    worker->next_config = config;
    worker->next_in_force_since = clock_now();
    *array_append(&worker->releases) = (struct release){.on_released = on_released, .data = data};
    if (!worker->working)
        take_over(worker);
}

static void on_closing_late(uv_timer_t *timer)
{
    struct claim_worker *worker = timer->data;
    query_stop_now(&worker->stop);
}

void claim_worker_close(struct claim_worker *worker, void (*on_closed)(void *data), void *data)
{
    worker->closing = true;
    worker->on_closed = on_closed;
    worker->closed_data = data;
    if (worker->working)
        uv_timer_start(&worker->timer, on_closing_late, CLOSING_PATIENCE_MS, 0);
    else
        uv_close((uv_handle_t *)&worker->timer, timer_closed);
}
