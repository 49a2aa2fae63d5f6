// SPDX-License-Identifier: MIT
#include "support.h"

#include "base/memory.h"
#include "base/text.h"
#include "build_config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void run_server(int input, int output, const char *program, const char *argument)
{
    char path[512];

    snprintf(path, sizeof path, "%s/tests/net/%s", SKYWITNESS_SOURCE_ROOT, program);
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    execlp("python3", "python3", path, argument, (char *)NULL);
    _exit(127);
}

bool server_start(struct server *child, const char *program, const char *argument)
{
    int to_server[2], from_server[2];
    char line[256];

    memset(child, 0, sizeof *child);
    assert_int_equal(pipe2(to_server, O_CLOEXEC), 0);
    assert_int_equal(pipe2(from_server, O_CLOEXEC), 0);
    child->process = fork();
    assert_true(child->process >= 0);
    if (child->process == 0)
        run_server(to_server[0], from_server[1], program, argument);
    close(to_server[0]);
    close(from_server[1]);
    child->standard_input = to_server[1];
    FILE *answers = fdopen(from_server[0], "r");
    bool said = fgets(line, sizeof line, answers) != NULL &&
                sscanf(line, "%u %u %127s", &child->port, &child->second_port, child->folder) >= 1;
    fclose(answers);
    return said;
}

void server_stop(struct server *child)
{
    if (child->process <= 0)
        return;
    close(child->standard_input);
    kill(child->process, SIGTERM);
    waitpid(child->process, NULL, 0);
    child->process = 0;
}

struct server server;

int set_up_fault_server(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    return server_start(&server, "fault_server.py", NULL) ? 0 : -1;
}

int tear_down_server(void **state)
{
    (void)state;
    server_stop(&server);
    return 0;
}

void outcome_callback(void *data, struct http_response *response)
{
    struct outcome *outcome = data;

    outcome->calls++;
    outcome->response = *response;
    if (response->reason != NULL)
        text_copy(outcome->reason, sizeof outcome->reason, response->reason);
    outcome->response.reason = NULL;
    outcome->response.body = TAKE(response->body);
}

void outcome_done(struct outcome *outcome)
{
    free(outcome->response.body);
    outcome->response.body = NULL;
}

struct outcome fetch(struct http_client *client, uv_loop_t *loop,
                     const struct http_request *request)
{
    struct outcome outcome = {0};
    struct error error = {0};

    if (http_start(client, request, outcome_callback, &outcome, &error) == NULL)
        fail_msg("%s: %s", request->url, error.message);
    assert_int_equal(outcome.calls, 0); // never from inside http_start
    assert_true(run_until(loop, &outcome.calls, 1, 60000));
    return outcome;
}

void bench_open(struct bench *bench)
{
    assert_int_equal(uv_loop_init(&bench->loop), 0);
    uv_loop_configure(&bench->loop, UV_METRICS_IDLE_TIME);
    bench->client = http_client_new(&bench->loop);
}

static void count_call(void *data)
{
    (*(int *)data)++;
}

void bench_close(struct bench *bench)
{
    int closed = 0;

    http_client_close(bench->client, count_call, &closed);
    assert_int_equal(closed, 0); // handles close in the loop, not at once
    uv_run(&bench->loop, UV_RUN_DEFAULT);
    assert_int_equal(closed, 1);
    assert_int_equal(uv_loop_close(&bench->loop), 0);
}

static void on_limit(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

bool run_until(uv_loop_t *loop, const int *count, int wanted, unsigned limit_ms)
{
    uv_timer_t timer;
    bool late = false;

    uv_timer_init(loop, &timer);
    timer.data = &late;
    uv_update_time(loop);
    uv_timer_start(&timer, on_limit, limit_ms, 0);
    while (*count < wanted && !late)
        uv_run(loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(loop, UV_RUN_NOWAIT); // ends the closing: the handle may leave this frame
    return *count >= wanted;
}

static void on_prepare(uv_prepare_t *prepare)
{
    struct stall_meter *meter = prepare->data;
    uint64_t now_ns = uv_hrtime();
    uint64_t idle_ns = uv_metrics_idle_time(prepare->loop);

    if (meter->turn_began_ns != 0) {
        uint64_t busy_ns = (now_ns - meter->turn_began_ns) - (idle_ns - meter->idle_before_ns);
        if (busy_ns > meter->worst_ns)
            meter->worst_ns = busy_ns;
    }
    meter->turn_began_ns = now_ns;
    meter->idle_before_ns = idle_ns;
}

void stall_meter_start(struct stall_meter *meter, uv_loop_t *loop)
{
    memset(meter, 0, sizeof *meter);
    uv_prepare_init(loop, &meter->prepare);
    meter->prepare.data = meter;
    uv_prepare_start(&meter->prepare, on_prepare);
    uv_unref((uv_handle_t *)&meter->prepare);
}

void stall_meter_stop(struct stall_meter *meter)
{
    uv_close((uv_handle_t *)&meter->prepare, NULL);
}
