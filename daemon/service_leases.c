// SPDX-License-Identifier: MIT
// Several daemons, one database: this one asks the feeds whose locks it has (feed/lease_policy.h),
// after it has learnt what another did before.
#include "service.h"

#include "base/log.h"
#include "lease_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What this daemon itself did before should be in PostgreSQL when it is read back; waited for only
// so long.
#define OWN_BACKLOG_PATIENCE_MS 10000
#define OWN_BACKLOG_LOOK_MS 100
#define LEARN_AGAIN_MS 2000

struct remembering {
    char *path, *text;
};

bool service_may_ask(void *data, const char *feed)
{
    const struct service *service = data;
    return lease_policy_allows(&service->lease_policy, feed, feed_lease_now());
}

// --- what is remembered over a restart ---------------------------------------------------------

static char *memory_path(const struct service *service)
{
    char *path;
    if (asprintf(&path, "%s/leases", service->state_directory) < 0)
        abort();
    return path;
}

static void remember_work(struct journal *journal, void *data)
{
    const struct remembering *remembering = data;
    (void)journal; // its thread is lent, since a file is written
    lease_memory_save(remembering->path, remembering->text);
}

static void remember_done(void *data)
{
    struct remembering *remembering = data;
    free(remembering->path);
    free(remembering->text);
    free(remembering);
}

static void remember(struct service *service)
{
    char *text = lease_memory_text(&service->lease_policy);
    if (service->lease_remembered != NULL && strcmp(text, service->lease_remembered) == 0) {
        free(text);
        return;
    }
    free(service->lease_remembered);
    service->lease_remembered = memory_copy_string(text);
    struct remembering *remembering = memory_allocate(sizeof *remembering);
    *remembering = (struct remembering){memory_path(service), text};
    pipeline_with_journal(service->pipeline, remember_work, remember_done, remembering);
}

// --- what is said ------------------------------------------------------------------------------

static void say(struct service *service)
{
    size_t mine = 0, count = service->lease_policy.feeds.count;
    const char *holder = "";
    array_foreach (&service->lease_policy.feeds, feed) {
        mine += feed->mine;
        if (!feed->mine && feed->holder[0] != '\0')
            holder = feed->holder;
    }
    if (service->lease_said && mine == service->leases_said)
        return;
    if (mine < count)
        log_event(LOG_EVENT_FEEDS_LEFT, NULL,
                  "%zu of %zu feeds are asked by another daemon%s%s; this one stands by for them",
                  count - mine, count, holder[0] != '\0' ? " on " : "", holder);
    else if (service->lease_said)
        log_event(LOG_EVENT_FEEDS_TAKEN, NULL, "this daemon asks all %zu feeds from now on", count);
    service->lease_said = true;
    service->leases_said = mine;
}

// --- taking over -------------------------------------------------------------------------------

static void learn(uv_timer_t *timer);

static void learnt(void *data, const struct error *error)
{
    struct service *service = data;
    service->lease_learning = false;
    if (service->stopping)
        return;
    if (error != NULL) {
        log_warning("what another daemon did cannot be read yet: %s", error->message);
        uv_timer_start(&service->lease_timer, learn, LEARN_AGAIN_MS, 0);
        return;
    }
    service->lease_policy.learning = false;
    observer_taking_over(service->observer, false);
    log_event(LOG_EVENT_TOOK_OVER, NULL,
              "took over from another daemon: its open sightings go on here");
    feed_lease_learnt(service->lease);
    poller_wake(service->poller);
}

static void learn(uv_timer_t *timer)
{
    struct service *service = timer->data;
    // Without contact the next look begins again.
    if (service->stopping || service->lease_learning || !service->lease_policy.in_contact)
        return;
    bool patient = uv_now(&service->loop) < service->lease_patience_ends_ms;
    if (patient && pipeline_backlog(service->pipeline) > 0) {
        uv_timer_start(timer, learn, OWN_BACKLOG_LOOK_MS, 0);
        return;
    }
    service->lease_learning = true;
    pipeline_take_over(service->pipeline, service->database, service->password, learnt, service);
}

// Whether another daemon's work has to be learnt is found anew at each look: the locks may have
// gone to another one meanwhile.
static void see_to_learning(struct service *service, bool must_learn)
{
    struct lease_policy *policy = &service->lease_policy;
    if (must_learn && !policy->learning)
        service->lease_patience_ends_ms = uv_now(&service->loop) + OWN_BACKLOG_PATIENCE_MS;
    policy->learning = must_learn || service->lease_learning;
    observer_taking_over(service->observer, policy->learning);
    if (!must_learn)
        uv_timer_stop(&service->lease_timer);
    else if (!service->lease_learning && !uv_is_active((uv_handle_t *)&service->lease_timer))
        uv_timer_start(&service->lease_timer, learn, 0, 0);
}

static void looked(void *data, bool must_learn)
{
    struct service *service = data;
    if (service->stopping)
        return;
    say(service);
    remember(service);
    see_to_learning(service, must_learn);
    poller_wake(service->poller);
}

// The poller looks for itself what may be asked; what only ever becomes more is told.
static void lost(void *data, const struct error *error)
{
    struct service *service = data;
    log_debug("feeds' leases: %s", error->message);
    if (service->stopping)
        return;
    // What is being read comes over the same network.
    pipeline_take_over_stop(service->pipeline);
    observer_taking_over(service->observer, false);
    poller_wake(service->poller);
}

// --- life cycle --------------------------------------------------------------------------------

void service_prepare_leases(struct service *service)
{
    struct lease_policy *policy = &service->lease_policy;
    AUTO_FREE char *path = memory_path(service);
    policy->off = !service->config->lease;
    policy->waiting = true;
    lease_policy_want(policy, service->config);
    lease_memory_load(path, policy);
}

void service_start_leases(struct service *service)
{
    const struct feed_lease_settings settings = {
        .database = service->database,
        .password = service->password,
        .journal_id = pipeline_journal_id(service->pipeline),
        .policy = &service->lease_policy,
    };
    const struct feed_lease_events events = {.on_looked = looked, .on_lost = lost, .data = service};
    uv_timer_init(&service->loop, &service->lease_timer);
    service->lease_timer.data = service;
    if (service->lease_policy.off)
        return;
    service->lease = feed_lease_new(&service->loop, &settings, &events);
    feed_lease_start(service->lease);
}

void service_reload_leases(struct service *service)
{
    lease_policy_want(&service->lease_policy, service->config);
    if (service->lease != NULL)
        feed_lease_look(service->lease);
}

static void lease_closed(void *data)
{
    struct service *service = data;
    service->lease = NULL;
    lease_policy_done(&service->lease_policy);
    free(service->lease_remembered);
    service->leases_closed(service);
}

void service_close_leases(struct service *service, void (*on_closed)(struct service *service))
{
    service->leases_closed = on_closed;
    uv_close((uv_handle_t *)&service->lease_timer, NULL);
    if (service->lease != NULL)
        feed_lease_close(service->lease, lease_closed, service);
    else
        lease_closed(service);
}
