// SPDX-License-Identifier: MIT
#include "service.h"

#include "base/log.h"
#include "build_config.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

// --- signals --------------------------------------------------------------------------------------

static void log_status(struct service *service)
{
    struct pipeline_counters counters = pipeline_counters(service->pipeline);
    log_notice("%" PRIu64 " answers (%" PRIu64 " bad), %" PRIu64
               " points, %zu aircraft, %zu open sightings; journal %" PRIu64 " entries, %" PRIu64
               " bytes; worst loop stall %.1f ms",
               counters.answers, counters.bad_answers, counters.points, counters.aircraft,
               counters.open_sightings, counters.journal.entries, counters.journal.bytes,
               (double)stall_monitor_worst_us(service->stalls) / 1000.0);
}

static void signal_received(uv_signal_t *handle, int number)
{
    struct service *service = handle->data;
    if (service->stopping)
        return;
    if (number == SIGHUP)
        service_reload(service);
    else if (number == SIGUSR1)
        log_status(service);
    else
        service_stop(service, EXIT_STATUS_GOOD);
}

static void watch_signal(struct service *service, uv_signal_t *handle, int number)
{
    uv_signal_init(&service->loop, handle);
    handle->data = service;
    uv_signal_start(handle, signal_received, number);
}

// --- starting -------------------------------------------------------------------------------------

static int make_state_directory(const char *path)
{
    if (mkdir(path, 0750) == 0 || errno == EEXIST)
        return 0;
    log_error("%s: cannot make the state directory: %s", path, strerror(errno));
    return -1;
}

static void start_polling(struct service *service, const char *password)
{
    struct poller_events events = service_poller_events;
    events.data = service;
    service_prepare_leases(service);
    service->http = http_client_new(&service->loop);
    service->poller =
        poller_new(&service->loop, service->http, service->config, &events, uv_hrtime());
    service_restore_feeds(service);
    service_start_alerts(service);
    service_watch_feeds(service);
    const struct observer_settings observed = {
        .loop = &service->loop,
        .config = service->config,
        .poller = service->poller,
        .pipeline = service->pipeline,
        .delivery = service->delivery,
        .stalls = service->stalls,
    };
    service->observer = observer_new(&observed);
    service->judging =
        judging_start(&service->loop, service->config, password, service->pipeline);
    pipeline_start(service->pipeline);
    service_start_leases(service);
    poller_start(service->poller);
}

int service_run(struct service *service)
{
    AUTO_FREE char *password = NULL;
    struct error error;
    if (service->config->database_password.kind != CREDENTIAL_NONE &&
        credential_read(&service->config->database_password, &password, &error) < 0) {
        log_error("database password: %s", error.message);
        return EXIT_STATUS_BAD_CONFIGURATION;
    }
    if (make_state_directory(service->config->state_directory) < 0)
        return EXIT_STATUS_UNAVAILABLE;
    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&service->loop);
    service->stalls = stall_monitor_new(&service->loop);
    if (service_open_pipeline(service, password) < 0)
        return EXIT_STATUS_UNAVAILABLE;
    watch_signal(service, &service->terminate, SIGTERM);
    watch_signal(service, &service->interrupt, SIGINT);
    watch_signal(service, &service->hang_up, SIGHUP);
    watch_signal(service, &service->user1, SIGUSR1);
    service->password = password;
    start_polling(service, password);
    log_event(LOG_EVENT_STARTED, NULL, "skywitnessd %s watches %zu feeds for %zu watch entries",
              SKYWITNESS_VERSION, service->config->feed_count, service->config->watch.entry_count);
    sd_notify(0, "READY=1");
    uv_run(&service->loop, UV_RUN_DEFAULT);
    if (password != NULL)
        explicit_bzero(password, strlen(password));
    // A handle left open would be a bug of ours; say so instead of hiding it.
    if (uv_loop_close(&service->loop) == UV_EBUSY) {
        log_error("the loop still had handles at the end; please report this");
        return EXIT_STATUS_SOFTWARE;
    }
    return service->exit_status;
}
