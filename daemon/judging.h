// SPDX-License-Identifier: MIT
// The claims' side of the daemon: verdicts are kept up to date beside the loop
// (store/claim_worker.h), a changed one is logged; what they and deriving anew left in PostgreSQL
// to be alerted about (store/pending_worker.h) goes into the journal.
#pragma once

#include "config/config.h"
#include "pipeline.h"

#include <uv.h>

struct judging;

// Begins with a first round at once. `config` is borrowed until judging_reload has released it or
// the end; `password` (NULL: none) and `pipeline` until the end.
struct judging *judging_start(uv_loop_t *loop, const struct config *config, const char *password,
                              struct pipeline *pipeline);

// Goes over to a new configuration; `on_released` is called once the one before it is no longer
// used.
void judging_reload(struct judging *judging, const struct config *config,
                    void (*on_released)(void *data), void *data);

// Says and alerts nothing from now on, ends after the round under way, and is freed then by the
// loop.
void judging_close(struct judging *judging);
