// SPDX-License-Identifier: MIT
#include "judging.h"

#include "alert/event.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/claim_worker.h"

#include <stdlib.h>
#include <string.h>

struct judging {
    struct claim_worker *worker;
    struct pipeline *pipeline; // NULL while closing
};

static void verdict_changed(void *data, const struct claim_news *news)
{
    struct judging *judging = data;
    // A first verdict is no change.
    if (judging->pipeline == NULL || news->verdict_before[0] == '\0')
        return;
    log_event(LOG_EVENT_VERDICT_CHANGED, news->claim_id, "claim %s: %s, before %s (assessment %d)",
              news->claim_id, news->verdict, news->verdict_before, news->number);
    const struct alert_event_claim claim = {
        .claim_id = news->claim_id,
        .statement = news->statement,
        .verdict = news->verdict,
        .verdict_before = news->verdict_before,
        .confidence = news->confidence,
        .number = (uint32_t)news->number,
    };
    utc_us now = clock_now();
    struct alert_event event = alert_event_of_claim(ALERT_CLAIM_ASSESSED, &claim, now);
    pipeline_alert(judging->pipeline, &event, now);
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

struct judging *judging_start(uv_loop_t *loop, const struct config *config, const char *password,
                              struct pipeline *pipeline)
{
    struct judging *judging = memory_allocate_zeroed(1, sizeof *judging);
    const struct claim_worker_events events = {
        .on_verdict = verdict_changed,
        .on_problem = problem_met,
        .data = judging,
    };
    judging->pipeline = pipeline;
    judging->worker = claim_worker_new(loop, config, password, &events);
    claim_worker_start(judging->worker, CLAIM_WORKER_INTERVAL_MS);
    return judging;
}

void judging_reload(struct judging *judging, const struct config *config,
                    void (*on_released)(void *data), void *data)
{
    claim_worker_reload(judging->worker, config, on_released, data);
}

void judging_close(struct judging *judging)
{
    judging->pipeline = NULL;
    claim_worker_close(judging->worker, free, judging);
}
