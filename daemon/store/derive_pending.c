// SPDX-License-Identifier: MIT
#include "store/derive_pending.h"

#include "base/clock.h"
#include "config/config.h"
#include "store/query.h"

#include <string.h>

#define LOADING_LOCK "hashtext('skywitness.backfill')"

static int ask(struct query_connection *connection, const char *sql, bool *ret_answer,
               struct error *error)
{
    struct query *query;
    int ret = query_first(connection, sql, NULL, 0, &query, error);
    *ret_answer = ret == 1 && query_boolean(query, 0, false);
    query_finish(query);
    return ret < 0 ? ret : 0;
}

// Whoever loads shares the lock; that it can be had alone for a moment means that nobody does.
static int is_free(struct query_connection *connection, bool *ret_free, struct error *error)
{
    return ask(connection,
               "SELECT CASE WHEN pg_try_advisory_lock(" LOADING_LOCK
               ") THEN pg_advisory_unlock(" LOADING_LOCK ")"
               " ELSE false END",
               ret_free, error);
}

int derive_pending_hold(struct query_connection *connection, struct error *error)
{
    return query_execute(connection, "SELECT pg_advisory_lock_shared(" LOADING_LOCK ")", NULL, 0,
                         error);
}

int derive_pending_release(struct query_connection *connection, struct error *error)
{
    bool is_alone = false;
    int ret = query_execute(connection, "SELECT pg_advisory_unlock_shared(" LOADING_LOCK ")", NULL,
                            0, error);
    if (ret == 0)
        ret = is_free(connection, &is_alone, error);
    return ret < 0 ? ret : is_alone;
}

struct pending {
    char icao24[ICAO24_SIZE];
    utc_us since, until;
};
struct pending_array ARRAY_OF(struct pending);

// A flight that was in the air, or a visit that was too young, when the newest day ended: whether
// it went on is known once a later day was read, also where the aircraft is not in that one; of a
// day that is not whole, its own file.
static const char unfinished_sql[] =
    "INSERT INTO skywitness_store.history_pending (icao24, since, until)"
    " SELECT icao24, min(since), max(until) FROM ("
    "   SELECT icao24, first_seen AS since, last_seen AS until FROM skywitness_store.sighting WHERE state = 'open'"
    "   UNION ALL SELECT icao24, anchored_at, coalesce(arrived_before, departed_before, anchored_at)"
    "   FROM skywitness_store.visit WHERE state = 'provisional') AS unfinished"
    " WHERE EXISTS (SELECT FROM skywitness_store.history_file f WHERE f.icao24 = unfinished.icao24 AND f.kept > 0"
    "     AND f.day BETWEEN (since AT TIME ZONE 'UTC')::date - 1 AND (until AT TIME ZONE 'UTC')::date + 1)"
    "   AND EXISTS (SELECT FROM skywitness_store.history_day d WHERE d.day > (until AT TIME ZONE 'UTC')::date"
    "     AND (d.whole_at IS NOT NULL OR EXISTS (SELECT FROM skywitness_store.history_file f"
    "       WHERE f.icao24 = unfinished.icao24 AND f.kept > 0 AND f.day = d.day AND f.feed = d.feed)))"
    " GROUP BY icao24 ORDER BY icao24 ON CONFLICT DO NOTHING";

static int read_pending(struct query_connection *connection, bool with_failed,
                        struct pending_array *pending, struct error *error)
{
    const char *const parameters[] = {with_failed ? "true" : "false"};
    struct query *query;
    int ret = query_start(
        connection,
        "SELECT icao24, since, until FROM skywitness_store.history_pending"
        " WHERE $1::boolean OR not_before IS NULL OR not_before <= now() ORDER BY icao24",
        parameters, 1, &query, error);
    while (ret >= 0 && (ret = query_next(query, error)) == 1) {
        struct pending *one = array_append(pending);
        text_copy(one->icao24, sizeof one->icao24, query_text(query, 0));
        one->since = query_time(query, 1);
        one->until = query_time(query, 2);
    }
    query_finish(query);
    return ret;
}

// It stays pending, and is tried again after a minute, two, four and so on up to a day [inference].
static int note_failure(struct query_connection *connection, const struct pending *one,
                        const struct derive_pending_request *request, struct error *error)
{
    const char *const parameters[] = {one->icao24};
    text_append_format(request->problems, "%s\n", error->message);
    return query_execute(
        connection,
        "UPDATE skywitness_store.history_pending SET failures = failures + 1, not_before = now()"
        "   + least(interval '1 day', interval '1 minute' * 2 ^ least(failures, 11)) WHERE icao24 = $1",
        parameters, 1, error);
}

static int derive_all(struct query_connection *connection, const struct config *config,
                      const struct derive_pending_request *request,
                      const struct pending_array *pending, struct derive_change_array *changes,
                      size_t *ret_derived, struct error *error)
{
    uint64_t began_ms = clock_monotonic_ms();
    *ret_derived = 0;
    array_foreach (pending, one) {
        const struct derive_request wanted = {
            .icao24 = one->icao24, .since = one->since, .until = one->until, .now = request->now};
        if (request->most_ms > 0 && clock_monotonic_ms() - began_ms >= request->most_ms)
            return 0;
        int ret = derive_aircraft(connection, config, &wanted, changes, error);
        if (ret == 0)
            (*ret_derived)++;
        else if (derive_can_go_on(ret))
            ret = note_failure(connection, one, request, error);
        if (ret < 0)
            return ret;
    }
    return 0;
}

int derive_pending(struct query_connection *connection, const struct config *config,
                   const struct derive_pending_request *request,
                   struct derive_change_array *changes, size_t *ret_derived, struct error *error)
{
    struct pending_array pending = {0};
    bool is_alone = false;
    *ret_derived = 0;
    int ret = is_free(connection, &is_alone, error);
    if (ret < 0 || !is_alone)
        return ret;
    if (request->with_unfinished)
        ret = query_execute(connection, unfinished_sql, NULL, 0, error);
    if (ret == 0)
        ret = read_pending(connection, request->with_failed, &pending, error);
    if (ret == 0)
        ret = derive_all(connection, config, request, &pending, changes, ret_derived, error);
    array_free(&pending);
    return ret;
}
