// SPDX-License-Identifier: MIT
#include "store/pending_worker.h"

#include "base/array.h"
#include "base/error.h"
#include "base/memory.h"
#include "store/pending_event.h"
#include "store/query.h"

#include <stdlib.h>
#include <string.h>

// Of one round: some hundred kilobytes.
#define EVENTS_AT_ONCE 100
#define CLOSING_PATIENCE_MS 1000
// A round's questions take milliseconds, and a process that is stopped must not keep the lock from
// another daemon (feed/lease_policy.h).
#define SESSION_OPTIONS "-c idle_session_timeout=18s -c statement_timeout=20s -c lock_timeout=10s"

struct event_id {
    uint8_t bytes[DIGEST_UUID_SIZE];
};
struct event_id_array ARRAY_OF(struct event_id);

struct pending_worker {
    uv_timer_t timer;
    uv_work_t work;
    bool working, closing;
    struct query_stop stop;
    char *database, *password;
    struct pending_worker_events events;
    size_t unanswered; // handed over
    uint64_t interval_ms;

    // Used by the round on its thread, and by the loop only between rounds.
    struct query_connection *connection;
    bool has_lock;
    struct event_id_array kept; // to be removed
    struct pending_event_array found;

    void (*on_closed)(void *data);
    void *closed_data;
};

// --- on the thread -----------------------------------------------------------------------------

static int take_lock(struct pending_worker *worker, struct error *error)
{
    struct query *query;
    int result = query_first(worker->connection,
                             "SELECT pg_try_advisory_lock(hashtext('skywitness pending events'))",
                             NULL, 0, &query, error);
    if (result == 1)
        worker->has_lock = query_boolean(query, 0, false);
    query_finish(query);
    return result < 0 ? result : 0;
}

static int remove_kept(struct pending_worker *worker, struct error *error)
{
    int result = 0;
    while (worker->kept.count > 0 && result == 0) {
        result = pending_event_remove(worker->connection,
                                      worker->kept.items[worker->kept.count - 1].bytes, error);
        worker->kept.count -= result == 0;
    }
    return result;
}

static int run_round(struct pending_worker *worker, struct error *error)
{
    const struct query_settings settings = {.database = worker->database,
                                            .password = worker->password,
                                            .options = SESSION_OPTIONS,
                                            .stop = &worker->stop};
    int result = 0;
    if (worker->connection == NULL)
        result = query_open(&settings, &worker->connection, error);
    if (result == 0 && !worker->has_lock)
        result = take_lock(worker, error);
    if (result == 0)
        result = remove_kept(worker, error);
    if (result == 0 && worker->has_lock)
        result = pending_event_read(worker->connection, EVENTS_AT_ONCE, &worker->found, error);
    return result;
}

static void work(uv_work_t *request)
{
    struct pending_worker *worker = request->data;
    struct error error;
    if (run_round(worker, &error) == 0)
        return;
    // Who writes to PostgreSQL tells of its troubles; here they only mean another round. What was
    // read of a failed answer is read again.
    query_close(worker->connection);
    worker->connection = NULL;
    worker->has_lock = false;
    pending_event_array_done(&worker->found);
}

// --- on the loop -------------------------------------------------------------------------------

static void timer_closed(uv_handle_t *handle)
{
    struct pending_worker *worker = handle->data;
    void (*on_closed)(void *data) = worker->on_closed;
    void *data = worker->closed_data;
    query_close(worker->connection);
    query_stop_done(&worker->stop);
    array_free(&worker->kept);
    if (worker->password != NULL)
        explicit_bzero(worker->password, strlen(worker->password));
    free(worker->password);
    free(worker->database);
    free(worker);
    if (on_closed != NULL)
        on_closed(data);
}

static void close_if_quiet(struct pending_worker *worker)
{
    if (worker->closing && !worker->working && worker->unanswered == 0 &&
        !uv_is_closing((uv_handle_t *)&worker->timer))
        uv_close((uv_handle_t *)&worker->timer, timer_closed);
}

static void hand_over(struct pending_worker *worker)
{
    struct pending_event_array found = worker->found;
    memset(&worker->found, 0, sizeof worker->found);
    // Before the first is handed over: answers may come at once.
    worker->unanswered = worker->closing ? 0 : found.count;
    for (size_t i = 0; i < found.count && !worker->closing; i++)
        worker->events.on_event(worker->events.data, found.items[i].event_id,
                                found.items[i].document);
    pending_event_array_done(&found);
}

static void on_timer(uv_timer_t *timer);

static void work_done(uv_work_t *request, int status)
{
    struct pending_worker *worker = request->data;
    (void)status;
    worker->working = false;
    hand_over(worker);
    close_if_quiet(worker);
}

static void on_timer(uv_timer_t *timer)
{
    struct pending_worker *worker = timer->data;
    if (!worker->working && !worker->closing && worker->unanswered == 0)
        worker->working = uv_queue_work(timer->loop, &worker->work, work, work_done) == 0;
}

void pending_worker_answer(struct pending_worker *worker, const uint8_t event_id[DIGEST_UUID_SIZE],
                           bool kept)
{
    if (kept)
        memcpy(array_append(&worker->kept)->bytes, event_id, DIGEST_UUID_SIZE);
    worker->unanswered--;
    // The rest of a long queue need not wait.
    if (worker->unanswered == 0 && worker->kept.count == EVENTS_AT_ONCE && !worker->closing)
        uv_timer_start(&worker->timer, on_timer, 0, worker->interval_ms);
    close_if_quiet(worker);
}

struct pending_worker *pending_worker_new(uv_loop_t *loop, const char *database,
                                          const char *password,
                                          const struct pending_worker_events *events)
{
    struct pending_worker *worker = memory_allocate_zeroed(1, sizeof *worker);
    worker->database = memory_copy_string(database);
    worker->password = password != NULL ? memory_copy_string(password) : NULL;
    worker->events = *events;
    query_stop_init(&worker->stop);
    uv_timer_init(loop, &worker->timer);
    worker->timer.data = worker;
    worker->work.data = worker;
    return worker;
}

void pending_worker_start(struct pending_worker *worker, uint64_t interval_ms)
{
    worker->interval_ms = interval_ms;
    uv_timer_start(&worker->timer, on_timer, 0, interval_ms);
}

static void on_closing_late(uv_timer_t *timer)
{
    struct pending_worker *worker = timer->data;
    query_stop_now(&worker->stop);
}

void pending_worker_close(struct pending_worker *worker, void (*on_closed)(void *data), void *data)
{
    worker->closing = true;
    worker->on_closed = on_closed;
    worker->closed_data = data;
    uv_timer_start(&worker->timer, on_closing_late, CLOSING_PATIENCE_MS, 0);
    close_if_quiet(worker);
}
