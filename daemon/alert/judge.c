// SPDX-License-Identifier: MIT
#include "alert/judge_internal.h"

#include "alert/rule.h"
#include "base/text.h"
#include "journal/entry_id.h"

#include <stdio.h>
#include <string.h>

// --- configuration -----------------------------------------------------------------------------

static void free_forms(struct alert_judge *judge)
{
    for (size_t i = 0; i < judge->form_count; i++)
        webhook_form_done(&judge->forms[i]);
    free(judge->forms);
    free(judge->form_errors);
    judge->forms = NULL;
    judge->form_errors = NULL;
    judge->form_count = 0;
}

static void load_form(struct alert_judge *judge, size_t number)
{
    struct error error;
    judge->form_errors[number][0] = '\0';
    if (webhook_form_load(&judge->config->webhooks[number], &judge->forms[number], &error) < 0)
        text_copy(judge->form_errors[number], DELIVERY_REASON_SIZE, error.message);
}

static bool has_star(const struct watch_pattern_array *patterns)
{
    array_foreach (patterns, pattern)
        if (strcmp(*pattern, "*") == 0)
            return true;
    return false;
}

static bool matches_everything(const struct watch_entry *entry)
{
    bool types = entry->types.count == 0 || has_star(&entry->types);
    bool hexes = entry->hexes.count == 0 || has_star(&entry->hexes);
    return types && hexes && (entry->registrations.count == 0 || has_star(&entry->registrations)) &&
           entry->callsigns.count == 0 && entry->squawks.count == 0 && entry->within == NULL &&
           entry->military < 0;
}

void alert_judge_set_config(struct alert_judge *judge, const struct config *config)
{
    free_forms(judge);
    judge->config = config;
    judge->form_count = config->webhook_count;
    judge->forms = memory_allocate_zeroed(config->webhook_count + 1, sizeof *judge->forms);
    judge->form_errors = memory_allocate_zeroed(config->webhook_count + 1, DELIVERY_REASON_SIZE);
    for (size_t i = 0; i < config->webhook_count; i++)
        load_form(judge, i);
    judge->everything_mask = 0;
    for (size_t i = 0; i < config->watch.entry_count; i++)
        if (matches_everything(&config->watch.entries[i]))
            judge->everything_mask |= UINT64_C(1) << i;
}

struct alert_judge *alert_judge_new(const struct config *config, enum alert_judge_mode mode)
{
    struct alert_judge *judge = memory_allocate_zeroed(1, sizeof *judge);
    judge->mode = mode;
    alert_judge_set_config(judge, config);
    return judge;
}

void alert_judge_free(struct alert_judge *judge)
{
    if (judge == NULL)
        return;
    free_forms(judge);
    free(judge);
}

// --- one event ---------------------------------------------------------------------------------

// A journal that cannot be read now takes no entry either: then nothing is lost by not knowing.
static bool is_known(struct hearing *hearing, const uint8_t alert_id[DIGEST_UUID_SIZE])
{
    struct error ignored;
    return id_set_has(&hearing->alerts, alert_id) ||
           outbox_knows(hearing->journal, alert_id, &ignored) > 0;
}

// One body serves all webhooks, and each had its own choice of the alerts before.
static const struct alert_predecessor *find_replaced(struct hearing *hearing,
                                                     struct alert_event *event,
                                                     const struct alert_predecessor *predecessors,
                                                     size_t count)
{
    const struct alert_predecessor *best = NULL;
    event->replaced_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_known(hearing, predecessors[i].alert_id))
            continue;
        best = best != NULL ? best : &predecessors[i];
        memcpy(event->replaced_ids[event->replaced_count++], predecessors[i].alert_id,
               DIGEST_UUID_SIZE);
    }
    return best;
}

// Whether the event says anything new after the alerts that it could replace.
static bool is_news(struct hearing *hearing, struct alert_event *event)
{
    struct alert_predecessor predecessors[ALERT_PREDECESSORS_MAX];
    size_t count = alert_event_predecessors(event, predecessors);
    const struct alert_predecessor *found = find_replaced(hearing, event, predecessors, count);
    if (event->type == ALERT_VISIT_ARRIVED)
        return found == NULL;
    if (event->type != ALERT_VISIT_UPGRADED && event->type != ALERT_VISIT_RETRACTED)
        return true;
    // The outbox forgets after some weeks; who asked the database knows what it replaces
    // (store/pending_event.h).
    if (found == NULL)
        return event->has_replaced;
    if (event->type == ALERT_VISIT_UPGRADED && found->grade >= event->grade)
        return false;
    alert_event_replace(event, found);
    return true;
}

// Who was told of nothing that a retraction withdraws need not hear of it.
static void check_told(struct hearing *hearing, const struct config_webhook *webhook,
                       const struct alert_event *event, struct rule_decision *decision)
{
    struct alert_predecessor predecessors[ALERT_PREDECESSORS_MAX];
    size_t count = 0, known = 0;
    if (decision->send && event->type == ALERT_VISIT_RETRACTED)
        count = alert_event_predecessors(event, predecessors);
    for (size_t i = 0; i < count; i++) {
        struct error ignored;
        bool told = false;
        known += outbox_told(hearing->journal, predecessors[i].alert_id, webhook->id, &told,
                             &ignored) > 0;
        if (told)
            return;
    }
    if (known == 0)
        return; // forgotten, or another daemon's
    decision->send = false;
    text_copy(decision->reason, sizeof decision->reason,
              "it was told of nothing that this withdraws");
}

static void quiet_key(const struct config_webhook *webhook, const struct alert_event *event,
                      uint8_t ret_key[DIGEST_UUID_SIZE])
{
    digest_uuid(ret_key, "%s/%s/%s", webhook->id, alert_type_row(event->type)->name,
                event->subject);
}

static void check_quiet(struct hearing *hearing, const struct config_webhook *webhook,
                        const struct alert_event *event, struct rule_decision *decision)
{
    struct error ignored;
    const char *type = alert_type_row(event->type)->name;
    utc_us since = hearing->now - utc_from_seconds(webhook->quiet_s);
    uint8_t key[DIGEST_UUID_SIZE];
    if (!decision->send || !decision->ask_quiet)
        return;
    quiet_key(webhook, event, key);
    if (!id_set_has(&hearing->sent, key) && outbox_has_recent(hearing->journal, webhook->id, type,
                                                              event->subject, since, &ignored) <= 0)
        return;
    decision->send = false;
    snprintf(decision->reason, sizeof decision->reason,
             "another %s about %s within its quiet period of %.0f s", type, event->subject,
             webhook->quiet_s);
}

// Who was not told that it came need not hear that it has gone.
static void check_untold(bool untold, struct rule_decision *decision)
{
    if (!decision->send || !untold)
        return;
    decision->send = false;
    text_copy(decision->reason, sizeof decision->reason,
              "its opening was not told: it had not settled");
}

static void add_body(struct entry *entry, const char *bytes, size_t length, uint32_t *ret_offset,
                     uint32_t *ret_length)
{
    *ret_offset = (uint32_t)entry->alert_bytes.length;
    *ret_length = (uint32_t)length;
    byte_writer_raw(&entry->alert_bytes, bytes, length);
}

static void add_alert(struct hearing *hearing, const struct alert_event *event,
                      const struct alert_message *message)
{
    struct entry_alert *alert = array_append(&hearing->entry->alerts);
    memcpy(alert->alert_id, event->alert_id, sizeof alert->alert_id);
    text_copy(alert->type, sizeof alert->type, alert_type_row(event->type)->name);
    alert->happened_at = event->happened_at;
    alert->found_at = hearing->now;
    text_copy(alert->subject, sizeof alert->subject, event->subject);
    add_body(hearing->entry, message->document.bytes, message->document.length, &alert->offset,
             &alert->length);
    id_set_add(&hearing->alerts, event->alert_id);
}

static void write_body(struct hearing *hearing, size_t number, const struct alert_message *message,
                       struct entry_delivery *delivery)
{
    struct text body;
    text_init(&body, FORMAT_BODY_BYTES_MAX);
    bool is_document = webhook_form_write(&hearing->judge->forms[number], message, &body);
    if (!is_document && (body.failed || body.length == 0)) {
        delivery->state = DELIVERY_NOT_SENT;
        text_copy(delivery->reason, sizeof delivery->reason,
                  webhook_form_refusal(&hearing->judge->forms[number]));
    } else if (!is_document) {
        add_body(hearing->entry, body.bytes, body.length, &delivery->offset, &delivery->length);
    }
    text_done(&body);
}

static void add_delivery(struct hearing *hearing, size_t number, const struct alert_event *event,
                         const struct rule_decision *decision, const struct alert_message *message)
{
    struct alert_judge *judge = hearing->judge;
    if (decision->send && judge->form_errors[number][0] != '\0')
        load_form(judge, number); // it may have been mended
    struct entry_delivery *delivery = array_append(&hearing->entry->deliveries);
    memcpy(delivery->alert_id, event->alert_id, sizeof delivery->alert_id);
    text_copy(delivery->endpoint, sizeof delivery->endpoint, judge->config->webhooks[number].id);
    text_copy(delivery->reason, sizeof delivery->reason, decision->reason);
    delivery->state = decision->send ? DELIVERY_QUEUED : DELIVERY_NOT_SENT;
    delivery->due_at = decision->send ? decision->due_at : UTC_UNKNOWN;
    delivery->delivered_at = UTC_UNKNOWN;
    if (decision->send && judge->form_errors[number][0] != '\0') {
        delivery->state = DELIVERY_NOT_SENT;
        text_copy(delivery->reason, sizeof delivery->reason, judge->form_errors[number]);
    } else if (decision->send) {
        write_body(hearing, number, message, delivery);
    }
    if (delivery->state != DELIVERY_QUEUED)
        return;
    hearing->queued++;
    uint8_t key[DIGEST_UUID_SIZE];
    quiet_key(&judge->config->webhooks[number], event, key);
    id_set_add(&hearing->sent, key);
}

// With everything watched, only what a webhook wants or a narrower entry names is worth a record.
static bool is_worth_recording(const struct alert_judge *judge, const struct alert_event *event,
                               const struct rule_decision *decisions)
{
    for (size_t i = 0; i < judge->form_count; i++)
        if (judge->config->webhooks[i].enabled && decisions[i].send)
            return true;
    return !alert_type_row(event->type)->about_aircraft ||
           (event->watch_mask & ~judge->everything_mask) != 0;
}

static void hear(void *data, struct alert_event *event)
{
    struct hearing *hearing = data;
    struct alert_judge *judge = hearing->judge;
    const struct config *config = judge->config;
    if (is_known(hearing, event->alert_id) || !is_news(hearing, event))
        return;
    bool untold[CONFIG_WEBHOOKS_MAX] = {false};
    if (event->type == ALERT_SIGHTING_CLOSED && judge->mode == ALERT_JUDGE_SENDS)
        judge_withdraw_openings(hearing, event->sighting_id, strcmp(event->verb, "landed") == 0,
                                untold);
    struct rule_decision decisions[CONFIG_WEBHOOKS_MAX];
    for (size_t i = 0; i < judge->form_count; i++) {
        rule_decide(config, &config->webhooks[i], event, hearing->now, &decisions[i]);
        check_told(hearing, &config->webhooks[i], event, &decisions[i]);
        check_untold(untold[i], &decisions[i]);
        check_quiet(hearing, &config->webhooks[i], event, &decisions[i]);
    }
    if (!is_worth_recording(judge, event, decisions))
        return;
    struct alert_message message;
    alert_message_init(&message, event, config);
    // Every field is bounded, so this cannot be; a cut document is no document.
    if (!message.document.failed) {
        add_alert(hearing, event, &message);
        for (size_t i = 0; i < judge->form_count && judge->mode == ALERT_JUDGE_SENDS; i++)
            if (config->webhooks[i].enabled)
                add_delivery(hearing, i, event, &decisions[i], &message);
    }
    alert_message_done(&message);
}

static void end_hearing(struct hearing *hearing)
{
    id_set_done(&hearing->alerts);
    id_set_done(&hearing->sent);
}

// A sighting that a later derivation does without makes no event.
static void withdraw_superseded(struct hearing *hearing)
{
    array_foreach (&hearing->entry->sightings, sighting) {
        uint8_t sighting_id[DIGEST_UUID_SIZE];
        bool ignored[CONFIG_WEBHOOKS_MAX];
        if (sighting->state != SIGHTING_SUPERSEDED)
            continue;
        sighting_uuid(sighting, sighting_id);
        judge_withdraw_openings(hearing, sighting_id, true, ignored);
    }
}

size_t alert_judge_entry(struct alert_judge *judge, struct journal *journal,
                         const struct tracker *tracker, utc_us now, struct entry *entry)
{
    struct hearing hearing = {.judge = judge, .journal = journal, .entry = entry, .now = now};
    const struct alert_event_sink sink = {hear, &hearing};
    if (judge->mode == ALERT_JUDGE_SENDS) {
        judge_settle(&hearing, tracker);
        withdraw_superseded(&hearing);
    }
    alert_events_of_entry(entry, tracker, now, &sink);
    end_hearing(&hearing);
    return hearing.queued;
}

size_t alert_judge_event(struct alert_judge *judge, struct journal *journal,
                         const struct alert_event *event, utc_us now, struct entry *entry)
{
    struct hearing hearing = {.judge = judge, .journal = journal, .entry = entry, .now = now};
    struct alert_event copy = *event;
    hear(&hearing, &copy);
    end_hearing(&hearing);
    return hearing.queued;
}
