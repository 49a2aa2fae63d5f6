// SPDX-License-Identifier: MIT
//
//     IDLE -> RESOLVING -> CONNECTING -> READY
//               ^     \________|__________|
//               |              v
//               +---------- WAITING                        any -> CLOSED
//
// libpq owns the socket and may close it, and open another with the same number, whenever
// PQconnectPoll runs. So nothing watches it during that call, and what is watched afterwards is
// decided anew.
#include "store/connection.h"

#include "base/memory.h"
#include "store/conninfo.h"
#include "store/resolve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// connect_timeout is ignored by PQconnectPoll (libpq manual, 34.1), so the time is ours to keep.
#define CONNECT_TIMEOUT_MS 10000
#define WAIT_FIRST_MS 250
#define WAIT_LONGEST_MS 30000
#define WAIT_DOUBLINGS_MAX 7
#define JITTER 0.2

enum connection_state {
    CONNECTION_IDLE,
    CONNECTION_RESOLVING,
    CONNECTION_CONNECTING,
    CONNECTION_READY,
    CONNECTION_WAITING,
    CONNECTION_CLOSED,
};

struct connection {
    uv_loop_t *loop;
    struct connection_events events;
    char *database, *password, *application, *options; // owned
    uint64_t wait_longest_ms;
    enum connection_state state;
    PGconn *native;
    uv_poll_t *poll; // on the heap: it outlives us until its close callback
    int descriptor;  // that `poll` watches
    int mask;        // what it watches for; only kept while READY, where the socket cannot change
    struct resolve *resolve;
    struct conninfo conninfo;
    uv_timer_t timer; // connect timeout, or waiting, or an abandonment about to be carried out
    unsigned failures;
    uint64_t delay_ms; // the least to wait next time
    struct error abandoned;
    bool is_abandoned;
    void (*on_closed)(void *data);
    void *closed_data;
};

static void connect_now(struct connection *connection);

// --- watching the socket --------------------------------------------------------------------------

static void free_handle(uv_handle_t *handle)
{
    free(handle);
}

static void drop_poll(struct connection *connection)
{
    if (connection->poll != NULL)
        uv_close((uv_handle_t *)connection->poll, free_handle);
    connection->poll = NULL;
    connection->descriptor = -1;
    connection->mask = 0;
}

static void on_socket(uv_poll_t *poll, int status, int events);

// Watches libpq's present socket. Returns 0 or libuv's error.
static int watch(struct connection *connection, int mask)
{
    int descriptor = PQsocket(connection->native);
    if (connection->poll != NULL && connection->descriptor != descriptor)
        drop_poll(connection);
    if (connection->poll == NULL) {
        connection->poll = memory_allocate_zeroed(1, sizeof *connection->poll);
        int status = uv_poll_init(connection->loop, connection->poll, descriptor);
        if (status < 0) {
            free(connection->poll);
            connection->poll = NULL;
            return status;
        }
        connection->poll->data = connection;
        connection->descriptor = descriptor;
    }
    connection->mask = mask;
    return uv_poll_start(connection->poll, mask, on_socket);
}

// --- losing it, waiting ---------------------------------------------------------------------------

// uv_now is cached: after a long callback a timer would fire too early.
static void start_timer(struct connection *connection, uv_timer_cb callback, uint64_t delay_ms)
{
    uv_update_time(connection->loop);
    uv_timer_start(&connection->timer, callback, delay_ms, 0);
}

static uint64_t next_wait_ms(struct connection *connection)
{
    unsigned doublings =
        connection->failures < WAIT_DOUBLINGS_MAX ? connection->failures : WAIT_DOUBLINGS_MAX;
    uint64_t wait_ms = (uint64_t)WAIT_FIRST_MS << doublings;
    uint16_t random = 0;
    uv_random(NULL, NULL, &random, sizeof random, 0, NULL);
    if (wait_ms > connection->wait_longest_ms)
        wait_ms = connection->wait_longest_ms;
    wait_ms = (uint64_t)((double)wait_ms * (1 + JITTER * (random / 32768.0 - 1)));
    return wait_ms > connection->delay_ms ? wait_ms : connection->delay_ms;
}

static void on_waited(uv_timer_t *timer)
{
    connect_now(timer->data);
}

// The poll handle goes before PQfinish: libuv aborts on a descriptor that was closed under it.
static void release(struct connection *connection)
{
    drop_poll(connection);
    PQfinish(connection->native);
    connection->native = NULL;
    resolve_abandon(connection->resolve);
    connection->resolve = NULL;
    conninfo_done(&connection->conninfo);
    uv_timer_stop(&connection->timer);
    connection->is_abandoned = false;
}

static void lose(struct connection *connection, const struct error *error)
{
    struct error copy = *error; // it may be our own field
    release(connection);
    connection->state = CONNECTION_WAITING;
    start_timer(connection, on_waited, next_wait_ms(connection));
    connection->failures++;
    connection->delay_ms = 0;
    connection->events.on_lost(connection->events.data, &copy);
}

static void lose_with_words(struct connection *connection, const char *doing)
{
    struct error error;
    const char *reason = PQerrorMessage(connection->native);
    error_set(&error, -ECONNRESET, "%s: %.*s", doing, (int)strcspn(reason, "\n"), reason);
    lose(connection, &error);
}

static void on_abandon(uv_timer_t *timer)
{
    struct connection *connection = timer->data;
    lose(connection, &connection->abandoned);
}

void connection_abandon(struct connection *connection, uint64_t delay_ms, const struct error *error)
{
    if (connection->state != CONNECTION_READY || connection->is_abandoned)
        return;
    // Not at once: the caller is in the middle of something, perhaps of our own reading.
    connection->is_abandoned = true;
    connection->abandoned = *error;
    connection->delay_ms = delay_ms;
    start_timer(connection, on_abandon, 0);
}

void connection_proved(struct connection *connection)
{
    connection->failures = 0;
}

// --- connecting -----------------------------------------------------------------------------------

static void on_connect_timeout(uv_timer_t *timer)
{
    struct error error;
    error_set(&error, -ETIMEDOUT, "connecting: no answer within %d s", CONNECT_TIMEOUT_MS / 1000);
    lose(timer->data, &error);
}

static void drop_notice(void *data, const PGresult *notice)
{
    (void)data;
    (void)notice;
}

static void become_ready(struct connection *connection)
{
    uv_timer_stop(&connection->timer);
    if (PQsetnonblocking(connection->native, 1) != 0 ||
        PQenterPipelineMode(connection->native) != 1) {
        lose_with_words(connection, "entering pipeline mode");
        return;
    }
    conninfo_done(&connection->conninfo); // wipes the password
    connection->state = CONNECTION_READY;
    int status = watch(connection, UV_READABLE);
    if (status < 0) {
        struct error error;
        error_set(&error, status, "watching the socket: %s", uv_strerror(status));
        lose(connection, &error);
        return;
    }
    connection->events.on_open(connection->events.data);
}

// Acts on what libpq wants next, whatever was watched before.
static void continue_connecting(struct connection *connection, PostgresPollingStatusType wanted)
{
    int status = 0;
    switch (wanted) {
    case PGRES_POLLING_OK:
        become_ready(connection);
        return;
    case PGRES_POLLING_READING:
        status = watch(connection, UV_READABLE);
        break;
    case PGRES_POLLING_WRITING:
        status = watch(connection, UV_WRITABLE);
        break;
    default:
        lose_with_words(connection, "connecting");
        return;
    }
    if (status < 0) {
        struct error error;
        error_set(&error, status, "connecting: %s", uv_strerror(status));
        lose(connection, &error);
    }
}

static void start_libpq(struct connection *connection)
{
    connection->state = CONNECTION_CONNECTING;
    connection->native = PQconnectStartParams(conninfo_keywords(&connection->conninfo),
                                              conninfo_values(&connection->conninfo), 0);
    if (connection->native == NULL || PQstatus(connection->native) == CONNECTION_BAD) {
        lose_with_words(connection, "connecting");
        return;
    }
    PQsetNoticeReceiver(connection->native, drop_notice, NULL);
    // "Behave as if PQconnectPoll had last returned PGRES_POLLING_WRITING."
    continue_connecting(connection, PGRES_POLLING_WRITING);
}

static void on_resolved(void *data, const struct error *error)
{
    struct connection *connection = data;
    connection->resolve = NULL;
    if (error != NULL)
        lose(connection, error);
    else
        start_libpq(connection);
}

static void connect_now(struct connection *connection)
{
    struct error error;
    connection->state = CONNECTION_RESOLVING;
    int status = conninfo_read(connection->database, connection->password, connection->application,
                               connection->options, &connection->conninfo, &error);
    if (status < 0) {
        lose(connection, &error);
        return;
    }
    conninfo_want_writer(&connection->conninfo);
    start_timer(connection, on_connect_timeout, CONNECT_TIMEOUT_MS);
    if (!resolve_is_needed(&connection->conninfo)) {
        start_libpq(connection);
        return;
    }
    connection->resolve =
        resolve_start(connection->loop, &connection->conninfo, on_resolved, connection);
}

// --- ready ----------------------------------------------------------------------------------------

static bool is_usable(const struct connection *connection)
{
    return connection->state == CONNECTION_READY && !connection->is_abandoned;
}

// Sends what the socket takes, and watches it for more as long as something is left. The caller may
// be in the middle of anything, so a failure is acted on a moment later.
void connection_flush(struct connection *connection)
{
    struct error error;
    if (!is_usable(connection))
        return;
    int unsent = PQflush(connection->native);
    int mask = UV_READABLE | (unsent == 1 ? UV_WRITABLE : 0);
    int status = 0;
    if (unsent >= 0 && mask != connection->mask)
        status = watch(connection, mask);
    if (unsent < 0) {
        const char *reason = PQerrorMessage(connection->native);
        error_set(&error, -ECONNRESET, "sending: %.*s", (int)strcspn(reason, "\n"), reason);
        connection_abandon(connection, 0, &error);
    } else if (status < 0) {
        error_set(&error, status, "watching the socket: %s", uv_strerror(status));
        connection_abandon(connection, 0, &error);
    }
}

// Hands on what has arrived. A dead connection may go on giving errors for ever: it ends the loop.
static void take_results(struct connection *connection)
{
    while (is_usable(connection) && PQisBusy(connection->native) == 0 &&
           connection->events.expects(connection->events.data)) {
        if (PQstatus(connection->native) == CONNECTION_BAD)
            break;
        PGresult *result = PQgetResult(connection->native);
        connection->events.on_result(connection->events.data, result);
        PQclear(result);
    }
    if (is_usable(connection) && PQstatus(connection->native) == CONNECTION_BAD)
        lose_with_words(connection, "the connection was lost");
}

static void on_ready_socket(struct connection *connection, int events)
{
    if ((events & UV_READABLE) && PQconsumeInput(connection->native) == 0) {
        // What the server said last may still be there, and tells more than the end of the stream.
        take_results(connection);
        if (is_usable(connection))
            lose_with_words(connection, "the connection was lost");
        return;
    }
    take_results(connection);
    connection_flush(connection);
}

static void on_socket(uv_poll_t *poll, int status, int events)
{
    struct connection *connection = poll->data;
    if (connection->state == CONNECTION_CONNECTING) {
        // Also after an error of the poll: libpq knows what it was.
        uv_poll_stop(poll);
        continue_connecting(connection, PQconnectPoll(connection->native));
        return;
    }
    // libuv has stopped a handle that failed; it reports a hang-up as an error or as no event at
    // all.
    if (status < 0 || events == 0) {
        struct error error;
        error_set(&error, -ECONNRESET, "the connection was lost: %s",
                  status < 0 ? uv_strerror(status) : "hang-up");
        lose(connection, &error);
        return;
    }
    on_ready_socket(connection, events);
}

// --- life cycle -----------------------------------------------------------------------------------

struct connection *connection_new(uv_loop_t *loop, const struct connection_settings *settings,
                                  const struct connection_events *events)
{
    struct connection *connection = memory_allocate_zeroed(1, sizeof *connection);
    connection->loop = loop;
    connection->events = *events;
    connection->database = memory_copy_string(settings->database != NULL ? settings->database : "");
    connection->password =
        settings->password != NULL ? memory_copy_string(settings->password) : NULL;
    connection->application = memory_copy_string(settings->application);
    connection->options = memory_copy_string(settings->options);
    connection->wait_longest_ms =
        settings->wait_longest_ms > 0 ? settings->wait_longest_ms : WAIT_LONGEST_MS;
    connection->descriptor = -1;
    uv_timer_init(loop, &connection->timer);
    connection->timer.data = connection;
    return connection;
}

void connection_start(struct connection *connection)
{
    if (connection->state == CONNECTION_IDLE)
        start_timer(connection, on_waited, 0);
}

PGconn *connection_native(struct connection *connection)
{
    return is_usable(connection) ? connection->native : NULL;
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct connection *connection = handle->data;
    void (*on_closed)(void *data) = connection->on_closed;
    void *data = connection->closed_data;
    if (connection->password != NULL)
        explicit_bzero(connection->password, strlen(connection->password));
    free(connection->password);
    free(connection->database);
    free(connection->application);
    free(connection->options);
    free(connection);
    on_closed(data);
}

void connection_close(struct connection *connection, void (*on_closed)(void *data), void *data)
{
    release(connection);
    connection->state = CONNECTION_CLOSED;
    connection->on_closed = on_closed;
    connection->closed_data = data;
    uv_close((uv_handle_t *)&connection->timer, on_timer_closed);
}
