// SPDX-License-Identifier: MIT
// Deriving anew from the operator's tool, and saying what that changed.
#pragma once

#include "cli/cli.h"

// Derives what is pending, and judges the claims that it touches. Returns an exit status, having
// said on cli->talk what changed and what was wrong. With `with_failed` also what could not be
// derived before.
int derived_pending(struct cli *cli, const struct config *config,
                    struct query_connection *connection, bool with_failed);

// The same at the end of a backfill that began with derive_pending_hold. While another one is
// loading that is left to the other's end.
int derived_loaded(struct cli *cli, const struct config *config,
                   struct query_connection *connection);

// After a derivation: judges the claims that it touches, and says how many events wait for a daemon
// to alert about.
int derived_finish(const struct cli *cli, const struct config *config,
                   struct query_connection *connection, struct error *error);
