// SPDX-License-Identifier: MIT
// Reports, claims and assessments in PostgreSQL: import, the facts that bear on a claim, and
// recording what was judged. Blocking (store/query.h): for the operator's tool and for worker
// threads, never for the loop.
#pragma once

#include "base/error.h"
#include "base/utc.h"
#include "claim/clause.h"
#include "claim/judge.h"
#include "claim/read.h"

#include <stdbool.h>
#include <stdint.h>

struct config;
struct query_connection;
struct claim_store;

// Both are borrowed until claim_store_free. `config` gives places, airframes and feeds; NULL knows
// none. Returns 0 or an error of query_start.
int claim_store_new(struct query_connection *connection, const struct config *config,
                    struct claim_store **ret_store, struct error *error);
void claim_store_free(struct claim_store *store); // accepts NULL

// What names in claim files may mean here: the configuration's places and airframes, PostgreSQL's
// time zones, and the reports that are stored already. Borrowed from the store.
const struct claim_vocabulary *claim_store_vocabulary(struct claim_store *store);

struct claim_import_counts {
    size_t reports_new, reports_changed, reports_same;
    size_t claims_new, claims_changed,
        claims_same; // changed ones are new versions where they had been assessed
};

// Stores a library in one transaction; doing it again changes nothing. What contradicts what is
// worked out anew.
int claim_store_import(struct claim_store *store, const struct claim_library *library,
                       struct claim_import_counts *ret_counts, struct error *error);

// Appends all stored reports and the current versions of these claims (NULL: all) to the library,
// claims in the order of their ids. -ENOENT for a claim that is not there, -EBADMSG for one that
// can no longer be read (a place has gone from the configuration).
int claim_store_load(struct claim_store *store, const struct claim_id_array *ids,
                     struct claim_library *library, struct error *error);

// The facts that bear on a claim, by one query. `as_of` is the moment of the judgement; with
// `as_known_then` only what had been recorded by then. `ret_facts` is to be zeroed; released by
// claim_facts_done.
int claim_store_facts(struct claim_store *store, const struct claim *claim, utc_us as_of,
                      bool as_known_then, struct claim_facts *ret_facts, struct error *error);

// A claim judged now.
struct claim_assessed {
    struct assessment assessment;
    char *document;        // its JSON, owned
    int64_t assessment_id; // -1 when it was not recorded and none is
    int32_t number;
    bool is_new;               // recorded as a new one
    char previous_verdict[24]; // of the assessment before it; empty for the first
};
void claim_assessed_done(struct claim_assessed *assessed);

// Judges a claim of the library. With `record`, an assessment that differs from the newest becomes
// a new numbered one, with its clauses and evidence, in one transaction; otherwise nothing is
// written but the time of the check. Without it nothing is written at all.
int claim_store_assess(struct claim_store *store, const struct claim *claim,
                       const struct claim_library *library, utc_us as_of, bool as_known_then,
                       bool record, struct claim_assessed *ret_assessed, struct error *error);

// Appends the claims on which a visit of this aircraft at this place between two moments can bear.
int claim_store_touched(struct claim_store *store, const char *place, const char *icao24,
                        utc_us from, utc_us to, struct claim_id_array *ret_ids,
                        struct error *error);

// Appends the claims that are to be judged again: never judged or changed since, touched by a visit
// or an hour of coverage recorded since, an open window not looked at for an hour, a window that
// has ended since.
int claim_store_due(struct claim_store *store, utc_us now, struct claim_id_array *ret_ids,
                    struct error *error);
