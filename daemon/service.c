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

static void start_polling(struct service *service)
{
    struct poller_events events = service_poller_events;
    events.data = service;
    service_prepare_leases(service);
    service->http = http_client_new(&service->loop);
    service->poller =
        poller_new(&service->loop, service->http, service->config, &events, uv_hrtime());
    service_restore_feeds(service);
    service_watch_troubles(service);
    service_start_alerts(service);
    const struct observer_settings observed = {
        .loop = &service->loop,
        .config = service->config,
        .poller = service->poller,
        .pipeline = service->pipeline,
        .delivery = service->delivery,
        .stalls = service->stalls,
    };
    service->observer = observer_new(&observed);
    if (service->journal_full) { // since what was learnt from PostgreSQL at the start
        poller_hold(service->poller, true);
        observer_journal_full(service->observer, true);
        service_note_room(service, true, "the journal has no room");
    }
    service->judging =
        judging_start(&service->loop, service->config, service->password, service->pipeline);
    pipeline_start(service->pipeline);
    service_start_leases(service);
    poller_start(service->poller);
}

// What no reload changes. Returns 0 or an exit status.
static int keep_what_stays(struct service *service)
{
    const struct config *config = service->config;
    struct error error;
    if (config->database_password.kind != CREDENTIAL_NONE &&
        credential_read(&config->database_password, &service->password, &error) < 0) {
        log_error("database password: %s", error.message);
        return EXIT_STATUS_BAD_CONFIGURATION;
    }
    service->database = memory_copy_string(config->database);
    service->state_directory = memory_copy_string(config->state_directory);
    return make_state_directory(config->state_directory) < 0 ? EXIT_STATUS_UNAVAILABLE : 0;
}

static void forget_what_stayed(struct service *service)
{
    if (service->password != NULL)
        explicit_bzero(service->password, strlen(service->password));
    free(service->password);
    free(service->database);
    free(service->state_directory);
}

static void start(struct service *service)
{
    watch_signal(service, &service->terminate, SIGTERM);
    watch_signal(service, &service->interrupt, SIGINT);
    watch_signal(service, &service->hang_up, SIGHUP);
    watch_signal(service, &service->user1, SIGUSR1);
    start_polling(service);
    log_event(LOG_EVENT_STARTED, NULL, "skywitnessd %s watches %zu feeds for %zu watch entries",
              SKYWITNESS_VERSION, service->config->feed_count, service->config->watch.entry_count);
    sd_notify(0, "READY=1");
}

static int run(struct service *service)
{
    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&service->loop);
    service->stalls = stall_monitor_new(&service->loop);
    service->exit_status = service_open_pipeline(service);
    if (service->exit_status == EXIT_STATUS_GOOD)
        start(service);
    else
        stall_monitor_close(service->stalls);
    uv_run(&service->loop, UV_RUN_DEFAULT);
    // A handle left open would be a bug of ours; say so instead of hiding it.
    if (uv_loop_close(&service->loop) == UV_EBUSY) {
        log_error("the loop still had handles at the end; please report this");
        return EXIT_STATUS_SOFTWARE;
    }
    return service->exit_status;
}

int service_run(struct service *service)
{
    int status = keep_what_stays(service);
    if (status == 0)
        status = run(service);
    forget_what_stayed(service);
    return status;
}
