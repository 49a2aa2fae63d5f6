// SPDX-License-Identifier: MIT
#include "cli/explain.h"

#include "base/memory.h"
#include "cli/explain_id.h"
#include "cli/explain_words.h"
#include "store/query.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char alert_sql[] =
    "SELECT type, happened_at, found_at, summary, body, replaces_alert_id FROM skywitness.alert"
    " WHERE alert_id = $1::uuid";
static const char delivery_sql[] =
    "SELECT endpoint, state, reason, attempt, due_at, last_status, delivered_at FROM skywitness.delivery"
    " WHERE alert_id = $1::uuid ORDER BY endpoint";

static void copy_member(cJSON *object, const char *name, const struct query *query, size_t column)
{
    explain_add_text(object, name, query_text(query, column));
}

static void take_alert(void *data, const struct query *query)
{
    cJSON *object = data;
    copy_member(object, "type", query, 0);
    explain_add_time(object, "happened_at", query_time(query, 1));
    explain_add_time(object, "found_at", query_time(query, 2));
    copy_member(object, "summary", query, 3);
    copy_member(object, "replaces_alert_id", query, 5);
    cJSON_AddItemToObject(
        object, "document",
        cJSON_Parse(query_text(query, 4) != NULL ? query_text(query, 4) : "null"));
}

static void take_delivery(void *data, const struct query *query)
{
    cJSON *delivery = cJSON_CreateObject();
    cJSON_AddItemToArray(data, delivery);
    copy_member(delivery, "webhook", query, 0);
    copy_member(delivery, "state", query, 1);
    copy_member(delivery, "reason", query, 2);
    cJSON_AddNumberToObject(delivery, "attempt", (double)query_integer(query, 3, 0));
    explain_add_time(delivery, "due_at", query_time(query, 4));
    if (query_text(query, 5) != NULL)
        cJSON_AddNumberToObject(delivery, "last_status", (double)query_integer(query, 5, 0));
    else
        cJSON_AddNullToObject(delivery, "last_status");
    explain_add_time(delivery, "delivered_at", query_time(query, 6));
}

// --- the alerts of a sighting ------------------------------------------------------------------------

static const char sighting_sql[] =
    "SELECT a.alert_id, a.type, d.endpoint, d.state, d.reason, d.delivered_at FROM skywitness.alert a"
    " LEFT JOIN skywitness.delivery d USING (alert_id)"
    " WHERE a.subject = $1 AND a.sighting_id = $2::uuid ORDER BY a.found_at, a.alert_id, d.endpoint";

static void take_sighting_alert(void *data, const struct query *query)
{
    cJSON *alert = cJSON_CreateObject();
    cJSON_AddItemToArray(data, alert);
    copy_member(alert, "alert_id", query, 0);
    copy_member(alert, "type", query, 1);
    copy_member(alert, "webhook", query, 2);
    copy_member(alert, "state", query, 3);
    copy_member(alert, "reason", query, 4);
    explain_add_time(alert, "delivered_at", query_time(query, 5));
}

int explain_alerts_of_sighting(struct explanation *explanation, const char *icao24,
                               const char *sighting_id, cJSON *alerts, struct error *error)
{
    const char *parameters[] = {icao24, sighting_id};
    return explain_each(explanation, sighting_sql, parameters, 2, take_sighting_alert, alerts,
                        error);
}

static const char *text_of(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    return text != NULL ? text : "";
}

static void write_delivery(FILE *out, const cJSON *delivery)
{
    const char *state = text_of(delivery, "state"), *reason = text_of(delivery, "reason");
    double tries = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(delivery, "attempt"));
    fprintf(out, "  %-16s ", text_of(delivery, "webhook"));
    if (strcmp(state, "delivered") == 0)
        fprintf(out, "delivered at %s, try %.0f", text_of(delivery, "delivered_at"), tries);
    else if (strcmp(state, "queued") == 0 && tries > 0)
        fprintf(out, "tried %.0f times, next at %s", tries, text_of(delivery, "due_at"));
    else if (strcmp(state, "queued") == 0)
        fprintf(out, "to be sent at %s", text_of(delivery, "due_at"));
    else if (strcmp(state, "not_sent") == 0)
        fprintf(out, "not sent");
    else if (strcmp(state, "dead") == 0)
        fprintf(out, "given up after %.0f tries", tries);
    else
        fprintf(out, "%s", state);
    fprintf(out, "%s%s\n", reason[0] != '\0' ? ": " : "", reason);
}

static void write_words(const struct explanation *explanation, const cJSON *object)
{
    FILE *out = explanation->cli->out;
    fprintf(out, "%s\n%s\n\n", text_of(object, "summary"), text_of(object, "type"));
    fprintf(out, "Happened %s, found %s.\n", text_of(object, "happened_at"),
            text_of(object, "found_at"));
    if (text_of(object, "replaces_alert_id")[0] != '\0')
        fprintf(out, "It replaces alert %s.\n", text_of(object, "replaces_alert_id"));
    const cJSON *evidence = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(object, "document"),
                                         "data"),
        "evidence");
    const cJSON *line;
    if (cJSON_GetArraySize(evidence) > 0)
        fputs("\nIt rests on:\n", out);
    cJSON_ArrayForEach(line, evidence) fprintf(
        out, "  %s\n", cJSON_GetStringValue(line) != NULL ? cJSON_GetStringValue(line) : "");
    const cJSON *deliveries = cJSON_GetObjectItemCaseSensitive(object, "deliveries");
    fputs(cJSON_GetArraySize(deliveries) > 0
              ? "\nWhat each webhook did with it:\n"
              : "\nNo webhook was asked: none was enabled, or it was found by a replay.\n",
          out);
    cJSON_ArrayForEach(line, deliveries) write_delivery(out, line);
}

static void write_alert(FILE *out, const cJSON *alert)
{
    const char *reason = text_of(alert, "reason"), *webhook = text_of(alert, "webhook"),
               *state = text_of(alert, "state");
    bool is_recorded = strcmp(state, EXPLAIN_NOT_RECORDED) != 0;
    if (webhook[0] == '\0')
        words_paragraph_format(out, 2, "- ", "%s: no webhook was asked. Alert %s.",
                               text_of(alert, "type"), text_of(alert, "alert_id"));
    else if (!is_recorded)
        words_paragraph_format(out, 2, "- ", "%s, webhook %s: %s.", text_of(alert, "type"), webhook,
                               reason);
    else
        words_paragraph_format(out, 2, "- ", "%s, webhook %s: %s%s%s. Alert %s.",
                               text_of(alert, "type"), webhook,
                               strcmp(state, "not_sent") == 0 ? "not sent" : state,
                               reason[0] != '\0' ? ", " : "", reason, text_of(alert, "alert_id"));
}

void explain_alerts_write_words(FILE *out, const cJSON *alerts)
{
    const cJSON *alert;
    words_heading(out, "Alerts");
    if (strcmp(text_of(cJSON_GetArrayItem(alerts, 0), "state"), EXPLAIN_NOT_RECORDED) == 0)
        words_paragraph(out, 2, "",
                        "None was recorded: where everything is watched, what no webhook wants is "
                        "not. By the present configuration:");
    cJSON_ArrayForEach(alert, alerts) write_alert(out, alert);
    if (cJSON_GetArraySize(alerts) == 0)
        words_paragraph(out, 2, "", "None.");
}

int explain_alert(struct explanation *explanation, const char *id, struct error *error)
{
    cJSON *object = cJSON_CreateObject();
    explain_add_text(object, "alert_id", id);
    int result = explain_each(explanation, alert_sql, &id, 1, take_alert, object, error);
    cJSON *deliveries = cJSON_AddArrayToObject(object, "deliveries");
    if (result >= 0)
        result = explain_each(explanation, delivery_sql, &id, 1, take_delivery, deliveries, error);
    if (result < 0) {
        cJSON_Delete(object);
        return result;
    }
    if (explanation->cli->format == OUTPUT_JSON)
        return explain_write_json(explanation, object, error);
    write_words(explanation, object);
    cJSON_Delete(object);
    return 0;
}
