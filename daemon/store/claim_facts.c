// SPDX-License-Identifier: MIT
// The facts that bear on a claim, by one query: visits, presences in regions, fixes of named
// airframes, hours of coverage, control samples. Its rows are told apart by their first column.
#include "base/memory.h"
#include "claim/kind.h"
#include "config/config.h"
#include "store/claim_store_internal.h"
#include "store/claim_watch.h"
#include "store/sql_array.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FEED_SEPARATOR '\x1f'
// How long before its first sighting in the window a flight may have begun.
#define FLIGHT_DAYS_MAX 2

// What is asked for: the hull over the claim's clauses. A superset does no harm, the judge looks
// closely.
struct reach {
    struct claim_window window;
    struct claim_place_array places;   // of visits and coverage
    struct claim_place_array regions;  // where presence counts
    struct claim_word_array airframes; // named one by one
    struct claim_word_array types;     // only these, when every clause names types
    bool any_type;
    int stay_days; // how long before the window a visit may have begun
};

static void done_reach(struct reach *reach)
{
    array_free(&reach->places);
    array_free(&reach->regions);
    array_free(&reach->airframes);
    array_free(&reach->types);
}

static void add_regions(const struct claim_store *store, const struct clause *clause,
                        struct reach *reach)
{
    array_foreach (&clause->places, id) {
        const struct place *place =
            store->config != NULL ? config_place(store->config, id->id) : NULL;
        if (place != NULL && place->kind != PLACE_AIRFIELD)
            *array_append(&reach->regions) = *id;
    }
}

static void add_clause(const struct claim_store *store, const struct clause *clause,
                       struct reach *reach)
{
    struct claim_window window = clause_reach(clause);
    if (clause->kind->needs == 0 || !claim_window_is_set(&window))
        return;
    if (!claim_window_is_set(&reach->window))
        reach->window = window;
    if (window.from < reach->window.from)
        reach->window.from = window.from;
    if (window.to > reach->window.to)
        reach->window.to = window.to;
    claim_places_concerned(store, clause, &reach->places);
    if ((clause->kind->needs & CLAUSE_NEEDS_PRESENCES) != 0)
        add_regions(store, clause, reach);
    bool by_arrival = (clause->kind->needs & CLAUSE_NEEDS_BASELINE) != 0 ||
                      clause->kind == &clause_kind_arrivals ||
                      clause->kind == &clause_kind_first_arrival ||
                      clause->kind == &clause_kind_last_arrival;
    if (!by_arrival)
        reach->stay_days = CLAIM_STAY_DAYS_MAX;
    if (clause->kind == &clause_kind_arrivals || clause->kind == &clause_kind_departures)
        claim_named_airframes(clause, &reach->airframes);
    reach->any_type |= clause->aircraft.types.count == 0;
    array_foreach (&clause->aircraft.types, type)
        *array_append(&reach->types) = *type;
}

// The question, a part for each kind of row, all with the same eighteen columns. $1 places, $2 and
// $3 the window, $4 to $6 regions with their shapes, $7 the moment of the judgement, $8 named
// airframes, $9 types (NULL: any), $10 days a stay may have begun before the window.
// clang-format off
#define VISITS_SQL(visits)                                                                         \
    "WITH found AS MATERIALIZED (SELECT v.*, (SELECT string_agg(DISTINCT f, E'\\x1f')"             \
    "     FROM skywitness.sighting s, unnest(s.feeds) AS f WHERE s.icao24 = v.icao24"              \
    "     AND s.sighting_id IN (v.sighting_in, v.sighting_out)) AS feeds"                          \
    "   FROM (" visits " WHERE place = ANY ($1::text[])"                                           \
    "       AND coalesce(arrived_before, departed_before, departed_after, anchored_at)"            \
    "         BETWEEN $2::timestamptz - $10::integer * interval '1 day'"                           \
    "         AND $3::timestamptz + interval '30 days'"                                            \
    "       AND ($9::text[] IS NULL OR type_code = ANY ($9::text[]))"                              \
    "     UNION ALL " visits " WHERE icao24 = ANY ($8::text[]) AND NOT place = ANY ($1::text[])"   \
    "       AND coalesce(arrived_before, departed_before, departed_after, anchored_at)"            \
    "         BETWEEN $2::timestamptz - interval '2 days'"                                         \
    "         AND $3::timestamptz + interval '2 days') AS v"                                       \
    "   WHERE coalesce(v.arrived_after, '-infinity') < $3::timestamptz"                            \
    "     AND coalesce(v.departed_before, 'infinity') >= $2::timestamptz)"                         \
    " SELECT 'visit', visit_id::text, icao24, registration, type_code, place, grade,"              \
    "   arrived_after, arrived_before, departed_after, departed_before, sighting_in::text,"        \
    "   sighting_out::text, feeds, recorded_at, superseded_at, NULL::float8, NULL::float8"         \
    " FROM found"

// First and last plausible point inside a region; a flight may have begun before the window.
#define PRESENCES_SQL                                                                              \
    " UNION ALL SELECT 'presence', s.sighting_id::text, s.icao24, s.registration, s.type_code,"    \
    "   r.id, NULL, to_timestamp(min(public.ST_M(p.geom))),"                                       \
    "   to_timestamp(max(public.ST_M(p.geom))), NULL, NULL, NULL, NULL,"                           \
    "   array_to_string(s.feeds, E'\\x1f'), NULL, NULL, NULL, NULL"                                \
    " FROM unnest($4::text[], $5::text[], $6::float8[]) AS r (id, shape, radius_m)"                \
    " CROSS JOIN LATERAL (SELECT CASE WHEN r.radius_m > 0"                                         \
    "   THEN public.ST_Buffer(public.ST_GeogFromText(r.shape), r.radius_m)::public.geometry"       \
    "   ELSE public.ST_GeomFromText(r.shape, 4326) END AS area) AS a"                              \
    " JOIN skywitness.sighting s ON s.first_seen >= $2::timestamptz - interval '2 days'"           \
    "   AND s.first_seen < $3::timestamptz AND s.state <> 'superseded'"                            \
    "   AND ($9::text[] IS NULL OR s.type_code = ANY ($9::text[]))"                                \
    "   AND public.ST_Intersects(s.path, a.area)"                                                  \
    " CROSS JOIN LATERAL public.ST_DumpPoints(s.path) AS p"                                        \
    " WHERE public.ST_Intersects(a.area, p.geom)"                                                  \
    " GROUP BY s.sighting_id, s.icao24, s.registration, s.type_code, r.id, s.feeds"

// Where named airframes were: both ends of each of their flights.
#define FIXES_SQL                                                                                  \
    " UNION ALL SELECT 'fix', s.sighting_id::text, s.icao24, s.registration, s.type_code, NULL,"   \
    "   NULL, to_timestamp(public.ST_M(e.point)), NULL, NULL, NULL, NULL, NULL,"                   \
    "   array_to_string(s.feeds, E'\\x1f'), NULL, NULL, public.ST_Y(e.point),"                    \
    "   public.ST_X(e.point)"                                                                      \
    " FROM skywitness.sighting s CROSS JOIN LATERAL"                                               \
    "   (VALUES (public.ST_StartPoint(s.path)), (public.ST_EndPoint(s.path))) AS e (point)"        \
    " WHERE s.icao24 = ANY ($8::text[]) AND s.state <> 'superseded' AND s.path IS NOT NULL"        \
    "   AND s.first_seen BETWEEN $2::timestamptz - interval '3 days'"                              \
    "   AND $3::timestamptz + interval '2 days'"

// A day's hours in one text, with the watch lists by which they were looked at.
#define HOURS_SQL                                                                                  \
    " UNION ALL SELECT 'hours', string_agg(to_char(hour AT TIME ZONE 'UTC', 'HH24')"               \
    "     || CASE WHEN synthetic THEN upper(left(state, 1)) ELSE left(state, 1) END, ''),"         \
    "   NULL, NULL, NULL, place, NULL, min(hour), NULL, NULL, NULL, NULL, NULL, lists, NULL,"      \
    "   NULL, NULL, NULL"                                                                          \
    " FROM (SELECT *, skywitness_store.watch_of_hour(source, hour) AS lists"                       \
    "   FROM skywitness.coverage_hour WHERE place = ANY ($1::text[])"                              \
    "     AND hour >= date_trunc('hour', $2::timestamptz)"                                         \
    "     AND hour < least($3::timestamptz, $7::timestamptz)) AS h"                                \
    " GROUP BY place, date_trunc('day', hour), lists"

#define CONTROLS_SQL                                                                               \
    " UNION ALL SELECT 'control', NULL, NULL, NULL, NULL, place, NULL, NULL, NULL, NULL, NULL,"    \
    "   NULL, NULL, NULL, NULL, NULL, sum(known)::float8, sum(seen)::float8"                       \
    " FROM skywitness.control_sample WHERE place = ANY ($1::text[])"                               \
    "   AND from_day <= $3::timestamptz AND to_day >= $2::timestamptz GROUP BY place"

#define FACTS_SQL(visits) VISITS_SQL(visits) PRESENCES_SQL FIXES_SQL HOURS_SQL CONTROLS_SQL
// clang-format on

static const char facts_now_sql[] = FACTS_SQL("SELECT * FROM skywitness.visit");
static const char facts_then_sql[] =
    FACTS_SQL("SELECT * FROM skywitness.visits_as_of($7::timestamptz)");

static uint64_t feed_mask(const struct claim_facts *facts, const char *names)
{
    uint64_t mask = 0;
    AUTO_FREE char *copy = memory_copy_string(names != NULL ? names : "");
    for (char *rest = copy, *name; (name = strsep(&rest, (char[]){FEED_SEPARATOR, '\0'})) != NULL;)
        for (size_t i = 0; i < facts->feeds.count && i < FACT_FEEDS_MAX; i++)
            if (strcmp(facts->feeds.items[i].id, name) == 0)
                mask |= (uint64_t)1 << i;
    return mask;
}

#define COPY(field, column)                                                                        \
    text_copy((field), sizeof(field),                                                              \
              query_text(query, (column)) != NULL ? query_text(query, (column)) : "")

static void take_visit(const struct query *query, struct claim_facts *facts,
                       struct claim_watch *watch)
{
    (void)watch;
    struct known_visit *visit = array_append(&facts->visits);
    enum evidence_grade grade = EVIDENCE_A0;
    COPY(visit->visit_id, 1);
    COPY(visit->icao24, 2);
    COPY(visit->registration, 3);
    COPY(visit->type_code, 4);
    COPY(visit->place, 5);
    evidence_grade_from_name(query_text(query, 6), &grade);
    visit->grade = grade;
    visit->arrived_after = query_time(query, 7);
    visit->arrived_before = query_time(query, 8);
    visit->departed_after = query_time(query, 9);
    visit->departed_before = query_time(query, 10);
    COPY(visit->sighting_in, 11);
    COPY(visit->sighting_out, 12);
    visit->feeds = feed_mask(facts, query_text(query, 13));
    visit->life.recorded_at = UTC_UNKNOWN; // the question was asked as of the moment wanted
    // Superseded is superseded, whenever the evidence for it was received.
    visit->life.superseded_at = query_text(query, 15) != NULL ? INT64_MIN + 1 : UTC_UNKNOWN;
}

static void take_presence(const struct query *query, struct claim_facts *facts,
                          struct claim_watch *watch)
{
    (void)watch;
    struct known_presence *presence = array_append(&facts->presences);
    COPY(presence->sighting_id, 1);
    COPY(presence->icao24, 2);
    COPY(presence->registration, 3);
    COPY(presence->type_code, 4);
    COPY(presence->region, 5);
    presence->entered_at = query_time(query, 7);
    presence->left_at = query_time(query, 8);
    presence->feeds = feed_mask(facts, query_text(query, 13));
    presence->life = (struct fact_life){presence->left_at, UTC_UNKNOWN};
}

static void take_fix(const struct query *query, struct claim_facts *facts,
                     struct claim_watch *watch)
{
    (void)watch;
    struct known_fix *fix = array_append(&facts->fixes);
    COPY(fix->sighting_id, 1);
    COPY(fix->icao24, 2);
    COPY(fix->registration, 3);
    COPY(fix->type_code, 4);
    fix->at = query_time(query, 7);
    fix->position = (struct position){query_number(query, 16), query_number(query, 17)};
    fix->feeds = feed_mask(facts, query_text(query, 13));
    fix->life = (struct fact_life){fix->at, UTC_UNKNOWN};
    if (!position_is_valid(fix->position) || fix->at == UTC_UNKNOWN)
        facts->fixes.count--;
}

static enum coverage_state state_of_letter(char letter)
{
    for (int state = 0; state < COVERAGE_STATE_COUNT; state++)
        if (coverage_state_name((enum coverage_state)state)[0] == letter)
            return (enum coverage_state)state;
    return COVERAGE_NOT_LOOKED;
}

// A day's hours in one text: two digits and the state's first letter each, a capital for made-up
// data.
static void take_hours(const struct query *query, struct claim_facts *facts,
                       struct claim_watch *watch)
{
    uint64_t unwatched = ~claim_watch_clauses(watch, query_text(query, 13));
    const char *hours = query_text(query, 1), *place = query_text(query, 5);
    utc_us first = query_time(query, 7);
    size_t count = hours != NULL ? strlen(hours) / 3 : 0;
    for (size_t i = 0; i < count && first != UTC_UNKNOWN; i++) {
        const char *at = hours + 3 * i;
        struct known_hour *row = array_append(&facts->hours);
        text_copy(row->place, sizeof row->place, place);
        row->hour = utc_day_start(first) + ((at[0] - '0') * 10 + (at[1] - '0')) * UTC_HOUR;
        row->synthetic = at[2] >= 'A' && at[2] <= 'Z';
        row->state = state_of_letter(row->synthetic ? (char)(at[2] - 'A' + 'a') : at[2]);
        row->unwatched = unwatched;
    }
}

static void take_control(const struct query *query, struct claim_facts *facts,
                         struct claim_watch *watch)
{
    (void)watch;
    struct known_control *control = array_append(&facts->controls);
    COPY(control->place, 5);
    control->sample.known = (uint32_t)query_number(query, 16);
    control->sample.seen = (uint32_t)query_number(query, 17);
}

static const struct {
    const char *kind;
    void (*take)(const struct query *query, struct claim_facts *facts, struct claim_watch *watch);
} takers[] = {
    {"visit", take_visit}, {"presence", take_presence}, {"fix", take_fix},
    {"hours", take_hours}, {"control", take_control},
};

static void take_row(const struct query *query, struct claim_facts *facts,
                     struct claim_watch *watch)
{
    for (size_t i = 0; i < sizeof takers / sizeof *takers; i++)
        if (strcmp(takers[i].kind, query_text(query, 0)) == 0)
            takers[i].take(query, facts, watch);
}

static void append_shape(struct text *text, const struct place *place)
{
    if (place->kind == PLACE_CIRCLE) {
        text_append_format(text, "POINT(%.7f %.7f)", place->reference.longitude_deg,
                           place->reference.latitude_deg);
        return;
    }
    text_append(text, "POLYGON((");
    for (size_t i = 0; i <= place->polygon_count; i++) {
        const struct position *corner = &place->polygon[i % place->polygon_count];
        text_append_format(text, "%s%.7f %.7f", i > 0 ? ", " : "", corner->longitude_deg,
                           corner->latitude_deg);
    }
    text_append(text, "))");
}

struct region_arrays {
    struct text ids, shapes, radii;
};

static void make_regions(const struct claim_store *store, const struct reach *reach,
                         struct region_arrays *arrays)
{
    sql_array_begin(&arrays->ids);
    sql_array_begin(&arrays->shapes);
    sql_array_begin(&arrays->radii);
    array_foreach (&reach->regions, id) {
        struct text shape;
        char radius[32];
        const struct place *place = config_place(store->config, id->id);
        text_init(&shape, SQL_ARRAY_BYTES_MAX);
        append_shape(&shape, place);
        snprintf(radius, sizeof radius, "%.1f",
                 place->kind == PLACE_CIRCLE ? place->radius_nm * GEODESY_METRES_PER_NM : 0.0);
        sql_array_add(&arrays->ids, place->id);
        sql_array_add(&arrays->shapes, shape.bytes);
        sql_array_add(&arrays->radii, radius);
        text_done(&shape);
    }
    sql_array_end(&arrays->ids);
    sql_array_end(&arrays->shapes);
    sql_array_end(&arrays->radii);
}

static char *words_array(const struct claim_word_array *words)
{
    struct text array;
    sql_array_begin(&array);
    array_foreach (words, word)
        sql_array_add(&array, word->text);
    sql_array_end(&array);
    return array.bytes;
}

static char *places_array(const struct claim_place_array *places)
{
    struct text array;
    sql_array_begin(&array);
    array_foreach (places, place)
        sql_array_add(&array, place->id);
    sql_array_end(&array);
    return array.bytes;
}

static int ask(struct claim_store *store, const struct reach *reach, utc_us as_of,
               bool as_known_then, struct claim_watch *watch, struct claim_facts *facts,
               struct error *error)
{
    char from[UTC_TEXT_SIZE], to[UTC_TEXT_SIZE], moment[UTC_TEXT_SIZE], stay_days[16];
    struct region_arrays regions;
    make_regions(store, reach, &regions);
    AUTO_FREE char *places = places_array(&reach->places);
    AUTO_FREE char *airframes = words_array(&reach->airframes);
    AUTO_FREE char *types = reach->any_type ? NULL : words_array(&reach->types);
    snprintf(stay_days, sizeof stay_days, "%d", reach->stay_days);
    const char *parameters[] = {
        places,
        utc_format(reach->window.from, from),
        utc_format(reach->window.to, to),
        regions.ids.bytes,
        regions.shapes.bytes,
        regions.radii.bytes,
        utc_format(as_of, moment),
        airframes,
        types,
        stay_days,
    };
    struct query *query;
    int result = query_start(store->connection, as_known_then ? facts_then_sql : facts_now_sql,
                             parameters, sizeof parameters / sizeof *parameters, &query, error);
    if (result == 0) {
        while ((result = query_next(query, error)) == 1)
            take_row(query, facts, watch);
        query_finish(query);
    }
    text_done(&regions.ids);
    text_done(&regions.shapes);
    text_done(&regions.radii);
    return result;
}

int claim_store_facts(struct claim_store *store, const struct claim *claim, utc_us as_of,
                      bool as_known_then, struct claim_facts *ret_facts, struct error *error)
{
    struct reach reach = {.window = CLAIM_WINDOW_NONE};
    struct claim_watch watch = {0};
    ret_facts->as_of = as_of;
    ret_facts->places = store->vocabulary.places;
    ret_facts->place_count = store->vocabulary.place_count;
    array_foreach (&store->feeds, feed)
        *array_append(&ret_facts->feeds) = *feed;
    array_foreach (&claim->clauses, clause)
        add_clause(store, clause, &reach);
    int result = 0;
    if (claim_window_is_set(&reach.window))
        result = claim_watch_read(store, claim, &watch, error);
    if (claim_window_is_set(&reach.window) && result == 0)
        result = ask(store, &reach, as_of, as_known_then, &watch, ret_facts, error);
    claim_watch_done(&watch);
    done_reach(&reach);
    return result;
}
