// SPDX-License-Identifier: MIT
// The HTTP client against a server that does wrong what servers do wrong.
#include "net/http.h"

#include "base/memory.h"
#include "support.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char *url_of(const char *path)
{
    static char url[8][512]; // a few at a time
    static unsigned next;
    char *one = url[next++ % 8];

    snprintf(one, sizeof url[0], "http://127.0.0.1:%u%s", server.port, path);
    return one;
}

static struct http_request request_of(const char *path)
{
    return (struct http_request){
        .url = url_of(path),
        .allow_plain_http = true,
        .allow_private_addresses = true,
        .timeout_ms = 20000,
    };
}

// What each fault comes to.
static const struct {
    const char *path;
    unsigned timeout_ms;
    size_t body_limit;
    enum http_outcome outcome;
    long status;
    size_t body_length;
} FAULTS[] = {
    {"/ok?bytes=100000", 0, 0, HTTP_ANSWERED, 200, 100000},
    {"/empty", 0, 0, HTTP_ANSWERED, 200, 0},
    {"/dribble?n=60", 0, 0, HTTP_ANSWERED, 200, 60},
    {"/slow-headers?s=0.3", 0, 0, HTTP_ANSWERED, 200, 2},
    {"/slow-headers?s=30", 300, 0, HTTP_TIMED_OUT, 0, 0},
    {"/dribble?n=1000&ms=50", 300, 0, HTTP_TIMED_OUT, 0, 0},
    {"/hang", 300, 0, HTTP_TIMED_OUT, 0, 0},
    {"/hang-in-body", 300, 0, HTTP_TIMED_OUT, 0, 0},
    {"/close", 0, 0, HTTP_BROKEN, 0, 0},
    {"/cut", 0, 0, HTTP_BROKEN, 0, 0},
    {"/cut-chunked", 0, 0, HTTP_BROKEN, 0, 0},
    {"/reset", 0, 0, HTTP_BROKEN, 0, 0},
    {"/reset-in-body", 0, 0, HTTP_BROKEN, 0, 0},
    {"/not-http", 0, 0, HTTP_BROKEN, 0, 0},
    {"/brotli", 0, 0, HTTP_BROKEN, 0, 0}, // not asked for; libcurl has the decoder
    {"/bad-gzip", 0, 0, HTTP_BROKEN, 0, 0},
    {"/too-long", 0, 0, HTTP_ANSWERED, 200, 5}, // what was announced
    {"/zipped?bytes=100000", 0, 0, HTTP_ANSWERED, 200, 100000},
    {"/html?code=403", 0, 0, HTTP_ANSWERED, 403, 69},
    {"/status?code=420", 0, 0, HTTP_ANSWERED, 420, 2},
    {"/nothing-here", 0, 0, HTTP_ANSWERED, 404, 2},
    // The cap counts decoded bytes, and is exact.
    {"/ok?bytes=1000", 0, 1000, HTTP_ANSWERED, 200, 1000},
    {"/ok?bytes=1001", 0, 1000, HTTP_TOO_LARGE, 0, 0},
    {"/zipped?bytes=1000", 0, 1000, HTTP_ANSWERED, 200, 1000},
    {"/zipped?bytes=1001", 0, 1000, HTTP_TOO_LARGE, 0, 0},
    {"/announced?mb=50", 0, 1 << 20, HTTP_TOO_LARGE, 0, 0},
    {"/chunked?mb=50", 0, 1 << 20, HTTP_TOO_LARGE, 0, 0},
    {"/bomb?mb=200", 0, 1 << 20, HTTP_TOO_LARGE, 0, 0},
    {"/bomb?mb=40", 0, 0, HTTP_TOO_LARGE, 0, 0}, // the default of 32 MiB
    {"/many-headers", 0, 0, HTTP_TOO_LARGE, 0, 0},
    {"/long-headers", 0, 0, HTTP_TOO_LARGE, 0, 0},
    {"/interim", 5000, 0, HTTP_TOO_LARGE, 0, 0},
};

static void test_faults(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench);
    for (size_t i = 0; i < sizeof FAULTS / sizeof FAULTS[0]; i++) {
        struct http_request request = request_of(FAULTS[i].path);
        request.timeout_ms = FAULTS[i].timeout_ms;
        request.body_limit = FAULTS[i].body_limit;
        struct outcome got = fetch(bench.client, &bench.loop, &request);
        print_message("%s: outcome %d, status %ld, %zu bytes, %s\n", FAULTS[i].path,
                      got.response.outcome, got.response.status, got.response.body_length,
                      got.reason);
        assert_int_equal(got.calls, 1);
        assert_int_equal(got.response.outcome, FAULTS[i].outcome);
        assert_int_equal(got.response.status, FAULTS[i].status);
        assert_int_equal(got.response.body_length, FAULTS[i].body_length);
        assert_true((got.reason[0] == '\0') == (FAULTS[i].outcome == HTTP_ANSWERED));
        assert_true((got.response.body != NULL) == (FAULTS[i].outcome == HTTP_ANSWERED));
        assert_true(got.response.asked_at <= got.response.answered_at);
        if (got.response.body != NULL)
            assert_int_equal(got.response.body[got.response.body_length], 0);
        outcome_done(&got);
    }
    bench_close(&bench);
}

static void test_wire_bytes_are_those_on_the_wire(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench);
    struct http_request request = request_of("/zipped?bytes=1000000");
    struct outcome got = fetch(bench.client, &bench.loop, &request);
    assert_int_equal(got.response.body_length, 1000000);
    assert_in_range(got.response.wire_bytes, 100, 10000);
    assert_string_equal(got.response.content_type, "application/json");
    outcome_done(&got);
    bench_close(&bench);
}

static void test_refused_connection(void **state)
{
    struct bench bench;
    struct http_request request = request_of("/ok");

    (void)state;
    bench_open(&bench);
    request.url = "http://127.0.0.1:1/"; // tcpmux: nobody listens
    for (int i = 0; i < 20; i++) {
        struct outcome got = fetch(bench.client, &bench.loop, &request);
        assert_int_equal(got.response.outcome, HTTP_UNREACHABLE);
        assert_int_equal(got.response.status, 0);
        outcome_done(&got);
    }
    bench_close(&bench);
}

static void test_retry_after(void **state)
{
    static const struct {
        const char *path;
        int64_t least_s, most_s;
    } ROWS[] = {
        {"/status?code=429", -1, -1},
        {"/status?code=429&retry=120", 120, 120},
        {"/status?code=503&retry=999999", 86400, 86400},
        {"/status?code=503&retry=date%2B60", 58, 61},
        {"/status?code=503&retry=date-3600", 0, 0},
        {"/status?code=429&retry=whenever", -1, -1},
        {"/status?code=429&retry=-10", -1, -1},
        {"/status?code=429&opensky=3600", 3600, 3600},
        {"/status?code=429&opensky=30&retry=60", 60, 60},
        {"/redirect", 77, 77}, // not followed: the answer's own
    };
    struct bench bench;

    (void)state;
    bench_open(&bench);
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct http_request request = request_of(ROWS[i].path);
        struct outcome got = fetch(bench.client, &bench.loop, &request);
        print_message("%s: %lld\n", ROWS[i].path, (long long)got.response.retry_after_s);
        assert_int_equal(got.response.outcome, HTTP_ANSWERED);
        assert_true(got.response.retry_after_s >= ROWS[i].least_s);
        assert_true(got.response.retry_after_s <= ROWS[i].most_s);
        outcome_done(&got);
    }
    bench_close(&bench);
}

static void test_redirects(void **state)
{
    static const struct {
        const char *path;
        unsigned redirects_max;
        enum http_outcome outcome;
        long status;
    } ROWS[] = {
        {"/redirect?n=1", 0, HTTP_ANSWERED, 302},
        {"/redirect?n=1", 1, HTTP_ANSWERED, 200},
        {"/redirect?n=3", 3, HTTP_ANSWERED, 200},
        {"/redirect?n=4", 3, HTTP_BROKEN, 0},
        {"/redirect?n=100000", 3, HTTP_BROKEN, 0},
        {"/redirect-to?url=file:///etc/hostname", 3, HTTP_FORBIDDEN, 0},
        {"/redirect-to?url=ftp://127.0.0.1/x", 3, HTTP_FORBIDDEN, 0},
        {"/redirect-to?url=gopher://127.0.0.1:70/x", 3, HTTP_FORBIDDEN, 0},
    };
    struct bench bench;

    (void)state;
    bench_open(&bench);
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct http_request request = request_of(ROWS[i].path);
        request.redirects_max = ROWS[i].redirects_max;
        struct outcome got = fetch(bench.client, &bench.loop, &request);
        print_message("%s: %d %ld %s\n", ROWS[i].path, got.response.outcome, got.response.status,
                      got.reason);
        assert_int_equal(got.response.outcome, ROWS[i].outcome);
        assert_int_equal(got.response.status, ROWS[i].status);
        if (got.response.status == 200) // nothing of the answers before is left
            assert_int_equal(got.response.retry_after_s, -1);
        outcome_done(&got);
    }
    bench_close(&bench);
}

static void test_the_address_is_guarded(void **state)
{
    struct bench bench;
    char by_name[128];

    (void)state;
    bench_open(&bench);
    struct http_request request = request_of("/ok");
    request.allow_private_addresses = false;
    struct outcome got = fetch(bench.client, &bench.loop, &request);
    assert_int_equal(got.response.outcome, HTTP_FORBIDDEN);
    outcome_done(&got);

    snprintf(by_name, sizeof by_name, "http://localhost:%u/ok", server.port);
    request.url = by_name;
    got = fetch(bench.client, &bench.loop, &request);
    assert_int_equal(got.response.outcome, HTTP_FORBIDDEN);
    outcome_done(&got);

    // A kept connection that a wider permission opened does not serve a narrower one.
    struct http_request wide = request_of("/ok");
    got = fetch(bench.client, &bench.loop, &wide);
    assert_int_equal(got.response.outcome, HTTP_ANSWERED);
    outcome_done(&got);
    wide.allow_private_addresses = false;
    got = fetch(bench.client, &bench.loop, &wide);
    assert_int_equal(got.response.outcome, HTTP_FORBIDDEN);
    assert_int_equal(got.response.status, 0);
    outcome_done(&got);
    bench_close(&bench);
}

static void test_what_cannot_be_asked(void **state)
{
    static const char *const SPLIT_HEADER[] = {"X-One: 1\r\nX-Two: 2", NULL};
    static const char *const NO_COLON[] = {"X-One", NULL};
    const struct {
        struct http_request request;
    } ROWS[] = {
        {{.url = "file:///etc/passwd", .allow_plain_http = true}},
        {{.url = "ftp://127.0.0.1/", .allow_plain_http = true}},
        {{.url = "http://127.0.0.1/"}},
        {{.url = ""}},
        {{.url = "https://user:secret@127.0.0.1/"}},
        {{.url = "https://127.0.0.1/\r\nX: y"}},
        {{.url = "https://127.0.0.1/", .headers = SPLIT_HEADER}},
        {{.url = "https://127.0.0.1/", .headers = NO_COLON}},
        {{.url = "https://127.0.0.1/", .user_agent = "a\r\nX: y"}},
        {{.url = "https://127.0.0.1/", .method = "GET / HTTP/1.1\r\n"}},
        {{.url = "https://127.0.0.1/", .method = ""}},
    };
    struct bench bench;

    (void)state;
    bench_open(&bench);
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct outcome got = {0};
        struct error error = {0};
        assert_null(http_start(bench.client, &ROWS[i].request, outcome_callback, &got, &error));
        assert_int_equal(error.code, -EINVAL);
        assert_true(error.message[0] != '\0');
        assert_int_equal(got.calls, 0);
    }
    bench_close(&bench);
}

static void test_what_is_sent(void **state)
{
    static const char *const HEADERS[] = {"x-api-key: token", "Accept: application/json", NULL};
    struct bench bench;

    (void)state;
    // A proxy of the environment would be asked instead; nobody listens there.
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    bench_open(&bench);
    struct http_request request = request_of("/echo");
    request.user_agent = "skywitness/1 (+test)";
    request.headers = HEADERS;
    struct outcome got = fetch(bench.client, &bench.loop, &request);
    assert_int_equal(got.response.outcome, HTTP_ANSWERED);
    assert_non_null(strstr(got.response.body, "GET /echo HTTP/1.1\r\n"));
    assert_non_null(strstr(got.response.body, "\r\nUser-Agent: skywitness/1 (+test)\r\n"));
    assert_non_null(strstr(got.response.body, "\r\nAccept-Encoding: gzip\r\n"));
    assert_non_null(strstr(got.response.body, "\r\nx-api-key: token\r\n"));
    outcome_done(&got);

    request.body = "{\"a\":1}\0b";
    request.body_length = 9; // a zero within is a byte like others
    got = fetch(bench.client, &bench.loop, &request);
    assert_int_equal(memcmp(got.response.body, "POST ", 5), 0);
    assert_non_null(strstr(got.response.body, "\r\nContent-Length: 9\r\n"));
    assert_null(strstr(got.response.body, "Expect"));
    assert_memory_equal(got.response.body + got.response.body_length - 9, "{\"a\":1}\0b", 9);
    outcome_done(&got);

    request.method = "PUT";
    got = fetch(bench.client, &bench.loop, &request);
    assert_int_equal(memcmp(got.response.body, "PUT ", 4), 0);
    outcome_done(&got);

    request = request_of("/echo");
    request.method = "HEAD";
    got = fetch(bench.client, &bench.loop, &request);
    assert_int_equal(got.response.status, 200);
    assert_int_equal(got.response.body_length, 0);
    outcome_done(&got);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    bench_close(&bench);
}

static unsigned connections_so_far(struct bench *bench)
{
    unsigned connections = 0;
    struct http_request request = request_of("/_stats");

    request.fresh_connection = true;
    struct outcome got = fetch(bench->client, &bench->loop, &request);
    assert_int_equal(sscanf(got.response.body, "overlap %*u connections %u", &connections), 1);
    outcome_done(&got);
    return connections;
}

static void test_connections_are_kept_or_fresh_as_asked(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench);
    unsigned before = connections_so_far(&bench);
    for (int i = 0; i < 5; i++) {
        struct http_request request = request_of("/ok");
        struct outcome got = fetch(bench.client, &bench.loop, &request);
        outcome_done(&got);
    }
    assert_int_equal(connections_so_far(&bench) - before, 1);
    before = connections_so_far(&bench);
    for (int i = 0; i < 5; i++) {
        struct http_request request = request_of("/ok");
        request.fresh_connection = true;
        struct outcome got = fetch(bench.client, &bench.loop, &request);
        outcome_done(&got);
    }
    assert_int_equal(connections_so_far(&bench) - before, 5);
    bench_close(&bench);
}

// Trap T3: the number of a socket comes back while the old one's handle is being closed.
static void test_servers_that_close_between_and_within(void **state)
{
    static const char *const PATHS[] = {"/close-after", "/ok", "/reset", "/close",
                                        "/reset-in-body"};
    struct bench bench;

    (void)state;
    bench_open(&bench);
    for (unsigned i = 0; i < 150; i++) {
        struct http_request request = request_of(PATHS[i % 5]);
        struct outcome got = fetch(bench.client, &bench.loop, &request);
        assert_int_equal(got.calls, 1);
        assert_int_equal(got.response.outcome, i % 5 < 2 ? HTTP_ANSWERED : HTTP_BROKEN);
        outcome_done(&got);
    }
    bench_close(&bench);
}

// Trap T5: when the last transfer ends by a time-out, the count of running ones is 0 already.
static void test_the_last_time_out_is_not_lost(void **state)
{
    struct bench bench;

    (void)state;
    bench_open(&bench);
    for (int i = 0; i < 5; i++) {
        struct http_request request = request_of("/hang");
        request.timeout_ms = 100;
        struct outcome got = {0};
        assert_non_null(http_start(bench.client, &request, outcome_callback, &got, NULL));
        assert_true(run_until(&bench.loop, &got.calls, 1, 5000));
        assert_int_equal(got.response.outcome, HTTP_TIMED_OUT);
        outcome_done(&got);
    }
    bench_close(&bench);
}

#define CROWD 120

static void count_callback(void *data, struct http_response *response)
{
    (void)response;
    (*(int *)data)++;
}

static void test_a_crowd_of_transfers(void **state)
{
    static const char *const PATHS[] = {
        "/ok?bytes=50000", "/dribble?n=20", "/reset", "/cut",
        "/zipped",         "/hang",         "/close", "/status?code=429"};
    struct bench bench;
    int total = 0, calls[CROWD] = {0};

    (void)state;
    bench_open(&bench);
    for (int i = 0; i < CROWD; i++) {
        struct http_request request = request_of(PATHS[i % 8]);
        request.timeout_ms = 3000;
        assert_non_null(http_start(bench.client, &request, count_callback, &calls[i], NULL));
    }
    for (int round = 0; total < CROWD && round < 1000; round++) {
        int never = 0;
        run_until(&bench.loop, &never, 1, 50);
        total = 0;
        for (int i = 0; i < CROWD; i++)
            total += calls[i];
    }
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(calls[i], 1);
    bench_close(&bench);
}

struct gamble {
    struct http_transfer *transfer; // NULL when ended
    bool cancelled;
    int calls;
};

static void gamble_callback(void *data, struct http_response *response)
{
    struct gamble *gamble = data;

    (void)response;
    assert_false(gamble->cancelled);
    gamble->calls++;
    gamble->transfer = NULL;
}

static void test_cancel_at_random_moments(void **state)
{
    static const char *const PATHS[] = {"/ok?bytes=200000", "/dribble?n=50&ms=2",
                                        "/reset-in-body",   "/hang-in-body",
                                        "/bomb?mb=20",      "/slow-headers?s=1"};
    struct bench bench;
    struct gamble gambles[8] = {0};
    int ended = 0, cancelled = 0;

    (void)state;
    srand(20251026);
    bench_open(&bench);
    for (int step = 0; step < 600; step++) {
        struct gamble *gamble = &gambles[rand() % 8];
        if (gamble->transfer == NULL) {
            struct http_request request = request_of(PATHS[rand() % 6]);
            request.timeout_ms = 500;
            request.fresh_connection = rand() % 2;
            ended += gamble->calls;
            *gamble = (struct gamble){0};
            gamble->transfer = http_start(bench.client, &request, gamble_callback, gamble, NULL);
            assert_non_null(gamble->transfer);
        } else if (rand() % 2) {
            gamble->cancelled = true;
            http_cancel(gamble->transfer);
            gamble->transfer = NULL;
            cancelled++;
        }
        int never = 0;
        run_until(&bench.loop, &never, 1, (unsigned)(rand() % 15));
    }
    print_message("%d cancelled, %d ended by themselves\n", cancelled, ended);
    assert_true(cancelled > 50 && ended > 10);
    bench_close(&bench); // with what is still under way
}

// Callbacks that do what callbacks do.
struct chain {
    struct http_client *client;
    struct http_transfer *victim;
    struct outcome next;
    int calls, closed;
};

static void count_closed(void *data)
{
    (*(int *)data)++;
}

static void start_and_cancel_within(void *data, struct http_response *response)
{
    struct chain *chain = data;
    struct http_request request = request_of("/ok");

    assert_int_equal(response->outcome, HTTP_ANSWERED);
    chain->calls++;
    http_cancel(chain->victim);
    assert_non_null(http_start(chain->client, &request, outcome_callback, &chain->next, NULL));
    assert_int_equal(chain->next.calls, 0);
}

static void must_not_be_called(void *data, struct http_response *response)
{
    (void)data;
    (void)response;
    fail_msg("called after it was cancelled");
}

static void test_start_and_cancel_from_a_callback(void **state)
{
    struct bench bench;
    struct chain chain = {0};
    struct http_request hang = request_of("/hang"), good = request_of("/ok");

    (void)state;
    bench_open(&bench);
    chain.client = bench.client;
    chain.victim = http_start(bench.client, &hang, must_not_be_called, NULL, NULL);
    assert_non_null(http_start(bench.client, &good, start_and_cancel_within, &chain, NULL));
    assert_true(run_until(&bench.loop, &chain.next.calls, 1, 10000));
    assert_int_equal(chain.calls, 1);
    assert_int_equal(chain.next.response.outcome, HTTP_ANSWERED);
    outcome_done(&chain.next);
    bench_close(&bench);
}

static void close_within(void *data, struct http_response *response)
{
    struct chain *chain = data;

    (void)response;
    chain->calls++;
    http_client_close(chain->client, count_closed, &chain->closed);
}

static void test_close_from_a_callback(void **state)
{
    uv_loop_t loop;
    struct chain chain = {0};
    struct http_request good = request_of("/ok"), hang = request_of("/hang");

    (void)state;
    assert_int_equal(uv_loop_init(&loop), 0);
    chain.client = http_client_new(&loop);
    assert_non_null(http_start(chain.client, &hang, must_not_be_called, NULL, NULL));
    assert_non_null(http_start(chain.client, &good, close_within, &chain, NULL));
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(chain.calls, 1);
    assert_int_equal(chain.closed, 1);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void test_close_with_transfers_under_way(void **state)
{
    static const char *const PATHS[] = {"/ok", "/hang", "/dribble?n=1000", "/chunked?mb=50",
                                        "/bomb"};
    int never = 0;

    (void)state;
    for (unsigned wait_ms = 0; wait_ms < 100; wait_ms += 15) {
        struct bench bench;
        int calls = 0;
        bench_open(&bench);
        for (int i = 0; i < 10; i++) {
            struct http_request request = request_of(PATHS[i % 5]);
            assert_non_null(http_start(bench.client, &request, count_callback, &calls, NULL));
        }
        if (wait_ms > 0)
            run_until(&bench.loop, &never, 1, wait_ms);
        int before = calls;
        bench_close(&bench);
        assert_int_equal(calls, before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_wire_bytes_are_those_on_the_wire),
        cmocka_unit_test(test_refused_connection),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_redirects),
        cmocka_unit_test(test_the_address_is_guarded),
        cmocka_unit_test(test_what_cannot_be_asked),
        cmocka_unit_test(test_what_is_sent),
        cmocka_unit_test(test_connections_are_kept_or_fresh_as_asked),
        cmocka_unit_test(test_servers_that_close_between_and_within),
        cmocka_unit_test(test_the_last_time_out_is_not_lost),
        cmocka_unit_test(test_a_crowd_of_transfers),
        cmocka_unit_test(test_cancel_at_random_moments),
        cmocka_unit_test(test_start_and_cancel_from_a_callback),
        cmocka_unit_test(test_close_from_a_callback),
        cmocka_unit_test(test_close_with_transfers_under_way),
    };

    return cmocka_run_group_tests(tests, set_up_fault_server, tear_down_server);
}
