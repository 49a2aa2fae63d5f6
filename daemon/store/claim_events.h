// SPDX-License-Identifier: MIT
// What an assessment is worth telling: a verdict that changed (claim.assessed), a prediction that
// went by (claim.overdue). Events are made here and added (store/pending_event.h) in the
// assessment's own transaction.
#pragma once

#include "alert/event.h"
#include "store/claim_store_internal.h"

// The predictions that went by, appended to `ret_overdue`; array_free releases them. Blocking;
// writes nothing. Errors of query_start.
int claim_events_find_overdue(struct claim_store *store, const struct claim *claim,
                              const struct claim_library *library, const struct claim_facts *facts,
                              const struct assessment *assessment,
                              struct alert_event_array *ret_overdue, struct error *error);

// Adds them, and the change of verdict where the assessment is a new one with another verdict than
// the one before, with the feeds of its evidence. A first verdict is no change. To be called inside
// the assessment's transaction.
int claim_events_add(struct claim_store *store, const struct claim *claim,
                     const struct claim_facts *facts, const struct claim_assessed *assessed,
                     const struct alert_event_array *overdue, struct error *error);
