// SPDX-License-Identifier: MIT
#include "cli/explain_visit.h"

#include <stdlib.h>

#define TEXT_BYTES_MAX 65536

static void add_state(cJSON *object, const struct visit_row *row)
{
    explain_add_text(object, "state", row->state);
    explain_add_text(object, "grade", row->grade);
    explain_add_text(object, "verb", row->verb);
    explain_add_time(object, "arrived_after", row->arrived_after);
    explain_add_time(object, "arrived_before", row->arrived_before);
    explain_add_time(object, "departed_after", row->departed_after);
    explain_add_time(object, "departed_before", row->departed_before);
    explain_add_time(object, "decided_at", row->decided_at);
    explain_add_time(object, "recorded_at", row->recorded_at);
}

static void add_phrase(cJSON *object, const char *name, const struct visit_account *account,
                       void (*append)(struct text *text, const struct visit_account *account))
{
    struct text text;
    text_init(&text, TEXT_BYTES_MAX);
    append(&text, account);
    explain_add_text(object, name, text.bytes);
    text_done(&text);
}

static void add_reasons(cJSON *object, const struct visit_account *account)
{
    cJSON *array = cJSON_AddArrayToObject(object, "reasons");
    array_foreach (&account->reasons, row) {
        cJSON *one = cJSON_CreateObject();
        explain_add_text(one, "rule", row->reason.rule);
        explain_add_text(one, "about", explain_part_name(row->part));
        cJSON_AddBoolToObject(one, "met", row->reason.met);
        explain_add_number(one, "threshold", row->reason.threshold);
        explain_add_number(one, "value", row->reason.value);
        explain_add_text(one, "unit", row->reason.unit);
        if (row->reason.place != NULL) {
            explain_add_text(one, "place", row->reason.place);
            explain_add_number(one, "distance_nm", row->reason.distance_nm);
        }
        explain_add_text(one, "sentence", row->sentence);
        cJSON_AddItemToArray(array, one);
    }
}

static void add_runner_up(cJSON *object, const struct visit_account *account)
{
    const struct visit_reason_row *row = visit_account_reason(account, "runner_up");
    if (row == NULL) {
        cJSON_AddNullToObject(object, "runner_up");
        return;
    }
    cJSON *other = cJSON_AddObjectToObject(object, "runner_up");
    explain_add_text(other, "place", row->reason.place);
    explain_add_number(other, "distance_nm", row->reason.distance_nm);
    explain_add_number(other, "share", row->reason.value);
}

static void add_side(cJSON *object, const char *name, const struct visit_side *side)
{
    if (!side->known) {
        cJSON_AddNullToObject(object, name);
        return;
    }
    cJSON *one = cJSON_AddObjectToObject(object, name);
    explain_add_text(one, "sighting_id", side->sighting.id);
    explain_add_time(one, "first_seen", side->sighting.first_seen);
    explain_add_time(one, "last_seen", side->sighting.last_seen);
    explain_add_number(one, "points", (double)side->points.points);
    cJSON_AddItemToObject(one, "feeds", point_summary_feeds_json(&side->points));
    cJSON_AddItemToObject(one, "flags", point_summary_flags_json(&side->points));
}

static void add_history(cJSON *object, const struct visit_account *account)
{
    cJSON *array = cJSON_AddArrayToObject(object, "history");
    const struct visit_row *before = NULL;
    array_foreach (&account->history, state) {
        struct text text;
        text_init(&text, TEXT_BYTES_MAX);
        visit_account_append_change(&text, before, state);
        cJSON *one = cJSON_CreateObject();
        add_state(one, state);
        cJSON_AddItemToObject(one, "reasons", cJSON_Parse(state->reasons));
        explain_add_text(one, "sentence", text.bytes);
        cJSON_AddItemToArray(array, one);
        text_done(&text);
        before = state;
    }
}

cJSON *visit_account_json(const struct visit_account *account)
{
    const struct visit_row *row = account->row;
    cJSON *object = cJSON_CreateObject();
    explain_add_text(object, "visit_id", row->id);
    add_phrase(object, "summary", account, visit_account_append_headline);
    explain_add_text(object, "icao24", row->icao24);
    explain_add_text(object, "registration", row->registration);
    explain_add_text(object, "type_code", row->type_code);
    explain_add_text(object, "callsign_in", row->callsign_in);
    explain_add_text(object, "callsign_out", row->callsign_out);
    explain_add_list(object, "watch_ids", row->watch_ids);
    explain_add_text(object, "place", row->place);
    explain_add_text(object, "place_name", account->place_name);
    add_state(object, row);
    explain_add_text(object, "grade_meaning", visit_account_grade_meaning(account));
    cJSON_AddBoolToObject(object, "arrival_seen", row->arrival_seen);
    cJSON_AddBoolToObject(object, "departure_seen", row->departure_seen);
    add_phrase(object, "arrival_bracket", account, visit_account_append_arrival);
    add_phrase(object, "departure_bracket", account, visit_account_append_departure);
    add_reasons(object, account);
    add_runner_up(object, account);
    add_side(object, "coming", &account->in);
    add_side(object, "leaving", &account->out);
    explain_add_number(object, "identity_conflicts", (double)account->conflicts);
    add_history(object, account);
    explain_add_list(object, "feeds", account->feeds.bytes);
    explain_add_text(object, "attribution", account->attribution.bytes);
    explain_add_number(object, "detector_version", (double)row->detector_version);
    return object;
}
