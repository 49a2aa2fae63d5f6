// SPDX-License-Identifier: MIT
// What the tests of net/ share: servers as child processes, one request at a time, the loop's worst
// stall.
#pragma once

#include "net/http.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <uv.h>

struct server {
    pid_t process;
    int standard_input;   // closing it ends the server
    unsigned port;        // the first number it said
    unsigned second_port; // the second one, or 0
    char folder[128];     // the word behind them, or empty
};

// Starts `program argument` (found beside the tests' sources) and reads its ports. False when it
// said none.
bool server_start(struct server *child, const char *program, const char *argument);
void server_stop(struct server *child);

// The one that a program's tests share, and what a group of tests does before and after: the fault
// server, and the end of whatever was started.
extern struct server server;
int set_up_fault_server(void **state);
int tear_down_server(void **state);

// What a transfer came to, kept beyond its callback.
struct outcome {
    int calls;
    struct http_response response; // the body is owned
    char reason[256];
};

void outcome_callback(void *data, struct http_response *response); // data: struct outcome
void outcome_done(struct outcome *outcome);

// Starts it, runs the loop until it has ended, and returns it. Fails the test when it cannot be
// started.
struct outcome fetch(struct http_client *client, uv_loop_t *loop,
                     const struct http_request *request);

// A loop and a client for a test, and their end: asserts that nothing is left open.
struct bench {
    uv_loop_t loop;
    struct http_client *client;
};
void bench_open(struct bench *bench);
void bench_close(struct bench *bench);

// Runs the loop until *count reaches `wanted`, or for `limit_ms`. Returns whether it got there.
bool run_until(uv_loop_t *loop, const int *count, int wanted, unsigned limit_ms);

// Measures the longest time in which the loop did not go back to waiting.
struct stall_meter {
    uv_prepare_t prepare;
    uint64_t turn_began_ns, idle_before_ns, worst_ns;
};
void stall_meter_start(struct stall_meter *meter, uv_loop_t *loop); // before the loop first runs
void stall_meter_stop(struct stall_meter *meter);
