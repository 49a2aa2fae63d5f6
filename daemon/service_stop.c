// SPDX-License-Identifier: MIT
// Stop asking, drop what is under way, send what is due, let the pipeline finish: each step begins
// when the one before has called back.
#include "service.h"

#include "base/log.h"
#include "stop_limit.h"

#include <systemd/sd-daemon.h>

// What SIGTERM leaves for webhooks, the journal and PostgreSQL together, and for the last two
// alone. Letting go of the feeds' locks (half a second at most, store/feed_lease.c), saving the
// state and ending come on top; all of it has 10 s (design: "deliver what is due within 10 s").
#define STOP_PATIENCE_MS 7000
#define STOP_STORE_PATIENCE_MIN_MS 2000
// Whatever hangs then is left: a disk, a name server.
#define STOP_LIMIT_MS 9700

static void close_signals(struct service *service)
{
    uv_close((uv_handle_t *)&service->terminate, NULL);
    uv_close((uv_handle_t *)&service->interrupt, NULL);
    uv_close((uv_handle_t *)&service->hang_up, NULL);
    uv_close((uv_handle_t *)&service->user1, NULL);
}

static void leases_closed(struct service *service)
{
    close_signals(service);
    stall_monitor_close(service->stalls);
    feed_watch_done(&service->feed_watch);
}

// PostgreSQL has what this daemon did, so another one can go on from there.
static void pipeline_closed(void *data)
{
    struct service *service = data;
    service->pipeline = NULL;
    service_close_leases(service, leases_closed);
}

static uint64_t stop_patience_ms(const struct service *service, uint64_t minimum_ms)
{
    uint64_t now_ms = uv_now(&service->loop);
    uint64_t left_ms = service->stop_ends_ms > now_ms ? service->stop_ends_ms - now_ms : 0;
    return left_ms > minimum_ms ? left_ms : minimum_ms;
}

static void http_closed(void *data)
{
    struct service *service = data;
    pipeline_close(service->pipeline, stop_patience_ms(service, STOP_STORE_PATIENCE_MIN_MS),
                   pipeline_closed, service);
}

static void delivery_closed(void *data)
{
    struct service *service = data;
    service->delivery = NULL;
    http_client_close(service->http, http_closed, service);
}

static void control_closed(void *data)
{
    struct service *service = data;
    service->control = NULL;
    uint64_t left_ms = stop_patience_ms(service, STOP_STORE_PATIENCE_MIN_MS);
    alert_delivery_close(service->delivery, left_ms - STOP_STORE_PATIENCE_MIN_MS, delivery_closed,
                         service);
}

static void poller_closed(void *data)
{
    struct service *service = data;
    service->poller = NULL;
    if (service->control != NULL)
        alert_control_close(service->control, control_closed, service);
    else
        control_closed(service);
}

void service_stop(struct service *service, int exit_status)
{
    if (service->stopping)
        return;
    service->stopping = true;
    service->exit_status = exit_status;
    sd_notify(0, "STOPPING=1");
    log_event(LOG_EVENT_STOPPING, NULL, "stopping");
    service->stop_ends_ms = uv_now(&service->loop) + STOP_PATIENCE_MS;
    stop_limit_start(STOP_LIMIT_MS, exit_status);
    pipeline_take_over_stop(service->pipeline);
    uv_close((uv_handle_t *)&service->troubles_timer, NULL);
    observer_close(TAKE(service->observer));
    judging_close(TAKE(service->judging));
    poller_close(service->poller, poller_closed, service);
}
