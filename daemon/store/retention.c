// SPDX-License-Identifier: MIT
#include "store/retention.h"

#include "base/memory.h"
#include "base/text.h"
#include "store/query.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ATTEMPTS 5
#define PAUSE_S 1 // times the attempt's number
// A transaction of about a second: each begins at the front of the table, where the dead rows of
// those before lie.
#define TRIM_ROWS "100000"

// One row of one statement, or none: its first column, `unknown` without one.
static int ask_number(struct query_connection *connection, const char *sql,
                      const char *const *parameters, size_t parameter_count, int64_t unknown,
                      int64_t *ret_number, struct error *error)
{
    struct query *query;
    int ret = query_first(connection, sql, parameters, parameter_count, &query, error);
    if (ret >= 0)
        *ret_number = ret == 1 ? query_integer(query, 0, unknown) : unknown;
    query_finish(query);
    return ret < 0 ? ret : 0;
}

int retention_begin(struct query_connection *connection, struct error *error)
{
    // craft: a DETACH that waits for its lock makes everybody wait behind it.
    int64_t mine = 0;
    int ret = query_execute(connection, "SET lock_timeout = '2s'", NULL, 0, error);
    if (ret == 0)
        ret = ask_number(connection,
                         "SELECT pg_try_advisory_lock(hashtext('skywitness.retain'))::integer",
                         NULL, 0, 0, &mine, error);
    return ret < 0 ? ret : (int)mine;
}

void retention_partitions_done(struct retention_partition_array *partitions)
{
    array_foreach (partitions, partition) {
        free(partition->name);
        free(partition->parent);
    }
    array_free(partitions);
}

int retention_list(struct query_connection *connection, utc_us before,
                   struct retention_partition_array *ret_partitions, struct error *error)
{
    char day[UTC_TEXT_SIZE];
    const char *parameters[] = {utc_format_day(before, day)};
    struct query *query;
    int ret = query_start(
        connection,
        "SELECT partition, parent, day::text, bytes, held FROM skywitness_store.partitions()"
        " WHERE day < $1::date ORDER BY day, partition",
        parameters, 1, &query, error);
    if (ret < 0)
        return ret;
    while ((ret = query_next(query, error)) == 1) {
        struct retention_partition *partition = array_append(ret_partitions);
        *partition = (struct retention_partition){
            .name = memory_copy_string(query_text(query, 0)),
            .parent = memory_copy_string(query_text(query, 1)),
            .bytes = query_integer(query, 3, 0),
            .held = query_boolean(query, 4, true),
        };
        text_copy(partition->day, sizeof partition->day, query_text(query, 2));
    }
    query_finish(query);
    return ret;
}

// What is left to do for a partition behind `step`: NULL when it is gone.
static int next_statement(struct query_connection *connection, const char *day,
                          const char *partition, int64_t *step, char **ret_statement,
                          struct error *error)
{
    char done[24];
    struct query *query;
    const char *parameters[] = {day, partition, done};
    snprintf(done, sizeof done, "%lld", (long long)*step);
    *ret_statement = NULL;
    int ret = query_first(connection,
                          "SELECT statement, step FROM skywitness_store.retirement($1::date)"
                          " WHERE partition = $2 AND step > $3::integer ORDER BY step LIMIT 1",
                          parameters, 3, &query, error);
    if (ret == 1) {
        *ret_statement = memory_copy_string(query_text(query, 0));
        *step = query_integer(query, 1, 0);
    }
    query_finish(query);
    return ret < 0 ? ret : 0;
}

static int count_kept(struct query_connection *connection, const char *partition, int64_t *ret_kept,
                      struct error *error)
{
    return ask_number(connection,
                      "SELECT kept FROM skywitness_store.dropped_day"
                      " WHERE parent || to_char(day, '_YYYYMMDD') = $1",
                      &partition, 1, 0, ret_kept, error);
}

// What is to be done is asked anew before each step: a detachment that was interrupted has to be
// finished rather than begun again.
int retention_retire(struct query_connection *connection, utc_us before, const char *partition,
                     int64_t *ret_kept, struct error *error)
{
    char day[UTC_TEXT_SIZE];
    utc_format_day(before, day);
    int64_t done = 0;
    for (int attempt = 1;;) {
        AUTO_FREE char *statement = NULL;
        int64_t step = done;
        int ret = next_statement(connection, day, partition, &step, &statement, error);
        if (ret < 0)
            return ret;
        if (statement == NULL)
            return count_kept(connection, partition, ret_kept, error);
        ret = query_execute(connection, statement, NULL, 0, error);
        if (ret == 0)
            done = step;
        if (ret == -EBUSY && attempt < ATTEMPTS) {
            nanosleep(&(struct timespec){.tv_sec = (time_t)PAUSE_S * attempt}, NULL);
            attempt++;
        } else if (ret < 0) {
            return ret;
        }
    }
}

int retention_finish_points(struct query_connection *connection, utc_us before, struct error *error)
{
    char text[UTC_TEXT_SIZE];
    const char *parameters[] = {utc_format(before, text)};
    return query_execute(connection, "SELECT skywitness_store.finish_evidence($1::timestamptz)",
                         parameters, 1, error);
}

int retention_roll_up_feeds(struct query_connection *connection, utc_us before, struct error *error)
{
    char text[UTC_TEXT_SIZE];
    const char *parameters[] = {utc_format(before, text)};
    return query_execute(connection, "SELECT skywitness_store.roll_up_feeds($1::timestamptz)",
                         parameters, 1, error);
}

int retention_trim(struct query_connection *connection, const char *table, utc_us before,
                   int64_t *ret_rows, struct error *error)
{
    char text[UTC_TEXT_SIZE];
    const char *parameters[] = {table, utc_format(before, text), TRIM_ROWS};
    int64_t trimmed, sum = 0;
    int ret;
    do {
        trimmed = 0;
        ret =
            ask_number(connection, "SELECT skywitness_store.trim($1, $2::timestamptz, $3::integer)",
                       parameters, 3, 0, &trimmed, error);
        sum += trimmed;
    } while (ret == 0 && trimmed > 0);
    if (ret == 0)
        *ret_rows = sum;
    return ret;
}

int retention_sizes(struct query_connection *connection, int64_t *ret_database_bytes,
                    int64_t *ret_evidence_bytes, int64_t *ret_evidence_rows, struct error *error)
{
    struct query *query;
    int ret = query_first(connection,
                          "SELECT pg_database_size(current_database()),"
                          " pg_total_relation_size('skywitness_store.track_point_evidence')"
                          " + pg_total_relation_size('skywitness_store.raw_observation_evidence'),"
                          " (SELECT count(*) FROM skywitness_store.track_point_evidence)",
                          NULL, 0, &query, error);
    if (ret == 1) {
        *ret_database_bytes = query_integer(query, 0, 0);
        *ret_evidence_bytes = query_integer(query, 1, 0);
        *ret_evidence_rows = query_integer(query, 2, 0);
    }
    query_finish(query);
    return ret < 0 ? ret : 0;
}
