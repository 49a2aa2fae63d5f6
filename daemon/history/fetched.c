// SPDX-License-Identifier: MIT
#include "history/fetched.h"

#include "store/query.h"

#include <stdlib.h>
#include <string.h>

// One question for each: a year of archives is 365, and traces come at most once a second anyway.
static int was_read(struct query_connection *connection, const char *feed, const char *watch_ids,
                    const struct history_item *item, bool *ret_known, struct error *error)
{
    // readsb writes a day's file until about 00:55 of the next (feeds.md 2.1).
    static const char trace[] =
        "SELECT FROM skywitness_store.history_file WHERE feed = $1 AND icao24 = $2"
        " AND day = $3::date AND read_at >= $3::date + interval '25 hours'"
        " AND coalesce(watch_id, skywitness_store.watch_recorded_first()) = ANY ($4::integer[])"
        " LIMIT 1";
    static const char archive[] =
        "SELECT FROM skywitness_store.history_archive WHERE feed = $1 AND name = $2"
        " AND day = $3::date AND coalesce(watch_ids,"
        "   ARRAY[skywitness_store.watch_recorded_first()]) && $4::integer[]";
    bool is_trace = item->kind == ARCHIVE_KIND_TRACE;
    char day[UTC_TEXT_SIZE];
    const char *const parameters[] = {feed, is_trace ? item->icao24 : item->name,
                                      utc_format_day(item->day, day), watch_ids};
    struct query *query;
    int ret = query_first(connection, is_trace ? trace : archive, parameters, 4, &query, error);
    *ret_known = ret == 1;
    query_finish(query);
    return ret < 0 ? ret : 0;
}

int history_fetched_drop(struct query_connection *connection, const char *feed,
                         const char *watch_ids, struct history_items *items, size_t *ret_dropped,
                         struct error *error)
{
    size_t kept = 0, dropped = 0;
    int ret = 0;
    for (size_t i = 0; i < items->count; i++) {
        struct history_item *item = &items->items[i];
        bool is_known = false;
        if (ret == 0)
            ret = was_read(connection, feed, watch_ids, item, &is_known, error);
        if (is_known) {
            free(item->urls);
            dropped++;
        } else {
            items->items[kept++] = *item;
        }
    }
    items->count = kept;
    *ret_dropped = dropped;
    return ret;
}

int history_fetched_add(struct query_connection *connection, const char *feed, const char *watch_id,
                        const char *name, utc_us day, struct error *error)
{
    char text[UTC_TEXT_SIZE];
    const char *const parameters[] = {feed, name, utc_format_day(day, text), watch_id};
    return query_execute(
        connection,
        "INSERT INTO skywitness_store.history_archive AS a (feed, name, day, watch_ids)"
        " VALUES ($1, $2, $3::date, ARRAY[$4::integer]) ON CONFLICT (feed, name) DO UPDATE"
        " SET read_at = now(), watch_ids = ARRAY(SELECT unnest(coalesce(a.watch_ids,"
        "   ARRAY[skywitness_store.watch_recorded_first()])) UNION SELECT $4::integer ORDER BY 1)",
        parameters, 4, error);
}
