// SPDX-License-Identifier: MIT
#include "cli/explain_sighting.h"

#include "base/memory.h"
#include "cli/output.h"
#include "feed/observation.h"
#include "track/thresholds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_BYTES_MAX 65536

static void add_opening(cJSON *object, const struct sighting_account *account)
{
    const struct opening_point *point = &account->opening;
    explain_add_time(object, "opened_at", account->opened_at);
    if (!point->known) {
        cJSON_AddNullToObject(object, "opened_by");
        return;
    }
    cJSON *one = cJSON_AddObjectToObject(object, "opened_by");
    explain_add_text(one, "feed", point->feed);
    explain_add_time(one, "received_at", point->received_at);
    explain_add_number(one, "latitude", point->latitude_deg);
    explain_add_number(one, "longitude", point->longitude_deg);
    explain_add_number(one, "altitude_ft", point->altitude_ft);
    cJSON_AddBoolToObject(one, "on_ground", point->on_ground);
}

static void add_gaps(cJSON *object, const struct sighting_account *account)
{
    cJSON *array = cJSON_AddArrayToObject(object, "gaps");
    array_foreach (&account->points.gaps, gap) {
        struct text text;
        text_init(&text, TEXT_BYTES_MAX);
        sighting_gap_append(&text, gap);
        cJSON *one = cJSON_CreateObject();
        explain_add_time(one, "lost_at", gap->lost_at);
        explain_add_time(one, "found_at", gap->found_at);
        explain_add_number(one, "lost_altitude_ft", gap->lost_altitude_ft);
        explain_add_number(one, "found_altitude_ft", gap->found_altitude_ft);
        explain_add_rounded(one, "distance_nm", gap->distance_nm, 1);
        explain_add_text(one, "sentence", text.bytes);
        cJSON_AddItemToArray(array, one);
        text_done(&text);
    }
}

static void add_closing(cJSON *object, const struct sighting_account *account)
{
    const struct sighting_row *row = &account->row;
    struct text text;
    text_init(&text, TEXT_BYTES_MAX);
    sighting_account_append_closing(&text, account);
    cJSON *one = cJSON_AddObjectToObject(object, "closing");
    const char *rule = sighting_closing_rule(row->state);
    explain_add_text(one, "rule", rule);
    bool is_landed = strcmp(row->state, "landed") == 0;
    bool is_high = strcmp(row->state, "lost_high") == 0;
    explain_add_number(one, "threshold",
                       is_landed ? GROUND_REPORTS_MIN
                       : is_high ? (double)(STITCH_MAX_US / UTC_MINUTE)
                                 : (double)(SPLIT_LOW_GAP_US / UTC_MINUTE));
    explain_add_text(one, "unit", is_landed ? "reports" : "min");
    explain_add_number(one, "last_altitude_ft",
                       row->last_altitude_ft != OBSERVATION_UNKNOWN ? (double)row->last_altitude_ft
                                                                    : NAN);
    explain_add_rounded(one, "silence_min",
                        account->next.id != NULL
                            ? utc_to_seconds(account->next.first_seen - row->last_seen) / 60
                            : NAN,
                        1);
    explain_add_text(one, "next_sighting_id", account->next.id);
    explain_add_text(one, "sentence", text.bytes);
    text_done(&text);
}

static void add_watch(cJSON *object, const struct sighting_account *account)
{
    cJSON *array = cJSON_AddArrayToObject(object, "watch");
    AUTO_FREE char *copy =
        memory_copy_string(account->row.watch_ids != NULL ? account->row.watch_ids : "");
    for (char *rest = copy, *id; (id = strsep(&rest, (char[]){OUTPUT_LIST_SEPARATOR, '\0'}));) {
        if (*id == '\0')
            continue;
        AUTO_FREE char *asks = sighting_watch_in_words(account, id);
        cJSON *one = cJSON_CreateObject();
        explain_add_text(one, "watch_id", id);
        explain_add_text(one, "matches", asks);
        cJSON_AddItemToArray(array, one);
    }
}

static void add_visits(cJSON *object, const struct sighting_account *account)
{
    cJSON *array = cJSON_AddArrayToObject(object, "visits");
    array_foreach (&account->visits, visit) {
        bool came = visit->sighting_in != NULL && strcmp(visit->sighting_in, account->row.id) == 0;
        cJSON *one = cJSON_CreateObject();
        explain_add_text(one, "visit_id", visit->id);
        explain_add_text(one, "side", came ? "arrival" : "departure");
        explain_add_text(one, "place", visit->place);
        explain_add_text(one, "grade", visit->grade);
        explain_add_text(one, "state", visit->state);
        cJSON_AddItemToArray(array, one);
    }
}

cJSON *sighting_account_json(const struct sighting_account *account)
{
    const struct sighting_row *row = &account->row;
    cJSON *object = cJSON_CreateObject();
    explain_add_text(object, "sighting_id", row->id);
    explain_add_text(object, "icao24", row->icao24);
    explain_add_text(object, "registration", row->registration);
    explain_add_text(object, "type_code", row->type_code);
    explain_add_list(object, "callsigns", row->callsigns);
    explain_add_text(object, "state", row->state);
    explain_add_text(object, "origin", row->origin);
    explain_add_text(object, "destination", row->destination);
    explain_add_time(object, "first_seen", row->first_seen);
    explain_add_time(object, "last_seen", row->last_seen);
    explain_add_number(object, "points", (double)account->points.points);
    add_opening(object, account);
    add_gaps(object, account);
    add_closing(object, account);
    cJSON_AddItemToObject(object, "flags", point_summary_flags_json(&account->points));
    explain_add_number(object, "identity_conflicts", (double)account->conflicts);
    add_watch(object, account);
    add_visits(object, account);
    cJSON_AddItemToObject(object, "feeds", point_summary_feeds_json(&account->points));
    explain_add_text(object, "attribution", account->attribution.bytes);
    return object;
}
