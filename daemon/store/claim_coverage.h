// SPDX-License-Identifier: MIT
// coverage_hour from the ledger of polls: what was asked in each hour, and what else was heard low
// near the place. Blocking, like claim_store.h.
#pragma once

#include "base/error.h"
#include "base/utc.h"
#include "claim/clause.h"

#include <stdbool.h>
#include <stddef.h>

struct query_connection;
struct place;

// An hour is looked at slot by slot: an approach from 10,000 ft takes about ten minutes, so a good
// answer in every five is enough, however often a feed is asked [inference].
#define CLAIM_COVERAGE_SLOT_MIN 5

// Works out the hours of [since, until) at an airfield anew and stores those that changed: only
// those without a row or with one made before their hour was over, or with `all` every one. An hour
// in which nothing was asked has no row. `now` ends the span: an hour that is not over is left out.
// Returns 0 with the number of rows written.
int claim_coverage_refresh(struct query_connection *connection, const struct place *place,
                           utc_us since, utc_us until, utc_us now, bool all, size_t *ret_changed,
                           struct error *error);

// The same for every airfield and span that the claims' clauses speak of, as far as the ledger
// goes.
int claim_coverage_refresh_claims(struct query_connection *connection,
                                  const struct claim_library *library, const struct place *places,
                                  size_t place_count, utc_us now, size_t *ret_changed,
                                  struct error *error);
