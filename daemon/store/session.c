// SPDX-License-Identifier: MIT
#include "store/session.h"

#include "base/memory.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARAMETERS_MAX 32

struct segment {
    struct segment *next;
    struct segment_events events;
    int statements_sent, statements_done;
    bool is_ended; // its Sync is sent
    struct segment_result result;
};

struct session {
    struct connection *connection;
    struct session_events events;
    struct segment *first, **last; // in the order in which they were sent
    struct segment *open;          // the last one while it is being filled, else NULL
    uint64_t patience_ms;
    uv_timer_t patience; // runs while an answer is due
    void (*on_closed)(void *data);
    void *closed_data;
};

// --- results --------------------------------------------------------------------------------------
// For each statement come its results, then NULL. After a failed one the rest of the segment comes
// as PGRES_PIPELINE_ABORTED. Only PGRES_PIPELINE_SYNC ends the segment, and no NULL follows it.

static void forget_segments(struct session *session)
{
    while (session->first != NULL) {
        struct segment *segment = session->first;
        session->first = segment->next;
        free(segment);
    }
    session->last = &session->first;
    session->open = NULL;
    uv_timer_stop(&session->patience);
}

// A stopped server process keeps its end of a unix socket open and says nothing: no keepalive, no
// timeout of the server's own would ever tell.
static void on_patience_lost(uv_timer_t *timer)
{
    struct session *session = timer->data;
    struct error error;
    error_set(&error, -ETIMEDOUT, "no answer for %llu s",
              (unsigned long long)session->patience_ms / 1000);
    connection_abandon(session->connection, 0, &error);
}

static void wait_for_answer(struct session *session)
{
    if (session->patience_ms == 0)
        return;
    uv_update_time(session->patience.loop);
    if (session->first != NULL)
        uv_timer_start(&session->patience, on_patience_lost, session->patience_ms, 0);
    else
        uv_timer_stop(&session->patience);
}

static void note_failure(struct segment *segment, const PGresult *result)
{
    if (segment->result.failed_statement != SEGMENT_STATEMENT_NONE)
        return;
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
    segment->result.failed_statement = segment->statements_done;
    // libpq's own errors have no code: class 08, connection exception.
    snprintf(segment->result.sqlstate, SQLSTATE_SIZE, "%s", sqlstate != NULL ? sqlstate : "08000");
    snprintf(segment->result.message, sizeof segment->result.message, "%s%s%s",
             message != NULL ? message : PQresultErrorMessage(result), detail != NULL ? ": " : "",
             detail != NULL ? detail : "");
}

static void end_segment(struct session *session)
{
    struct segment *segment = session->first;
    session->first = segment->next;
    if (session->first == NULL)
        session->last = &session->first;
    wait_for_answer(session);
    segment->events.on_done(segment->events.data, &segment->result);
    free(segment);
}

static void on_result(void *data, const PGresult *result)
{
    struct session *session = data;
    struct segment *segment = session->first;
    struct error error;
    if (result == NULL) {
        segment->statements_done++;
        wait_for_answer(session);
        return;
    }
    switch (PQresultStatus(result)) {
    case PGRES_PIPELINE_SYNC:
        end_segment(session);
        break;
    case PGRES_TUPLES_OK:
        if (segment->events.on_rows != NULL)
            segment->events.on_rows(segment->events.data, segment->statements_done, result);
        break;
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
    case PGRES_PIPELINE_ABORTED:
        break;
    case PGRES_FATAL_ERROR:
    case PGRES_BAD_RESPONSE:
        note_failure(segment, result);
        break;
    default:
        // COPY in a pipeline: libpq would say so for ever.
        error_set(&error, -EPROTO, "unexpected answer of the server: %s",
                  PQresStatus(PQresultStatus(result)));
        connection_abandon(session->connection, 0, &error);
        break;
    }
}

// A segment that is being filled has no end to wait for: after an error the server has answered all
// of it already.
static bool expects(void *data)
{
    struct session *session = data;
    const struct segment *segment = session->first;
    return segment != NULL &&
           (segment->is_ended || segment->statements_done < segment->statements_sent);
}

static void on_open(void *data)
{
    struct session *session = data;
    forget_segments(session); // what was begun while there was no connection
    session->events.on_open(session->events.data);
}

static void on_lost(void *data, const struct error *error)
{
    struct session *session = data;
    // The server's last words, when it still had some, say more than the end of the stream.
    struct error told = *error;
    if (session->first != NULL && session->first->result.failed_statement != SEGMENT_STATEMENT_NONE)
        error_set(&told, error->code, "%s", session->first->result.message);
    forget_segments(session);
    session->events.on_lost(session->events.data, &told);
}

// --- sending --------------------------------------------------------------------------------------
// A connection that is being given up takes nothing more; on_lost is on its way.

static void check_sent(struct session *session, int sent)
{
    struct error error;
    PGconn *native = connection_native(session->connection);
    if (sent || native == NULL)
        return;
    const char *reason = PQerrorMessage(native);
    error_set(&error, -ECONNRESET, "sending: %.*s", (int)strcspn(reason, "\n"), reason);
    connection_abandon(session->connection, 0, &error);
}

static void check_statement_sent(struct session *session, int sent)
{
    session->open->statements_sent++;
    check_sent(session, sent);
}

void session_begin(struct session *session, const struct segment_events *events)
{
    assert(session->open == NULL);
    struct segment *segment = memory_allocate_zeroed(1, sizeof *segment);
    session->open = segment;
    segment->events = *events;
    segment->result.failed_statement = SEGMENT_STATEMENT_NONE;
    *session->last = segment;
    session->last = &segment->next;
}

void session_prepare(struct session *session, const char *name, const char *sql)
{
    PGconn *native = connection_native(session->connection);
    if (native != NULL)
        check_statement_sent(session, PQsendPrepare(native, name, sql, 0, NULL));
}

void session_query(struct session *session, const char *sql, int count, const char *const *values)
{
    PGconn *native = connection_native(session->connection);
    if (native != NULL)
        check_statement_sent(session,
                             PQsendQueryParams(native, sql, count, NULL, values, NULL, NULL, 0));
}

void session_execute(struct session *session, const char *name, int count,
                     const char *const *values, const int *lengths)
{
    static const int all_binary[PARAMETERS_MAX] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                                   1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    PGconn *native = connection_native(session->connection);
    if (native != NULL)
        check_statement_sent(
            session, PQsendQueryPrepared(native, name, count, values, lengths, all_binary, 0));
}

void session_flush(struct session *session)
{
    connection_flush(session->connection);
}

void session_end(struct session *session)
{
    PGconn *native = connection_native(session->connection);
    TAKE(session->open)->is_ended = true;
    if (native != NULL)
        check_sent(session, PQpipelineSync(native));
    connection_flush(session->connection);
    if (!uv_is_active((const uv_handle_t *)&session->patience))
        wait_for_answer(session);
}

// --- life cycle -----------------------------------------------------------------------------------

struct session *session_new(uv_loop_t *loop, const struct connection_settings *settings,
                            const struct session_events *events)
{
    struct session *session = memory_allocate_zeroed(1, sizeof *session);
    session->events = *events;
    session->last = &session->first;
    session->patience_ms = settings->patience_ms;
    uv_timer_init(loop, &session->patience);
    session->patience.data = session;
    const struct connection_events connection_events = {
        .on_open = on_open,
        .expects = expects,
        .on_result = on_result,
        .on_lost = on_lost,
        .data = session,
    };
    session->connection = connection_new(loop, settings, &connection_events);
    return session;
}

void session_start(struct session *session)
{
    connection_start(session->connection);
}

void session_abandon(struct session *session, uint64_t delay_ms, const struct error *error)
{
    connection_abandon(session->connection, delay_ms, error);
}

void session_proved(struct session *session)
{
    connection_proved(session->connection);
}

static void on_patience_closed(uv_handle_t *handle)
{
    struct session *session = handle->data;
    void (*on_closed)(void *data_of_owner) = session->on_closed;
    void *closed_data = session->closed_data;
    free(session);
    on_closed(closed_data);
}

static void on_connection_closed(void *data)
{
    struct session *session = data;
    forget_segments(session);
    uv_close((uv_handle_t *)&session->patience, on_patience_closed);
}

void session_close(struct session *session, void (*on_closed)(void *data), void *data)
{
    session->on_closed = on_closed;
    session->closed_data = data;
    uv_timer_stop(&session->patience);
    connection_close(session->connection, on_connection_closed, session);
}
