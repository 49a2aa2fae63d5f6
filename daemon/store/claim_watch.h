// SPDX-License-Identifier: MIT
// Which of a claim's clauses speak of aircraft that were looked for, by the hour: their silence
// says something.
#pragma once

#include "store/claim_store_internal.h"

// One list that was remembered, and the clauses whose aircraft it held (bit n: clause n).
struct claim_watch_list {
    int64_t watch_id;
    uint64_t clauses;
};
struct claim_watch {
    struct claim_watch_list_array
        ARRAY_OF(struct claim_watch_list) lists; // in the order in which they were recorded
    uint64_t unknown; // held by what is not known: the first list, without one the configuration's
    char last[64];    // the last question and its answer: neighbouring hours are alike
    uint64_t last_clauses;
};

// Reads the lists. Errors of query_start.
int claim_watch_read(struct claim_store *store, const struct claim *claim,
                     struct claim_watch *ret_watch, struct error *error);
void claim_watch_done(struct claim_watch *watch);

// The clauses that were held by lists as skywitness_store.watch_of_hour names them: "3,5" by any,
// "&3,5" by each of them.
uint64_t claim_watch_clauses(struct claim_watch *watch, const char *lists);
