// SPDX-License-Identifier: MIT
// Events that wait in PostgreSQL for a daemon: the road of alerts that no feed's answer brought
// (verdicts, predictions that went by, what deriving anew changed), in the transaction that makes
// them true. A daemon takes them into its journal (store/pending_worker.h) and deletes the row only
// once the journal has committed it; ids are made from what happened, so that an event taken twice
// is alerted about once. Blocking (store/query.h). `config` names watch entries and may be NULL.
#pragma once

#include "alert/event.h"
#include "base/error.h"
#include "config/config.h"
#include "store/query.h"

// Adds an event, to be called inside the transaction that makes it true. Nothing is added, and 0
// returned, where it is no news: its alert was made or it is pending already; an arrival that was
// alerted about with the same grade or a better one; an upgrade to no better a grade; a retraction
// of what nobody was told about. An arrival that was told with a lower grade becomes its upgrade.
// What it replaces is filled in. Errors of query_start.
int pending_event_add(struct query_connection *connection, const struct config *config,
                      const struct alert_event *event, struct error *error);

// Adds all events of new states of sightings, visits and conflicts as the daemon would find them in
// an entry (alert_events_of_entry), for deriving anew: fill `sightings`, `visits` and `conflicts`;
// a visit that is no longer supported has the state VISIT_SUPERSEDED. `tracker` (may be NULL) knows
// the feeds. `now` is the moment at which a retraction happens.
int pending_event_add_entry(struct query_connection *connection, const struct config *config,
                            const struct entry *entry, const struct tracker *tracker, utc_us now,
                            struct error *error);

// Adds visit.retracted for a stored visit that is not derived any more, from its row.
int pending_event_add_retraction(struct query_connection *connection, const struct config *config,
                                 const char *icao24, const char *visit_id, utc_us now,
                                 struct error *error);

// One that waits.
struct pending_event {
    uint8_t event_id[DIGEST_UUID_SIZE];
    char *document; // alert/event_json.h; owned
};
struct pending_event_array ARRAY_OF(struct pending_event);
void pending_event_array_done(struct pending_event_array *events);

// Appends up to `limit`, the longest waiting first.
int pending_event_read(struct query_connection *connection, size_t limit,
                       struct pending_event_array *ret_events, struct error *error);

// Removes one that the journal has.
int pending_event_remove(struct query_connection *connection,
                         const uint8_t event_id[DIGEST_UUID_SIZE], struct error *error);

// How many wait, for commands that tell.
int pending_event_count(struct query_connection *connection, uint64_t *ret_count,
                        struct error *error);
