// SPDX-License-Identifier: MIT
#include "store/derive_internal.h"
#include "store/query.h"

struct stored_sighting {
    utc_us opened_at;
    uint32_t emitter;
    bool is_taken; // a derived one has its key
};
struct stored_sighting_array ARRAY_OF(struct stored_sighting);

static int read_stored(struct derivation *derivation, struct stored_sighting_array *stored, struct error *error)
{
    char first[UTC_TEXT_SIZE], last[UTC_TEXT_SIZE];
    const char *const parameters[] = {derivation->icao24, utc_format(derivation->span.judged_from, first),
                                      utc_format(derivation->span.judged_to, last)};
    struct query *query;
    int ret = query_start(derivation->connection,
                          "SELECT opened_at, emitter FROM skywitness_store.sighting WHERE icao24 = $1"
                          " AND state <> 'superseded' AND opened_at BETWEEN $2::timestamptz AND $3::timestamptz"
                          " ORDER BY opened_at",
                          parameters, 3, &query, error);
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
    array_foreach(stored, one)
        if (one->opened_at == sighting->opened_at && one->emitter == sighting->emitter)
            return one->is_taken = true;
    return false;
}

static struct stored_sighting *first_within(const struct stored_sighting_array *stored,
                                            const struct sighting *sighting)
{
    array_foreach(stored, one)
        if (!one->is_taken && one->emitter == sighting->emitter && one->opened_at >= sighting->first_seen &&
            one->opened_at <= sighting->last_seen)
            return one;
    return NULL;
}

static void move_key(utc_us *moment, utc_us from, utc_us to)
{
    if (*moment == from)
        *moment = to;
}

static void rename_sighting(struct derivation *derivation, struct sighting *sighting, utc_us opened_at)
{
    utc_us from = sighting->opened_at;
    array_foreach(&derivation->visits, decided) {
        if (decided->visit.emitter != sighting->emitter)
            continue;
        move_key(&decided->visit.anchored_at, from, opened_at);
        move_key(&decided->visit.sighting_in, from, opened_at);
        move_key(&decided->visit.sighting_out, from, opened_at);
    }
    sighting->opened_at = opened_at;
}

int derive_adopt_ids(struct derivation *derivation, struct error *error)
{
    struct stored_sighting_array stored = {0};
    struct strangers ARRAY_OF(struct sighting *) strangers = {0};
    int ret = read_stored(derivation, &stored, error);
    array_foreach(&derivation->sightings, sighting)
        if (!take_own_key(&stored, sighting))
            *array_append(&strangers) = sighting;
    array_foreach(&strangers, stranger) {
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
