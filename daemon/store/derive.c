// SPDX-License-Identifier: MIT
#include "store/derive.h"

#include "config/config.h"
#include "store/derive_internal.h"
#include "store/query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define VERSION_SIZE 24

// The version of the aircraft's row in history_pending, empty where it has none. A row that is
// written meanwhile has another one: what brought it was not among the points that we read.
static int read_pending_version(const struct derivation *derivation, char ret_version[VERSION_SIZE],
                                struct error *error)
{
    struct query *query;
    int ret =
        query_first(derivation->connection,
                    "SELECT xmin::text FROM skywitness_store.history_pending WHERE icao24 = $1",
                    &derivation->icao24, 1, &query, error);
    ret_version[0] = '\0';
    if (ret == 1)
        strncat(ret_version, query_text(query, 0), VERSION_SIZE - 1);
    query_finish(query);
    return ret < 0 ? ret : 0;
}

static utc_us earlier(utc_us first, utc_us second)
{
    return first == UTC_UNKNOWN || second < first ? second : first;
}

static utc_us later(utc_us first, utc_us second)
{
    return first > second ? first : second; // UTC_UNKNOWN is the earliest
}

static int remove_pending(struct derivation *derivation, const struct derive_request *request,
                          const char *version, struct error *error)
{
    const struct derive_span *span = &derivation->span;
    bool has_points = span->first_at != UTC_UNKNOWN;
    utc_us since = has_points ? earlier(span->judged_from, request->since) : request->since;
    utc_us until = has_points ? later(span->judged_to, request->until) : request->until;
    char since_text[UTC_TEXT_SIZE], until_text[UTC_TEXT_SIZE];
    const char *const parameters[] = {derivation->icao24, version, utc_format(since, since_text),
                                      utc_format(until, until_text)};
    return query_execute(
        derivation->connection,
        "DELETE FROM skywitness_store.history_pending WHERE icao24 = $1 AND xmin::text = $2"
        " AND since >= $3::timestamptz AND until <= $4::timestamptz",
        parameters, 4, error);
}

static int run_points(struct derivation *derivation, struct error *error)
{
    struct track_point_array points = {0};
    uint64_t taken = 0;
    int ret =
        derive_points_open(derivation->connection, derivation->icao24, &derivation->span, error);
    while (ret == 0 && (ret = derive_points_next(derivation->connection, &derivation->config->watch,
                                                 &derivation->span, &points, error)) == 1) {
        taken += points.count;
        ret = taken > DERIVE_POINTS_MAX
                  ? error_set(error, -E2BIG, "more than %d points without a pause of 30 days",
                              DERIVE_POINTS_MAX)
                  : derive_run(derivation, &points, error);
    }
    array_free(&points);
    return ret < 0 ? ret : derive_run_end(derivation, error);
}

static int run(struct derivation *derivation, const struct derive_request *request,
               struct derive_change_array *changes, struct error *error)
{
    size_t first = changes->count;
    int ret = run_points(derivation, error);
    if (ret == 0)
        ret = derive_adopt_ids(derivation, error);
    if (ret == 0)
        ret = derive_compare(derivation, changes, error);
    if (ret == 0 && !request->dry_run)
        ret = derive_add_events(derivation, changes, first, request->now, error);
    return ret == 0 && !request->dry_run ? derive_apply(derivation, error) : ret;
}

static int work(struct derivation *derivation, const struct derive_request *request,
                struct derive_change_array *changes, struct error *error)
{
    char version[VERSION_SIZE];
    // Two derivations of one aircraft would undo one another.
    int ret = query_execute(derivation->connection,
                            "SELECT pg_advisory_xact_lock(hashtext('skywitness.derive ' || $1))",
                            &derivation->icao24, 1, error);
    if (ret == 0)
        ret = read_pending_version(derivation, version, error);
    if (ret == 0)
        ret = derive_find_span(derivation->connection, derivation->icao24, request->since,
                               request->until, &derivation->span, error);
    if (ret == 0 && derivation->span.first_at != UTC_UNKNOWN)
        ret = run(derivation, request, changes, error);
    return ret == 0 && !request->dry_run ? remove_pending(derivation, request, version, error)
                                         : ret;
}

int derive_aircraft(struct query_connection *connection, const struct config *config,
                    const struct derive_request *request, struct derive_change_array *changes,
                    struct error *error)
{
    struct derivation derivation = {.connection = connection,
                                    .config = config,
                                    .icao24 = request->icao24,
                                    .previous_at = UTC_UNKNOWN};
    derivation.span.first_at = derivation.span.last_at = UTC_UNKNOWN;
    int ret = query_execute(connection, "BEGIN", NULL, 0, error);
    if (ret < 0)
        return ret;
    size_t known = changes->count;
    derivation.tracker = tracker_new(config->places, config->place_count);
    ret = work(&derivation, request, changes, error);
    if (ret == 0)
        ret = query_execute(connection, request->dry_run ? "ROLLBACK" : "COMMIT", NULL, 0, error);
    if (ret < 0) {
        struct error ignored;
        query_execute(connection, "ROLLBACK", NULL, 0, &ignored);
        changes->count = known;
        error_prefix(error, "%s cannot be derived", request->icao24);
    }
    tracker_free(derivation.tracker);
    track_effects_done(&derivation.effects);
    array_free(&derivation.sightings);
    array_free(&derivation.visits);
    array_free(&derivation.conflicts);
    free(derivation.watch_ids);
    return ret;
}

bool derive_can_go_on(int error_code)
{
    return error_code == -E2BIG || error_code == -EBADMSG || error_code == -EIO ||
           error_code == -EBUSY || error_code == -ECANCELED;
}
