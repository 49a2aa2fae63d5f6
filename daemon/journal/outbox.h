// SPDX-License-Identifier: MIT
// The outbox: alerts and what is still to be delivered, in the journal's file and committed with
// the entry that brought them. They live on the disk, however many wait. Same rules as the journal:
// synchronous, one call at a time, from a worker thread.
#pragma once

#include "base/array.h"
#include "journal/entry.h"
#include "journal/journal.h"

// Ids are remembered for so long after an alert was found: the same event found again makes nothing
// new.
#define OUTBOX_REMEMBERED (35 * UTC_DAY)

// 1 when an alert of that id is there already, else 0.
int outbox_knows(struct journal *journal, const uint8_t alert_id[DIGEST_UUID_SIZE],
                 struct error *error);

// 1 when an alert of the type about the subject was chosen for the endpoint and found after
// `since`, else 0.
int outbox_has_recent(struct journal *journal, const char *endpoint, const char *type,
                      const char *subject, utc_us since, struct error *error);

// 1 when the delivery is queued and was never tried, with the time when it will be; else 0.
int outbox_waits(struct journal *journal, const uint8_t alert_id[DIGEST_UUID_SIZE],
                 const char *endpoint, utc_us *ret_due_at, struct error *error);

// Those of an endpoint that were never tried and are due after `after`, with the alert's id and
// subject and when it was found.
struct outbox_waiting {
    uint8_t alert_id[DIGEST_UUID_SIZE];
    char subject[ALERT_SUBJECT_SIZE];
    utc_us found_at;
};
struct outbox_waiting_array ARRAY_OF(struct outbox_waiting);
int outbox_waiting(struct journal *journal, const char *endpoint, utc_us after,
                   struct outbox_waiting_array *ret_waiting, struct error *error);

// 1 when it is known whether the alert was for the endpoint, with the answer (one that was
// withdrawn before it was sent was not); 0 when the alert is not, or no longer, known here.
int outbox_told(struct journal *journal, const uint8_t alert_id[DIGEST_UUID_SIZE],
                const char *endpoint, bool *ret_told, struct error *error);

// One delivery that is due.
struct outbox_item {
    int64_t delivery_id;
    uint8_t alert_id[DIGEST_UUID_SIZE];
    char type[ALERT_TYPE_SIZE];
    uint32_t attempt;
    utc_us due_at, found_at;
    char *body; // owned, terminated
    size_t body_length;
};
struct outbox_item_array ARRAY_OF(struct outbox_item);
void outbox_item_done(struct outbox_item *item);

// Appends up to `limit` of those of an endpoint that are due, the longest waiting first.
int outbox_due(struct journal *journal, const char *endpoint, utc_us now, size_t limit,
               struct outbox_item_array *items, struct error *error);
// The next time after `now` at which one is due; UTC_UNKNOWN for none.
int outbox_next_due(struct journal *journal, const char *endpoint, utc_us now, utc_us *ret_due_at,
                    struct error *error);
int outbox_queued(struct journal *journal, const char *endpoint, uint64_t *ret_count,
                  struct error *error);

// What came of a try.
struct outbox_outcome {
    int64_t delivery_id;
    enum delivery_state state;
    uint32_t attempt; // tries so far, this one included
    utc_us due_at, delivered_at;
    int32_t last_status;
    char reason[DELIVERY_REASON_SIZE];
};
struct outbox_outcome_array ARRAY_OF(struct outbox_outcome);
// All of them or none. Survives the death of the process; the loss of power may repeat a delivery.
int outbox_record(struct journal *journal, const struct outbox_outcome *outcomes, size_t count,
                  struct error *error);

// Up to `limit` deliveries whose newest state no entry carries yet, appended. The append of an
// entry with them marks them.
int outbox_unmirrored(struct journal *journal, size_t limit,
                      struct entry_delivery_array *deliveries, struct error *error);

// Queues an alert's deliveries again under its own id; an empty `endpoint` means all that had one.
// Returns how many, 0 when there is none (or they are queued already).
int outbox_again(struct journal *journal, const uint8_t alert_id[DIGEST_UUID_SIZE],
                 const char *endpoint, utc_us now, struct error *error);

// The wall clock was set back by so much and is at `now`: what waits becomes due as much earlier,
// not before `now`.
int outbox_clock_set_back(struct journal *journal, utc_us now, utc_us by, struct error *error);

// Gives up all that is queued for an endpoint.
int outbox_give_up(struct journal *journal, const char *endpoint, const char *reason,
                   struct error *error);

// How many alerts one purge forgets at most, so that none takes long [our choice].
#define OUTBOX_PURGED_AT_ONCE 500
// Forgets alerts found before `before`, and OUTBOX_REMEMBERED before the newest, of which nothing
// is queued and everything is mirrored, with their deliveries. Returns how many;
// OUTBOX_PURGED_AT_ONCE says that there may be more.
int outbox_purge(struct journal *journal, utc_us before, struct error *error);

// What is known of an endpoint over a restart.
struct outbox_endpoint {
    bool disabled;        // it answered 410: nothing is sent until `skywitness webhook enable`
    utc_us failing_since; // UTC_UNKNOWN when the last try went well
    bool announced;       // its failing was told to the other endpoints
    bool unusable;        // failing for want of its secret or template: it was not asked at all
    char reason[DELIVERY_REASON_SIZE];
};
int outbox_save_endpoint(struct journal *journal, const char *endpoint,
                         const struct outbox_endpoint *state, struct error *error);
// A fresh state for one that was never saved.
int outbox_load_endpoint(struct journal *journal, const char *endpoint,
                         struct outbox_endpoint *ret_state, struct error *error);
