// SPDX-License-Identifier: MIT
// What a backfill from a source is to fetch: which days, and of which aircraft. From the command
// line, from a claim, or from the watch list.
#pragma once

#include "config/watch.h"
#include "history/source.h"

struct cli;
struct config;
struct query_connection;

struct backfill_wish {
    utc_us from, to;     // first and last day, both included; UTC_UNKNOWN where not given
    const char *claim;   // its id, or NULL
    bool record;         // with a claim: also the record that its clauses are compared with
    const char *hexes;   // "1551df,154076", or NULL
    bool needs_aircraft; // the source asks for them one by one
};

struct backfill_span {
    utc_us first_day, last_day; // both included
};
struct backfill_spans ARRAY_OF(struct backfill_span);

struct backfill_order {
    struct backfill_spans spans;            // apart from each other, in order
    struct history_aircraft_array aircraft; // distinct, in order; none where they are not asked for
    // With a claim: the configuration's watch list and the claim's aircraft.
    bool has_watch;
    struct watch_list watch;
};
void backfill_order_done(struct backfill_order *order);

// Returns 0, or the exit status after saying what is wrong. Days that are not over are left out,
// which is said.
int backfill_order_make(struct cli *cli, const struct config *config,
                        struct query_connection *connection, const struct backfill_wish *wish,
                        struct backfill_order *ret_order);
