// SPDX-License-Identifier: MIT
// Deriving anew from the operator's tool, and saying what that changed.
#pragma once

#include "cli/cli.h"

// Derives what backfills left pending, and judges the claims that it touches. Returns an exit status, having said
// on cli->talk what changed and what was wrong.
int derived_pending(struct cli *cli, const struct config *config, struct query_connection *connection);
