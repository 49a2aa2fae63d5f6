// SPDX-License-Identifier: MIT
#include "alert/delivery_internal.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define MIRROR_INTERVAL_MS 1000
// The outbox could not be read or written: the disk is full or gone.
#define OUTBOX_RETRY_MS 1000
// A clock that is set, and due times far ahead, are looked at again by then.
#define TIMER_MAX_MS 3600000
// How often a secret or template that cannot be read is tried again [our choice].
#define SECRETS_AGAIN_MS 5000

// --- time --------------------------------------------------------------------------------------

static void on_timer(uv_timer_t *timer)
{
    alert_delivery_wake(timer->data);
}

static utc_us earlier(utc_us first, utc_us second)
{
    return first == UTC_UNKNOWN || (second != UTC_UNKNOWN && second < first) ? second : first;
}

// When there is something to do for the webhook; UTC_UNKNOWN for nothing.
static utc_us next_of(const struct alert_delivery *delivery, const struct outlet *outlet,
                      utc_us now)
{
    uint64_t now_ms = uv_now(delivery->settings.loop);
    if (!outlet->wanted)
        return UTC_UNKNOWN;
    utc_us next = outlet->next_due;
    if (outlet_is_held(delivery, outlet))
        next = now + (utc_us)(outlet->held_until_ms - now_ms) * 1000;
    return earlier(next, outlet_announced_at(outlet));
}

static void set_timer(struct alert_delivery *delivery)
{
    utc_us now = clock_now(), next = UTC_UNKNOWN;
    array_foreach (&delivery->outlets, outlet)
        next = earlier(next, next_of(delivery, *outlet, now));
    if (next == UTC_UNKNOWN) {
        uv_timer_stop(&delivery->timer);
        return;
    }
    utc_us wait = next - now;
    uint64_t wait_ms = wait <= 0 ? 0 : (uint64_t)(wait / 1000) + 1;
    uv_timer_start(&delivery->timer, on_timer, wait_ms < TIMER_MAX_MS ? wait_ms : TIMER_MAX_MS, 0);
}

void delivery_retry_exchange(struct alert_delivery *delivery)
{
    uv_timer_start(&delivery->timer, on_timer, OUTBOX_RETRY_MS, 0);
}

static void mirror_now(uv_timer_t *timer)
{
    struct alert_delivery *delivery = timer->data;
    delivery->unmirrored = false;
    delivery->settings.mirror(delivery->settings.context);
}

static void check_closing(struct alert_delivery *delivery);

void delivery_pump(struct alert_delivery *delivery)
{
    if (delivery->closed)
        return;
    if (!delivery->closing)
        delivery_check_outlets(delivery);
    delivery_send_ready(delivery);
    if (!delivery_exchange(delivery))
        set_timer(delivery);
    if (delivery->unmirrored && !delivery->closing &&
        !uv_is_active((uv_handle_t *)&delivery->mirror_timer))
        uv_timer_start(&delivery->mirror_timer, mirror_now, MIRROR_INTERVAL_MS, 0);
    if (delivery->closing)
        check_closing(delivery);
}

void alert_delivery_wake(struct alert_delivery *delivery)
{
    array_foreach (&delivery->outlets, outlet)
        (*outlet)->more = true;
    delivery_pump(delivery);
}

// --- configuration -----------------------------------------------------------------------------

static struct outlet *find_outlet(const struct alert_delivery *delivery, const char *id)
{
    array_foreach (&delivery->outlets, outlet)
        if (strcmp((*outlet)->target.id, id) == 0)
            return *outlet;
    return NULL;
}

static struct outlet *add_outlet(struct alert_delivery *delivery, const char *id)
{
    struct outlet *outlet = memory_allocate_zeroed(1, sizeof *outlet);
    outlet->state.failing_since = outlet->next_due = UTC_UNKNOWN;
    text_copy(outlet->target.id, sizeof outlet->target.id, id);
    *array_append(&delivery->outlets) = outlet;
    return outlet;
}

static void take_target(struct outlet *outlet, const struct webhook_target *target)
{
    // What one address asked for says nothing of another.
    if (outlet->target.url == NULL || strcmp(outlet->target.url, target->url) != 0)
        outlet->held_until_ms = 0;
    webhook_target_done(&outlet->target);
    outlet->target = *target;
    outlet->unusable_reason[0] = '\0';
}

// Said once for each reason.
static void note_unusable(struct alert_delivery *delivery, struct outlet *outlet,
                          const char *reason)
{
    char before[DELIVERY_REASON_SIZE];
    text_copy(before, sizeof before, outlet->unusable_reason);
    text_copy(outlet->unusable_reason, sizeof outlet->unusable_reason, reason);
    if (strcmp(outlet->unusable_reason, before) == 0)
        return;
    if (delivery->settings.on_news != NULL)
        delivery->settings.on_news(delivery->settings.context, outlet->target.id,
                                   DELIVERY_NEWS_UNUSABLE, reason);
}

static void set_target(struct alert_delivery *delivery, const struct config_webhook *webhook)
{
    struct outlet *outlet = find_outlet(delivery, webhook->id);
    struct webhook_target target;
    struct error error;
    if (outlet == NULL)
        outlet = add_outlet(delivery, webhook->id);
    outlet->wanted = webhook->enabled;
    outlet->usable = webhook->enabled &&
                     webhook_target_load(webhook, delivery->config->contact, &target, &error) == 0;
    if (outlet->usable)
        take_target(outlet, &target);
    else if (outlet->wanted)
        note_unusable(delivery, outlet, error.message);
}

static void read_again(uv_timer_t *timer);

static void set_targets(struct alert_delivery *delivery, bool all)
{
    bool any_unusable = false;
    for (size_t i = 0; i < delivery->config->webhook_count; i++) {
        const struct config_webhook *webhook = &delivery->config->webhooks[i];
        const struct outlet *outlet = find_outlet(delivery, webhook->id);
        if (all || (outlet->wanted && !outlet->usable))
            set_target(delivery, webhook);
        outlet = find_outlet(delivery, webhook->id);
        any_unusable = any_unusable || (outlet->wanted && !outlet->usable);
    }
    if (any_unusable)
        uv_timer_start(&delivery->secrets_timer, read_again, SECRETS_AGAIN_MS, 0);
    else
        uv_timer_stop(&delivery->secrets_timer);
}

static void read_again(uv_timer_t *timer)
{
    struct alert_delivery *delivery = timer->data;
    set_targets(delivery, false);
    alert_delivery_wake(delivery);
}

void alert_delivery_set_config(struct alert_delivery *delivery, const struct config *config)
{
    delivery->config = config;
    array_foreach (&delivery->outlets, outlet)
        (*outlet)->wanted = (*outlet)->usable = false;
    set_targets(delivery, true);
    array_foreach (&delivery->outlets, outlet)
        if (!(*outlet)->wanted)
            outlet_drop_ready(*outlet);
    alert_delivery_wake(delivery);
}

static void start_timer(struct alert_delivery *delivery, uv_timer_t *timer)
{
    uv_timer_init(delivery->settings.loop, timer);
    timer->data = delivery;
    delivery->handles_open++;
}

struct alert_delivery *alert_delivery_new(const struct alert_delivery_settings *settings,
                                          const struct config *config)
{
    struct alert_delivery *delivery = memory_allocate_zeroed(1, sizeof *delivery);
    delivery->settings = *settings;
    delivery->config = config;
    delivery->clock_offset = UTC_UNKNOWN;
    start_timer(delivery, &delivery->timer);
    start_timer(delivery, &delivery->mirror_timer);
    start_timer(delivery, &delivery->secrets_timer);
    set_targets(delivery, true);
    // What the last run recorded may not have been mirrored.
    delivery->unmirrored = true;
    return delivery;
}

// --- the operator's wishes ---------------------------------------------------------------------

struct replay_job {
    struct alert_delivery *delivery;
    uint8_t alert_id[DIGEST_UUID_SIZE];
    char webhook[WEBHOOK_ID_SIZE];
    int count;
    void (*done)(void *data, int count);
    void *data;
};

static void replay_work(struct journal *journal, void *data)
{
    struct replay_job *job = data;
    struct error ignored;
    job->count = outbox_again(journal, job->alert_id, job->webhook, clock_now(), &ignored);
}

static void replay_done(void *data)
{
    struct replay_job *job = data;
    struct alert_delivery *delivery = job->delivery;
    delivery->jobs--;
    delivery->unmirrored = delivery->unmirrored || job->count > 0;
    job->done(job->data, job->count);
    free(job);
    alert_delivery_wake(delivery);
}

void alert_delivery_replay(struct alert_delivery *delivery,
                           const uint8_t alert_id[DIGEST_UUID_SIZE], const char *webhook,
                           void (*done)(void *data, int count), void *data)
{
    struct replay_job *job = memory_allocate_zeroed(1, sizeof *job);
    job->delivery = delivery;
    memcpy(job->alert_id, alert_id, sizeof job->alert_id);
    text_copy(job->webhook, sizeof job->webhook, webhook);
    job->done = done;
    job->data = data;
    delivery->jobs++;
    delivery->settings.with_journal(delivery->settings.context, replay_work, replay_done, job);
}

bool alert_delivery_enable(struct alert_delivery *delivery, const char *webhook)
{
    struct outlet *outlet = find_outlet(delivery, webhook);
    if (outlet == NULL)
        return false;
    outlet->state.disabled = outlet->state.announced = false;
    outlet->state.failing_since = UTC_UNKNOWN;
    outlet->state.reason[0] = '\0';
    outlet->state_known = outlet->state_changed = true;
    outlet->held_until_ms = 0;
    alert_delivery_wake(delivery);
    return true;
}

struct alert_delivery_counters alert_delivery_counters(const struct alert_delivery *delivery)
{
    struct alert_delivery_counters counters = delivery->counters;
    counters.in_flight = delivery->flying;
    array_foreach (&delivery->outlets, outlet) {
        counters.failing_webhooks += (*outlet)->wanted && outlet_is_failing(*outlet);
        counters.disabled_webhooks += (*outlet)->wanted && (*outlet)->state.disabled;
    }
    return counters;
}

size_t alert_delivery_troubles(const struct alert_delivery *delivery,
                               struct alert_delivery_trouble *ret_troubles, size_t limit)
{
    size_t count = 0;
    array_foreach (&delivery->outlets, place) {
        const struct outlet *outlet = *place;
        if (!outlet->wanted || (!outlet_is_failing(outlet) && !outlet->state.disabled) ||
            count == limit)
            continue;
        struct alert_delivery_trouble *trouble = &ret_troubles[count++];
        text_copy(trouble->webhook, sizeof trouble->webhook, outlet->target.id);
        trouble->disabled = outlet->state.disabled;
        trouble->since = outlet->state.failing_since;
        text_copy(trouble->reason, sizeof trouble->reason, outlet->state.reason);
    }
    return count;
}

// --- closing: what is due goes out, then the outcomes are recorded and mirrored ----------------

static void free_delivery(struct alert_delivery *delivery)
{
    void (*on_closed)(void *data) = delivery->on_closed;
    void *data = delivery->closed_data;
    array_foreach (&delivery->outlets, outlet) {
        outlet_drop_ready(*outlet);
        array_free(&(*outlet)->ready);
        webhook_target_done(&(*outlet)->target);
        free(*outlet);
    }
    array_free(&delivery->outlets);
    array_free(&delivery->outcomes);
    array_free(&delivery->landed);
    free(delivery);
    on_closed(data);
}

static void handle_closed(uv_handle_t *handle)
{
    struct alert_delivery *delivery = handle->data;
    if (--delivery->handles_open == 0)
        free_delivery(delivery);
}

static bool has_ready(const struct alert_delivery *delivery)
{
    array_foreach (&delivery->outlets, outlet)
        if (delivery_may_fly(delivery, *outlet))
            return true;
    return false;
}

static void check_closing(struct alert_delivery *delivery)
{
    bool impatient = uv_now(delivery->settings.loop) >= delivery->patience_ends_ms;
    if (impatient)
        delivery_cancel_flights(delivery);
    bool quiet = delivery->flights == NULL && delivery->jobs == 0 && delivery->outcomes.count == 0;
    if (delivery->closed || delivery->jobs > 0 || (!impatient && (!quiet || has_ready(delivery))))
        return;
    delivery->closed = true;
    delivery->settings.mirror(delivery->settings.context);
    uv_close((uv_handle_t *)&delivery->timer, handle_closed);
    uv_close((uv_handle_t *)&delivery->mirror_timer, handle_closed);
    uv_close((uv_handle_t *)&delivery->secrets_timer, handle_closed);
}

static void closing_tick(uv_timer_t *timer)
{
    check_closing(timer->data);
}

void alert_delivery_close(struct alert_delivery *delivery, uint64_t patience_ms,
                          void (*on_closed)(void *data), void *data)
{
    delivery->on_closed = on_closed;
    delivery->closed_data = data;
    delivery->closing = true;
    delivery->patience_ends_ms = uv_now(delivery->settings.loop) + patience_ms;
    uv_timer_start(&delivery->mirror_timer, closing_tick, 10, 10);
    alert_delivery_wake(delivery);
}
