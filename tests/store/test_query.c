// SPDX-License-Identifier: MIT
// Questions that are not answered: another thread ends them, whatever they wait for.
#include "harness.h"
#include "store/query.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

// Without being ended a wait would go on for ever; the runner's time limit would tell.
#define SOON_MS 200

static void *stop_soon(void *data)
{
    const struct timespec soon = {.tv_nsec = SOON_MS * 1000000L};
    nanosleep(&soon, NULL);
    query_stop_now(data);
    return NULL;
}

static pthread_t stop_later(struct query_stop *stop)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, stop), 0);
    return thread;
}

static struct query_connection *open_connection(struct query_stop *stop)
{
    const struct query_settings settings = {
        .database = "dbname=skywitness", .options = "-c statement_timeout=60s", .stop = stop};
    struct query_connection *connection;
    struct error error;
    if (query_open(&settings, &connection, &error) < 0)
        fail_msg("%s", error.message);
    return connection;
}

static int64_t ask_number(struct query_connection *connection, const char *sql)
{
    struct query *query;
    struct error error;
    assert_int_equal(query_start(connection, sql, NULL, 0, &query, &error), 0);
    assert_int_equal(query_next(query, &error), 1);
    int64_t number = query_integer(query, 0, -1);
    query_finish(query); // not read to its end
    return number;
}

static void test_stopped_server(void **state)
{
    struct query_stop stop;
    struct error error = {0};
    PGconn *other = *state;
    query_stop_init(&stop);
    struct query_connection *connection = open_connection(&stop);
    pid_t server = (pid_t)ask_number(connection, "SELECT pg_backend_pid()");
    assert_int_equal(kill(server, SIGSTOP), 0);
    pthread_t thread = stop_later(&stop);
    assert_int_equal(query_execute(connection, "SELECT 1", NULL, 0, &error), -ENOTCONN);
    assert_true(query_stop_was_asked(&stop));
    // And from now on.
    assert_int_equal(query_execute(connection, "SELECT 1", NULL, 0, &error), -ENOTCONN);
    // What could not be asked may be finished like any other.
    struct query *query = (struct query *)&error;
    assert_int_equal(query_start(connection, "SELECT 1", NULL, 0, &query, &error), -ENOTCONN);
    assert_null(query);
    query_finish(query);
    query_close(connection);
    pthread_join(thread, NULL);
    kill(server, SIGCONT);

    const struct query_settings settings = {.database = "dbname=skywitness", .stop = &stop};
    assert_int_equal(query_open(&settings, &connection, &error), -ECANCELED);
    query_stop_done(&stop);
    assert_int_equal(harness_number(other, "SELECT 1"), 1);
}

// Half of an answer has come.
static void test_in_the_middle_of_rows(void **state)
{
    struct query_stop stop;
    struct error error = {0};
    struct query *query;
    (void)state;
    query_stop_init(&stop);
    struct query_connection *connection = open_connection(&stop);
    pthread_t thread = stop_later(&stop);
    int ret = query_start(connection,
                          "SELECT repeat('x', 10000), CASE WHEN n > 100 THEN pg_sleep(3600) END"
                          " FROM generate_series(1, 1000) AS g (n)",
                          NULL, 0, &query, &error);
    assert_int_equal(ret, 0);
    while ((ret = query_next(query, &error)) == 1)
        ;
    assert_int_equal(ret, -ENOTCONN);
    query_finish(query);
    query_close(connection);
    pthread_join(thread, NULL);
    query_stop_done(&stop);
}

// Somebody listens and says nothing.
static void test_while_connecting(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    char database[100];
    struct query_stop stop;
    struct query_connection *connection;
    struct error error = {0};
    (void)state;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(listener, 5), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    snprintf(database, sizeof database, "host=127.0.0.1 port=%d dbname=skywitness",
             ntohs(address.sin_port));
    const struct query_settings settings = {.database = database, .stop = &stop};
    query_stop_init(&stop);
    pthread_t thread = stop_later(&stop);
    assert_int_equal(query_open(&settings, &connection, &error), -ECANCELED);
    pthread_join(thread, NULL);
    query_stop_done(&stop);
    close(listener);
}

static void test_session(void **state)
{
    struct query_connection *connection;
    struct error error = {0};
    (void)state;
    assert_int_equal(query_connect("skywitness", NULL, &connection, &error), 0); // a name alone
    assert_string_equal(query_database_name(connection), "skywitness");
    assert_int_equal(ask_number(connection, "SELECT 7 FROM generate_series(1, 100000)"), 7);
    assert_int_equal(ask_number(connection, "SELECT 8"), 8);
    assert_int_equal(ask_number(connection,
                                "SELECT count(*) FROM pg_stat_activity WHERE pid = pg_backend_pid()"
                                " AND application_name = 'skywitness'"),
                     1);
    query_close(connection);
    assert_int_equal(query_connect("no such=thing", NULL, &connection, &error), -EINVAL);
    assert_int_equal(query_connect("host=/nowhere dbname=skywitness", NULL, &connection, &error),
                     -ECONNREFUSED);
    query_close(NULL);
}

static int connect_first(void **state)
{
    *state = harness_connect();
    return 0;
}

static int disconnect(void **state)
{
    PQfinish(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session),
        cmocka_unit_test(test_stopped_server),
        cmocka_unit_test(test_in_the_middle_of_rows),
        cmocka_unit_test(test_while_connecting),
    };
    return cmocka_run_group_tests(tests, connect_first, disconnect);
}
