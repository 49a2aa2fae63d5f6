// SPDX-License-Identifier: MIT
// Events: what a journal entry's effects mean to somebody who wants to be told. Pure.
// An event's id is made from what happened, so the same event found again has the same id.
#pragma once

#include "alert/type.h"
#include "base/array.h"
#include "base/digest.h"
#include "journal/entry.h"
#include "track/tracker.h"

#define ALERT_EVIDENCE_MAX 16
#define ALERT_EVIDENCE_SIZE 160
#define ALERT_REASON_SIZE 600
#define ALERT_VERDICT_SIZE 24
#define ALERT_CLAIM_ID_SIZE 81 // a claim's or a clause's
#define ALERT_COVERAGE_SIZE 320
// The alerts that one may replace: a visit's arrival, departure or upgrade to each grade.
#define ALERT_PREDECESSORS_MAX 12

struct alert_event {
    enum alert_type type;
    uint8_t alert_id[DIGEST_UUID_SIZE];
    utc_us happened_at;
    char subject[ALERT_CLAIM_ID_SIZE]; // an aircraft's address, a feed's, claim's or webhook's id

    // The aircraft; all empty where it is about none.
    char icao24[ICAO24_SIZE];
    char registration[REGISTRATION_SIZE];
    char type_code[TYPE_CODE_SIZE];
    char callsign[CALLSIGN_SIZE];
    char squawk[SQUAWK_SIZE];
    uint64_t watch_mask;
    struct position position; // NAN where unknown
    int32_t altitude_ft;      // OBSERVATION_UNKNOWN
    char feeds[SIGHTING_FEEDS_MAX][FEED_ID_SIZE];
    uint8_t feed_count;
    bool has_sighting, has_visit;
    uint8_t sighting_id[DIGEST_UUID_SIZE], visit_id[DIGEST_UUID_SIZE];

    // A visit, or where a sighting ended.
    char place[PLACE_ID_SIZE];
    bool has_grade;
    enum visit_grade grade;
    const char *verb;  // "landed"; static; NULL for none
    utc_us between[2]; // UTC_UNKNOWN where an end is not known
    char evidence[ALERT_EVIDENCE_MAX][ALERT_EVIDENCE_SIZE];
    uint8_t evidence_count;

    bool has_replaced;
    uint8_t replaced_id[DIGEST_UUID_SIZE]; // the alert that this one upgrades or withdraws
    // All that told of the visit before; a webhook had some of them. None where only the one is
    // known.
    uint8_t replaced_ids[ALERT_PREDECESSORS_MAX][DIGEST_UUID_SIZE];
    uint8_t replaced_count;
    bool has_grade_before;
    enum visit_grade grade_before; // of the replaced one

    // Feeds, webhooks, conflicts: what was met. Claims: the statement.
    char reason[ALERT_REASON_SIZE];
    char verdict[ALERT_VERDICT_SIZE], verdict_before[ALERT_VERDICT_SIZE];
    char confidence[ALERT_VERDICT_SIZE];
    char clause[ALERT_CLAIM_ID_SIZE];   // claim.overdue: whose window, `between`, went by
    char coverage[ALERT_COVERAGE_SIZE]; // and whether we could have seen it
};

struct alert_event_array ARRAY_OF(struct alert_event);

// Takes one event after the other; they are too large to be kept by the thousand.
struct alert_event_sink {
    void (*take)(void *data, struct alert_event *event); // may change it
    void *data;
};

// Hands over the events of an entry. `tracker` (as it is after the entry) knows the sighting behind
// a point or a visit; NULL leaves those fields out. `now` is the time of the entry.
void alert_events_of_entry(const struct entry *entry, const struct tracker *tracker, utc_us now,
                           const struct alert_event_sink *sink);

// The others have no entry behind them. Times are when it began or was found.
struct alert_event alert_event_of_feed(enum alert_type type, const char *feed, const char *reason,
                                       utc_us happened_at);
struct alert_event alert_event_of_intake(enum alert_type type, const char *reason,
                                         utc_us happened_at);
struct alert_event alert_event_of_webhook(enum alert_type type, const char *webhook,
                                          const char *reason, utc_us happened_at);
// claim.assessed and claim.overdue; texts may be NULL but for id, statement and verdict.
struct alert_event_claim {
    const char *claim_id, *statement, *verdict, *verdict_before, *confidence;
    uint32_t number; // claim.assessed: of the claim's assessments
    // claim.overdue: the clause, the time that it predicted, and whether we could have seen it.
    const char *clause, *coverage;
    utc_us window[2];
};
struct alert_event alert_event_of_claim(enum alert_type type, const struct alert_event_claim *claim,
                                        utc_us happened_at);

// The ids of the alerts that this one may replace, with their grades, best first; 0 for an event
// that replaces none. Which of them was really made only the outbox knows.
struct alert_predecessor {
    uint8_t alert_id[DIGEST_UUID_SIZE];
    enum visit_grade grade;
};
size_t alert_event_predecessors(const struct alert_event *event,
                                struct alert_predecessor ret_predecessors[ALERT_PREDECESSORS_MAX]);

// Makes the event one that replaces that alert: an arrival becomes the upgrade of what was told,
// with its own id.
void alert_event_replace(struct alert_event *event, const struct alert_predecessor *predecessor);

// Gives an event about a visit its id, from its type, visit and grade.
void alert_event_identify(struct alert_event *event);

// The alert of a sighting's opening, for withdrawing it while it settles.
void alert_id_of_opening(const uint8_t sighting_id[DIGEST_UUID_SIZE],
                         uint8_t ret_alert_id[DIGEST_UUID_SIZE]);

// "general emergency" for 7700; NULL for a code that is no emergency.
const char *alert_squawk_meaning(const char *squawk);
