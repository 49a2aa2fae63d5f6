// SPDX-License-Identifier: MIT
#include "store/claim_coverage.h"

#include "base/memory.h"
#include "claim/coverage.h"
#include "claim/kind.h"
#include "store/query.h"
#include "store/sql_array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// For each hour: slots with a good answer (of the feed that had most), other traffic low near the
// place, whether a watched aircraft was seen there, in how many of the four same hours of the weeks
// before there was traffic, and what is stored already. Hours of which there is nothing to say do
// not appear; hours that an archive filled are left alone, and so are those whose inputs are past
// their time and gone.
// clang-format off
static const char inputs_sql[] =
    "WITH span AS (SELECT greatest($2::timestamptz, (SELECT min(p.asked_at)"
    "     FROM skywitness_store.feed f CROSS JOIN LATERAL (SELECT asked_at"
    "       FROM skywitness_store.poll p WHERE p.feed = f.feed ORDER BY asked_at LIMIT 1) p),"
    "     skywitness_store.retained_from('poll')) AS since,"
    "   least($3::timestamptz, date_trunc('hour', $4::timestamptz)) AS until),"
    " stored AS (SELECT c.* FROM skywitness_store.coverage_hour c, span"
    "   WHERE c.place = $1 AND c.hour >= date_trunc('hour', since) AND c.hour < until),"
    " slots AS (SELECT hour, max(good) AS good, bool_or(good > 0 AND made_up) AS made_up"
    "   FROM (SELECT date_trunc('hour', p.asked_at) AS hour, p.feed LIKE 'synthetic%' AS made_up,"
    "       count(DISTINCT floor(extract(minute FROM p.asked_at) / $5::integer))"
    "         FILTER (WHERE p.error IS NULL) AS good"
    "     FROM span, skywitness_store.feed f JOIN skywitness_store.poll p ON p.feed = f.feed"
    "     WHERE p.asked_at >= date_trunc('hour', since) AND p.asked_at < until"
    "     GROUP BY 1, p.feed) AS by_feed GROUP BY hour),"
    " heard AS (SELECT date_trunc('hour', n.asked_at) AS hour, max(n.heard_low) AS others,"
    "     min(n.lowest_ft) AS lowest FROM span, skywitness_store.poll_nearby n WHERE n.place = $1"
    "     AND n.asked_at >= date_trunc('hour', since) - interval '28 days' AND n.asked_at < until"
    "   GROUP BY 1),"
    " observed AS (SELECT DISTINCT date_trunc('hour', t.observed_at) AS hour FROM span,"
    "     skywitness_store.kept_point t WHERE t.observed_at >= date_trunc('hour', since)"
    "     AND t.observed_at < until AND t.latitude BETWEEN $6::float8 AND $7::float8"
    "     AND t.longitude BETWEEN $8::float8 AND $9::float8"
    "     AND (t.on_ground OR coalesce(t.altitude_baro_ft, t.altitude_geom_ft) < $10::integer)"
    "     AND t.flags & skywitness_store.implausible_flags() = 0)"
    " SELECT s.hour, s.good, h.others, h.lowest, o.hour IS NOT NULL,"
    "   (SELECT count(*) FROM heard w WHERE w.others >= $11::integer AND w.hour IN"
    "     (s.hour - interval '7 days', s.hour - interval '14 days', s.hour - interval '21 days',"
    "      s.hour - interval '28 days')),"
    "   c.state, c.polls_ok, c.others_low, s.made_up"
    " FROM slots s LEFT JOIN heard h USING (hour) LEFT JOIN observed o USING (hour)"
    " LEFT JOIN stored c USING (hour)"
    " WHERE ($12::boolean OR c.hour IS NULL OR c.computed_at < c.hour + interval '65 minutes')"
    "   AND (c.hour IS NULL OR c.hour >= skywitness_store.coverage_settled_before())"
    "   AND coalesce(c.source, 'ledger') = 'ledger' ORDER BY s.hour";

static const char store_sql[] =
    "INSERT INTO skywitness_store.coverage_hour (place, hour, state, polls_due, polls_ok,"
    "   others_low, lowest_other_ft, synthetic, computed_at)"
    " SELECT $1, h, s, $2::integer, p, o, l, m, now()"
    " FROM unnest($3::timestamptz[], $4::text[], $5::integer[], $6::integer[], $7::integer[],"
    "   $8::boolean[]) AS r (h, s, p, o, l, m)"
    " ON CONFLICT (place, hour) DO UPDATE SET state = excluded.state,"
    "   polls_due = excluded.polls_due, polls_ok = excluded.polls_ok,"
    "   others_low = excluded.others_low, lowest_other_ft = excluded.lowest_other_ft,"
    "   synthetic = excluded.synthetic, computed_at = excluded.computed_at";
// clang-format on

#define SLOTS_IN_AN_HOUR (60 / CLAIM_COVERAGE_SLOT_MIN)
#define BATCH_ROWS_MAX 100000

// The rows to write, column by column as unnest wants them.
struct batch {
    struct text hours, states, polls, others, lowest, made_up;
    size_t count;
};

static void batch_begin(struct batch *batch)
{
    struct text *columns[] = {&batch->hours,  &batch->states, &batch->polls,
                              &batch->others, &batch->lowest, &batch->made_up};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        sql_array_begin(columns[i]);
    batch->count = 0;
}

static void batch_done(struct batch *batch)
{
    text_done(&batch->hours);
    text_done(&batch->states);
    text_done(&batch->polls);
    text_done(&batch->others);
    text_done(&batch->lowest);
    text_done(&batch->made_up);
}

static void add_number(struct text *column, int64_t number, int64_t unknown)
{
    char text[24];
    snprintf(text, sizeof text, "%lld", (long long)number);
    sql_array_add(column, number == unknown ? NULL : text);
}

static void take_row(const struct query *query, struct batch *batch)
{
    struct coverage_inputs inputs = {
        .polls_due = SLOTS_IN_AN_HOUR,
        .polls_ok = (uint32_t)query_integer(query, 1, 0),
        .others_low = (uint32_t)query_integer(query, 2, 0),
        .observed = query_boolean(query, 4, false),
        .past_hours_heard = (uint32_t)query_integer(query, 5, 0),
    };
    char hour[UTC_TEXT_SIZE];
    const char *state = coverage_state_name(coverage_of_hour(&inputs)),
               *stored = query_text(query, 6);
    bool same = stored != NULL && strcmp(stored, state) == 0 &&
                query_integer(query, 7, -1) == inputs.polls_ok &&
                query_integer(query, 8, -1) == inputs.others_low;
    if (same || batch->count >= BATCH_ROWS_MAX)
        return;
    sql_array_add(&batch->hours, utc_format(query_time(query, 0), hour));
    sql_array_add(&batch->states, state);
    add_number(&batch->polls, inputs.polls_ok, -1);
    add_number(&batch->others, inputs.others_low, -1);
    add_number(&batch->lowest, query_integer(query, 3, INT64_MIN), INT64_MIN);
    sql_array_add(&batch->made_up, query_boolean(query, 9, false) ? "t" : "f");
    batch->count++;
}

static int write_batch(struct query_connection *connection, const char *place, struct batch *batch,
                       struct error *error)
{
    char due[16];
    snprintf(due, sizeof due, "%d", SLOTS_IN_AN_HOUR);
    sql_array_end(&batch->hours);
    sql_array_end(&batch->states);
    sql_array_end(&batch->polls);
    sql_array_end(&batch->others);
    sql_array_end(&batch->lowest);
    sql_array_end(&batch->made_up);
    const char *parameters[] = {
        place,
        due,
        batch->hours.bytes,
        batch->states.bytes,
        batch->polls.bytes,
        batch->others.bytes,
        batch->lowest.bytes,
        batch->made_up.bytes,
    };
    return query_execute(connection, store_sql, parameters, 8, error);
}

// A box of the radius on each side: a corner is 1.4 times as far, which near traffic does not mind.
struct box {
    char south[24], north[24], west[24], east[24], low_ft[16];
};

static struct box box_of(const struct place *place)
{
    struct box box;
    struct position at = place->reference;
    double north = geodesy_destination(at, 0, COVERAGE_RADIUS_NM).latitude_deg - at.latitude_deg;
    double east = geodesy_destination(at, 90, COVERAGE_RADIUS_NM).longitude_deg - at.longitude_deg;
    int32_t field_ft = place->elevation_ft == PLACE_ELEVATION_UNKNOWN ? 0 : place->elevation_ft;
    snprintf(box.south, sizeof box.south, "%.6f", at.latitude_deg - north);
    snprintf(box.north, sizeof box.north, "%.6f", at.latitude_deg + north);
    snprintf(box.west, sizeof box.west, "%.6f", at.longitude_deg - east);
    snprintf(box.east, sizeof box.east, "%.6f", at.longitude_deg + east);
    snprintf(box.low_ft, sizeof box.low_ft, "%d", COVERAGE_LOW_FT + field_ft);
    return box;
}

int claim_coverage_refresh(struct query_connection *connection, const struct place *place,
                           utc_us since, utc_us until, utc_us now, bool all, size_t *ret_changed,
                           struct error *error)
{
    char since_text[UTC_TEXT_SIZE], until_text[UTC_TEXT_SIZE], now_text[UTC_TEXT_SIZE], slot[16],
        others[16];
    struct box box = box_of(place);
    snprintf(slot, sizeof slot, "%d", CLAIM_COVERAGE_SLOT_MIN);
    snprintf(others, sizeof others, "%d", COVERAGE_OTHERS_NEEDED);
    const char *parameters[] = {
        place->id,
        utc_format(since, since_text),
        utc_format(until, until_text),
        utc_format(now, now_text),
        slot,
        box.south,
        box.north,
        box.west,
        box.east,
        box.low_ft,
        others,
        all ? "true" : "false",
    };
    struct query *query;
    struct batch batch;
    int result = query_start(connection, inputs_sql, parameters,
                             sizeof parameters / sizeof *parameters, &query, error);
    if (result < 0)
        return result;
    batch_begin(&batch);
    while ((result = query_next(query, error)) == 1)
        take_row(query, &batch);
    query_finish(query);
    if (result == 0 && batch.count > 0)
        result = write_batch(connection, place->id, &batch, error);
    if (result == 0)
        *ret_changed = batch.count;
    batch_done(&batch);
    return result;
}

struct span {
    const struct place *place;
    utc_us since, until;
};
struct span_array ARRAY_OF(struct span);

static void widen(struct span_array *spans, const struct place *place,
                  const struct claim_window *window)
{
    array_foreach (spans, span)
        if (span->place == place) {
            span->since = window->from < span->since ? window->from : span->since;
            span->until = window->to > span->until ? window->to : span->until;
            return;
        }
    *array_append(spans) = (struct span){place, window->from, window->to};
}

static void add_clause(const struct clause *clause, const struct place *places, size_t place_count,
                       struct span_array *spans)
{
    struct claim_window reach = clause_reach(clause);
    if (!claim_window_is_set(&reach))
        return;
    array_foreach (&clause->places, id)
        for (size_t i = 0; i < place_count; i++) {
            const struct place *place = &places[i];
            if (!place_is_named(place, id->id))
                continue;
            for (size_t j = 0; j < place_count; j++) {
                bool inside = &places[j] == place || place_contains(place, places[j].reference, 0);
                if (places[j].kind == PLACE_AIRFIELD && inside)
                    widen(spans, &places[j], &reach);
            }
        }
}

int claim_coverage_refresh_claims(struct query_connection *connection,
                                  const struct claim_library *library, const struct place *places,
                                  size_t place_count, utc_us now, size_t *ret_changed,
                                  struct error *error)
{
    struct span_array spans = {0};
    size_t changed = 0, sum = 0;
    int result = 0;
    array_foreach (&library->claims, claim)
        array_foreach (&claim->clauses, clause)
            add_clause(clause, places, place_count, &spans);
    for (size_t i = 0; i < spans.count && result == 0; i++) {
        const struct span *span = &spans.items[i];
        result = claim_coverage_refresh(connection, span->place, span->since, span->until, now,
                                        false, &changed, error);
        sum += changed;
    }
    array_free(&spans);
    if (result == 0)
        *ret_changed = sum;
    return result;
}
