// SPDX-License-Identifier: MIT
#include "store/pending_event.h"

#include "alert/event_json.h"
#include "base/memory.h"
#include "store/sql_array.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- adding ------------------------------------------------------------------------------------

// The best of the alerts that the event may replace, among those that were made or wait. *ret_found
// is its place in `predecessors`, or -1.
static int find_replaced(struct query_connection *connection,
                         const struct alert_predecessor *predecessors, size_t count,
                         int64_t *ret_found, struct error *error)
{
    static const char sql[] =
        "SELECT w.place - 1 FROM unnest($1::uuid[]) WITH ORDINALITY AS w (id, place)"
        " WHERE EXISTS (SELECT FROM skywitness_store.alert a WHERE a.alert_id = w.id)"
        " OR EXISTS (SELECT FROM skywitness_store.pending_event p WHERE p.event_id = w.id)"
        " ORDER BY 1 LIMIT 1";
    struct text ids = {0};
    struct query *query;
    char id[DIGEST_UUID_TEXT_SIZE];
    sql_array_begin(&ids);
    for (size_t i = 0; i < count; i++)
        sql_array_add(&ids, digest_uuid_format(predecessors[i].alert_id, id));
    sql_array_end(&ids);
    const char *parameters[] = {ids.bytes};
    int result = query_first(connection, sql, parameters, 1, &query, error);
    text_done(&ids);
    if (result >= 0)
        *ret_found = result == 1 ? query_integer(query, 0, -1) : -1;
    query_finish(query);
    return result < 0 ? result : 0;
}

// Fills in what the event replaces. *ret_is_news is false where it says nothing new.
static int settle_replaced(struct query_connection *connection, struct alert_event *event,
                           bool *ret_is_news, struct error *error)
{
    struct alert_predecessor predecessors[ALERT_PREDECESSORS_MAX];
    size_t count = alert_event_predecessors(event, predecessors);
    int64_t found = -1;
    *ret_is_news = true;
    if (count == 0)
        return 0;
    int result = find_replaced(connection, predecessors, count, &found, error);
    if (result < 0)
        return result;
    bool is_better = found >= 0 && event->grade > predecessors[found].grade;
    if (event->type == ALERT_VISIT_ARRIVED && found < 0)
        return 0;
    if (event->type == ALERT_VISIT_RETRACTED ? found < 0 : !is_better) {
        *ret_is_news = false;
        return 0;
    }
    alert_event_replace(event, &predecessors[found]);
    return 0;
}

// An alert that the daemon made has its mirror here, or its journal knows it and drops this one.
static int insert(struct query_connection *connection, const struct config *config,
                  const struct alert_event *event, struct error *error)
{
    static const char sql[] =
        "INSERT INTO skywitness_store.pending_event (event_id, event) SELECT $1::uuid, $2::jsonb"
        " WHERE NOT EXISTS (SELECT FROM skywitness_store.alert WHERE alert_id = $1::uuid)"
        " ON CONFLICT DO NOTHING";
    char id[DIGEST_UUID_TEXT_SIZE];
    struct text document;
    text_init(&document, EVENT_JSON_BYTES_MAX);
    event_json_write(event, config, &document);
    const char *parameters[] = {digest_uuid_format(event->alert_id, id), document.bytes};
    int result = document.failed ? error_set(error, -EMSGSIZE, "an event longer than %d bytes",
                                             EVENT_JSON_BYTES_MAX)
                                 : query_execute(connection, sql, parameters, 2, error);
    text_done(&document);
    return result;
}

int pending_event_add(struct query_connection *connection, const struct config *config,
                      const struct alert_event *event, struct error *error)
{
    struct alert_event copy = *event;
    bool is_news = true;
    int result = settle_replaced(connection, &copy, &is_news, error);
    return result < 0 || !is_news ? result : insert(connection, config, &copy, error);
}

struct adding {
    struct query_connection *connection;
    const struct config *config;
    struct error *error;
    int result;
};

static void add_next(void *data, struct alert_event *event)
{
    struct adding *adding = data;
    if (adding->result == 0)
        adding->result =
            pending_event_add(adding->connection, adding->config, event, adding->error);
}

int pending_event_add_entry(struct query_connection *connection, const struct config *config,
                            const struct entry *entry, const struct tracker *tracker, utc_us now,
                            struct error *error)
{
    struct adding adding = {connection, config, error, 0};
    const struct alert_event_sink sink = {add_next, &adding};
    alert_events_of_entry(entry, tracker, now, &sink);
    return adding.result;
}

// --- the retraction of a stored visit ----------------------------------------------------------

static void copy_cell(char *destination, size_t size, const struct query *query, size_t column)
{
    const char *cell = query_text(query, column);
    text_copy(destination, size, cell != NULL ? cell : "");
}

static uint64_t mask_of_ids(const struct config *config, const char *ids)
{
    uint64_t mask = 0;
    while (config != NULL && ids != NULL && *ids != '\0') {
        size_t length = strcspn(ids, " ");
        for (size_t i = 0; i < config->watch.entry_count; i++)
            if (strlen(config->watch.entries[i].id) == length &&
                memcmp(config->watch.entries[i].id, ids, length) == 0)
                mask |= UINT64_C(1) << i;
        ids += length + (ids[length] == ' ');
    }
    return mask;
}

static bool take_id(const struct query *query, size_t column, uint8_t ret_id[DIGEST_UUID_SIZE])
{
    const char *id = query_text(query, column);
    return id != NULL && digest_uuid_parse(id, ret_id);
}

static struct alert_event retraction_of(const struct query *query, const struct config *config,
                                        utc_us now)
{
    struct alert_event event = {
        .type = ALERT_VISIT_RETRACTED,
        .happened_at = now,
        .has_grade = true,
        .grade = (enum visit_grade)query_integer(query, 6, VISIT_A0),
        .between = {query_time(query, 7), query_time(query, 8)},
        .position = {query_number(query, 9), query_number(query, 10)},
        .altitude_ft = OBSERVATION_UNKNOWN,
        .watch_mask = mask_of_ids(config, query_text(query, 11)),
    };
    event.verb = visit_verb_name(event.grade);
    event.has_visit = take_id(query, 0, event.visit_id);
    event.has_sighting = take_id(query, 12, event.sighting_id);
    copy_cell(event.icao24, sizeof event.icao24, query, 1);
    copy_cell(event.subject, sizeof event.subject, query, 1);
    copy_cell(event.registration, sizeof event.registration, query, 2);
    copy_cell(event.type_code, sizeof event.type_code, query, 3);
    copy_cell(event.callsign, sizeof event.callsign, query, 4);
    copy_cell(event.place, sizeof event.place, query, 5);
    alert_event_identify(&event);
    return event;
}

int pending_event_add_retraction(struct query_connection *connection, const struct config *config,
                                 const char *icao24, const char *visit_id, utc_us now,
                                 struct error *error)
{
    static const char sql[] =
        "SELECT visit_id, icao24, registration, type_code, callsign_in, place, substr(grade, "
        "2)::integer,"
        " arrived_after, arrived_before, latitude, longitude, array_to_string(watch_ids, ' '),"
        " coalesce(sighting_in, sighting_out)"
        " FROM skywitness_store.visit WHERE icao24 = $1 AND visit_id = $2::uuid";
    const char *parameters[] = {icao24, visit_id};
    struct alert_event event;
    struct query *query;
    int result = query_first(connection, sql, parameters, 2, &query, error);
    if (result == 1)
        event = retraction_of(query, config, now);
    query_finish(query);
    return result == 1 ? pending_event_add(connection, config, &event, error) : result;
}

// --- taking ------------------------------------------------------------------------------------

void pending_event_array_done(struct pending_event_array *events)
{
    array_foreach (events, event)
        free(event->document);
    array_free(events);
}

int pending_event_read(struct query_connection *connection, size_t limit,
                       struct pending_event_array *ret_events, struct error *error)
{
    char limit_text[24];
    const char *parameters[] = {limit_text};
    struct query *query;
    snprintf(limit_text, sizeof limit_text, "%zu", limit);
    int result = query_start(connection,
                             "SELECT event_id, event FROM skywitness_store.pending_event"
                             " ORDER BY recorded_at, event_id LIMIT $1::bigint",
                             parameters, 1, &query, error);
    if (result < 0)
        return result;
    while ((result = query_next(query, error)) == 1) {
        uint8_t id[DIGEST_UUID_SIZE];
        if (!digest_uuid_parse(query_text(query, 0), id))
            continue;
        struct pending_event *event = array_append(ret_events);
        memcpy(event->event_id, id, sizeof event->event_id);
        event->document = memory_copy_string(query_text(query, 1));
    }
    query_finish(query);
    return result;
}

int pending_event_remove(struct query_connection *connection,
                         const uint8_t event_id[DIGEST_UUID_SIZE], struct error *error)
{
    char id[DIGEST_UUID_TEXT_SIZE];
    const char *parameters[] = {digest_uuid_format(event_id, id)};
    return query_execute(connection,
                         "DELETE FROM skywitness_store.pending_event WHERE event_id = $1::uuid",
                         parameters, 1, error);
}

int pending_event_count(struct query_connection *connection, uint64_t *ret_count,
                        struct error *error)
{
    struct query *query;
    int result = query_first(connection, "SELECT count(*) FROM skywitness_store.pending_event",
                             NULL, 0, &query, error);
    if (result == 1)
        *ret_count = (uint64_t)query_integer(query, 0, 0);
    query_finish(query);
    return result < 0 ? result : 0;
}
