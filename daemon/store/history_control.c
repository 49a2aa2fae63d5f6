// SPDX-License-Identifier: MIT
#include "store/history_control.h"

#include "base/array.h"
#include "base/text.h"
#include "claim/control_sample.h"
#include "feed/observation.h"
#include "store/query.h"
#include "store/sql_array.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// How long before a departure its arrival is looked for; who stays longer counts as unheard, which
// makes the chance smaller than it is [inference: airliners stay for hours, some for a night].
#define STAY_MAX (7 * UTC_DAY)

struct day {
    utc_us begins_at;
    uint32_t known, seen;
};
struct day_array ARRAY_OF(struct day);
struct pass_array ARRAY_OF(struct control_pass);

struct counting {
    struct query_connection *connection;
    const struct place *place;
    struct day_array days; // whole ones, in order
    utc_us since, until;   // of the departures that count
};

static int read_days(struct counting *counting, struct error *error)
{
    char since[UTC_TEXT_SIZE], until[UTC_TEXT_SIZE];
    const char *const parameters[] = {utc_format_day(counting->since - UTC_DAY, since),
                                      utc_format_day(counting->until, until), counting->place->id};
    struct query *query;
    int ret = query_start(
        counting->connection,
        "SELECT DISTINCT day::timestamp AT TIME ZONE 'UTC' FROM skywitness_store.history_day"
        " WHERE whole_at IS NOT NULL AND day BETWEEN $1::date AND $2::date"
        " AND $3 = ANY (places) ORDER BY 1",
        parameters, 3, &query, error);
    while (ret >= 0 && (ret = query_next(query, error)) == 1)
        array_append(&counting->days)->begins_at = query_time(query, 0);
    query_finish(query);
    return ret;
}

static struct day *find_day(const struct counting *counting, utc_us begins_at)
{
    array_foreach (&counting->days, day)
        if (day->begins_at == begins_at)
            return day;
    return NULL;
}

static void count_stay(struct counting *counting, const struct control_stay *stay)
{
    utc_us begins_at = utc_day_start(stay->left_at);
    struct day *day = find_day(counting, begins_at);
    if (day == NULL || stay->left_at < counting->since ||
        stay->left_at >= counting->until + UTC_DAY)
        return;
    if (!stay->is_seen && find_day(counting, begins_at - UTC_DAY) == NULL)
        return;
    day->known++;
    day->seen += stay->is_seen;
}

static void count_aircraft(struct counting *counting, struct pass_array *passes)
{
    struct control_stay *stays = memory_allocate_zeroed(passes->count + 1, sizeof *stays);
    size_t count = control_stays(passes->items, passes->count, stays);
    for (size_t i = 0; i < count; i++)
        count_stay(counting, &stays[i]);
    free(stays);
    array_clear(passes);
}

// Watched aircraft are what is tested by the sample, not part of it.
static int count_all(struct counting *counting, struct error *error)
{
    const struct place *place = counting->place;
    int32_t field_ft = place->elevation_ft == PLACE_ELEVATION_UNKNOWN ? 0 : place->elevation_ft;
    char since[UTC_TEXT_SIZE], until[UTC_TEXT_SIZE], icao24[ICAO24_SIZE] = "";
    const char *const parameters[] = {place->id, utc_format(counting->since - STAY_MAX, since),
                                      utc_format(counting->until + UTC_DAY, until)};
    struct pass_array passes = {0};
    struct query *query;
    int ret = query_start(
        counting->connection,
        "SELECT icao24, first_at, last_at, first_ft, last_ft, lowest_ft"
        " FROM skywitness_store.history_heard h WHERE place = $1 AND hour >= $2::timestamptz"
        " AND hour < $3::timestamptz AND first_at IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM skywitness_store.history_file f WHERE f.icao24 = h.icao24"
        "   AND f.kept > 0) ORDER BY icao24, first_at",
        parameters, 3, &query, error);
    while (ret >= 0 && (ret = query_next(query, error)) == 1) {
        if (strcmp(icao24, query_text(query, 0)) != 0)
            count_aircraft(counting, &passes);
        text_copy(icao24, sizeof icao24, query_text(query, 0));
        *array_append(&passes) = (struct control_pass){
            .first_at = query_time(query, 1),
            .last_at = query_time(query, 2),
            .first_ft = (int32_t)query_integer(query, 3, 0) - field_ft,
            .last_ft = (int32_t)query_integer(query, 4, 0) - field_ft,
            .lowest_ft = (int32_t)query_integer(query, 5, 0) - field_ft,
        };
    }
    query_finish(query);
    count_aircraft(counting, &passes);
    array_free(&passes);
    return ret;
}

static void add_number(struct text *list, uint32_t number)
{
    char text[16];
    snprintf(text, sizeof text, "%" PRIu32, number);
    sql_array_add(list, text);
}

static int store(const struct counting *counting, struct error *error)
{
    struct text days = {0}, known = {0}, seen = {0};
    sql_array_begin(&days);
    sql_array_begin(&known);
    sql_array_begin(&seen);
    array_foreach (&counting->days, day) {
        char text[UTC_TEXT_SIZE];
        if (day->begins_at < counting->since)
            continue;
        sql_array_add(&days, utc_format_day(day->begins_at, text));
        add_number(&known, day->known);
        add_number(&seen, day->seen);
    }
    sql_array_end(&days);
    sql_array_end(&known);
    sql_array_end(&seen);
    const char *const parameters[] = {counting->place->id, days.bytes, known.bytes, seen.bytes};
    int ret = query_execute(
        counting->connection,
        "INSERT INTO skywitness_store.control_sample (place, from_day, to_day, known, seen, source)"
        " SELECT $1, d, d, k, s, 'archives' FROM unnest($2::date[], $3::integer[], $4::integer[])"
        " AS r (d, k, s) ON CONFLICT (place, from_day, to_day, source) DO UPDATE"
        " SET known = excluded.known, seen = excluded.seen",
        parameters, 4, error);
    text_done(&days);
    text_done(&known);
    text_done(&seen);
    return ret;
}

int history_control_refresh(struct query_connection *connection, const struct place *place,
                            utc_us since, utc_us until, struct error *error)
{
    struct counting counting = {
        .connection = connection,
        .place = place,
        .since = utc_day_start(since),
        .until = utc_day_start(until) + STAY_MAX,
    };
    int ret = read_days(&counting, error);
    if (ret == 0)
        ret = count_all(&counting, error);
    if (ret == 0)
        ret = store(&counting, error);
    array_free(&counting.days);
    return ret;
}
