// SPDX-License-Identifier: MIT
// What a backfill looks for: the watched aircraft, and everybody else who is heard low near the
// airfields of claims.
#pragma once

#include "base/error.h"
#include "feed/decoder.h"

struct config;           // config/config.h
struct query_connection; // store/query.h

struct history_place_array ARRAY_OF(struct place);

struct history_interest {
    struct feed_interest interest;     // borrows `places` and the configuration's watch list
    struct history_place_array places; // owned; what they hold themselves is the configuration's
};
void history_interest_done(struct history_interest *interest); // accepts a zeroed struct

// Takes the watch list of the configuration, and of its places the airfields in reach of the claims
// in the database. Blocking; errors are those of store/query.h. Not to be moved: it points into
// itself.
int history_interest_read(struct query_connection *connection, const struct config *config,
                          struct history_interest *ret_interest, struct error *error);
