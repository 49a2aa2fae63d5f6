// SPDX-License-Identifier: MIT
// Watch lists as the database remembers them, beside what was read or asked by them
// (sql/018-watch-held.sql). Blocking; errors are those of store/query.h.
#pragma once

#include "base/error.h"
#include "base/text.h"
#include "base/utc.h"
#include "config/watch.h"

#include <stdint.h>

struct config;
struct query_connection;

// Remembers a list, if it is not yet, and gives its number.
int watch_record_note(struct query_connection *connection, const struct watch_list *list,
                      int64_t *ret_watch_id, struct error *error);

// The same, and that live answers are kept by it from then on.
int watch_record_in_force(struct query_connection *connection, const struct watch_list *list,
                          utc_us since, struct error *error);

// What an archive's day must have been read by: the numbers of the lists that would have kept all
// that `list` keeps, as an array's text (store/sql_array.h). To be asked after watch_record_note.
// The text is to be freed.
int watch_record_holding(struct query_connection *connection, const struct config *config,
                         const struct watch_list *list, struct text *ret_ids, struct error *error);

// A list as it was remembered, with the airframes of today; entries within places that are gone are
// left out. To be freed by watch_list_done.
struct remembered_watch {
    int64_t watch_id;
    struct watch_list list;
};
struct remembered_watch_array ARRAY_OF(struct remembered_watch);
// All of them, in the order in which they were recorded.
int watch_record_read(struct query_connection *connection, const struct config *config,
                      struct remembered_watch_array *ret_lists, struct error *error);
void watch_record_free(struct remembered_watch_array *lists);
