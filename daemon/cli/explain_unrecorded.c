// SPDX-License-Identifier: MIT
// A sighting of which no alert was recorded: where everything is watched, only what some webhook
// wants is. What the rules of the present configuration say of it is worked out here instead.
#include "alert/rule.h"
#include "base/text.h"
#include "cli/explain.h"
#include "cli/explain_sighting.h"
#include "cli/output.h"
#include "config/config.h"

#include <string.h>

// Lists are as cli/output.h has them.
static uint64_t mask_of(const struct config *config, const char *watch_ids)
{
    static const char separator[] = {OUTPUT_LIST_SEPARATOR, '\0'};
    uint64_t mask = 0;
    while (watch_ids != NULL && *watch_ids != '\0') {
        size_t length = strcspn(watch_ids, separator);
        for (size_t i = 0; i < config->watch.entry_count; i++)
            if (strlen(config->watch.entries[i].id) == length &&
                memcmp(config->watch.entries[i].id, watch_ids, length) == 0)
                mask |= UINT64_C(1) << i;
        watch_ids += length + (watch_ids[length] != '\0');
    }
    return mask;
}

static struct alert_event event_of(const struct sighting_account *account, enum alert_type type)
{
    const struct sighting_row *row = &account->row;
    bool opens = type == ALERT_SIGHTING_OPENED;
    struct alert_event event = {
        .type = type,
        .happened_at = opens ? row->first_seen : row->last_seen,
        .between = {row->first_seen, row->last_seen},
        .position = {.latitude_deg = row->last_latitude_deg,
                     .longitude_deg = row->last_longitude_deg},
        .watch_mask = mask_of(account->config, row->watch_ids),
        .verb = opens                               ? "seen"
                : strcmp(row->state, "landed") == 0 ? "landed"
                                                    : "lost",
    };
    if (opens)
        event.position = (struct position){.latitude_deg = account->opening.latitude_deg,
                                           .longitude_deg = account->opening.longitude_deg};
    const char *place = opens ? row->origin : row->destination;
    text_copy(event.subject, sizeof event.subject, row->icao24);
    text_copy(event.place, sizeof event.place, place != NULL ? place : "");
    return event;
}

static void add(const struct sighting_account *account, enum alert_type type, cJSON *alerts)
{
    struct alert_event event = event_of(account, type);
    for (size_t i = 0; i < account->config->webhook_count; i++) {
        const struct config_webhook *webhook = &account->config->webhooks[i];
        struct rule_decision decision;
        rule_decide(account->config, webhook, &event, event.happened_at, &decision);
        cJSON *alert = cJSON_CreateObject();
        cJSON_AddItemToArray(alerts, alert);
        explain_add_text(alert, "alert_id", NULL);
        explain_add_text(alert, "type", alert_type_row(type)->name);
        explain_add_text(alert, "webhook", webhook->id);
        explain_add_text(alert, "state", EXPLAIN_NOT_RECORDED);
        explain_add_text(alert, "reason", webhook->enabled ? decision.reason : "it is not enabled");
        explain_add_time(alert, "delivered_at", UTC_UNKNOWN);
    }
}

void explain_unrecorded(const struct sighting_account *account, cJSON *alerts)
{
    if (account->config == NULL || cJSON_GetArraySize(alerts) > 0)
        return;
    add(account, ALERT_SIGHTING_OPENED, alerts);
    if (strcmp(account->row.state, "open") != 0)
        add(account, ALERT_SIGHTING_CLOSED, alerts);
}
