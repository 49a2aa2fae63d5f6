// SPDX-License-Identifier: MIT
// The connection's traps: sockets that change under the loop, servers that hang up, stay mute or
// answer with what a pipeline cannot hold, names that have to be looked up.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness.h"

#include "store/conninfo.h"
#include "store/resolve.h"
#include "store/session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct watcher {
    uv_loop_t loop;
    struct session *session;
    unsigned opened, lost, done;
    unsigned stop_after_lost;
    const char *sql; // sent when open
    struct segment_result result;
    struct error error;
    uv_timer_t deadline;
    bool late;
    bool closed;
    uint64_t patience_ms;
};

static void on_done(void *data, const struct segment_result *result)
{
    struct watcher *watcher = data;
    watcher->done++;
    watcher->result = *result;
    uv_stop(&watcher->loop);
}

static void on_open(void *data)
{
    struct watcher *watcher = data;
    const struct segment_events events = {.on_done = on_done, .data = watcher};
    watcher->opened++;
    if (watcher->sql == NULL) {
        uv_stop(&watcher->loop);
        return;
    }
    session_begin(watcher->session, &events);
    session_query(watcher->session, watcher->sql, 0, NULL);
    session_end(watcher->session);
}

static void on_lost(void *data, const struct error *error)
{
    struct watcher *watcher = data;
    watcher->lost++;
    watcher->error = *error;
    if (watcher->stop_after_lost > 0 && watcher->lost >= watcher->stop_after_lost)
        uv_stop(&watcher->loop);
}

static void on_deadline(uv_timer_t *timer)
{
    struct watcher *watcher = timer->data;
    watcher->late = true;
    uv_stop(&watcher->loop);
}

static void watcher_start(struct watcher *watcher, const char *database, unsigned limit_ms)
{
    const struct connection_settings settings = {
        .database = database,
        .application = "test",
        .options = "-c timezone=UTC",
        .patience_ms = watcher->patience_ms,
    };
    const struct session_events events = {.on_open = on_open, .on_lost = on_lost, .data = watcher};
    assert_int_equal(uv_loop_init(&watcher->loop), 0);
    uv_timer_init(&watcher->loop, &watcher->deadline);
    watcher->deadline.data = watcher;
    uv_timer_start(&watcher->deadline, on_deadline, limit_ms, 0);
    watcher->session = session_new(&watcher->loop, &settings, &events);
    session_start(watcher->session);
    uv_run(&watcher->loop, UV_RUN_DEFAULT);
}

static void on_closed(void *data)
{
    struct watcher *watcher = data;
    watcher->closed = true;
    uv_close((uv_handle_t *)&watcher->deadline, NULL);
}

static void watcher_end(struct watcher *watcher)
{
    session_close(watcher->session, on_closed, watcher);
    assert_int_equal(uv_run(&watcher->loop, UV_RUN_DEFAULT), 0);
    assert_true(watcher->closed);
    assert_int_equal(uv_loop_close(&watcher->loop), 0);
}

// libpq closes its first socket and opens another, usually with the same number, while connecting.
static void test_socket_changes_while_connecting(void **state)
{
    (void)state;
    char database[512];
    struct watcher watcher = {.sql = "SELECT 1"};
    // The first host does not exist, the second refuses, the third is the server.
    char folder[] = "/tmp/skywitness-false-XXXXXX";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_non_null(mkdtemp(folder));
    snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432", folder);
    int refusing = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(refusing, (const struct sockaddr *)&address, sizeof address), 0);
    snprintf(database, sizeof database, "host='/tmp/skywitness-absent,%s,%s' port='5432,5432,%s'",
             folder, getenv("PGHOST"), getenv("PGPORT"));
    watcher_start(&watcher, database, 20000);
    assert_false(watcher.late);
    assert_int_equal(watcher.done, 1);
    assert_int_equal(watcher.lost, 0);
    assert_int_equal(watcher.result.failed_statement, SEGMENT_STATEMENT_NONE);
    watcher_end(&watcher);
    close(refusing);
    unlink(address.sun_path);
    rmdir(folder);
}

struct false_server {
    char folder[32];
    struct sockaddr_un address;
    int listening;
};

static void false_server_start(struct false_server *server, char database[256])
{
    strcpy(server->folder, "/tmp/skywitness-false-XXXXXX");
    server->address.sun_family = AF_UNIX;
    assert_non_null(mkdtemp(server->folder));
    snprintf(server->address.sun_path, sizeof server->address.sun_path, "%s/.s.PGSQL.5432",
             server->folder);
    server->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(
        bind(server->listening, (const struct sockaddr *)&server->address, sizeof server->address),
        0);
    assert_int_equal(listen(server->listening, 8), 0);
    snprintf(database, 256, "host='%s' port=5432 dbname=x user=x", server->folder);
}

static void false_server_stop(struct false_server *server)
{
    close(server->listening);
    unlink(server->address.sun_path);
    rmdir(server->folder);
}

static void on_connection(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    int *descriptors = poll->data;
    close(accept(descriptors[0], NULL, NULL));
    descriptors[1]++;
}

// Hangs up on everybody: a new try each time, later and later, and never a busy loop.
static void test_server_that_hangs_up(void **state)
{
    (void)state;
    char database[256];
    struct false_server server;
    struct watcher watcher = {.stop_after_lost = 4};
    uv_poll_t poll;
    false_server_start(&server, database);
    int descriptors[2] = {server.listening, 0};
    const struct connection_settings settings = {
        .database = database, .application = "test", .options = ""};
    const struct session_events events = {.on_open = on_open, .on_lost = on_lost, .data = &watcher};
    assert_int_equal(uv_loop_init(&watcher.loop), 0);
    uv_timer_init(&watcher.loop, &watcher.deadline);
    watcher.deadline.data = &watcher;
    uv_timer_start(&watcher.deadline, on_deadline, 20000, 0);
    uv_poll_init(&watcher.loop, &poll, server.listening);
    poll.data = descriptors;
    uv_poll_start(&poll, UV_READABLE, on_connection);
    watcher.session = session_new(&watcher.loop, &settings, &events);
    session_start(watcher.session);
    uint64_t start = uv_now(&watcher.loop);
    uv_run(&watcher.loop, UV_RUN_DEFAULT);
    assert_false(watcher.late);
    assert_int_equal(watcher.opened, 0);
    assert_int_equal(descriptors[1], 4);
    // Three waits of 250, 500 and 1000 ms, less 20 % of jitter, lie between four tries.
    assert_true(uv_now(&watcher.loop) - start >= (250 + 500 + 1000) * 8 / 10);
    uv_close((uv_handle_t *)&poll, NULL);
    watcher_end(&watcher);
    false_server_stop(&server);
}

// Says nothing at all: our own time limit ends it, and closing does not wait for it.
static void test_mute_server(void **state)
{
    (void)state;
    char database[256];
    struct false_server server;
    struct watcher watcher = {.stop_after_lost = 1};
    false_server_start(&server, database);
    watcher_start(&watcher, database, 500);
    assert_true(watcher.late);
    assert_int_equal(watcher.lost, 0);
    watcher_end(&watcher);

    watcher = (struct watcher){.stop_after_lost = 1};
    watcher_start(&watcher, database, 20000);
    assert_false(watcher.late);
    assert_int_equal(watcher.error.code, -ETIMEDOUT);
    watcher_end(&watcher);
    false_server_stop(&server);
}

// A TCP connection that is refused reaches the loop as a poll that failed.
static void test_refused_by_tcp(void **state)
{
    (void)state;
    struct watcher watcher = {.stop_after_lost = 2};
    watcher_start(&watcher, "host=127.0.0.1 port=1 dbname=x user=x", 20000);
    assert_false(watcher.late);
    assert_int_equal(watcher.lost, 2);
    assert_non_null(strstr(watcher.error.message, "refused"));
    watcher_end(&watcher);
}

static void signal_backend(PGconn *other, int signal_number)
{
    pid_t backend =
        (pid_t)harness_number(other, "SELECT pid FROM pg_stat_activity WHERE "
                                     "application_name = 'test' ORDER BY backend_start LIMIT 1");
    assert_int_equal(kill(backend, signal_number), 0);
}

// A server process that is stopped says nothing and hangs up on nobody.
static void test_stopped_backend(void **state)
{
    (void)state;
    PGconn *other = harness_connect();
    struct watcher watcher = {.patience_ms = 700};
    watcher_start(&watcher, "", 20000);
    assert_int_equal(watcher.opened, 1);
    const struct segment_events events = {.on_done = on_done, .data = &watcher};
    signal_backend(other, SIGSTOP);
    session_begin(watcher.session, &events);
    session_query(watcher.session, "SELECT 1", 0, NULL);
    session_end(watcher.session);
    watcher.stop_after_lost = 1;
    uv_run(&watcher.loop, UV_RUN_DEFAULT);
    signal_backend(other, SIGCONT);
    assert_false(watcher.late);
    assert_int_equal(watcher.done, 0);
    assert_int_equal(watcher.error.code, -ETIMEDOUT);
    // Patience is for answers that are due: none is after this one.
    watcher.stop_after_lost = 0;
    watcher.sql = "SELECT 1";
    while (watcher.done == 0 && !watcher.late)
        uv_run(&watcher.loop, UV_RUN_DEFAULT);
    assert_false(watcher.late);
    uv_timer_start(&watcher.deadline, on_deadline, 1500, 0);
    uv_run(&watcher.loop, UV_RUN_DEFAULT);
    assert_int_equal(watcher.lost, 1);
    watcher_end(&watcher);
    PQfinish(other);
}

// libpq would say PGRES_COPY_OUT for ever.
static void test_copy_in_a_pipeline(void **state)
{
    (void)state;
    struct watcher watcher = {.sql = "COPY (SELECT 1) TO STDOUT", .stop_after_lost = 1};
    watcher_start(&watcher, "", 20000);
    assert_false(watcher.late);
    assert_int_equal(watcher.lost, 1);
    watcher_end(&watcher);
}

// An error in a segment is the segment's: the session goes on, clean.
static void test_failed_segment(void **state)
{
    (void)state;
    struct watcher watcher = {.sql = "SELECT 1 / 0"};
    watcher_start(&watcher, "", 20000);
    assert_int_equal(watcher.done, 1);
    assert_int_equal(watcher.result.failed_statement, 0);
    assert_string_equal(watcher.result.sqlstate, "22012");
    const struct segment_events events = {.on_done = on_done, .data = &watcher};
    session_begin(watcher.session, &events);
    session_query(watcher.session, "SELECT 1", 0, NULL);
    session_query(watcher.session, "SELECT no_such_column", 0, NULL);
    session_query(watcher.session, "SELECT 2", 0, NULL);
    session_end(watcher.session);
    session_begin(watcher.session, &events);
    session_query(watcher.session, "SELECT 3", 0, NULL);
    session_end(watcher.session);
    uv_run(&watcher.loop, UV_RUN_DEFAULT);
    while (watcher.done < 3 && !watcher.late)
        uv_run(&watcher.loop, UV_RUN_DEFAULT);
    assert_int_equal(watcher.result.failed_statement, SEGMENT_STATEMENT_NONE);
    assert_int_equal(watcher.lost, 0);
    watcher_end(&watcher);
}

// Killed while nothing is under way: noticed, and made anew.
static void test_killed_while_idle(void **state)
{
    (void)state;
    struct watcher watcher = {0};
    PGconn *other = harness_connect();
    watcher_start(&watcher, "", 20000);
    assert_int_equal(watcher.opened, 1);
    harness_execute(other, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                           "WHERE application_name = 'test'");
    uv_run(&watcher.loop, UV_RUN_DEFAULT);
    assert_false(watcher.late);
    assert_int_equal(watcher.lost, 1);
    assert_int_equal(watcher.opened, 2);
    watcher_end(&watcher);
    PQfinish(other);
}

// --- connection strings ---------------------------------------------------------------------------

static void test_conninfo(void **state)
{
    (void)state;
    struct conninfo conninfo = {0};
    struct error error = {0};
    assert_int_equal(conninfo_read("postgresql:///x?options=-c%20a.b%3D1", "secret", "app",
                                   "-c c.d=2", &conninfo, &error),
                     0);
    assert_string_equal(conninfo_get(&conninfo, "dbname"), "x");
    assert_string_equal(conninfo_get(&conninfo, "password"), "secret");
    assert_string_equal(conninfo_get(&conninfo, "options"), "-c a.b=1 -c c.d=2");
    assert_string_equal(conninfo_get(&conninfo, "client_encoding"), "UTF8");
    assert_string_equal(conninfo_get(&conninfo, "tcp_user_timeout"), "30000");
    assert_null(conninfo_get(&conninfo, "target_session_attrs"));
    conninfo_want_writer(&conninfo);
    assert_string_equal(conninfo_get(&conninfo, "target_session_attrs"), "read-write");
    conninfo_done(&conninfo);
    assert_int_equal(conninfo_read("target_session_attrs=any", NULL, NULL, NULL, &conninfo, &error),
                     0);
    conninfo_want_writer(&conninfo);
    assert_string_equal(conninfo_get(&conninfo, "target_session_attrs"), "any");
    conninfo_done(&conninfo);
    assert_int_equal(conninfo_read("no such=thing", NULL, "app", NULL, &conninfo, &error), -EINVAL);
    assert_int_equal(conninfo_read("port='", NULL, "app", NULL, &conninfo, &error), -EINVAL);
    // A bad string is an error each time, not a crash.
    struct watcher watcher = {.stop_after_lost = 2};
    watcher_start(&watcher, "no such=thing", 20000);
    assert_int_equal(watcher.lost, 2);
    watcher_end(&watcher);
}

struct looked_up {
    bool done;
    struct error error;
};

static void on_looked_up(void *data, const struct error *error)
{
    struct looked_up *looked_up = data;
    looked_up->done = true;
    if (error != NULL)
        looked_up->error = *error;
}

static void test_names_are_looked_up_off_the_loop(void **state)
{
    (void)state;
    static const struct {
        const char *database;
        bool needed;
    } cases[] = {
        {"host=/var/run/postgresql", false},
        {"host=@abstract", false},
        {"host=127.0.0.1", false},
        {"host=::1", false},
        {"host=127.0.0.1,/tmp", false},
        {"host=localhost", true},
        {"host=/tmp,localhost", true},
        {"host=localhost hostaddr=127.0.0.1", false},
        {"postgresql://localhost:5433/x", true},
    };
    struct error error;
    struct conninfo conninfo = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(conninfo_read(cases[i].database, NULL, "app", NULL, &conninfo, &error), 0);
        assert_int_equal(resolve_is_needed(&conninfo), cases[i].needed);
        conninfo_done(&conninfo);
    }

    uv_loop_t loop;
    struct looked_up looked_up = {0};
    uv_loop_init(&loop);
    assert_int_equal(
        conninfo_read("host=/tmp,localhost port=5555,6666", NULL, "app", NULL, &conninfo, &error),
        0);
    assert_non_null(resolve_start(&loop, &conninfo, on_looked_up, &looked_up));
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_true(looked_up.done && looked_up.error.code == 0);
    // localhost may have one address or two; each has its host and its port.
    const char *hosts = conninfo_get(&conninfo, "host");
    const char *addresses = conninfo_get(&conninfo, "hostaddr");
    assert_memory_equal(hosts, "/tmp,localhost", 14);
    assert_memory_equal(conninfo_get(&conninfo, "port"), "5555,6666", 9);
    assert_true(strstr(addresses, ",127.0.0.1") != NULL || strstr(addresses, ",::1") != NULL);
    conninfo_done(&conninfo);

    looked_up = (struct looked_up){0};
    assert_int_equal(
        conninfo_read("host=no-such-host.invalid", NULL, "app", NULL, &conninfo, &error), 0);
    resolve_start(&loop, &conninfo, on_looked_up, &looked_up);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(looked_up.error.code, -EHOSTUNREACH);

    // Abandoned while under way: no call back, nothing left behind.
    looked_up = (struct looked_up){0};
    resolve_abandon(resolve_start(&loop, &conninfo, on_looked_up, &looked_up));
    conninfo_done(&conninfo);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_false(looked_up.done);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_socket_changes_while_connecting),
        cmocka_unit_test(test_server_that_hangs_up),
        cmocka_unit_test(test_mute_server),
        cmocka_unit_test(test_refused_by_tcp),
        cmocka_unit_test(test_stopped_backend),
        cmocka_unit_test(test_copy_in_a_pipeline),
        cmocka_unit_test(test_failed_segment),
        cmocka_unit_test(test_killed_while_idle),
        cmocka_unit_test(test_conninfo),
        cmocka_unit_test(test_names_are_looked_up_off_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
