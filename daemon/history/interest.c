// SPDX-License-Identifier: MIT
#include "history/interest.h"

#include "config/config.h"
#include "store/query.h"

// methods.md 3e, as for live answers.
#define NEARBY_RADIUS_NM 25.0
#define NEARBY_LOW_FT 10000

void history_interest_done(struct history_interest *interest)
{
    array_free(&interest->places);
    *interest = (struct history_interest){0};
}

static int read_places(struct query_connection *connection, const struct config *config,
                       struct history_place_array *places, struct error *error)
{
    struct query *query;
    int ret = query_start(connection,
                          "SELECT DISTINCT place FROM skywitness_store.claim_reach"
                          " WHERE place NOT LIKE '@%' ORDER BY place",
                          NULL, 0, &query, error);
    if (ret < 0)
        return ret;
    while ((ret = query_next(query, error)) == 1) {
        const struct place *place = config_place(config, query_text(query, 0));
        if (place != NULL && place->kind == PLACE_AIRFIELD)
            *array_append(places) = *place;
    }
    query_finish(query);
    return ret;
}

int history_interest_read(struct query_connection *connection, const struct config *config,
                          struct history_interest *ret_interest, struct error *error)
{
    struct history_place_array places = {0};
    int ret = read_places(connection, config, &places, error);
    if (ret < 0) {
        array_free(&places);
        return ret;
    }
    ret_interest->places = places;
    ret_interest->interest = (struct feed_interest){
        .watch = &config->watch,
        .places = places.items,
        .place_count = places.count,
        .radius_nm = NEARBY_RADIUS_NM,
        .low_ft = NEARBY_LOW_FT,
    };
    return 0;
}
