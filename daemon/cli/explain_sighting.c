// SPDX-License-Identifier: MIT
#include "cli/explain_sighting.h"

#include "base/memory.h"
#include "cli/explain_words.h"
#include "cli/export_tracks.h"
#include "cli/watch_words.h"
#include "config/config.h"
#include "feed/observation.h"
#include "store/query.h"
#include "track/aircraft_type.h"
#include "track/thresholds.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LIST_BYTES_MAX 65536

static void take_row(void *data, struct sighting_row *row)
{
    struct sighting_account *account = data;
    sighting_row_done(&account->row);
    account->row = *row;
    *row = (struct sighting_row){0};
}

static void take_opening(void *data, const struct query *query)
{
    struct sighting_account *account = data;
    const char *feed = query_text(query, 1);
    account->opened_at = query_time(query, 0);
    if (feed == NULL)
        return; // its points are past their time
    free(account->opening.feed);
    account->opening = (struct opening_point){
        .known = true,
        .feed = memory_copy_string(feed),
        .received_at = query_time(query, 2),
        .latitude_deg = query_number(query, 3),
        .longitude_deg = query_number(query, 4),
        .altitude_ft = query_number(query, 5),
        .on_ground = query_boolean(query, 6, false),
    };
}

static void take_next(void *data, const struct query *query)
{
    struct sighting_account *account = data;
    free(account->next.id);
    account->next =
        (struct next_sighting){memory_copy_string(query_text(query, 0)), query_time(query, 1)};
}

static void take_count(void *data, const struct query *query)
{
    *(int64_t *)data = query_integer(query, 0, 0);
}

static int read_opening(struct explanation *explanation, struct sighting_account *account,
                        struct error *error)
{
    static const char sql[] =
        "SELECT s.opened_at, p.feed, p.received_at, p.latitude, p.longitude,"
        " coalesce(p.altitude_baro_ft, p.altitude_geom_ft), p.on_ground"
        " FROM skywitness.sighting s LEFT JOIN skywitness.track_point p ON p.icao24 = s.icao24"
        "  AND p.emitter = s.emitter AND p.observed_at = s.opened_at"
        " WHERE s.icao24 = $1 AND s.sighting_id = $2::uuid ORDER BY p.received_at, p.feed LIMIT 1";
    const char *parameters[] = {account->row.icao24, account->row.id};
    return explain_each(explanation, sql, parameters, 2, take_opening, account, error);
}

static int read_next(struct explanation *explanation, struct sighting_account *account,
                     struct error *error)
{
    static const char sql[] =
        "SELECT s.sighting_id, s.first_seen FROM skywitness.sighting s WHERE s.icao24 = $1"
        " AND s.emitter = $2::smallint AND s.first_seen > $3::timestamptz"
        " AND s.state <> 'superseded' ORDER BY s.first_seen LIMIT 1";
    char emitter[24], last[UTC_TEXT_SIZE];
    snprintf(emitter, sizeof emitter, "%" PRId64, account->row.emitter);
    const char *parameters[] = {account->row.icao24, emitter,
                                utc_format(account->row.last_seen, last)};
    return explain_each(explanation, sql, parameters, 3, take_next, account, error);
}

static int count_conflicts(struct explanation *explanation, struct sighting_account *account,
                           struct error *error)
{
    static const char sql[] = "SELECT count(*) FROM skywitness.identity_conflict"
                              " WHERE icao24 = $1 AND second_at BETWEEN $2::timestamptz"
                              "  AND $3::timestamptz";
    char first[UTC_TEXT_SIZE], last[UTC_TEXT_SIZE];
    const char *parameters[] = {account->row.icao24, utc_format(account->row.first_seen, first),
                                utc_format(account->row.last_seen, last)};
    return explain_each(explanation, sql, parameters, 3, take_count, &account->conflicts, error);
}

static int gather(struct explanation *explanation, struct sighting_account *account,
                  struct error *error)
{
    int result = point_summary_read(explanation, &account->row, &account->points, error);
    if (result >= 0)
        result = read_opening(explanation, account, error);
    if (result >= 0)
        result = read_next(explanation, account, error);
    if (result >= 0)
        result = count_conflicts(explanation, account, error);
    if (result >= 0)
        result = visits_query_of_sighting(explanation->connection, account->row.icao24,
                                          account->row.id, &account->visits, error);
    export_attribution(&account->attribution, explanation->config, account->row.feeds);
    return result;
}

// ---- Sentences ---------------------------------------------------------------------------------

static const struct {
    const char *state, *rule;
} closing_rules[] = {
    {"open", "open"},
    {"landed", "ground_reports"},
    {"lost_low", "split_low_gap"},
    {"lost_high", "stitch_limit"},
    {"superseded", "superseded"},
};

const char *sighting_closing_rule(const char *state)
{
    for (size_t i = 0; i < sizeof closing_rules / sizeof *closing_rules; i++)
        if (strcmp(closing_rules[i].state, state) == 0)
            return closing_rules[i].rule;
    return "unknown";
}

// methods 3a and 3b.
static void append_rule(struct text *text, const struct sighting_account *account)
{
    char gap[WORDS_SIZE], low[WORDS_SIZE], time[WORDS_SIZE];
    const char *state = account->row.state;
    words_span(SPLIT_LOW_GAP_US, gap);
    words_quantity(SPLIT_LOW_FT, "ft", low);
    if (strcmp(state, "open") == 0)
        text_append_format(text,
                           "It is still open. It closes after %s of silence under %s above the "
                           "nearest field, or when it reports from the ground.",
                           gap, low);
    else if (strcmp(state, "landed") == 0)
        text_append_format(text,
                           "It closed by a landing: at least %d reports from the ground that "
                           "agree, or %s of them.",
                           GROUND_REPORTS_MIN, words_span(GROUND_TIME_MIN_US, time));
    else if (strcmp(state, "lost_low") == 0)
        text_append_format(text,
                           "The signal was lost under %s above the nearest field, and nothing was "
                           "heard for %s: that closes a sighting. It is not evidence of a landing "
                           "by itself.",
                           low, gap);
    else if (strcmp(state, "lost_high") == 0)
        text_append_format(
            text,
            "The signal was lost higher than %s above the nearest field. Such a "
            "sighting waits for a signal that it can have flown to, up to the "
            "shorter of %s and the type's endurance of %.0f h, before it closes.",
            low, words_span(STITCH_MAX_US, time),
            aircraft_type_find(account->row.type_code != NULL ? account->row.type_code : "")
                ->endurance_h);
    else if (strcmp(state, "superseded") == 0)
        text_append(text, "It no longer stands: the same points, derived anew with later ones, "
                          "give no such sighting.");
    else
        text_append_format(text, "Its state is \"%s\".", state);
}

void sighting_account_append_closing(struct text *text, const struct sighting_account *account)
{
    char last[WORDS_SIZE], height[WORDS_SIZE], next[WORDS_SIZE], span[WORDS_SIZE];
    const struct sighting_row *row = &account->row;
    append_rule(text, account);
    text_append_format(text, " Its last point is of %s", words_time(row->last_seen, last));
    if (row->last_altitude_ft != OBSERVATION_UNKNOWN)
        text_append_format(text, ", at %s",
                           words_quantity((double)row->last_altitude_ft, "ft", height));
    text_append(text, ".");
    if (account->next.id != NULL)
        text_append_format(text, " The aircraft was seen again %s later, at %s (sighting %s).",
                           words_span(account->next.first_seen - row->last_seen, span),
                           words_time(account->next.first_seen, next), account->next.id);
    else if (strcmp(row->state, "open") != 0)
        text_append(text, " The aircraft has not been seen since.");
}

char *sighting_watch_in_words(const struct sighting_account *account, const char *id)
{
    const struct watch_list *watch = account->config != NULL ? &account->config->watch : NULL;
    for (size_t i = 0; watch != NULL && i < watch->entry_count; i++)
        if (strcmp(watch->entries[i].id, id) == 0)
            return watch_entry_in_words(&watch->entries[i]);
    return memory_copy_string("not in the present configuration");
}

void sighting_gap_append(struct text *text, const struct point_gap *gap)
{
    char span[WORDS_SIZE], lost[WORDS_SIZE], found[WORDS_SIZE], height[WORDS_SIZE];
    text_append_format(text, "Silent for %s from %s to %s: lost",
                       words_span(gap->found_at - gap->lost_at, span),
                       words_time(gap->lost_at, lost), words_time(gap->found_at, found));
    if (isfinite(gap->lost_altitude_ft))
        text_append_format(text, " at %s", words_quantity(gap->lost_altitude_ft, "ft", height));
    text_append_format(text, ", found %s on", words_quantity(gap->distance_nm, "nm", span));
    if (isfinite(gap->found_altitude_ft))
        text_append_format(text, " at %s", words_quantity(gap->found_altitude_ft, "ft", height));
    text_append(text, ". It counts as one flight, since it can have flown there in that time and "
                      "was not seen to climb out afresh.");
}

// ------------------------------------------------------------------------------------------------

static void account_done(struct sighting_account *account)
{
    sighting_row_done(&account->row);
    free(account->opening.feed);
    free(account->next.id);
    point_summary_done(&account->points);
    visit_rows_done(&account->visits);
    text_done(&account->attribution);
}

int explain_sighting(struct explanation *explanation, const char *id, struct error *error)
{
    const struct row_filter any = {.since = UTC_UNKNOWN, .until = UTC_UNKNOWN};
    struct sighting_account account = {.config = explanation->config, .opened_at = UTC_UNKNOWN};
    text_init(&account.attribution, LIST_BYTES_MAX);
    int result =
        sighting_query_each(explanation->connection, NULL, &any, id, take_row, &account, error);
    if (result >= 0 && account.row.id == NULL)
        result = error_set(error, -EINVAL, "sighting %s is gone", id);
    if (result >= 0)
        result = gather(explanation, &account, error);
    cJSON *alerts = cJSON_CreateArray();
    if (result >= 0)
        result = explain_alerts_of_sighting(explanation, account.row.icao24, account.row.id, alerts,
                                            error);
    if (result >= 0)
        explain_unrecorded(&account, alerts);
    if (result >= 0 && explanation->cli->format == OUTPUT_JSON) {
        cJSON *object = sighting_account_json(&account);
        cJSON_AddItemToObject(object, "alerts", alerts);
        alerts = NULL;
        result = explain_write_json(explanation, object, error);
    } else if (result >= 0) {
        sighting_account_write_words(explanation->cli->out, &account);
        explain_alerts_write_words(explanation->cli->out, alerts);
    }
    cJSON_Delete(alerts);
    account_done(&account);
    return result;
}
