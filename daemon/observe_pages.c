// SPDX-License-Identifier: MIT
#include "observe_internal.h"

#include "base/log.h"

#include <stdlib.h>
#include <string.h>

static void serve_metrics(const struct metrics *metrics, struct status_answer *answer)
{
    answer->status = 200;
    answer->content_type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_render_prometheus(metrics, &answer->body);
}

static void serve_status(const struct metrics *metrics, struct status_answer *answer)
{
    answer->status = 200;
    answer->content_type = "application/json";
    metrics_render_json(metrics, &answer->body);
}

static void serve_health(const struct metrics *metrics, struct status_answer *answer)
{
    answer->status = metrics->stuck == NULL ? 200 : 503;
    text_append_format(&answer->body, "%s\n", metrics->stuck == NULL ? "good" : metrics->stuck);
}

static void serve_readiness(const struct metrics *metrics, struct status_answer *answer)
{
    const char *reason = "ready";
    size_t standing_by = metrics_stands_by_for(metrics);
    answer->status = metrics_ready(metrics, &reason) ? 200 : 503;
    text_append(&answer->body, reason);
    if (standing_by > 0)
        text_append_format(&answer->body, "; stands by for %zu of %zu feeds", standing_by,
                           metrics->feed_count);
    text_append(&answer->body, "\n");
}

static const struct {
    const char *path;
    void (*serve)(const struct metrics *metrics, struct status_answer *answer);
} pages[] = {
    {"/metrics", serve_metrics},
    {"/status", serve_status},
    {"/healthz", serve_health},
    {"/readyz", serve_readiness},
};

static void serve_page(void *data, const char *path, struct status_answer *answer)
{
    struct observer *observer = data;
    struct poller_status rows[CONFIG_FEEDS_MAX];
    struct metrics_feed feeds[CONFIG_FEEDS_MAX];
    struct metrics metrics;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (strcmp(path, pages[i].path) == 0) {
            observer_gather(observer, rows, feeds, &metrics);
            pages[i].serve(&metrics, answer);
        }
}

void observer_close_server(struct observer *observer)
{
    if (observer->server != NULL)
        status_server_close(observer->server, observer_handle_closed, observer);
    observer->server = NULL;
    free(observer->listen);
    observer->listen = NULL;
}

void observer_open_server(struct observer *observer)
{
    struct error error;
    const char *listen = observer->parts.config->status_listen;
    if (listen == NULL)
        return;
    if (status_server_open(observer->parts.loop, listen, serve_page, observer, &observer->server,
                           &error) < 0) {
        // Another daemon's page, or a port in use: no reason to watch nothing.
        log_warning("no status page: %s", error.message);
        return;
    }
    observer->handles_open++;
    observer->listen = memory_copy_string(listen);
    log_info("status and metrics at %s", listen);
}
