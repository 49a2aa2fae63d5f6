// SPDX-License-Identifier: MIT
// The HTTP client against nginx: gzip, and TLS that is verified.
#include "net/http.h"

#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static char authority[256], other_authority[256];

static void need_nginx(void)
{
    if (server.port != 0)
        return;
    print_message("skipped: nginx or openssl is not installed\n");
    skip();
}

static struct http_request plain_request(char *url, size_t size)
{
    snprintf(url, size, "http://127.0.0.1:%u/aircraft.json", server.port);
    return (struct http_request){
        .url = url, .allow_plain_http = true, .allow_private_addresses = true};
}

static void test_gzip(void **state)
{
    struct bench bench;
    char url[128];

    (void)state;
    need_nginx();
    bench_open(&bench);
    struct http_request request = plain_request(url, sizeof url);
    struct outcome got = fetch(bench.client, &bench.loop, &request);
    assert_int_equal(got.response.outcome, HTTP_ANSWERED);
    assert_int_equal(got.response.status, 200);
    assert_in_range(got.response.body_length, 380000, 400000);
    assert_true(got.response.wire_bytes < got.response.body_length / 20);
    assert_string_equal(got.response.content_type, "application/json");
    assert_string_equal(got.response.body + got.response.body_length - 2, "]}");
    outcome_done(&got);
    bench_close(&bench);
}

static const struct {
    const char *host;
    const char *path;
    const char *authority;
    bool allow_plain_http;
    unsigned redirects_max;
    enum http_outcome outcome;
    long status;
} TLS_ROWS[] = {
    {"localhost", "/aircraft.json", authority, false, 0, HTTP_ANSWERED, 200},
    {"localhost", "/aircraft.json", NULL, false, 0, HTTP_UNREACHABLE,
     0}, // the system's authorities
    {"localhost", "/aircraft.json", other_authority, false, 0, HTTP_UNREACHABLE, 0},
    {"localhost", "/aircraft.json", "/nonexistent.pem", false, 0, HTTP_UNREACHABLE, 0},
    {"127.0.0.1", "/aircraft.json", authority, false, 0, HTTP_UNREACHABLE,
     0}, // not the certificate's name
    {"localhost", "/to-tls", authority, false, 2, HTTP_ANSWERED, 200},
    // Never from https to http, not even where plain http is allowed.
    {"localhost", "/to-plain", authority, true, 2, HTTP_FORBIDDEN, 0},
    {"localhost", "/to-plain", authority, false, 0, HTTP_ANSWERED, 302},
};

static void test_tls(void **state)
{
    struct bench bench;

    (void)state;
    need_nginx();
    bench_open(&bench);
    for (size_t i = 0; i < sizeof TLS_ROWS / sizeof TLS_ROWS[0]; i++) {
        char url[128];
        snprintf(url, sizeof url, "https://%s:%u%s", TLS_ROWS[i].host, server.second_port,
                 TLS_ROWS[i].path);
        struct http_request request = {
            .url = url,
            .certificate_authority_file = TLS_ROWS[i].authority,
            .allow_plain_http = TLS_ROWS[i].allow_plain_http,
            .allow_private_addresses = true,
            .redirects_max = TLS_ROWS[i].redirects_max,
        };
        struct outcome got = fetch(bench.client, &bench.loop, &request);
        print_message("%s with %s: %d %ld %s\n", url, TLS_ROWS[i].authority, got.response.outcome,
                      got.response.status, got.reason);
        assert_int_equal(got.response.outcome, TLS_ROWS[i].outcome);
        assert_int_equal(got.response.status, TLS_ROWS[i].status);
        outcome_done(&got);
    }
    bench_close(&bench);
}

static void test_tls_to_a_server_without(void **state)
{
    struct bench bench;
    char url[128];

    (void)state;
    need_nginx();
    bench_open(&bench);
    snprintf(url, sizeof url, "https://127.0.0.1:%u/", server.port);
    struct http_request request = {.url = url, .allow_private_addresses = true};
    struct outcome got = fetch(bench.client, &bench.loop, &request);
    assert_int_equal(got.response.outcome, HTTP_UNREACHABLE);
    outcome_done(&got);
    bench_close(&bench);
}

#define CROWD 200

struct crowd {
    int calls, good;
};

static void count_good(void *data, struct http_response *response)
{
    struct crowd *crowd = data;

    crowd->calls++;
    crowd->good += response->outcome == HTTP_ANSWERED && response->status == 200 &&
                   response->body_length > 380000;
}

static void test_a_crowd(void **state)
{
    struct bench bench;
    struct crowd crowd = {0};
    char plain[128], tls[128];

    (void)state;
    need_nginx();
    bench_open(&bench);
    snprintf(tls, sizeof tls, "https://localhost:%u/aircraft.json", server.second_port);
    for (int i = 0; i < CROWD; i++) {
        struct http_request request = plain_request(plain, sizeof plain);
        if (i % 2) {
            request.url = tls;
            request.certificate_authority_file = authority;
        }
        request.fresh_connection = i % 3 == 0;
        assert_non_null(http_start(bench.client, &request, count_good, &crowd, NULL));
    }
    assert_true(run_until(&bench.loop, &crowd.calls, CROWD, 60000));
    assert_int_equal(crowd.good, CROWD);
    bench_close(&bench);
}

static void test_close_with_tls_connections_kept(void **state)
{
    (void)state;
    need_nginx();
    for (int i = 0; i < 5; i++) {
        struct bench bench;
        char url[128];
        bench_open(&bench);
        snprintf(url, sizeof url, "https://localhost:%u/aircraft.json", server.second_port);
        struct http_request request = {
            .url = url, .certificate_authority_file = authority, .allow_private_addresses = true};
        struct outcome got = fetch(bench.client, &bench.loop, &request);
        assert_int_equal(got.response.outcome, HTTP_ANSWERED);
        outcome_done(&got);
        struct crowd crowd = {0};
        http_start(bench.client, &request, count_good, &crowd,
                   NULL); // on the kept connection, cut off
        bench_close(&bench);
        assert_int_equal(crowd.calls, 0);
    }
}

static int start_server(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    if (!server_start(&server, "nginx_server.py", NULL))
        server.port = 0;
    snprintf(authority, sizeof authority, "%s/ca.pem", server.folder);
    snprintf(other_authority, sizeof other_authority, "%s/other-ca.pem", server.folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_tls),
        cmocka_unit_test(test_tls_to_a_server_without),
        cmocka_unit_test(test_a_crowd),
        cmocka_unit_test(test_close_with_tls_connections_kept),
    };

    return cmocka_run_group_tests(tests, start_server, tear_down_server);
}
