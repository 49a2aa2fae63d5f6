// SPDX-License-Identifier: MIT
// The road of an answer, for the daemon and for replay alike:
//
//     answer ─▶ intake (decode, flag, derive) ─▶ journal (committed) ─▶ writer (PostgreSQL)
//
// The first two steps run on a worker thread, one answer at a time and in the order of submission;
// the writer lives on the loop. When the journal cannot take an entry, the entry is kept and tried
// again before any later one, and `on_full` asks for quiet.
#pragma once

#include "alert/judge.h"
#include "base/error.h"
#include "config/config.h"
#include "journal/intake.h"
#include "journal/journal.h"
#include "journal/recording.h"
#include "store/writer.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct pipeline;

// How long what another daemon did may take to be read. Some ten times what the points that are
// read at most take on the machine of bench/README.md, and less than systemd waits for a start (90
// s).
#define PIPELINE_TAKE_OVER_PATIENCE_MS 60000

struct pipeline_settings {
    const struct config *config;   // borrowed until pipeline_set_config or the end
    const char *database;          // libpq connection string; borrowed for the call
    const char *database_password; // borrowed for the call; NULL without one
    const char *journal_path;
    bool durable;                 // false for replay: its source can be read again
    enum alert_judge_mode alerts; // replay records them and sends none
    const char *record_path;      // recorded answers are appended there; NULL for none
};

struct pipeline_events {
    // The journal is full (or has room again): stop asking (or go on).
    void (*on_full)(void *data, bool full, const char *reason);
    void (*on_store_state)(void *data, enum store_state state, const struct error *error);
    // There are new deliveries in the outbox.
    void (*on_alerts)(void *data);
    // Something reached PostgreSQL.
    void (*on_stored)(void *data, int64_t sequence);
    void *data;
};

// What the pipeline takes over with an answer.
struct pipeline_answer {
    const char *kind; // the feed's; must outlive the answer (a decoder's own constant does)
    struct recorded_answer recorded;
    utc_us monotonic; // when it came, by a clock that nobody sets; 0 for a recording
};

// Opens the journal and restores the tracker from it. *ret_fresh tells that the journal knew
// nothing, so that the caller may restore from the database instead (store/restore.h) before the
// first answer.
int pipeline_open(uv_loop_t *loop, const struct pipeline_settings *settings,
                  const struct pipeline_events *events, struct pipeline **ret_pipeline,
                  bool *ret_fresh, struct error *error);

// Begins to connect to PostgreSQL. Without this call everything stays in the journal.
void pipeline_start(struct pipeline *pipeline);

// Hands over one answer and what it owns. `judged` is called on the loop once it has been decoded
// and journalled.
typedef void pipeline_judged(void *data, enum intake_verdict verdict, const char *reason);
void pipeline_submit(struct pipeline *pipeline, struct pipeline_answer *answer,
                     pipeline_judged *judged, void *data);

// Answers submitted and not yet in PostgreSQL, plus what else the journal still holds for it.
uint64_t pipeline_backlog(const struct pipeline *pipeline);

struct pipeline_counters {
    uint64_t answers, bad_answers, points, duplicates;
    int64_t last_sequence, stored_sequence;
    size_t open_sightings, aircraft;
    struct journal_depth journal;
};
struct pipeline_counters pipeline_counters(const struct pipeline *pipeline);

struct intake *pipeline_intake(struct pipeline *pipeline);   // only while no answer is under way
struct journal *pipeline_journal(struct pipeline *pipeline); // the same

// The journal's id: what its cursor in PostgreSQL is called.
const char *pipeline_journal_id(const struct pipeline *pipeline);

// Judges an event that no answer brought and commits what it makes, in turn with the answers. `now`
// is the wall clock's.
void pipeline_alert(struct pipeline *pipeline, const struct alert_event *event, utc_us now);

// The same, and tells on the loop whether the journal has it now: what it makes is committed, or
// was before, or is nothing. With no room in the journal nothing is kept, and it may be tried
// again.
void pipeline_alert_kept(struct pipeline *pipeline, const struct alert_event *event, utc_us now,
                         void (*done)(void *data, bool kept), void *data);

// Carries what became of deliveries to PostgreSQL by way of the journal, some thousands at a time.
void pipeline_mirror_deliveries(struct pipeline *pipeline);

// Lets `work` use the journal on the worker's thread, in turn with everything else, then calls
// `done` on the loop.
void pipeline_with_journal(struct pipeline *pipeline,
                           void (*work)(struct journal *journal, void *data),
                           void (*done)(void *data), void *data);

// Remembers a feed's state in the journal, in turn with the answers.
void pipeline_save_feed_state(struct pipeline *pipeline, const char *key,
                              const struct journal_feed_state *state);

// Goes over to a new configuration between two answers; `done` is called when the old one may be
// freed.
void pipeline_set_config(struct pipeline *pipeline, const struct config *config,
                         void (*done)(void *data), void *data);

// Goes on where another daemon's work ended: reads open sightings and what was alerted about from
// PostgreSQL, on the worker's thread and in turn with the answers, in place of what is remembered.
// `done` is called on the loop, with the error (NULL: none) for which all stayed as it was. One at
// a time. It is given up after PIPELINE_TAKE_OVER_PATIENCE_MS; the next one then leaves closed
// sightings out.
typedef void pipeline_taken_over(void *data, const struct error *error);
void pipeline_take_over(struct pipeline *pipeline, const char *database, const char *password,
                        pipeline_taken_over *done, void *data);
// Gives up the one under way, if any: its `done` comes soon, with an error.
void pipeline_take_over_stop(struct pipeline *pipeline);

// Finishes what was submitted, waits up to `patience_ms` for PostgreSQL to have it, saves the
// tracker's state and closes. The pipeline is freed before `on_closed` is called.
void pipeline_close(struct pipeline *pipeline, uint64_t patience_ms, void (*on_closed)(void *data),
                    void *data);
