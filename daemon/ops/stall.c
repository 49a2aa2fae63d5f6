// SPDX-License-Identifier: MIT
#include "ops/stall.h"

#include "base/memory.h"

#include <stdlib.h>

struct stall_monitor {
    uv_loop_t *loop;
    uv_prepare_t prepare;
    uint64_t last_prepare_ns, last_idle_ns;
    uint64_t worst_ns, worst_since_taken_ns;
};

// libuv runs I/O callbacks inside its poll phase, so "check" comes too late to tell waiting from
// working. From one prepare to the next an iteration took some time, of which the kernel was waited
// for in uv_metrics_idle_time: the rest was ours.
static void before_poll(uv_prepare_t *prepare)
{
    struct stall_monitor *monitor = prepare->data;
    uint64_t now_ns = uv_hrtime();
    uint64_t idle_ns = uv_metrics_idle_time(monitor->loop);
    uint64_t waited_ns = idle_ns - monitor->last_idle_ns;
    uint64_t passed_ns = now_ns - monitor->last_prepare_ns;
    if (monitor->last_prepare_ns != 0 && passed_ns > waited_ns) {
        uint64_t busy_ns = passed_ns - waited_ns;
        if (busy_ns > monitor->worst_ns)
            monitor->worst_ns = busy_ns;
        if (busy_ns > monitor->worst_since_taken_ns)
            monitor->worst_since_taken_ns = busy_ns;
    }
    monitor->last_prepare_ns = now_ns;
    monitor->last_idle_ns = idle_ns;
}

struct stall_monitor *stall_monitor_new(uv_loop_t *loop)
{
    struct stall_monitor *monitor = memory_allocate_zeroed(1, sizeof *monitor);
    monitor->loop = loop;
    uv_loop_configure(loop, UV_METRICS_IDLE_TIME);
    uv_prepare_init(loop, &monitor->prepare);
    monitor->prepare.data = monitor;
    uv_prepare_start(&monitor->prepare, before_poll);
    uv_unref((uv_handle_t *)&monitor->prepare);
    return monitor;
}

uint64_t stall_monitor_worst_us(const struct stall_monitor *monitor)
{
    return monitor->worst_ns / 1000;
}

uint64_t stall_monitor_take_worst(struct stall_monitor *monitor)
{
    uint64_t worst_us = monitor->worst_since_taken_ns / 1000;
    monitor->worst_since_taken_ns = 0;
    return worst_us;
}

static void closed(uv_handle_t *handle)
{
    free(handle->data);
}

void stall_monitor_close(struct stall_monitor *monitor)
{
    if (monitor != NULL)
        uv_close((uv_handle_t *)&monitor->prepare, closed);
}
