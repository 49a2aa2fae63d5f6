// SPDX-License-Identifier: MIT
// One entry of the journal: everything that one poll brought and what was derived from it, as one
// unit that is committed before it counts and stored in PostgreSQL exactly once.
#pragma once

#include "base/array.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/utc.h"
#include "track/point.h"
#include "track/sighting.h"
#include "track/tracker.h"
#include "track/visit.h"

#define POLL_REQUEST_SIZE 512
#define POLL_ERROR_SIZE 256

// One row of the ledger: what was asked and answered.
struct poll {
    char feed[FEED_ID_SIZE];
    char request[POLL_REQUEST_SIZE]; // path and query, without host or secrets
    utc_us asked_at;
    utc_us answered_at; // UTC_UNKNOWN when nothing came
    int32_t status;     // HTTP status; 0 when there was none
    uint64_t bytes;     // of the decoded body
    uint8_t body_sha256[DIGEST_SHA256_SIZE];
    bool has_body;
    utc_us feed_now; // the answer's own time, or UTC_UNKNOWN
    uint32_t aircraft_heard;
    uint32_t aircraft_kept;
    char error[POLL_ERROR_SIZE]; // empty when the answer was good
};

// The bytes of a watched aircraft's object as the feed sent them.
struct raw_observation {
    char icao24[ICAO24_SIZE];
    utc_us observed_at;
    uint32_t offset; // into entry.raw_bytes
    uint32_t length;
};
struct raw_observation_array ARRAY_OF(struct raw_observation);

// Other traffic heard near a place in this answer.
struct entry_nearby {
    char place[PLACE_ID_SIZE];
    uint32_t heard_low;
    int32_t lowest_ft;
};
struct entry_nearby_array ARRAY_OF(struct entry_nearby);

// An alert: found once, its bytes made once. The rows of `delivery` say what became of it.
#define ALERT_TYPE_SIZE 24
#define ALERT_SUBJECT_SIZE 65 // an aircraft's address; else the feed's, claim's or webhook's id
#define ALERT_BODY_BYTES_MAX 19999 // Standard Webhooks 1.0.0: keep payloads below 20 kB
struct entry_alert {
    uint8_t alert_id[DIGEST_UUID_SIZE]; // made from what happened
    char type[ALERT_TYPE_SIZE];         // "visit.arrived"
    utc_us happened_at, found_at;
    char subject[ALERT_SUBJECT_SIZE];
    uint32_t offset, length; // of the body, in entry.alert_bytes
};
struct entry_alert_array ARRAY_OF(struct entry_alert);

enum delivery_state {
    DELIVERY_QUEUED,
    DELIVERY_DELIVERED,
    DELIVERY_DEAD,      // every attempt failed, or the endpoint is gone
    DELIVERY_NOT_SENT,  // the webhook's rule did not choose it; the reason says why
    DELIVERY_CANCELLED, // chosen, and withdrawn before it was sent
};
const char *delivery_state_name(enum delivery_state state); // "queued", ...

// What one webhook has to do with one alert: a new or a changed state of it.
#define WEBHOOK_ID_SIZE 33
#define DELIVERY_REASON_SIZE 200
struct entry_delivery {
    uint8_t alert_id[DIGEST_UUID_SIZE];
    char endpoint[WEBHOOK_ID_SIZE];
    enum delivery_state state;
    uint32_t attempt;                  // tries so far
    utc_us due_at;                     // of the next try, or UTC_UNKNOWN
    utc_us delivered_at;               // or UTC_UNKNOWN
    int32_t last_status;               // HTTP status of the last try; 0 for none
    char reason[DELIVERY_REASON_SIZE]; // why it is (not) sent, or what the last try met
    uint32_t offset,
        length; // of a body in the webhook's own format, in entry.alert_bytes; 0: the alert's
};
struct entry_delivery_array ARRAY_OF(struct entry_delivery);

// An entry without a poll (poll.feed is empty) carries alerts and deliveries only.
struct entry {
    int64_t sequence; // given by the journal; 0 before
    struct poll poll;
    struct track_point_array points; // accepted, flagged
    struct sighting_array sightings; // new or changed
    struct visit_array visits;       // new states
    struct identity_conflict_array conflicts;
    struct raw_observation_array raws;
    struct byte_writer raw_bytes;
    struct entry_nearby_array nearby;
    struct entry_alert_array alerts;        // new
    struct entry_delivery_array deliveries; // new or changed
    struct byte_writer alert_bytes;
};

bool entry_has_poll(const struct entry *entry);

// The most that one may take, and its bytes of other kinds: far above what an answer of any feed
// makes [inference].
#define ENTRY_BYTES_MAX ((size_t)256 << 20)

void entry_init(struct entry *entry);
void entry_done(struct entry *entry); // accepts a zeroed struct

// Little-endian records with a version; see entry.c for the layout.
void entry_encode(const struct entry *entry, struct byte_writer *writer);
// Returns 0, or -EBADMSG for bytes that are no entry (nothing is left allocated).
int entry_decode(const void *bytes, size_t length, struct entry *ret_entry, struct error *error);
