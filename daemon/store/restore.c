// SPDX-License-Identifier: MIT
#include "store/restore.h"

#include "store/stored_point.h"

#include <inttypes.h>
#include <stdio.h>

// A point carries no callsign: each of its sighting's is handed to one of the first points, which
// gives the tracker the same list in the same order.
//
// How far back: what the tracker remembers (FORGET_AFTER_US of track/thresholds.h: a stay may be
// that long), but of closed sightings the newest ones only where there are more points than a start
// can wait for.
#define REMEMBERED "30 days"

// clang-format off
static const char points_sql[] =
    "SELECT " STORED_POINT_COLUMNS("p") ", s.registration, s.type_code,"
    "   s.callsigns[row_number() OVER (PARTITION BY s.sighting_id ORDER BY p.received_at, p.observed_at, p.feed)],"
    "   array_to_string(s.watch_ids, ' ')"
    " FROM (SELECT *, sum(coalesce(point_count, 0)) OVER (ORDER BY last_seen DESC, sighting_id) AS running"
    "   FROM skywitness_store.sighting WHERE state <> 'superseded' AND first_seen < $1::timestamptz"
    "     AND (state = 'open' OR last_seen > least($1::timestamptz, now()) - $2::interval)) s"
    " JOIN skywitness_store.kept_point p ON p.icao24 = s.icao24 AND p.emitter = s.emitter"
    "   AND p.observed_at >= s.first_seen AND (s.state = 'open' OR p.observed_at <= s.last_seen)"
    " WHERE (s.state = 'open' OR s.running <= $3::bigint) AND p.observed_at < $1::timestamptz"
    " ORDER BY p.received_at, p.observed_at, p.feed, p.icao24";
// clang-format on

int restore_from_database(const struct query_settings *settings, const struct watch_list *watch,
                          utc_us as_of, int64_t closed_points_max, struct intake *intake,
                          struct error *error)
{
    struct query_connection *connection;
    int ret = query_open(settings, &connection, error);
    if (ret < 0)
        return ret;
    char time[UTC_TEXT_SIZE], closed[24];
    snprintf(closed, sizeof closed, "%" PRId64, closed_points_max);
    const char *const parameters[] = {as_of == UTC_UNKNOWN ? "infinity" : utc_format(as_of, time),
                                      REMEMBERED, closed};
    struct query *query = NULL;
    ret = query_start(connection, points_sql, parameters, 3, &query, error);
    while (ret >= 0 && (ret = query_next(query, error)) > 0) {
        struct track_point point = stored_point_read(query, watch);
        intake_absorb_point(intake, &point);
    }
    query_finish(query);
    query_close(connection);
    return ret;
}
