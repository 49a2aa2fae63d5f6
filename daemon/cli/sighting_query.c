// SPDX-License-Identifier: MIT
#include "cli/sighting_query.h"

#include "base/text.h"
#include "store/loader.h"
#include "store/query.h"
#include "track/point.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

// The newest ones are chosen, and shown oldest first.
static const char sightings_sql[] =
    "SELECT * FROM ("
    " SELECT s.sighting_id, s.icao24, s.registration, s.type_code,"
    "  array_to_string(s.callsigns, chr(31)), array_to_string(s.watch_ids, chr(31)),"
    "  s.origin, s.destination, array_to_string(s.feeds, chr(31)), s.state,"
    "  s.first_seen, s.last_seen, s.point_count, s.emitter,"
    "  public.ST_Y(s.last_position), public.ST_X(s.last_position), s.last_altitude_ft"
    " FROM skywitness.sighting s"
    " WHERE ($1::timestamptz IS NULL OR s.last_seen >= $1)"
    "  AND ($2::timestamptz IS NULL OR s.first_seen < $2)"
    "  AND ($3::text IS NULL OR s.icao24 = ANY (string_to_array($3, ',')))"
    "  AND ($4::text IS NULL OR s.type_code = ANY (string_to_array($4, ',')))"
    "  AND ($5::text IS NULL OR EXISTS (SELECT FROM unnest(s.callsigns) AS callsign"
    "       WHERE callsign LIKE ANY (string_to_array($5, ','))))"
    "  AND CASE WHEN $6::text IS NULL THEN s.state <> 'superseded' OR $11::text IS NOT NULL"
    "       ELSE s.state = ANY (string_to_array($6, ',')) END"
    "  AND ($7::text IS NULL OR s.origin = ANY (string_to_array($7, ','))"
    "       OR s.destination = ANY (string_to_array($7, ','))"
    "       OR public.ST_DWithin(coalesce(s.path, s.last_position)::public.geography,"
    "              public.ST_GeogFromText($8::text), $9::double precision))"
    "  AND ($11::text IS NULL OR s.sighting_id = ANY (string_to_array($11, ',')::uuid[]))"
    " ORDER BY s.first_seen DESC, s.sighting_id DESC LIMIT $10::bigint"
    ") newest ORDER BY first_seen, sighting_id";

// An archive's point that coincides with a live one of its feed is the same fix, as in a sighting's
// path (sql/013-coinciding.sql).
static const char points_sql[] =
    "SELECT DISTINCT ON (observed_at) observed_at, latitude, longitude, ground_speed_kt, track_deg,"
    " altitude_baro_ft, altitude_geom_ft, vertical_rate_fpm, nic, nac_p, sil, on_ground, flags, "
    "squawk,"
    " position_source"
    " FROM skywitness.track_point p"
    " WHERE icao24 = $1 AND emitter = $2::smallint"
    "  AND observed_at BETWEEN $3::timestamptz AND $4::timestamptz"
    "  AND flags & $5::integer = 0"
    "  AND NOT (p.received_at = p.observed_at AND EXISTS (SELECT FROM skywitness.track_point q"
    "    WHERE q.icao24 = $1 AND q.feed = p.feed AND q.received_at <> q.observed_at"
    "     AND q.observed_at >= $3::timestamptz - $6::bigint * interval '1 microsecond'"
    "     AND q.observed_at <= $4::timestamptz + $6::bigint * interval '1 microsecond'"
    "     AND q.observed_at >= p.observed_at - $6::bigint * interval '1 microsecond'"
    "     AND q.observed_at <= p.observed_at + $6::bigint * interval '1 microsecond'))"
    " ORDER BY observed_at, feed";

static char *copy_text(const struct query *query, size_t column)
{
    const char *text = query_text(query, column);
    return text != NULL ? memory_copy_string(text) : NULL;
}

static struct sighting_row read_sighting(const struct query *query)
{
    return (struct sighting_row){
        .id = copy_text(query, 0),
        .icao24 = copy_text(query, 1),
        .registration = copy_text(query, 2),
        .type_code = copy_text(query, 3),
        .callsigns = copy_text(query, 4),
        .watch_ids = copy_text(query, 5),
        .origin = copy_text(query, 6),
        .destination = copy_text(query, 7),
        .feeds = copy_text(query, 8),
        .state = copy_text(query, 9),
        .first_seen = query_time(query, 10),
        .last_seen = query_time(query, 11),
        .point_count = query_integer(query, 12, -1),
        .emitter = query_integer(query, 13, 0),
        .last_latitude_deg = query_number(query, 14),
        .last_longitude_deg = query_number(query, 15),
        .last_altitude_ft = query_integer(query, 16, OBSERVATION_UNKNOWN),
    };
}

void sighting_row_done(struct sighting_row *row)
{
    char *const owned[] = {row->id,        row->icao24,    row->registration, row->type_code,
                           row->callsigns, row->watch_ids, row->origin,       row->destination,
                           row->feeds,     row->state};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
        free(owned[i]);
    *row = (struct sighting_row){0};
}

int sighting_query_each(struct query_connection *connection, const struct config *config,
                        const struct row_filter *filter, const char *ids,
                        void (*take)(void *data, struct sighting_row *row), void *data,
                        struct error *error)
{
    struct row_parameters made;
    struct query *query = NULL;
    int result =
        row_parameters_make(connection, config, filter, SIGHTING_NEAR_AIRFIELD_NM, &made, error);
    const char *parameters[ROW_PARAMETERS + 1];
    memcpy(parameters, made.values, sizeof made.values);
    parameters[ROW_PARAMETERS] = ids;
    if (result >= 0)
        result =
            query_start(connection, sightings_sql, parameters, ROW_PARAMETERS + 1, &query, error);
    while (result >= 0 && (result = query_next(query, error)) == 1) {
        struct sighting_row row = read_sighting(query);
        take(data, &row);
        sighting_row_done(&row);
    }
    query_finish(query);
    row_parameters_done(&made);
    return result;
}

static void read_point(const struct query *query, struct track_row *ret_row)
{
    const char *squawk = query_text(query, 13), *source = query_text(query, 14);
    *ret_row = (struct track_row){
        .observed_at = query_time(query, 0),
        .latitude_deg = query_number(query, 1),
        .longitude_deg = query_number(query, 2),
        .ground_speed_kt = query_number(query, 3),
        .track_deg = query_number(query, 4),
        .altitude_baro_ft = query_integer(query, 5, OBSERVATION_UNKNOWN),
        .altitude_geom_ft = query_integer(query, 6, OBSERVATION_UNKNOWN),
        .vertical_rate_fpm = query_integer(query, 7, OBSERVATION_UNKNOWN),
        .nic = query_integer(query, 8, -1),
        .nac_p = query_integer(query, 9, -1),
        .sil = query_integer(query, 10, -1),
        .on_ground = query_boolean(query, 11, false),
        .flags = (uint32_t)query_integer(query, 12, 0),
    };
    text_copy(ret_row->squawk, sizeof ret_row->squawk, squawk != NULL ? squawk : "");
    text_copy(ret_row->source, sizeof ret_row->source, source != NULL ? source : "unknown");
}

int sighting_query_points(struct query_connection *connection, const struct sighting_row *sighting,
                          bool doubtful, struct track_row_array *ret_points, struct error *error)
{
    char emitter[24], first[UTC_TEXT_SIZE], last[UTC_TEXT_SIZE], refused[24], coincide[24];
    snprintf(emitter, sizeof emitter, "%" PRId64, sighting->emitter);
    snprintf(refused, sizeof refused, "%d", doubtful ? 0 : TRACK_POINT_IMPLAUSIBLE);
    snprintf(coincide, sizeof coincide, "%lld", (long long)HISTORY_COINCIDE_US);
    const char *parameters[] = {sighting->icao24,
                                emitter,
                                utc_format(sighting->first_seen, first),
                                utc_format(sighting->last_seen, last),
                                refused,
                                coincide};
    struct query *query;
    int result = query_start(connection, points_sql, parameters,
                             sizeof parameters / sizeof *parameters, &query, error);
    if (result < 0)
        return result;
    while ((result = query_next(query, error)) == 1) {
        if (ret_points->count >= TRACK_ROWS_MAX) {
            result = error_set(error, -E2BIG, "sighting %s has more than %d points", sighting->id,
                               TRACK_ROWS_MAX);
            break;
        }
        read_point(query, array_append(ret_points));
    }
    query_finish(query);
    return result;
}

double track_row_altitude_ft(const struct track_row *row)
{
    if (row->altitude_baro_ft != OBSERVATION_UNKNOWN)
        return (double)row->altitude_baro_ft;
    if (row->altitude_geom_ft != OBSERVATION_UNKNOWN)
        return (double)row->altitude_geom_ft;
    return row->on_ground ? 0.0 : NAN;
}
