// SPDX-License-Identifier: MIT
#include "service.h"

#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

// What a start takes beside reading from PostgreSQL, generously.
#define START_REST_MS 30000

static void store_state_changed(void *data, enum store_state state, const struct error *error)
{
    struct service *service = data;
    if (service->observer != NULL)
        observer_store_state(service->observer, state);
    switch (state) {
    case STORE_CONNECTING:
        break;
    case STORE_READY:
        log_event(LOG_EVENT_DATABASE_BACK, NULL, "PostgreSQL is connected");
        service->store_away = service->store_refused = false;
        break;
    case STORE_AWAY:
        if (!service->store_away)
            log_event(LOG_EVENT_DATABASE_AWAY, NULL,
                      "PostgreSQL is away: %s; the journal keeps what comes until it is back",
                      error->message);
        service->store_away = true;
        break;
    case STORE_REFUSED:
        // For the operator to mend. Stopping would lose what comes meanwhile, such as during an
        // upgrade.
        if (!service->store_refused)
            log_event(LOG_EVENT_DATABASE_REFUSED, NULL,
                      "PostgreSQL cannot be used: %s; the journal keeps what comes until it can",
                      error->message);
        service->store_away = service->store_refused = true;
        break;
    }
}

static void journal_full(void *data, bool full, const char *reason)
{
    struct service *service = data;
    service->journal_full = full;
    if (service->poller != NULL || service->stopping) // else service_start_polling tells
        service_note_room(service, full, reason);
    if (full)
        log_event(LOG_EVENT_JOURNAL_FULL, NULL,
                  "%s; no feed is asked until there is room, and nothing accepted is lost", reason);
    else
        log_event(LOG_EVENT_JOURNAL_ROOM, NULL, "the journal has room again");
    if (service->observer != NULL)
        observer_journal_full(service->observer, full);
    if (service->poller != NULL)
        poller_hold(service->poller, full);
}

// What cannot be read now cannot be read at the next start either: for the operator to mend.
static int say_why_not(int status, const struct error *error)
{
    if (status != -EBADMSG) {
        log_error("%s", error->message);
        return EXIT_STATUS_UNAVAILABLE;
    }
    log_event(LOG_EVENT_JOURNAL_UNREADABLE, NULL,
              "%s; to start without it, move journal.sqlite* out of the state directory",
              error->message);
    return EXIT_STATUS_BAD_DATA;
}

static void learnt_from_database(void *data, const struct error *error)
{
    bool *is_done = data;
    *is_done = true;
    if (error != NULL)
        log_warning("open sightings could not be read from PostgreSQL: %s", error->message);
}

// The journal is new or lost: open sightings, and what was alerted about, are known to PostgreSQL
// only. Nothing else has begun yet, so that it is waited for; systemd hears that this may take its
// time.
static void learn_from_database(struct service *service)
{
    bool is_done = false;
    sd_notifyf(0, "EXTEND_TIMEOUT_USEC=%llu\nSTATUS=reading open sightings from PostgreSQL",
               (PIPELINE_TAKE_OVER_PATIENCE_MS + START_REST_MS) * 1000ULL);
    pipeline_take_over(service->pipeline, service->database, service->password,
                       learnt_from_database, &is_done);
    while (!is_done)
        uv_run(&service->loop, UV_RUN_ONCE);
}

int service_open_pipeline(struct service *service)
{
    AUTO_FREE char *journal_path = NULL;
    if (asprintf(&journal_path, "%s/journal.sqlite", service->state_directory) < 0)
        abort();
    const struct pipeline_settings settings = {
        .config = service->config,
        .database = service->database,
        .database_password = service->password,
        .journal_path = journal_path,
        .durable = true,
        .record_path = service->record_path,
    };
    const struct pipeline_events events = {
        .on_full = journal_full,
        .on_store_state = store_state_changed,
        .on_alerts = service_alerts_queued,
        .data = service,
    };
    struct error error;
    bool fresh = false;
    int status =
        pipeline_open(&service->loop, &settings, &events, &service->pipeline, &fresh, &error);
    if (status < 0)
        return say_why_not(status, &error);
    if (fresh)
        learn_from_database(service);
    return 0;
}
