// SPDX-License-Identifier: MIT
// What the backfills share: configuration, database and engine, the talk while it runs, and what is
// done behind it.
#pragma once

#include "base/text.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "history/backfill.h"
#include "history/interest.h"

struct watch_list;

struct backfill_run {
    struct cli *cli;
    const struct config *config;
    struct query_connection *connection;
    const char *feed; // that points get; borrowed
    struct history_interest interest;
    char watch_id[24];     // of whom it keeps (store/watch_record.h)
    struct text watch_ids; // of the lists that hold as much
    struct progress progress;
    struct backfill *backfill;
};

// Reads the configuration and connects. Returns 0, or the exit status after saying why not. To be
// closed either way.
int backfill_run_open(struct backfill_run *run, struct cli *cli);
void backfill_run_close(struct backfill_run *run);

// Remembers whom it keeps, and finds what was read for as many: before what was fetched is asked
// for. `watch` is borrowed; NULL: the configuration's watch list. Returns 0, or the exit status
// after saying what is wrong.
int backfill_run_watch(struct backfill_run *run, const struct watch_list *watch);

// How archives are read.
struct backfill_manner {
    unsigned jobs;   // threads that scan; 0: as many as there are cores
    bool again;      // files that are known once more, too
    bool whole_days; // each archive holds all aircraft of its day, whatever its name
};

// Makes the engine; after backfill_run_watch of the same list. `watch` is whom to keep (borrowed);
// NULL: the configuration's watch list. The run is the data of the listener where that leaves it
// NULL.
int backfill_run_prepare(struct backfill_run *run, const char *feed, const struct watch_list *watch,
                         const struct backfill_manner *manner,
                         const struct backfill_listener *listener);

// Says what was read, works out coverage, derives anew and judges what that touches. `missing` is
// how much could not be had at all. Returns the exit status.
int backfill_run_finish(struct backfill_run *run, uint64_t missing);

// The listener's function for what is bad: says it. `data` is the run.
void backfill_run_say(void *data, const char *words);
