// SPDX-License-Identifier: MIT
#include "store/feed_lease.h"

#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// LEASE_SERVER_PATIENCE. A look takes milliseconds; it only ever waits for other daemons' looks.
static const char session_options[] =
    "-c idle_session_timeout=18s -c statement_timeout=8s -c lock_timeout=4s -c timezone=UTC";
_Static_assert(LEASE_SERVER_PATIENCE == 18 * UTC_SECOND, "session_options says the same");
// Given up before what it confirmed last is not believed any more.
#define PATIENCE_MS 10000
// PostgreSQL that is back is to be noticed within the courtesy that others show us.
#define WAIT_LONGEST_MS 2000
#define LET_GO_MS 500
// A session that cannot look, such as with an older schema, is tried again after so long.
#define USELESS_WAIT_MS 5000
#define FEEDS_BYTES_MAX (CONFIG_FEEDS_MAX * (size_t)FEED_ID_SIZE)

static const char look_sql[] =
    "SELECT feed, mine, ready, holder, others FROM skywitness_store.look_at_leases("
    "$1::uuid, $2, string_to_array($3, ' '), string_to_array($4, ' '), $5::boolean)";
static const char learnt_sql[] = "SELECT skywitness_store.leases_are_ready($1::uuid)";
static const char let_go_sql[] = "SELECT skywitness_store.let_leases_go($1::uuid)";

struct feed_lease {
    struct session *session;
    struct lease_policy *policy;
    struct feed_lease_events events;
    char journal_id[DIGEST_UUID_TEXT_SIZE];
    char host[64];
    uv_timer_t timer;
    bool open, looking, look_again, must_learn, others;
    utc_us asked_at;
    void (*on_closed)(void *data); // set while closing
    void *closed_data;
};

utc_us feed_lease_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (utc_us)now.tv_sec * UTC_SECOND + now.tv_nsec / 1000;
}

static bool is_true(const PGresult *rows, int row, int column)
{
    return PQgetvalue(rows, row, column)[0] == 't';
}

static void on_rows(void *data, int statement, const PGresult *rows)
{
    struct feed_lease *lease = data;
    (void)statement;
    for (int row = 0; row < PQntuples(rows); row++) {
        struct lease_feed *feed = lease_policy_find(lease->policy, PQgetvalue(rows, row, 0));
        if (feed == NULL)
            continue; // a reload has taken it away meanwhile
        feed->mine = is_true(rows, row, 1);
        feed->free = PQgetisnull(rows, row, 1);
        text_copy(feed->holder, sizeof feed->holder, PQgetvalue(rows, row, 3));
        lease->must_learn = lease->must_learn || (feed->mine && !is_true(rows, row, 2));
        lease->others = lease->others || is_true(rows, row, 4);
    }
}

static void abandon(struct feed_lease *lease, uint64_t delay_ms, const char *message)
{
    struct error error;
    error_set(&error, -EIO, "%s", message);
    session_abandon(lease->session, delay_ms, &error);
}

static void on_looked(void *data, const struct segment_result *result)
{
    struct feed_lease *lease = data;
    lease->looking = false;
    if (lease->on_closed != NULL)
        return;
    if (result->failed_statement != SEGMENT_STATEMENT_NONE) {
        lease->open = false; // as good as none: another schema, or a server in trouble
        abandon(lease, USELESS_WAIT_MS, result->message);
        return;
    }
    session_proved(lease->session);
    lease->policy->others = lease->others;
    lease_policy_looked(lease->policy, lease->asked_at);
    lease->events.on_looked(lease->events.data, lease->must_learn);
    if (lease->look_again)
        feed_lease_look(lease);
}

// The feeds that are wanted, or only those that nobody else seems to want, in one text.
static void list_feeds(const struct lease_policy *policy, bool insisted, struct text *text)
{
    text_init(text, FEEDS_BYTES_MAX);
    array_foreach (&policy->feeds, feed)
        if (!insisted || feed->looks_free >= LEASE_LOOKS_FREE)
            text_append_format(text, "%s%s", text->length > 0 ? " " : "", feed->feed);
}

void feed_lease_look(struct feed_lease *lease)
{
    if (!lease->open || lease->on_closed != NULL)
        return;
    lease->look_again = lease->looking;
    if (lease->looking)
        return;
    const struct segment_events events = {.on_rows = on_rows, .on_done = on_looked, .data = lease};
    struct text wanted, insisted;
    list_feeds(lease->policy, false, &wanted);
    list_feeds(lease->policy, true, &insisted);
    lease->asked_at = feed_lease_now();
    const char *values[] = {lease->journal_id, lease->host,
                            wanted.bytes != NULL ? wanted.bytes : "",
                            insisted.bytes != NULL ? insisted.bytes : "",
                            lease_policy_is_eager(lease->policy, lease->asked_at) ? "t" : "f"};
    lease->looking = true;
    lease->must_learn = lease->others = false;
    session_begin(lease->session, &events);
    session_query(lease->session, look_sql, 5, values);
    session_end(lease->session);
    text_done(&wanted);
    text_done(&insisted);
}

static void on_learnt(void *data, const struct segment_result *result)
{
    struct feed_lease *lease = data;
    if (result->failed_statement != SEGMENT_STATEMENT_NONE)
        abandon(lease, 0, result->message);
}

void feed_lease_learnt(struct feed_lease *lease)
{
    const struct segment_events events = {.on_done = on_learnt, .data = lease};
    const char *values[] = {lease->journal_id};
    if (!lease->open || lease->on_closed != NULL)
        return;
    session_begin(lease->session, &events);
    session_query(lease->session, learnt_sql, 1, values);
    session_end(lease->session);
}

static void look_now(uv_timer_t *timer)
{
    feed_lease_look(timer->data);
}

static void on_open(void *data)
{
    struct feed_lease *lease = data;
    lease->open = true;
    lease->looking = false;
    lease_policy_connected(lease->policy, feed_lease_now());
    feed_lease_look(lease);
}

// libpq has no code for it; its words are in English, since no program of ours sets a locale.
static bool is_refused(const struct error *error)
{
    return strstr(error->message, "Connection refused") != NULL ||
           strstr(error->message, "No such file or directory") != NULL;
}

static void close_session(struct feed_lease *lease);

static void on_lost(void *data, const struct error *error)
{
    struct feed_lease *lease = data;
    bool was_open = lease->open;
    lease->open = lease->looking = false;
    if (lease->on_closed != NULL) {
        if (was_open)
            close_session(lease);
        return;
    }
    if (was_open)
        lease_policy_lost(lease->policy);
    else
        lease_policy_failed(lease->policy, is_refused(error));
    lease->events.on_lost(lease->events.data, error);
}

struct feed_lease *feed_lease_new(uv_loop_t *loop, const struct feed_lease_settings *settings,
                                  const struct feed_lease_events *events)
{
    struct feed_lease *lease = memory_allocate_zeroed(1, sizeof *lease);
    const struct connection_settings connection = {
        .database = settings->database,
        .password = settings->password,
        .application = "skywitnessd leases",
        .options = session_options,
        .patience_ms = PATIENCE_MS,
        .wait_longest_ms = WAIT_LONGEST_MS,
    };
    const struct session_events session = {.on_open = on_open, .on_lost = on_lost, .data = lease};
    lease->events = *events;
    lease->policy = settings->policy;
    text_copy(lease->journal_id, sizeof lease->journal_id, settings->journal_id);
    if (gethostname(lease->host, sizeof lease->host - 1) != 0 || lease->host[0] == '\0')
        text_copy(lease->host, sizeof lease->host, "a host without a name");
    lease->session = session_new(loop, &connection, &session);
    uv_timer_init(loop, &lease->timer);
    lease->timer.data = lease;
    return lease;
}

void feed_lease_start(struct feed_lease *lease)
{
    session_start(lease->session);
    uv_timer_start(&lease->timer, look_now, LEASE_LOOK_INTERVAL / 1000, LEASE_LOOK_INTERVAL / 1000);
}

// --- closing -----------------------------------------------------------------------------------

static void on_timer_closed(uv_handle_t *handle)
{
    struct feed_lease *lease = handle->data;
    void (*on_closed)(void *data) = lease->on_closed;
    void *data = lease->closed_data;
    free(lease);
    on_closed(data);
}

static void on_session_closed(void *data)
{
    struct feed_lease *lease = data;
    uv_close((uv_handle_t *)&lease->timer, on_timer_closed);
}

static void close_session(struct feed_lease *lease)
{
    uv_timer_stop(&lease->timer);
    if (lease->session != NULL)
        session_close(TAKE(lease->session), on_session_closed, lease);
}

static void patience_ended(uv_timer_t *timer)
{
    close_session(timer->data);
}

static void on_let_go(void *data, const struct segment_result *result)
{
    (void)result;
    struct feed_lease *lease = data;
    // Not from within the session's own call back.
    uv_timer_start(&lease->timer, patience_ended, 0, 0);
}

void feed_lease_close(struct feed_lease *lease, void (*on_closed)(void *data), void *data)
{
    const struct segment_events events = {.on_done = on_let_go, .data = lease};
    const char *values[] = {lease->journal_id};
    lease->on_closed = on_closed;
    lease->closed_data = data;
    uv_timer_start(&lease->timer, patience_ended, lease->open ? LET_GO_MS : 0, 0);
    if (!lease->open)
        return;
    session_begin(lease->session, &events);
    session_query(lease->session, let_go_sql, 1, values);
    session_end(lease->session);
}
