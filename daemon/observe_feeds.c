// SPDX-License-Identifier: MIT
#include "observe_internal.h"

#include "base/clock.h"

#include <string.h>

// NULL for one that is not configured: an answer may come late.
static struct feed_tally *tally_of(struct observer *observer, const char *feed)
{
    for (size_t i = 0; i < observer->tally_count; i++)
        if (strcmp(observer->tallies[i].feed, feed) == 0)
            return &observer->tallies[i];
    if (config_feed_find(observer->parts.config, feed) == NULL)
        return NULL;
    struct feed_tally *tally = &observer->tallies[observer->tally_count++];
    text_copy(tally->feed, sizeof tally->feed, feed);
    tally->last_good_at = UTC_UNKNOWN;
    return tally;
}

void observer_forget_feeds(struct observer *observer)
{
    size_t kept = 0;
    for (size_t i = 0; i < observer->tally_count; i++)
        if (config_feed_find(observer->parts.config, observer->tallies[i].feed) != NULL)
            observer->tallies[kept++] = observer->tallies[i];
    observer->tally_count = kept;
}

void observer_polled(struct observer *observer, const char *feed,
                     const struct http_response *response)
{
    observer->answers_taken++;
    struct feed_tally *tally = tally_of(observer, feed);
    if (tally != NULL && response->outcome == HTTP_ANSWERED)
        latency_histogram_add(&tally->latency,
                              utc_to_seconds(response->answered_at - response->asked_at));
}

void observer_judged(struct observer *observer, const char *feed, enum intake_verdict verdict)
{
    struct feed_tally *tally = tally_of(observer, feed);
    observer->requests_ended++;
    if (tally == NULL)
        return;
    tally->polls++;
    if (verdict == INTAKE_GOOD)
        tally->last_good_at = clock_now();
    else
        tally->errors++;
}

void observer_describe_feed(struct observer *observer, const struct poller_status *row,
                            struct metrics_feed *ret_feed)
{
    static const struct feed_tally none = {.last_good_at = UTC_UNKNOWN};
    const struct feed_tally *tally = tally_of(observer, row->feed);
    if (tally == NULL)
        tally = &none;
    *ret_feed = (struct metrics_feed){
        .feed = row->feed,
        .polls = tally->polls,
        .errors = tally->errors,
        .failures_in_a_row = row->failures_in_a_row,
        .requests_left = row->budget_left,
        .last_asked_at = row->last_asked_at,
        .last_good_at = tally->last_good_at,
        .not_before = row->not_before,
        .last_error = row->last_error,
        .may_be_asked = row->may_be_asked,
        .latency = tally->latency,
    };
}
