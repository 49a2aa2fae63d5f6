// SPDX-License-Identifier: MIT
#include "service.h"

#include "base/clock.h"
#include "base/log.h"
#include "feed/decoder.h"
#include "net/endpoint.h"

#include <stdio.h>
#include <stdlib.h>

// --- answers --------------------------------------------------------------------------------------

struct waiting_answer {
    struct service *service;
    uint64_t ticket;
    char feed[FEED_ID_SIZE];
};

static void answer_judged(void *data, enum intake_verdict verdict, const char *reason)
{
    struct waiting_answer *waiting = data;
    // While stopping, the last answers are journalled after the poller has gone.
    waiting->service->judging_bad_answer = verdict == INTAKE_BAD_ANSWER;
    if (waiting->service->poller != NULL)
        poller_judge(waiting->service->poller, waiting->ticket,
                     verdict == INTAKE_BAD_ANSWER ? POLL_BAD_ANSWER : POLL_GOOD, reason);
    waiting->service->judging_bad_answer = false;
    if (waiting->service->observer != NULL)
        observer_judged(waiting->service->observer, waiting->feed, verdict);
    free(waiting);
}

static char *describe_failure(const struct http_response *response)
{
    char text[POLL_ERROR_SIZE];
    if (response->outcome != HTTP_ANSWERED)
        snprintf(text, sizeof text, "%s",
                 response->reason != NULL ? response->reason : "no answer");
    else if (response->status != 200)
        snprintf(text, sizeof text, "HTTP status %ld", response->status);
    else
        return NULL;
    return memory_copy_string(text);
}

static void feed_answered(void *data, uint64_t ticket, struct poll_answer *answer)
{
    struct service *service = data;
    struct http_response *response = answer->response;
    if (service->observer != NULL)
        observer_polled(service->observer, answer->feed->id, response);
    struct pipeline_answer taken = {
        .kind = feed_decoder_find(answer->feed->kind)->kind,
        .recorded =
            {
                .feed = memory_copy_string(answer->feed->id),
                .request = memory_copy_string(answer->request),
                .failure = describe_failure(response),
                .body = TAKE(response->body),
                .body_length = response->body_length,
                .asked_at = response->asked_at,
                .answered_at = response->answered_at,
                .status = response->status,
            },
        .monotonic = (utc_us)(uv_hrtime() / 1000),
    };
    struct waiting_answer *waiting = memory_allocate(sizeof *waiting);
    *waiting = (struct waiting_answer){.service = service, .ticket = ticket};
    text_copy(waiting->feed, sizeof waiting->feed, answer->feed->id);
    pipeline_submit(service->pipeline, &taken, answer_judged, waiting);
}

// --- state and health -----------------------------------------------------------------------------

static void feed_state_changed(void *data, const char *host, const struct poller_feed_state *state)
{
    struct service *service = data;
    const struct journal_feed_state remembered = {
        .not_before = state->not_before,
        .failures = state->failures,
        .budget_day = state->budget_day,
        .budget_used = state->budget_used,
    };
    pipeline_save_feed_state(service->pipeline, host, &remembered);
}

static void feed_health_changed(void *data, const struct config_feed *feed, bool healthy,
                                const char *reason)
{
    service_note_feed_health(data, feed->id, healthy, reason);
    if (healthy)
        log_event(LOG_EVENT_FEED_RECOVERED, feed->id, "feed %s answers", feed->id);
    else
        log_event(LOG_EVENT_FEED_SILENT, feed->id,
                  "feed %s gives no usable answer: %s; asking less often until it does", feed->id,
                  reason);
}

void service_restore_feeds(struct service *service)
{
    for (size_t i = 0; i < service->config->feed_count; i++) {
        struct endpoint endpoint;
        struct journal_feed_state remembered;
        struct error error;
        if (endpoint_parse(service->config->feeds[i].url, &endpoint, &error) < 0 ||
            journal_load_feed_state(pipeline_journal(service->pipeline), endpoint.host, &remembered,
                                    &error) <= 0)
            continue;
        const struct poller_feed_state state = {
            .not_before = remembered.not_before,
            .failures = remembered.failures,
            .budget_day = remembered.budget_day,
            .budget_used = remembered.budget_used,
        };
        poller_restore(service->poller, endpoint.host, &state);
    }
}

const struct poller_events service_poller_events = {
    .on_answer = feed_answered,
    .on_state = feed_state_changed,
    .on_health = feed_health_changed,
    .may_ask = service_may_ask,
};
