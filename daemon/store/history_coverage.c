// SPDX-License-Identifier: MIT
#include "store/history_coverage.h"

#include "base/array.h"
#include "base/text.h"
#include "base/utc.h"
#include "claim/coverage.h"
#include "claim/kind.h"
#include "config/config.h"
#include "store/history_control.h"
#include "store/query.h"
#include "store/sql_array.h"
#include "track/point.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// The hour's slots, as the ledger counts them: an archive listened in each.
#define SLOTS_IN_AN_HOUR 12

struct hour {
    utc_us hour;
    struct coverage_inputs inputs;
    int64_t lowest_ft; // INT64_MIN: nobody was heard
};
struct hour_array ARRAY_OF(struct hour);

// Days that were read since their hours were last worked out.
// clang-format off
static const char hours_sql[] =
    "WITH hours AS (SELECT h AS hour FROM skywitness_store.history_day d CROSS JOIN LATERAL generate_series("
    "     d.day::timestamp AT TIME ZONE 'UTC', (d.day::timestamp AT TIME ZONE 'UTC') + interval '23 hours',"
    "     interval '1 hour') AS h WHERE d.feed = $1 AND d.whole_at IS NOT NULL"
    "     AND $2 = ANY (d.places)"
    "     AND NOT EXISTS (SELECT FROM skywitness_store.coverage_hour c WHERE c.place = $2 AND c.hour = h"
    "       AND c.source = $1 AND c.computed_at >= d.whole_at)),"
    " heard AS (SELECT hour, count(DISTINCT icao24) AS others, min(lowest_ft) AS lowest"
    "   FROM skywitness_store.history_heard WHERE place = $2 GROUP BY hour)"
    " SELECT hour, coalesce(h.others, 0), h.lowest,"
    "   (SELECT count(*) FROM heard w WHERE w.others >= $8::integer AND w.hour IN (x.hour - interval '7 days',"
    "     x.hour - interval '14 days', x.hour - interval '21 days', x.hour - interval '28 days')),"
    "   EXISTS (SELECT FROM skywitness_store.kept_point t WHERE t.observed_at >= x.hour"
    "     AND t.observed_at < x.hour + interval '1 hour' AND t.latitude BETWEEN $3::float8 AND $4::float8"
    "     AND t.longitude BETWEEN $5::float8 AND $6::float8"
    "     AND (t.on_ground OR coalesce(t.altitude_baro_ft, t.altitude_geom_ft) < $7::integer)"
    "     AND t.flags & skywitness_store.implausible_flags() = 0)"
    " FROM hours x LEFT JOIN heard h USING (hour) ORDER BY hour";

// What somebody saw or could have seen is not undone by another who could not. What is as good as the ledger's stands in
// its place: it was read for all who are watched now, and for a claim's aircraft (watch_of_hour in sql/018).
static const char store_sql[] =
    "INSERT INTO skywitness_store.coverage_hour AS c (place, hour, state, polls_due, polls_ok, others_low,"
    "   lowest_other_ft, synthetic, source) SELECT $1, h, s, $3::integer, $3::integer, o, l, $2 LIKE 'synthetic%', $2"
    " FROM unnest($4::timestamptz[], $5::text[], $6::integer[], $7::integer[]) AS r (h, s, o, l)"
    " ON CONFLICT (place, hour) DO UPDATE SET state = excluded.state, polls_due = excluded.polls_due,"
    "   polls_ok = excluded.polls_ok, others_low = excluded.others_low, lowest_other_ft = excluded.lowest_other_ft,"
    "   synthetic = excluded.synthetic, source = excluded.source, computed_at = now()"
    " WHERE c.source = excluded.source OR array_position($8::text[], c.state) > array_position($8::text[],"
    "   excluded.state) OR (c.source = 'ledger' AND c.state = excluded.state)";
// clang-format on

static const char best_first[] = "{observed,covered_not_seen,looked_no_cover,not_looked}";

static int read_hours(struct query_connection *connection, const char *feed,
                      const struct place *place, struct hour_array *hours, struct error *error)
{
    struct position at = place->reference;
    double north = geodesy_destination(at, 0, COVERAGE_RADIUS_NM).latitude_deg - at.latitude_deg;
    double east = geodesy_destination(at, 90, COVERAGE_RADIUS_NM).longitude_deg - at.longitude_deg;
    int32_t field_ft = place->elevation_ft == PLACE_ELEVATION_UNKNOWN ? 0 : place->elevation_ft;
    char box[4][24], low_ft[16], others[16];
    snprintf(box[0], sizeof box[0], "%.6f", at.latitude_deg - north);
    snprintf(box[1], sizeof box[1], "%.6f", at.latitude_deg + north);
    snprintf(box[2], sizeof box[2], "%.6f", at.longitude_deg - east);
    snprintf(box[3], sizeof box[3], "%.6f", at.longitude_deg + east);
    snprintf(low_ft, sizeof low_ft, "%d", COVERAGE_LOW_FT + field_ft);
    snprintf(others, sizeof others, "%d", COVERAGE_OTHERS_NEEDED);
    const char *const parameters[] = {feed,   place->id, box[0], box[1],
                                      box[2], box[3],    low_ft, others};
    struct query *query;
    int ret = query_start(connection, hours_sql, parameters, 8, &query, error);
    while (ret >= 0 && (ret = query_next(query, error)) == 1)
        *array_append(hours) = (struct hour){
            .hour = query_time(query, 0),
            .inputs =
                {
                    .polls_due = SLOTS_IN_AN_HOUR,
                    .polls_ok = SLOTS_IN_AN_HOUR,
                    .others_low = (uint32_t)query_integer(query, 1, 0),
                    .past_hours_heard = (uint32_t)query_integer(query, 3, 0),
                    .observed = query_boolean(query, 4, false),
                },
            .lowest_ft = query_integer(query, 2, INT64_MIN),
        };
    query_finish(query);
    return ret;
}

static void add_number(struct text *list, int64_t number, int64_t unknown)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, number);
    sql_array_add(list, number == unknown ? NULL : text);
}

static int store_hours(struct query_connection *connection, const char *feed,
                       const struct place *place, const struct hour_array *hours,
                       struct error *error)
{
    struct text times = {0}, states = {0}, others = {0}, lowest = {0};
    struct text *const lists[] = {&times, &states, &others, &lowest};
    char slots[16];
    snprintf(slots, sizeof slots, "%d", SLOTS_IN_AN_HOUR);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        sql_array_begin(lists[i]);
    array_foreach (hours, hour) {
        char time[UTC_TEXT_SIZE];
        sql_array_add(&times, utc_format(hour->hour, time));
        sql_array_add(&states, coverage_state_name(coverage_of_hour(&hour->inputs)));
        add_number(&others, hour->inputs.others_low, -1);
        add_number(&lowest, hour->lowest_ft, INT64_MIN);
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        sql_array_end(lists[i]);
    const char *const parameters[] = {place->id,    feed,         slots,        times.bytes,
                                      states.bytes, others.bytes, lowest.bytes, best_first};
    int ret = query_execute(connection, store_sql, parameters,
                            sizeof parameters / sizeof *parameters, error);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        text_done(lists[i]);
    return ret;
}

// Hours come in order of time.
static int store_all(struct query_connection *connection, const char *feed,
                     const struct place *place, const struct hour_array *hours, struct error *error)
{
    int ret = query_execute(connection, "BEGIN", NULL, 0, error);
    if (ret < 0)
        return ret;
    ret = history_control_refresh(connection, place, hours->items[0].hour,
                                  hours->items[hours->count - 1].hour, error);
    if (ret == 0)
        ret = store_hours(connection, feed, place, hours, error);
    if (ret == 0)
        return query_execute(connection, "COMMIT", NULL, 0, error);
    struct error ignored;
    query_execute(connection, "ROLLBACK", NULL, 0, &ignored);
    return ret;
}

int history_coverage_refresh(struct query_connection *connection, const char *feed,
                             const struct place *place, size_t *ret_changed, struct error *error)
{
    struct hour_array hours = {0};
    int ret = read_hours(connection, feed, place, &hours, error);
    if (ret >= 0 && hours.count > 0)
        ret = store_all(connection, feed, place, &hours, error);
    if (ret >= 0)
        *ret_changed += hours.count;
    array_free(&hours);
    return ret < 0 ? ret : 0;
}

struct wanted {
    char feed[FEED_ID_SIZE];
    const struct place *place;
};
struct wanted_array ARRAY_OF(struct wanted);

static int read_wanted(struct query_connection *connection, const struct config *config,
                       struct wanted_array *wanted, struct error *error)
{
    struct query *query;
    int ret = query_start(
        connection,
        "SELECT DISTINCT d.feed, r.place FROM skywitness_store.history_day d"
        " CROSS JOIN LATERAL unnest(d.places) AS p (place)"
        " JOIN skywitness_store.claim_reach r ON r.place = p.place WHERE d.whole_at IS NOT NULL"
        " ORDER BY 1, 2",
        NULL, 0, &query, error);
    while (ret >= 0 && (ret = query_next(query, error)) == 1) {
        const struct place *place = config_place(config, query_text(query, 1));
        if (place == NULL)
            continue;
        struct wanted *one = array_append(wanted);
        text_copy(one->feed, sizeof one->feed, query_text(query, 0));
        one->place = place;
    }
    query_finish(query);
    return ret;
}

int history_coverage_refresh_all(struct query_connection *connection, const struct config *config,
                                 size_t *ret_changed, struct error *error)
{
    struct wanted_array wanted = {0};
    int ret = read_wanted(connection, config, &wanted, error);
    array_foreach (&wanted, one)
        if (ret == 0)
            ret = history_coverage_refresh(connection, one->feed, one->place, ret_changed, error);
    array_free(&wanted);
    return ret;
}
