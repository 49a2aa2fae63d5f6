// SPDX-License-Identifier: MIT
#include "base/text.h"
#include "store/derive_internal.h"
#include "store/query.h"
#include "store/sql_array.h"
#include "store/watch_record.h"

#include <stdio.h>
#include <string.h>

// Time passes with good answers (docs/decisions.md). Between points closer than that nothing closes
// for silence.
#define QUIET_US (5 * UTC_MINUTE)

static void keep_sighting(struct derivation *derivation, const struct sighting *sighting)
{
    array_foreach (&derivation->sightings, known)
        if (known->opened_at == sighting->opened_at && known->emitter == sighting->emitter) {
            *known = *sighting;
            return;
        }
    *array_append(&derivation->sightings) = *sighting;
}

static void keep_visit(struct derivation *derivation, const struct visit *visit, utc_us decided_at)
{
    array_foreach (&derivation->visits, known)
        if (known->visit.anchored_at == visit->anchored_at &&
            known->visit.emitter == visit->emitter &&
            strcmp(known->visit.place, visit->place) == 0) {
            *known = (struct decided_visit){*visit, decided_at};
            return;
        }
    *array_append(&derivation->visits) = (struct decided_visit){*visit, decided_at};
}

static void keep_effects(struct derivation *derivation, utc_us decided_at)
{
    struct track_effects *effects = &derivation->effects;
    array_foreach (&effects->sightings, sighting)
        keep_sighting(derivation, sighting);
    array_foreach (&effects->visits, visit)
        keep_visit(derivation, visit, decided_at);
    array_foreach (&effects->conflicts, conflict)
        *array_append(&derivation->conflicts) = *conflict;
    array_clear(&effects->points);
    array_clear(&effects->sightings);
    array_clear(&effects->visits);
    array_clear(&effects->conflicts);
}

// An archive says nothing of whom its reader did not watch. By the aircraft's first point: its
// address, registration and type. Of a live point nobody knows any more whether the feed called the
// aircraft military, so that it may have.
static int find_watch_ids(struct derivation *derivation, const struct observation *seen,
                          struct error *error)
{
    struct remembered_watch_array lists = {0};
    struct text ids = {0};
    struct observation military = *seen;
    military.military = true;
    int ret = watch_record_read(derivation->connection, derivation->config, &lists, error);
    sql_array_begin(&ids);
    array_foreach (&lists, one) {
        char number[24];
        snprintf(number, sizeof number, "%lld", (long long)one->watch_id);
        if (watch_list_may_match_identity(&one->list, seen) ||
            watch_list_may_match_identity(&one->list, &military))
            sql_array_add(&ids, number);
    }
    sql_array_end(&ids);
    derivation->watch_ids = ids.bytes;
    watch_record_free(&lists);
    return ret;
}

// Until when somebody looked before that moment: the last good answer, or a day's archive. Of a day
// whose archive is not whole only the aircraft whose own file was read were looked for. Days from
// before lists were remembered count for all, so that what was derived from them stays.
static int looked_until(struct derivation *derivation, const char *before, utc_us *ret_until,
                        struct error *error)
{
    static const char sql[] =
        "SELECT least($1::timestamptz, greatest("
        " (SELECT max(p.answered_at) FROM skywitness_store.feed f CROSS JOIN LATERAL (SELECT answered_at"
        "   FROM skywitness_store.poll p WHERE p.feed = f.feed AND p.error IS NULL AND p.asked_at < $1::timestamptz"
        "   ORDER BY p.asked_at DESC LIMIT 1) p),"
        " (SELECT max(h.last_good_at) FROM skywitness_store.feed f CROSS JOIN LATERAL (SELECT last_good_at"
        "   FROM skywitness_store.feed_hour h WHERE h.feed = f.feed AND h.last_good_at IS NOT NULL"
        "   AND h.hour < $1::timestamptz ORDER BY h.hour DESC LIMIT 1) h),"
        " (SELECT (max(d.day) + 1)::timestamp AT TIME ZONE 'UTC' FROM skywitness_store.history_day d"
        "   WHERE d.day::timestamp AT TIME ZONE 'UTC' < $1::timestamptz AND ((d.whole_at IS NOT NULL"
        "       AND (d.watch_ids IS NULL OR d.watch_ids && $3::integer[]))"
        "     OR EXISTS (SELECT FROM skywitness_store.history_file f WHERE f.icao24 = $2 AND f.kept > 0"
        "       AND f.day = d.day AND f.feed = d.feed)))))";
    const char *const parameters[] = {before, derivation->icao24, derivation->watch_ids};
    struct query *query;
    int ret = query_first(derivation->connection, sql, parameters, 3, &query, error);
    *ret_until = ret == 1 ? query_time(query, 0) : UTC_UNKNOWN;
    query_finish(query);
    return ret < 0 ? ret : 0;
}

static int let_time_pass(struct derivation *derivation, utc_us from, utc_us to, struct error *error)
{
    char text[UTC_TEXT_SIZE];
    utc_us until;
    if (to != UTC_UNKNOWN && to - from <= QUIET_US)
        return 0;
    int ret =
        looked_until(derivation, to != UTC_UNKNOWN ? utc_format(to, text) : "now", &until, error);
    if (ret == 0 && until != UTC_UNKNOWN && until > from) {
        tracker_advance(derivation->tracker, until, &derivation->effects);
        keep_effects(derivation, until);
    }
    return ret;
}

int derive_run(struct derivation *derivation, const struct track_point_array *points,
               struct error *error)
{
    int ret = 0;
    if (derivation->watch_ids == NULL && points->count > 0)
        ret = find_watch_ids(derivation, &points->items[0].seen, error);
    array_foreach (points, point) {
        if (ret < 0)
            return ret;
        if (derivation->previous_at != UTC_UNKNOWN)
            ret = let_time_pass(derivation, derivation->previous_at, point->received_at, error);
        if (ret < 0)
            return ret;
        tracker_push(derivation->tracker, &point->seen, point->feed, point->received_at,
                     &derivation->effects);
        tracker_advance(derivation->tracker, point->received_at, &derivation->effects);
        keep_effects(derivation, point->received_at);
        derivation->previous_at = point->received_at;
    }
    return 0;
}

int derive_run_end(struct derivation *derivation, struct error *error)
{
    utc_us previous_at = derivation->previous_at;
    return previous_at != UTC_UNKNOWN ? let_time_pass(derivation, previous_at, UTC_UNKNOWN, error)
                                      : 0;
}
