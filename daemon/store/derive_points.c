// SPDX-License-Identifier: MIT
#include "store/derive_points.h"

#include "store/loader.h"
#include "store/query.h"
#include "store/stored_point.h"

#include <stdio.h>

// Points of a piece: some 4 MB.
#define PIECE "20000"

// The pause is the tracker's FORGET_AFTER_US.
static const char span_sql[] =
    "WITH points AS (SELECT observed_at, received_at, lag(observed_at) OVER (ORDER BY observed_at) AS before"
    "   FROM skywitness_store.kept_point WHERE icao24 = $1),"
    " starts AS (SELECT observed_at AS start, before FROM points WHERE before IS NULL"
    "   OR observed_at - before > interval '30 days'),"
    " span AS (SELECT coalesce((SELECT max(start) FROM starts WHERE start <= $2::timestamptz),"
    "     (SELECT min(start) FROM starts)) AS first_at,"
    "   coalesce((SELECT min(before) FROM starts WHERE before >= $3::timestamptz),"
    "     (SELECT max(observed_at) FROM points)) AS last_at)"
    " SELECT first_at, last_at, (SELECT bool_or(received_at = observed_at) FROM points"
    "   WHERE observed_at BETWEEN first_at AND last_at), greatest(least(first_at, $2::timestamptz),"
    "   (SELECT min(to_date(substring(c.relname, '_([0-9]{8})$'), 'YYYYMMDD'))::timestamp AT TIME ZONE 'UTC'"
    "    FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class c ON c.oid = h.inhrelid"
    "    WHERE h.inhparent = 'skywitness_store.track_point'::regclass)), greatest(last_at, $3::timestamptz) FROM span";

int derive_find_span(struct query_connection *connection, const char *icao24, utc_us since,
                     utc_us until, struct derive_span *ret_span, struct error *error)
{
    char since_text[UTC_TEXT_SIZE], until_text[UTC_TEXT_SIZE];
    const char *const parameters[] = {icao24, utc_format(since, since_text),
                                      utc_format(until, until_text)};
    struct query *query;
    int ret = query_first(connection, span_sql, parameters, 3, &query, error);
    if (ret == 1)
        *ret_span = (struct derive_span){
            .first_at = query_time(query, 0),
            .last_at = query_time(query, 1),
            .has_archive = query_boolean(query, 2, false),
            .judged_from = query_time(query, 3),
            .judged_to = query_time(query, 4),
        };
    query_finish(query);
    return ret < 0 ? ret : 0;
}

// A point carries no identity. An archive's has it in history_identity; of a live one each callsign
// of its sighting is handed to one of its first points, which gives the same list in the same order
// (as in store/restore.c). An archive's point that coincides with a live one is the same fix.
// clang-format off
static const char points_sql[] =
    "DECLARE derived_point NO SCROLL CURSOR FOR SELECT " STORED_POINT_COLUMNS("p") ","
    "   coalesce(i.registration, s.registration), coalesce(i.type_code, s.type_code),"
    "   coalesce(i.callsign, s.callsigns[row_number() OVER (PARTITION BY s.sighting_id, p.received_at = p.observed_at"
    "     ORDER BY p.received_at, p.observed_at, p.feed)]), array_to_string(s.watch_ids, ' '),"
    "   coalesce(i.military, false)"
    " FROM skywitness_store.kept_point p"
    " LEFT JOIN LATERAL (SELECT * FROM skywitness_store.history_identity i WHERE i.icao24 = p.icao24"
    "     AND i.feed = p.feed AND i.observed_at <= p.observed_at ORDER BY i.observed_at DESC LIMIT 1) i"
    "   ON p.received_at = p.observed_at"
    " LEFT JOIN LATERAL (SELECT * FROM skywitness_store.sighting s WHERE s.icao24 = p.icao24"
    "     AND s.emitter = p.emitter AND s.state <> 'superseded' AND p.observed_at >= s.first_seen"
    "     AND (s.state = 'open' OR p.observed_at <= s.last_seen) ORDER BY s.opened_at, s.sighting_id LIMIT 1) s"
    "   ON p.received_at <> p.observed_at"
    " WHERE p.icao24 = $1 AND p.observed_at >= $2::timestamptz AND p.observed_at <= $3::timestamptz"
    "   AND NOT (p.received_at = p.observed_at AND EXISTS (SELECT FROM skywitness_store.kept_point q"
    "     WHERE q.icao24 = $1 AND q.feed = p.feed AND q.received_at <> q.observed_at"
    "       AND q.observed_at >= $2::timestamptz AND q.observed_at <= $3::timestamptz"
    "       AND q.observed_at >= p.observed_at - $5::bigint * interval '1 microsecond'"
    "       AND q.observed_at <= p.observed_at + $5::bigint * interval '1 microsecond'))"
    " ORDER BY CASE WHEN $4::boolean THEN p.observed_at ELSE p.received_at END, p.observed_at, p.feed";
// clang-format on

int derive_points_open(struct query_connection *connection, const char *icao24,
                       const struct derive_span *span, struct error *error)
{
    char first[UTC_TEXT_SIZE], last[UTC_TEXT_SIZE], coincide[24];
    snprintf(coincide, sizeof coincide, "%lld", (long long)HISTORY_COINCIDE_US);
    const char *const parameters[] = {icao24, utc_format(span->first_at, first),
                                      utc_format(span->last_at, last),
                                      span->has_archive ? "true" : "false", coincide};
    // All of them are wanted; the planner would choose for the first tenth.
    int ret = query_execute(connection, "SET LOCAL cursor_tuple_fraction = 1", NULL, 0, error);
    return ret == 0 ? query_execute(connection, points_sql, parameters, 5, error) : ret;
}

int derive_points_next(struct query_connection *connection, const struct watch_list *watch,
                       const struct derive_span *span, struct track_point_array *points,
                       struct error *error)
{
    struct query *query;
    array_clear(points);
    int ret = query_start(connection, "FETCH " PIECE " FROM derived_point", NULL, 0, &query, error);
    if (ret < 0)
        return ret;
    while ((ret = query_next(query, error)) == 1) {
        struct track_point *point = array_append(points);
        *point = stored_point_read(query, watch);
        point->seen.watch_mask |= watch_list_match(watch, &point->seen);
        if (span->has_archive)
            point->received_at = point->seen.observed_at;
    }
    query_finish(query);
    if (ret < 0 || points->count > 0)
        return ret < 0 ? ret : 1;
    return query_execute(connection, "CLOSE derived_point", NULL, 0, error);
}
