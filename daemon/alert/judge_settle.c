// SPDX-License-Identifier: MIT
#include "alert/judge_internal.h"

#include "alert/rule.h"
#include "base/text.h"
#include "journal/entry_id.h"
#include "track/lookup.h"

#include <stdio.h>
#include <string.h>

// Anything due later than this waits to settle: no try is put off by more than a day
// (alert/schedule.h).
#define UNSETTLED_AFTER (RULE_UNSETTLED / 2)
// By then a sighting has settled (an hour at most) or ended: one that did neither here was handed
// to another daemon.
#define UNSETTLED_FORGOTTEN_AFTER UTC_DAY

// What waits at one webhook.
struct settling {
    struct hearing *hearing;
    const struct config_webhook *webhook;
    struct id_set openings, subjects;
    struct id_set settled; // in this entry: an aircraft may have several points in it
};

static struct entry_delivery *add_change(struct hearing *hearing, const char *webhook,
                                         const uint8_t alert_id[DIGEST_UUID_SIZE],
                                         enum delivery_state state)
{
    struct entry_delivery *delivery = array_append(&hearing->entry->deliveries);
    memcpy(delivery->alert_id, alert_id, sizeof delivery->alert_id);
    text_copy(delivery->endpoint, sizeof delivery->endpoint, webhook);
    delivery->state = state;
    delivery->due_at = delivery->delivered_at = UTC_UNKNOWN;
    return delivery;
}

// --- settled
// --------------------------------------------------------------------------------------

static void consider(struct settling *settling, const struct sighting *sighting)
{
    uint8_t sighting_id[DIGEST_UUID_SIZE], alert_id[DIGEST_UUID_SIZE];
    double seen_s = utc_to_seconds(sighting->last_seen - sighting->first_seen);
    if (sighting->state != SIGHTING_OPEN || seen_s < settling->webhook->settling_s)
        return;
    sighting_uuid(sighting, sighting_id);
    alert_id_of_opening(sighting_id, alert_id);
    if (!id_set_has(&settling->openings, alert_id) || id_set_has(&settling->settled, alert_id))
        return;
    id_set_add(&settling->settled, alert_id);
    struct entry_delivery *delivery =
        add_change(settling->hearing, settling->webhook->id, alert_id, DELIVERY_QUEUED);
    delivery->due_at = settling->hearing->now;
    snprintf(delivery->reason, sizeof delivery->reason, "it has been seen for %.0f s", seen_s);
    settling->hearing->queued++;
}

// A point moves its sighting's end, which the entry need not hold.
static void consider_entry(struct settling *settling, const struct tracker *tracker)
{
    const struct entry *entry = settling->hearing->entry;
    array_foreach (&entry->sightings, sighting)
        if (id_set_has_text(&settling->subjects, sighting->icao24))
            consider(settling, sighting);
    array_foreach (&entry->points, point) {
        const char *icao24 = point->seen.icao24;
        if (tracker == NULL || !id_set_has_text(&settling->subjects, icao24))
            continue;
        const struct sighting *sighting = tracker_sighting(tracker, icao24, point->emitter);
        if (sighting != NULL)
            consider(settling, sighting);
    }
}

static void take_waiting(struct settling *settling, const struct outbox_waiting *waiting)
{
    if (settling->hearing->now - waiting->found_at > UNSETTLED_FORGOTTEN_AFTER) {
        struct entry_delivery *delivery = add_change(settling->hearing, settling->webhook->id,
                                                     waiting->alert_id, DELIVERY_CANCELLED);
        text_copy(delivery->reason, sizeof delivery->reason,
                  "nothing more was heard of the sighting here");
        return;
    }
    id_set_add(&settling->openings, waiting->alert_id);
    id_set_add_text(&settling->subjects, waiting->subject);
}

static void settle_webhook(struct hearing *hearing, const struct tracker *tracker,
                           const struct config_webhook *webhook)
{
    struct outbox_waiting_array waiting = {0};
    struct settling settling = {.hearing = hearing, .webhook = webhook};
    struct error ignored;
    outbox_waiting(hearing->journal, webhook->id, hearing->now + UNSETTLED_AFTER, &waiting,
                   &ignored);
    array_foreach (&waiting, one)
        take_waiting(&settling, one);
    if (settling.openings.count > 0)
        consider_entry(&settling, tracker);
    id_set_done(&settling.openings);
    id_set_done(&settling.subjects);
    id_set_done(&settling.settled);
    array_free(&waiting);
}

void judge_settle(struct hearing *hearing, const struct tracker *tracker)
{
    const struct config *config = hearing->judge->config;
    for (size_t i = 0; i < config->webhook_count; i++)
        if (config->webhooks[i].enabled)
            settle_webhook(hearing, tracker, &config->webhooks[i]);
}

// --- withdrawn
// ------------------------------------------------------------------------------------

void judge_withdraw_openings(struct hearing *hearing, const uint8_t sighting_id[DIGEST_UUID_SIZE],
                             bool for_good, bool ret_untold[CONFIG_WEBHOOKS_MAX])
{
    const struct config *config = hearing->judge->config;
    uint8_t alert_id[DIGEST_UUID_SIZE];
    alert_id_of_opening(sighting_id, alert_id);
    for (size_t i = 0; i < config->webhook_count; i++) {
        struct error ignored;
        utc_us due_at = UTC_UNKNOWN;
        const char *webhook = config->webhooks[i].id;
        ret_untold[i] = outbox_waits(hearing->journal, alert_id, webhook, &due_at, &ignored) > 0 &&
                        due_at > hearing->now + UNSETTLED_AFTER;
        if (!ret_untold[i] || !for_good)
            continue;
        struct entry_delivery *delivery =
            add_change(hearing, webhook, alert_id, DELIVERY_CANCELLED);
        text_copy(delivery->reason, sizeof delivery->reason,
                  "the sighting ended before it had settled");
    }
}
