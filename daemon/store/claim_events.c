// SPDX-License-Identifier: MIT
#include "store/claim_events.h"

#include "base/text.h"
#include "claim/overdue.h"
#include "store/pending_event.h"

#include <string.h>

// When its first version was stored.
static int read_imported_at(struct claim_store *store, const char *claim_id, utc_us *ret_time,
                            struct error *error)
{
    struct query *query;
    int result =
        query_first(store->connection,
                    "SELECT min(imported_at) FROM skywitness_store.claim WHERE claim_id = $1",
                    &claim_id, 1, &query, error);
    if (result == 1)
        *ret_time = query_time(query, 0);
    query_finish(query);
    return result < 0 ? result : 0;
}

// By whose data: the feeds of the rows that it rests on, as many as an event can name.
static void take_feeds(struct alert_event *event, const struct finding *findings, size_t count,
                       const struct claim_facts *facts)
{
    uint64_t feeds = 0;
    for (size_t i = 0; i < count; i++)
        array_foreach (&findings[i].evidence, evidence)
            feeds |= evidence->feeds;
    for (size_t i = 0; i < facts->feeds.count && event->feed_count < SIGHTING_FEEDS_MAX; i++)
        if ((feeds & UINT64_C(1) << i) != 0)
            text_copy(event->feeds[event->feed_count++], sizeof event->feeds[0],
                      facts->feeds.items[i].id);
}

static void take(const struct claim *claim, const struct assessment *assessment,
                 const struct claim_facts *facts, const struct overdue_clause *overdue,
                 struct alert_event_array *events)
{
    const struct finding *finding = &assessment->findings[overdue->clause];
    const struct alert_event_claim told = {
        .claim_id = claim->id,
        .statement = claim->statement,
        .verdict = verdict_name(finding->verdict),
        .confidence = confidence_name(finding->confidence),
        .clause = claim->clauses.items[overdue->clause].id,
        .coverage = overdue->coverage,
        .window = {overdue->window.from, overdue->window.to},
    };
    struct alert_event *event = array_append(events);
    *event = alert_event_of_claim(ALERT_CLAIM_OVERDUE, &told, overdue->overdue_at);
    take_feeds(event, finding, 1, facts);
}

int claim_events_find_overdue(struct claim_store *store, const struct claim *claim,
                              const struct claim_library *library, const struct claim_facts *facts,
                              const struct assessment *assessment,
                              struct alert_event_array *ret_overdue, struct error *error)
{
    struct overdue_clause_array overdue = {0};
    utc_us imported_at = UTC_UNKNOWN;
    int result = read_imported_at(store, claim->id, &imported_at, error);
    if (result < 0)
        return result;
    utc_us reported_at = claim_reported_at(claim, library, imported_at);
    if (reported_at != UTC_UNKNOWN)
        claim_find_overdue(claim, assessment, facts, reported_at, &overdue);
    array_foreach (&overdue, one)
        take(claim, assessment, facts, one, ret_overdue);
    array_free(&overdue);
    return 0;
}

static int add_verdict(struct claim_store *store, const struct claim *claim,
                       const struct claim_facts *facts, const struct claim_assessed *assessed,
                       struct error *error)
{
    const struct assessment *assessment = &assessed->assessment;
    const char *verdict = verdict_name(assessment->verdict), *before = assessed->previous_verdict;
    if (!assessed->is_new || before[0] == '\0' || strcmp(verdict, before) == 0)
        return 0;
    const struct alert_event_claim told = {
        .claim_id = claim->id,
        .statement = claim->statement,
        .verdict = verdict,
        .verdict_before = before,
        .confidence = confidence_name(assessment->confidence),
        .number = (uint32_t)assessed->number,
    };
    struct alert_event event = alert_event_of_claim(ALERT_CLAIM_ASSESSED, &told, assessment->as_of);
    take_feeds(&event, assessment->findings, claim->clauses.count, facts);
    return pending_event_add(store->connection, store->config, &event, error);
}

int claim_events_add(struct claim_store *store, const struct claim *claim,
                     const struct claim_facts *facts, const struct claim_assessed *assessed,
                     const struct alert_event_array *overdue, struct error *error)
{
    int result = add_verdict(store, claim, facts, assessed, error);
    for (size_t i = 0; i < overdue->count && result == 0; i++)
        result = pending_event_add(store->connection, store->config, &overdue->items[i], error);
    return result;
}
