// SPDX-License-Identifier: MIT
// What the commands about claims share: configuration, connection and the store of claims.
#pragma once

#include "claim/clause.h"
#include "cli/cli.h"
#include "cli/command.h"
#include "store/claim_store.h"
#include "store/query.h"

struct claim_context {
    struct cli *cli;
    const struct config *config;
    struct query_connection *connection;
    struct claim_store *store;
    struct claim_library library; // filled by those who need it
};

// Returns 0, or the exit status after saying why not. To be closed either way.
int claim_context_open(struct cli *cli, struct claim_context *context);
void claim_context_close(struct claim_context *context);

// Ids from the words of the command line; says which is none and returns the exit status.
int claim_context_ids(const struct claim_context *context, const struct command *command, int count,
                      char **words, struct claim_id_array *ret_ids);

// Judges these claims (of context->library) and writes one row each. With `record` they are stored.
int claim_context_assess(struct claim_context *context, const struct claim_id_array *ids,
                         utc_us as_of, bool as_known_then, bool record);

// The hours of coverage that the library's claims speak of, as far as the ledger has grown since.
int claim_context_refresh_coverage(struct claim_context *context);
