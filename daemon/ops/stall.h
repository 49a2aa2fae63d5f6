// SPDX-License-Identifier: MIT
// How long the loop was busy without returning to the kernel: the metric that shows a blocking
// call.
#pragma once

#include <stdint.h>
#include <uv.h>

struct stall_monitor;

// Begins to measure. The handle does not keep the loop alive.
struct stall_monitor *stall_monitor_new(uv_loop_t *loop);

// The longest busy stretch since the start, and since the last call of stall_monitor_take_worst.
uint64_t stall_monitor_worst_us(const struct stall_monitor *monitor);
uint64_t stall_monitor_take_worst(struct stall_monitor *monitor);

void stall_monitor_close(struct stall_monitor *monitor); // freed by the loop
