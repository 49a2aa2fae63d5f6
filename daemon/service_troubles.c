// SPDX-License-Identifier: MIT
// Feeds that are silent or suspect, and intake that stands still: when that is alerted about, and
// what of it is remembered over a restart.
#include "service.h"

#include "base/clock.h"
#include "base/log.h"
#include "journal/trouble.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// How often it is looked whether a trouble has lasted long enough, or is over for long enough [our
// choice].
#define LOOK_INTERVAL_MS 2000
#define FEED_SUBJECT "feed/"
#define INTAKE_SUBJECT "intake"

// --- remembering
// ----------------------------------------------------------------------------------

struct remembering {
    struct trouble trouble;
    bool over;
};

// Lost with a full disk: the worst is that the alert is repeated after a restart.
static void remember_work(struct journal *journal, void *data)
{
    struct remembering *remembering = data;
    struct error ignored;
    if (remembering->over)
        journal_forget_trouble(journal, remembering->trouble.subject, &ignored);
    else
        journal_save_trouble(journal, &remembering->trouble, &ignored);
}

static void remember(struct service *service, const struct trouble *trouble, bool over)
{
    struct remembering *remembering = memory_allocate(sizeof *remembering);
    *remembering = (struct remembering){*trouble, over};
    pipeline_with_journal(service->pipeline, remember_work, free, remembering);
}

// As the watch has it now; none is over.
static void remember_feed(struct service *service, const char *feed)
{
    const struct feed_trouble *known = feed_watch_find(&service->feed_watch, feed);
    struct trouble trouble = {0};
    snprintf(trouble.subject, sizeof trouble.subject, FEED_SUBJECT "%s", feed);
    if (known != NULL) {
        trouble.since = known->since;
        trouble.announced = known->announced;
        trouble.suspect = known->suspect;
        text_copy(trouble.reason, sizeof trouble.reason, known->reason);
    }
    remember(service, &trouble, known == NULL);
}

static void remember_intake(struct service *service, utc_us since, bool stopped)
{
    const struct trouble trouble = {.subject = INTAKE_SUBJECT, .since = since, .announced = true};
    remember(service, &trouble, !stopped);
}

// --- what is met
// ----------------------------------------------------------------------------------

void service_note_feed_health(struct service *service, const char *feed, bool healthy,
                              const char *reason)
{
    struct alert_event event;
    utc_us now = clock_now();
    if (!healthy)
        feed_watch_bad(&service->feed_watch, feed, service->judging_bad_answer, reason, now);
    else if (feed_watch_good(&service->feed_watch, feed, now, &event))
        pipeline_alert(service->pipeline, &event, now);
    remember_feed(service, feed);
}

void service_note_room(struct service *service, bool full, const char *reason)
{
    struct alert_event event;
    utc_us now = clock_now();
    if (!full) {
        intake_watch_resumed(&service->intake_watch, now);
    } else if (intake_watch_stopped(&service->intake_watch, reason, now, &event)) {
        pipeline_alert(service->pipeline, &event, now);
        remember_intake(service, now, true);
    }
}

static void look(uv_timer_t *timer)
{
    struct service *service = timer->data;
    struct alert_event event;
    utc_us now = clock_now();
    while (feed_watch_next(&service->feed_watch, now, &event)) {
        pipeline_alert(service->pipeline, &event, now);
        remember_feed(service, event.subject);
    }
    if (intake_watch_next(&service->intake_watch, now, &event)) {
        pipeline_alert(service->pipeline, &event, now);
        remember_intake(service, now, false);
    }
}

// --- a start, and a new configuration
// -------------------------------------------------------------

static bool is_asked(const struct config *config, const char *id)
{
    const struct config_feed *feed = config_feed_find(config, id);
    return feed != NULL && feed->enabled;
}

static void restore(struct service *service, const struct trouble *remembered)
{
    struct feed_trouble trouble = {.since = remembered->since,
                                   .announced = remembered->announced,
                                   .suspect = remembered->suspect};
    size_t prefix = strlen(FEED_SUBJECT);
    if (strcmp(remembered->subject, INTAKE_SUBJECT) == 0) {
        intake_watch_restore(&service->intake_watch, clock_now());
        return;
    }
    if (strncmp(remembered->subject, FEED_SUBJECT, prefix) != 0)
        return;
    text_copy(trouble.feed, sizeof trouble.feed, remembered->subject + prefix);
    text_copy(trouble.reason, sizeof trouble.reason, remembered->reason);
    if (!is_asked(service->config, trouble.feed)) {
        remember_feed(service, trouble.feed);
        return;
    }
    feed_watch_restore(&service->feed_watch, &trouble);
    poller_doubt(service->poller, trouble.feed);
}

void service_watch_troubles(struct service *service)
{
    struct trouble_array remembered = {0};
    struct error error;
    if (journal_load_troubles(pipeline_journal(service->pipeline), &remembered, &error) < 0)
        log_warning("what was alerted about before is not known: %s", error.message);
    array_foreach (&remembered, trouble)
        restore(service, trouble);
    array_free(&remembered);
    uv_timer_init(&service->loop, &service->troubles_timer);
    service->troubles_timer.data = service;
    uv_timer_start(&service->troubles_timer, look, LOOK_INTERVAL_MS, LOOK_INTERVAL_MS);
}

// Asked at the same place in the same way.
static bool is_the_same(const struct config *before, const struct config *after, const char *id)
{
    const struct config_feed *old = config_feed_find(before, id);
    const struct config_feed *new = config_feed_find(after, id);
    return old != NULL && new != NULL &&strcmp(old->url, new->url) == 0 &&
           strcmp(old->kind, new->kind) == 0;
}

// One that nobody was told of begins anew where the feed is asked elsewhere now.
static void drop_settled(struct service *service, const struct config *before)
{
    const struct feed_trouble_array *troubles = &service->feed_watch.troubles;
    for (size_t i = troubles->count; i-- > 0;) {
        char feed[FEED_ID_SIZE];
        text_copy(feed, sizeof feed, troubles->items[i].feed);
        if (is_asked(service->config, feed) &&
            (troubles->items[i].announced || is_the_same(before, service->config, feed)))
            continue;
        feed_watch_drop(&service->feed_watch, feed);
        remember_feed(service, feed);
    }
}

void service_reload_feeds(struct service *service, const struct config *before)
{
    drop_settled(service, before);
    poller_reload(service->poller, service->config);
    // The poller takes a feed that is asked elsewhere for a new one: what was announced is to have
    // its end.
    array_foreach (&service->feed_watch.troubles, trouble)
        poller_doubt(service->poller, trouble->feed);
}
