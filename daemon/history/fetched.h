// SPDX-License-Identifier: MIT
// What was fetched from sources before, so that it is not fetched again. Blocking; errors are those
// of store/query.h.
#pragma once

#include "base/error.h"
#include "history/source.h"

#include <stdbool.h>

struct query_connection;

// Takes out of the items what was read for this feed before, by one of the watch lists `watch_ids`
// (store/watch_record.h: those that hold what is looked for): archives that were read whole under
// the same name, and traces that were read after their day's file was final. `ret_dropped` is how
// many.
int history_fetched_drop(struct query_connection *connection, const char *feed,
                         const char *watch_ids, struct history_items *items, size_t *ret_dropped,
                         struct error *error);

// Remembers that an archive of that name was read whole by that watch list.
int history_fetched_add(struct query_connection *connection, const char *feed, const char *watch_id,
                        const char *name, utc_us day, struct error *error);
