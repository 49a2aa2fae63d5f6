// SPDX-License-Identifier: MIT
// Webhooks that take nothing, by what the database has of their deliveries.
#pragma once

#include "cli/command.h"
#include "store/query.h"

// Says on standard error which webhooks have not taken anything since they last failed, and why;
// nothing where all do. With a configuration only those that it enables. An error is said too, and
// changes nothing else.
void webhook_trouble_say(struct cli *cli, const struct config *config,
                         struct query_connection *connection);
