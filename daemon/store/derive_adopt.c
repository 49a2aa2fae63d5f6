// SPDX-License-Identifier: MIT
#include "base/text.h"
#include "store/derive_internal.h"
#include "store/query.h"

#include <string.h>

// Asks for the rows of the aircraft between the moments that are judged anew ($1 to $3).
static int ask_judged(const struct derivation *derivation, const char *sql,
                      struct query **ret_query, struct error *error)
{
    char first[UTC_TEXT_SIZE], last[UTC_TEXT_SIZE];
    const char *const parameters[] = {derivation->icao24,
                                      utc_format(derivation->span.judged_from, first),
                                      utc_format(derivation->span.judged_to, last)};
    return query_start(derivation->connection, sql, parameters, 3, ret_query, error);
}

// --- sightings ---------------------------------------------------------------------------------

struct stored_sighting {
    utc_us opened_at;
    uint32_t emitter;
    bool is_taken; // a derived one has its key
};
struct stored_sighting_array ARRAY_OF(struct stored_sighting);

static int read_stored(struct derivation *derivation, struct stored_sighting_array *stored,
                       struct error *error)
{
    struct query *query;
    int ret = ask_judged(
        derivation,
        "SELECT opened_at, emitter FROM skywitness_store.sighting WHERE icao24 = $1"
        " AND state <> 'superseded' AND opened_at BETWEEN $2::timestamptz AND $3::timestamptz"
        " ORDER BY opened_at",
        &query, error);
    while (ret >= 0 && (ret = query_next(query, error)) == 1)
        *array_append(stored) = (struct stored_sighting){
            .opened_at = query_time(query, 0),
            .emitter = (uint32_t)query_integer(query, 1, 0),
        };
    query_finish(query);
    return ret;
}

static bool take_own_key(struct stored_sighting_array *stored, const struct sighting *sighting)
{
    array_foreach (stored, one)
        if (one->opened_at == sighting->opened_at && one->emitter == sighting->emitter)
            return one->is_taken = true;
    return false;
}

static struct stored_sighting *first_within(const struct stored_sighting_array *stored,
                                            const struct sighting *sighting)
{
    array_foreach (stored, one)
        if (!one->is_taken && one->emitter == sighting->emitter &&
            one->opened_at >= sighting->first_seen && one->opened_at <= sighting->last_seen)
            return one;
    return NULL;
}

static void move_key(utc_us *moment, utc_us from, utc_us to)
{
    if (*moment == from)
        *moment = to;
}

static void rename_sighting(struct derivation *derivation, struct sighting *sighting,
                            utc_us opened_at)
{
    utc_us from = sighting->opened_at;
    array_foreach (&derivation->visits, decided) {
        if (decided->visit.emitter != sighting->emitter)
            continue;
        move_key(&decided->visit.anchored_at, from, opened_at);
        move_key(&decided->visit.sighting_in, from, opened_at);
        move_key(&decided->visit.sighting_out, from, opened_at);
    }
    sighting->opened_at = opened_at;
}

static int adopt_sightings(struct derivation *derivation, struct error *error)
{
    struct stored_sighting_array stored = {0};
    struct strangers ARRAY_OF(struct sighting *) strangers = {0};
    int ret = read_stored(derivation, &stored, error);
    array_foreach (&derivation->sightings, sighting)
        if (!take_own_key(&stored, sighting))
            *array_append(&strangers) = sighting;
    array_foreach (&strangers, stranger) {
        struct stored_sighting *found = first_within(&stored, *stranger);
        if (ret < 0 || found == NULL)
            continue;
        found->is_taken = true;
        rename_sighting(derivation, *stranger, found->opened_at);
    }
    array_free(&strangers);
    array_free(&stored);
    return ret < 0 ? ret : 0;
}

// --- visits ---------------------------------------------------------------------------------------

struct stored_visit {
    utc_us anchored_at;
    uint32_t emitter;
    char place[PLACE_ID_SIZE];
};
struct stored_visit_array ARRAY_OF(struct stored_visit);

static int read_stored_visits(struct derivation *derivation, struct stored_visit_array *stored,
                              struct error *error)
{
    struct query *query;
    int ret = ask_judged(
        derivation,
        "SELECT anchored_at, emitter, place FROM skywitness_store.visit WHERE icao24 = $1"
        " AND state <> 'superseded' AND anchored_at BETWEEN $2::timestamptz AND $3::timestamptz",
        &query, error);
    while (ret >= 0 && (ret = query_next(query, error)) == 1) {
        struct stored_visit *visit = array_append(stored);
        visit->anchored_at = query_time(query, 0);
        visit->emitter = (uint32_t)query_integer(query, 1, 0);
        text_copy(visit->place, sizeof visit->place, query_text(query, 2));
    }
    query_finish(query);
    return ret;
}

static bool is_stored(const struct stored_visit_array *stored, const struct visit *visit,
                      utc_us anchored_at)
{
    array_foreach (stored, one)
        if (one->anchored_at == anchored_at && one->emitter == visit->emitter &&
            strcmp(one->place, visit->place) == 0)
            return true;
    return false;
}

static bool is_derived(const struct derivation *derivation, const struct visit *visit,
                       utc_us anchored_at)
{
    array_foreach (&derivation->visits, decided)
        if (decided->visit.anchored_at == anchored_at && decided->visit.emitter == visit->emitter &&
            strcmp(decided->visit.place, visit->place) == 0)
            return true;
    return false;
}

static int adopt_visits(struct derivation *derivation, struct error *error)
{
    struct stored_visit_array stored = {0};
    int ret = read_stored_visits(derivation, &stored, error);
    if (ret == 0)
        array_foreach (&derivation->visits, decided) {
            struct visit *visit = &decided->visit;
            bool is_new = visit->sighting_out != UTC_UNKNOWN &&
                          !is_stored(&stored, visit, visit->anchored_at);
            if (is_new && is_stored(&stored, visit, visit->sighting_out) &&
                !is_derived(derivation, visit, visit->sighting_out))
                visit->anchored_at = visit->sighting_out;
        }
    array_free(&stored);
    return ret;
}

int derive_adopt_ids(struct derivation *derivation, struct error *error)
{
    int ret = adopt_sightings(derivation, error);
    return ret == 0 ? adopt_visits(derivation, error) : ret;
}
