// SPDX-License-Identifier: MIT
// What needs a network of its own: name servers that never answer, and a server at a public
// address. Runs itself anew in a network namespace where the kernel lets it, and is skipped (exit
// status 77) elsewhere.
#include "net/http.h"

#include "support.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SKIPPED 77
#define PUBLIC_ADDRESS "8.8.8.8" // a lo address in the namespace; nothing leaves the machine
// craft.md section 0: libcurl's wait for its resolver thread was 3,507 ms, and 13 ms without it.
#define STALL_MAX_NS (100 * UINT64_C(1000000))

static void print_stall(const char *what, uint64_t worst_ns)
{
    print_message("worst stall of the loop, %s: %.1f ms\n", what, (double)worst_ns / 1e6);
}

// Trap T2.
static void test_mute_name_servers_do_not_stall_the_loop(void **state)
{
    struct bench bench;
    struct stall_meter meter;

    (void)state;
    bench_open(&bench);
    stall_meter_start(&meter, &bench.loop);
    for (int round = 0; round < 2; round++) {
        struct outcome got[5] = {0};
        for (int i = 0; i < 5; i++) {
            char url[64];
            snprintf(url, sizeof url, "https://feed-%d.example.org/", i);
            struct http_request request = {.url = url, .timeout_ms = (uint32_t)(300 + 50 * i)};
            assert_non_null(http_start(bench.client, &request, outcome_callback, &got[i], NULL));
        }
        for (int i = 0; i < 5; i++) {
            assert_true(run_until(&bench.loop, &got[i].calls, 1, 10000));
            assert_int_equal(got[i].response.outcome, HTTP_TIMED_OUT);
        }
    }
    stall_meter_stop(&meter);
    print_stall("time-outs during look-up", meter.worst_ns);
    assert_true(meter.worst_ns > 0); // it did measure
    assert_true(meter.worst_ns < STALL_MAX_NS);
    bench_close(&bench);
}

static void must_not_be_called(void *data, struct http_response *response)
{
    (void)data;
    (void)response;
    fail_msg("called after it was cancelled");
}

static void test_cancel_and_close_during_a_look_up(void **state)
{
    struct bench bench;
    struct http_request request = {.url = "https://nobody.example.org/", .timeout_ms = 20000};
    int never = 0;

    (void)state;
    bench_open(&bench);
    struct http_transfer *transfer =
        http_start(bench.client, &request, must_not_be_called, NULL, NULL);
    http_start(bench.client, &request, must_not_be_called, NULL, NULL);
    run_until(&bench.loop, &never, 1, 200);
    uint64_t began_ns = uv_hrtime();
    http_cancel(transfer);
    bench_close(&bench); // with the other one under way
    uint64_t took_ns = uv_hrtime() - began_ns;
    print_stall("cancel and close during look-up", took_ns);
    assert_true(took_ns < STALL_MAX_NS);
}

static void test_a_public_address_is_allowed(void **state)
{
    struct bench bench;
    char url[128];

    (void)state;
    bench_open(&bench);
    snprintf(url, sizeof url, "http://" PUBLIC_ADDRESS ":%u/ok", server.port);
    struct http_request request = {.url = url, .allow_plain_http = true};
    struct outcome got = fetch(bench.client, &bench.loop, &request);
    assert_int_equal(got.response.outcome, HTTP_ANSWERED);
    assert_int_equal(got.response.status, 200);
    outcome_done(&got);
    bench_close(&bench);
}

// Trap T15: a public server that sends us to our own network.
static void test_redirects_from_a_public_to_a_private_address(void **state)
{
    static const char *const TARGETS[] = {
        "http://127.0.0.1:%u/ok",  "http://localhost:%u/ok",
        "http://[::1]:%u/ok",      "http://[::ffff:127.0.0.1]:%u/ok",
        "http://2130706433:%u/ok", "http://0.0.0.0:%u/ok",
        "http://10.0.0.1:%u/ok"};
    struct bench bench;

    (void)state;
    bench_open(&bench);
    for (size_t i = 0; i < sizeof TARGETS / sizeof TARGETS[0]; i++) {
        char url[256], target[128];
        const char *mark = strstr(TARGETS[i], "%u");
        snprintf(target, sizeof target, "%.*s%u%s", (int)(mark - TARGETS[i]), TARGETS[i],
                 server.port, mark + 2);
        snprintf(url, sizeof url, "http://" PUBLIC_ADDRESS ":%u/redirect-to?url=%s", server.port,
                 target);
        struct http_request request = {.url = url, .allow_plain_http = true, .redirects_max = 3};
        struct outcome got = fetch(bench.client, &bench.loop, &request);
        print_message("%s: %d %s\n", target, got.response.outcome, got.reason);
        assert_int_equal(got.response.outcome, HTTP_FORBIDDEN);
        outcome_done(&got);
    }
    bench_close(&bench);
}

static void bind_mute_name_server(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(53)};
    int mute = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(mute, (const struct sockaddr *)&address, sizeof address), 0);
    // Never read: what is asked stays without an answer, and without an ICMP error.
}

static int start_server(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    bind_mute_name_server();
    return server_start(&server, "fault_server.py", PUBLIC_ADDRESS) ? 0 : -1;
}

static int run_inside(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mute_name_servers_do_not_stall_the_loop),
        cmocka_unit_test(test_cancel_and_close_during_a_look_up),
        cmocka_unit_test(test_a_public_address_is_allowed),
        cmocka_unit_test(test_redirects_from_a_public_to_a_private_address),
    };

    return cmocka_run_group_tests(tests, start_server, tear_down_server);
}

static const char SET_UP[] =
    "ip link set lo up && ip address add " PUBLIC_ADDRESS "/32 dev lo && folder=$(mktemp -d) &&"
    " echo nameserver 127.0.0.1 > $folder/resolv.conf && echo hosts: files dns > "
    "$folder/nsswitch.conf &&"
    " mount --bind $folder/resolv.conf /etc/resolv.conf && mount --bind $folder/nsswitch.conf "
    "/etc/nsswitch.conf";

// In a namespace of its own, with user namespaces for those who are not root. Returns the exit
// status.
static int run_in_namespace(const char *self)
{
    char script[1024];

    snprintf(script, sizeof script,
             "{ %s; } || exit %d; \"$0\" inside; status=$?; rm -r \"$folder\"; exit $status",
             SET_UP, SKIPPED);
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0)
            execlp("unshare", "unshare", "-n", "-m", "sh", "-c", script, self, (char *)NULL);
        else
            execlp("unshare", "unshare", "-r", "-n", "-m", "sh", "-c", script, self, (char *)NULL);
        _exit(SKIPPED);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static bool namespaces_work(void)
{
    return system(geteuid() == 0 ? "unshare -n -m true 2>/dev/null"
                                 : "unshare -r -n -m true 2>/dev/null") == 0;
}

int main(int count, char **words)
{
    if (count > 1 && strcmp(words[1], "inside") == 0)
        return run_inside();
    int status = namespaces_work() ? run_in_namespace(words[0]) : SKIPPED;
    if (status == SKIPPED)
        fprintf(stderr, "skipped: no network namespace can be made here\n");
    return status;
}
