// SPDX-License-Identifier: MIT
#include "judging.h"

#include "alert/event_json.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/claim_worker.h"
#include "store/pending_worker.h"

#include <stdlib.h>
#include <string.h>

struct judging {
    struct claim_worker *worker;
    struct pending_worker *pending;
    struct pipeline *pipeline; // NULL while closing
    const struct config *config;
    unsigned workers_open;
};

// The alert waits in PostgreSQL already, written with the assessment.
static void verdict_changed(void *data, const struct claim_news *news)
{
    struct judging *judging = data;
    // A first verdict is no change.
    if (judging->pipeline == NULL || news->verdict_before[0] == '\0')
        return;
    log_event(LOG_EVENT_VERDICT_CHANGED, news->claim_id, "claim %s: %s, before %s (assessment %d)",
              news->claim_id, news->verdict, news->verdict_before, news->number);
}

// Each on a line of its own.
static void problem_met(void *data, const char *problem)
{
    struct judging *judging = data;
    while (judging->pipeline != NULL && *problem != '\0') {
        size_t length = strcspn(problem, "\n");
        if (length > 0)
            log_warning("%.*s", (int)length, problem);
        problem += length + (problem[length] == '\n');
    }
}

// --- what waits in PostgreSQL to be alerted about ----------------------------------------------

struct handing_over {
    struct judging *judging;
    uint8_t event_id[DIGEST_UUID_SIZE];
};

static void handed_over(void *data, bool kept)
{
    struct handing_over *handing_over = data;
    pending_worker_answer(handing_over->judging->pending, handing_over->event_id, kept);
    free(handing_over);
}

static void event_waits(void *data, const uint8_t event_id[DIGEST_UUID_SIZE], const char *document)
{
    struct judging *judging = data;
    struct alert_event event;
    struct error error;
    if (event_json_read(document, judging->config, &event, &error) < 0) {
        char id[DIGEST_UUID_TEXT_SIZE];
        log_warning("alert %s is given up: %s", digest_uuid_format(event_id, id), error.message);
        pending_worker_answer(judging->pending, event_id,
                              true); // it would stand in the way of all others
        return;
    }
    struct handing_over *handing_over = memory_allocate_zeroed(1, sizeof *handing_over);
    handing_over->judging = judging;
    memcpy(handing_over->event_id, event_id, sizeof handing_over->event_id);
    pipeline_alert_kept(judging->pipeline, &event, clock_now(), handed_over, handing_over);
}

// --- life cycle --------------------------------------------------------------------------------

struct judging *judging_start(uv_loop_t *loop, const struct config *config, const char *password,
                              struct pipeline *pipeline)
{
    struct judging *judging = memory_allocate_zeroed(1, sizeof *judging);
    const struct claim_worker_events events = {
        .on_verdict = verdict_changed,
        .on_problem = problem_met,
        .data = judging,
    };
    const struct pending_worker_events pending = {.on_event = event_waits, .data = judging};
    judging->pipeline = pipeline;
    judging->config = config;
    judging->workers_open = 2;
    judging->worker = claim_worker_new(loop, config, password, &events);
    judging->pending = pending_worker_new(loop, config->database, password, &pending);
    claim_worker_start(judging->worker, CLAIM_WORKER_INTERVAL_MS);
    pending_worker_start(judging->pending, PENDING_WORKER_INTERVAL_MS);
    return judging;
}

void judging_reload(struct judging *judging, const struct config *config,
                    void (*on_released)(void *data), void *data)
{
    judging->config = config;
    claim_worker_reload(judging->worker, config, on_released, data);
}

static void worker_closed(void *data)
{
    struct judging *judging = data;
    if (--judging->workers_open == 0)
        free(judging);
}

void judging_close(struct judging *judging)
{
    judging->pipeline = NULL;
    claim_worker_close(judging->worker, worker_closed, judging);
    pending_worker_close(judging->pending, worker_closed, judging);
}
