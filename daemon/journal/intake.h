// SPDX-License-Identifier: MIT
// Intake: from one feed's answer to one journal entry. Decodes the body, flags and derives (track
// stage), and collects what is to be kept. No I/O and no clock; it runs on a worker thread, one
// call at a time.
#pragma once

#include "base/error.h"
#include "config/config.h"
#include "journal/entry.h"
#include "track/tracker.h"

struct intake;

// One answer, or the lack of one. Texts and body are borrowed for the call.
struct intake_answer {
    const char *feed;
    const char *kind;    // chooses the decoder
    const char *request; // path and query
    utc_us asked_at;
    utc_us answered_at;
    long status;         // 0 without an answer
    const char *failure; // why there is no usable answer; NULL when there is one
    const char *body;
    size_t body_length;
    // Where not NULL, called with the entry's points while more are being derived: so many at a
    // time, in order, each once, and what is left at the end not at all. They are final. Not all
    // answers have so many.
    void (*on_points)(void *data, const struct track_point *points, size_t count);
    void *data;
};

enum intake_verdict {
    INTAKE_GOOD,
    INTAKE_FAILED,     // there was no usable answer; the poller knows already
    INTAKE_BAD_ANSWER, // an answer that is not the feed's: slow down
};

// `config` is borrowed and must outlive the intake, or the next intake_set_config.
struct intake *intake_new(const struct config *config);
void intake_free(struct intake *intake); // accepts NULL
void intake_set_config(struct intake *intake, const struct config *config);

// Fills `entry` (initialised by the caller). A bad answer still makes an entry: the ledger row with
// its error. `error` says why when the result is not INTAKE_GOOD.
enum intake_verdict intake_step(struct intake *intake, const struct intake_answer *answer,
                                struct entry *entry, struct error *error);

// The time that the answer gives itself, read as if it had come at `answered_at` or, where it
// cannot be of then, at `or_at`; UTC_UNKNOWN for one that is of neither. Costs as much as decoding
// it.
utc_us intake_feed_now(const struct intake *intake, const struct intake_answer *answer,
                       utc_us or_at);

// Takes an entry that was derived before (by an earlier run) into the tracker without deriving it
// again.
void intake_absorb(struct intake *intake, const struct entry *entry);
// The same for one stored point.
void intake_absorb_point(struct intake *intake, const struct track_point *point);

struct tracker *intake_tracker(struct intake *intake);

// Of the newest good step: observations that were the same fix of the same feed again, and were
// dropped.
uint32_t intake_duplicates(const struct intake *intake);
