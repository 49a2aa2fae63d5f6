// SPDX-License-Identifier: MIT
#include "store/restore.h"

#include "base/text.h"
#include "store/query.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// A point carries no callsign: each of its sighting's is handed to one of the first points, which gives the
// tracker the same list in the same order. Microseconds go as whole numbers; text would round nothing, but
// would have to be parsed.
//
// How far back: what the tracker remembers (FORGET_AFTER_US of track/thresholds.h: a stay may be that long), but of
// closed sightings the newest ones only where there are more points than a start can wait for.
#define REMEMBERED "30 days"
#define CLOSED_POINTS_MAX "5000000"

static const char *const POINTS =
    "SELECT p.icao24, p.feed, (extract(epoch FROM p.observed_at) * 1000000)::bigint,\n"
    "       (extract(epoch FROM p.received_at) * 1000000)::bigint, p.latitude, p.longitude,\n"
    "       p.altitude_baro_ft, p.altitude_geom_ft, p.on_ground, p.ground_speed_kt, p.track_deg,\n"
    "       p.vertical_rate_fpm, p.squawk, p.nic, p.nac_p, p.sil, p.position_source,\n"
    "       s.registration, s.type_code,\n"
    "       s.callsigns[row_number() OVER (PARTITION BY s.sighting_id\n"
    "                                      ORDER BY p.received_at, p.observed_at, p.feed)],\n"
    "       array_to_string(s.watch_ids, ' ')\n"
    "FROM (SELECT *, sum(coalesce(point_count, 0)) OVER (ORDER BY last_seen DESC, sighting_id) AS running\n"
    "      FROM skywitness_store.sighting\n"
    "      WHERE state <> 'superseded' AND first_seen < $1::timestamptz\n"
    "        AND (state = 'open'\n"
    "             OR last_seen > least($1::timestamptz, now()) - $2::interval)) s\n"
    "JOIN skywitness_store.track_point p\n"
    "  ON p.icao24 = s.icao24 AND p.emitter = s.emitter AND p.observed_at >= s.first_seen\n"
    " AND (s.state = 'open' OR p.observed_at <= s.last_seen)\n"
    "WHERE (s.state = 'open' OR s.running <= $3::bigint) AND p.observed_at < $1::timestamptz\n"
    "ORDER BY p.received_at, p.observed_at, p.feed, p.icao24";

static void copy_cell(char *destination, size_t size, const struct query *query, size_t column)
{
    const char *cell = query_text(query, column);
    text_copy(destination, size, cell != NULL ? cell : "");
}

static uint64_t mask_of_ids(const struct watch_list *watch, const char *ids)
{
    uint64_t mask = 0;
    while (ids != NULL && *ids != '\0') {
        size_t length = strcspn(ids, " ");
        for (size_t i = 0; i < watch->entry_count; i++)
            if (strlen(watch->entries[i].id) == length && memcmp(watch->entries[i].id, ids, length) == 0)
                mask |= UINT64_C(1) << i;
        ids += length + (ids[length] == ' ');
    }
    return mask;
}

static int32_t whole(const struct query *query, size_t column)
{
    return (int32_t)query_integer(query, column, OBSERVATION_UNKNOWN);
}

static int8_t small(const struct query *query, size_t column)
{
    return (int8_t)query_integer(query, column, OBSERVATION_SMALL_UNKNOWN);
}

static struct track_point read_point(const struct query *query, const struct watch_list *watch)
{
    struct track_point point = {
        .seen =
            {
                .observed_at = query_integer(query, 2, UTC_UNKNOWN),
                .has_position = true,
                .position = {.latitude_deg = query_number(query, 4),
                             .longitude_deg = query_number(query, 5)},
                .altitude_baro_ft = whole(query, 6),
                .altitude_geom_ft = whole(query, 7),
                .on_ground = query_boolean(query, 8, false),
                .ground_speed_kt = (float)query_number(query, 9),
                .track_deg = (float)query_number(query, 10),
                .vertical_rate_fpm = whole(query, 11),
                .nic = small(query, 13),
                .nac_p = small(query, 14),
                .sil = small(query, 15),
                .adsb_version = OBSERVATION_SMALL_UNKNOWN,
                .position_source = (enum position_source)query_integer(query, 16, 0),
                .gps_ok_before = UTC_UNKNOWN,
                .seen_position_s = NAN,
                .watch_mask = mask_of_ids(watch, query_text(query, 20)),
            },
        .received_at = query_integer(query, 3, UTC_UNKNOWN),
    };
    copy_cell(point.seen.icao24, sizeof point.seen.icao24, query, 0);
    copy_cell(point.feed, sizeof point.feed, query, 1);
    copy_cell(point.seen.squawk, sizeof point.seen.squawk, query, 12);
    copy_cell(point.seen.registration, sizeof point.seen.registration, query, 17);
    copy_cell(point.seen.type_code, sizeof point.seen.type_code, query, 18);
    copy_cell(point.seen.callsign, sizeof point.seen.callsign, query, 19);
    return point;
}

int restore_from_database(const char *database, const char *password,
                          const struct watch_list *watch, utc_us as_of, struct intake *intake,
                          struct error *error)
{
    struct query_connection *connection;
    int ret = query_connect(database, password, &connection, error);
    if (ret < 0)
        return ret;
    char time[UTC_TEXT_SIZE];
    const char *const parameters[] = {as_of == UTC_UNKNOWN ? "infinity" : utc_format(as_of, time),
                                      REMEMBERED, CLOSED_POINTS_MAX};
    struct query *query = NULL;
    ret = query_start(connection, POINTS, parameters, 3, &query, error);
    while (ret >= 0 && (ret = query_next(query, error)) > 0) {
        struct track_point point = read_point(query, watch);
        intake_absorb_point(intake, &point);
    }
    query_finish(query);
    query_close(connection);
    return ret;
}
