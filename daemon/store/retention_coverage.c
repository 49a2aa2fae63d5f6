// SPDX-License-Identifier: MIT
// Coverage, worked out for good before the ledger and the points that it is made from go.
#include "base/place.h"
#include "base/text.h"
#include "store/claim_coverage.h"
#include "store/query.h"
#include "store/retention.h"

#include <errno.h>
#include <string.h>

// An hour is judged by the same hour of the four weeks before it as well (claim_coverage.c).
#define LOOK_BACK (28 * UTC_DAY)
// Before any ledger: as far back as a partition may lie.
#define EVER "1990-01-01"

struct interest {
    struct place place;
    utc_us complete_before;
};
struct interest_array ARRAY_OF(struct interest);

// clang-format off
static const char places_sql[] =
    "SELECT p.place, public.ST_Y(p.geography::public.geometry),"
    "   public.ST_X(p.geography::public.geometry),"
    "   p.elevation_ft, coalesce(c.before, '" EVER "'::timestamptz)"
    " FROM skywitness_store.place p LEFT JOIN skywitness_store.coverage_complete c USING (place)"
    " WHERE p.kind = 'airfield' AND coalesce(c.before, '-infinity') < $1::timestamptz AND ("
    "   EXISTS (SELECT FROM skywitness_store.claim_reach r WHERE r.place = p.place)"
    "   OR EXISTS (SELECT FROM skywitness_store.coverage_hour h WHERE h.place = p.place)"
    "   OR EXISTS (SELECT FROM skywitness_store.poll_nearby n WHERE n.place = p.place))"
    " ORDER BY p.place";

static const char complete_sql[] =
    "INSERT INTO skywitness_store.coverage_complete AS c (place, before)"
    " VALUES ($1, $2::timestamptz)"
    " ON CONFLICT (place) DO UPDATE SET before = greatest(c.before, excluded.before)";
// clang-format on

static int read_places(struct query_connection *connection, utc_us until,
                       struct interest_array *interests, struct error *error)
{
    char text[UTC_TEXT_SIZE];
    const char *parameters[] = {utc_format(until, text)};
    struct query *query;
    int ret = query_start(connection, places_sql, parameters, 1, &query, error);
    if (ret < 0)
        return ret;
    while ((ret = query_next(query, error)) == 1) {
        struct interest *interest = array_append(interests);
        *interest = (struct interest){
            .place =
                {
                    .kind = PLACE_AIRFIELD,
                    .reference = {query_number(query, 1), query_number(query, 2)},
                    .elevation_ft = (int32_t)query_integer(query, 3, PLACE_ELEVATION_UNKNOWN),
                },
            .complete_before = query_time(query, 4),
        };
        text_copy(interest->place.id, sizeof interest->place.id, query_text(query, 0));
    }
    query_finish(query);
    return ret;
}

static int complete(struct query_connection *connection, const struct interest *interest,
                    utc_us until, utc_us now, struct error *error)
{
    char text[UTC_TEXT_SIZE];
    const char *parameters[] = {interest->place.id, utc_format(until, text)};
    size_t changed;
    int ret = claim_coverage_refresh(connection, &interest->place, interest->complete_before, until,
                                     now, true, &changed, error);
    return ret < 0 ? ret : query_execute(connection, complete_sql, parameters, 2, error);
}

int retention_roll_up_coverage(struct query_connection *connection,
                               const struct retention_plan *plan, utc_us now, struct error *error)
{
    struct interest_array interests = {0};
    utc_us until = plan->points_before;
    if (plan->ledger_before != UTC_UNKNOWN && plan->ledger_before + LOOK_BACK > until)
        until = plan->ledger_before + LOOK_BACK;
    if (until > utc_hour_start(now))
        until = utc_hour_start(now);
    if (until == UTC_UNKNOWN)
        return 0;
    int ret = read_places(connection, until, &interests, error);
    for (size_t i = 0; i < interests.count && ret >= 0; i++)
        ret = complete(connection, &interests.items[i], until, now, error);
    array_free(&interests);
    return ret;
}
