// SPDX-License-Identifier: MIT
#include "cli/explain_points.h"

#include "base/geodesy.h"
#include "base/memory.h"
#include "cli/explain_words.h"
#include "store/query.h"
#include "track/point.h"
#include "track/thresholds.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define GAPS_MAX 1000

// $1 to $4: address, emitter, first and last moment.
#define FROM_POINTS                                                                                \
    " FROM skywitness.track_point p WHERE p.icao24 = $1 AND p.emitter = $2::smallint"              \
    " AND p.observed_at BETWEEN $3::timestamptz AND $4::timestamptz"

static const char feeds_sql[] = "SELECT p.feed, count(*), min(p.observed_at), max(p.observed_at)" //
    FROM_POINTS " GROUP BY p.feed ORDER BY count(*) DESC, p.feed";

static const char flags_sql[] =
    "SELECT bit, sum(points)::bigint FROM (SELECT p.flags, count(*) AS points" FROM_POINTS
    "  GROUP BY p.flags) AS counted, generate_series(0, 30) AS bit"
    " WHERE flags & (1 << bit) <> 0 GROUP BY bit";

static const char gaps_sql[] =
    "SELECT * FROM (SELECT lag(p.observed_at) OVER track AS lost_at, p.observed_at,"
    "  lag(coalesce(p.altitude_baro_ft, p.altitude_geom_ft)) OVER track,"
    "  coalesce(p.altitude_baro_ft, p.altitude_geom_ft),"
    "  lag(p.latitude) OVER track, lag(p.longitude) OVER track, p.latitude, p.longitude" FROM_POINTS
    " WINDOW track AS (ORDER BY p.observed_at, p.feed)) AS steps"
    " WHERE observed_at - lost_at > $5::interval ORDER BY observed_at";

// By the bits of enum track_point_flag.
static const struct point_flag flags[] = {
    {"stale", "the position was old when the feed reported it", false},
    {"estimated", "the position is a guess of the feed's, not an observation", false},
    {"mlat", "the position was computed by multilateration", false},
    {"tisb", "the position was re-broadcast from the ground", false},
    {"speed_fail", "the position cannot be reached from the track so far", true},
    {"sil0", "the transponder vouches for nothing (SIL 0)", true},
    {"nacp_low", "the aircraft itself knows its position to 4 NM or worse (NACp 2 or less)", true},
    {"spoof_cluster", "the position lies where spoofed positions are known to gather", true},
    {"frozen", "the position stands still although the aircraft says that it moves", true},
    {"gps_lost", "the feed says that satellite navigation had been lost before", true},
    {"bad_ground", "it says \"on the ground\", but is too fast or too high for that", false},
    {"late", "the point came after a newer one", false},
    {"second_emitter", "the point belongs to another track on the same address", false},
};

_Static_assert(TRACK_POINT_SECOND_EMITTER == 1 << (sizeof flags / sizeof *flags - 1),
               "every flag has its words");

const struct point_flag *point_flag_find(unsigned bit)
{
    return bit < sizeof flags / sizeof *flags ? &flags[bit] : NULL;
}

static void take_feed(void *data, const struct query *query)
{
    struct point_summary *summary = data;
    *array_append(&summary->feeds) = (struct point_feed){
        .feed = memory_copy_string(query_text(query, 0) != NULL ? query_text(query, 0) : ""),
        .points = query_integer(query, 1, 0),
        .first = query_time(query, 2),
        .last = query_time(query, 3),
    };
    summary->points += query_integer(query, 1, 0);
}

static void take_flag(void *data, const struct query *query)
{
    struct point_summary *summary = data;
    int64_t bit = query_integer(query, 0, -1);
    if (bit >= 0 && bit < EXPLAIN_FLAGS_MAX)
        summary->flagged[bit] = query_integer(query, 1, 0);
}

static void take_gap(void *data, const struct query *query)
{
    struct point_summary *summary = data;
    struct position lost = {query_number(query, 4), query_number(query, 5)};
    struct position found = {query_number(query, 6), query_number(query, 7)};
    if (summary->gaps.count < GAPS_MAX)
        *array_append(&summary->gaps) = (struct point_gap){
            .lost_at = query_time(query, 0),
            .found_at = query_time(query, 1),
            .lost_altitude_ft = query_number(query, 2),
            .found_altitude_ft = query_number(query, 3),
            .distance_nm = geodesy_distance_nm(lost, found),
        };
}

int point_summary_read(struct explanation *explanation, const struct sighting_row *sighting,
                       struct point_summary *ret_summary, struct error *error)
{
    char emitter[24], first[UTC_TEXT_SIZE], last[UTC_TEXT_SIZE], gap[48];
    snprintf(emitter, sizeof emitter, "%" PRId64, sighting->emitter);
    snprintf(gap, sizeof gap, "%" PRId64 " seconds", (int64_t)(SPLIT_LOW_GAP_US / UTC_SECOND));
    const char *parameters[] = {sighting->icao24, emitter, utc_format(sighting->first_seen, first),
                                utc_format(sighting->last_seen, last), gap};
    *ret_summary = (struct point_summary){0};
    int result = explain_each(explanation, feeds_sql, parameters, 4, take_feed, ret_summary, error);
    if (result >= 0)
        result = explain_each(explanation, flags_sql, parameters, 4, take_flag, ret_summary, error);
    if (result >= 0)
        result = explain_each(explanation, gaps_sql, parameters, 5, take_gap, ret_summary, error);
    return result;
}

void point_summary_done(struct point_summary *summary)
{
    array_foreach (&summary->feeds, feed)
        free(feed->feed);
    array_free(&summary->feeds);
    array_free(&summary->gaps);
}

void point_summary_write_flags(FILE *file, const struct point_summary *summary)
{
    char count[WORDS_SIZE];
    bool any = false;
    for (unsigned bit = 0; bit < EXPLAIN_FLAGS_MAX; bit++) {
        const struct point_flag *flag = point_flag_find(bit);
        if (flag == NULL || summary->flagged[bit] == 0)
            continue;
        words_paragraph_format(file, 2, "- ", "%s of %" PRId64 " points: %s (%s).",
                               words_integer((double)summary->flagged[bit], count), summary->points,
                               flag->meaning, flag->name);
        any = true;
    }
    if (summary->points == 0)
        words_paragraph(file, 2, "- ", "Its points are not stored any more.");
    else if (!any)
        words_paragraph(file, 2, "- ", "No point is flagged.");
}

cJSON *point_summary_flags_json(const struct point_summary *summary)
{
    cJSON *array = cJSON_CreateArray();
    for (unsigned bit = 0; bit < EXPLAIN_FLAGS_MAX; bit++) {
        const struct point_flag *flag = point_flag_find(bit);
        if (flag == NULL || summary->flagged[bit] == 0)
            continue;
        cJSON *object = cJSON_CreateObject();
        explain_add_text(object, "flag", flag->name);
        explain_add_number(object, "points", (double)summary->flagged[bit]);
        cJSON_AddBoolToObject(object, "interference", flag->is_interference);
        explain_add_text(object, "meaning", flag->meaning);
        cJSON_AddItemToArray(array, object);
    }
    return array;
}

cJSON *point_summary_feeds_json(const struct point_summary *summary)
{
    cJSON *array = cJSON_CreateArray();
    array_foreach (&summary->feeds, feed) {
        cJSON *object = cJSON_CreateObject();
        explain_add_text(object, "feed", feed->feed);
        explain_add_number(object, "points", (double)feed->points);
        explain_add_time(object, "first", feed->first);
        explain_add_time(object, "last", feed->last);
        cJSON_AddItemToArray(array, object);
    }
    return array;
}
