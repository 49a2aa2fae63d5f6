// SPDX-License-Identifier: MIT
#include "alert/delivery_internal.h"

#include "alert/schedule.h"
#include "base/clock.h"
#include "base/text.h"

#include <stdlib.h>
#include <sys/random.h>

// craft.md 5.2: global concurrency 16.
#define FLIGHTS_MAX 16
#define FLIGHTS_OF_FAILING_MAX (FLIGHTS_MAX / 2)
// A webhook that has not taken anything for so long is announced as failing [our choice].
#define FAILING_ANNOUNCED_AFTER UTC_HOUR

struct flight {
    struct alert_delivery *delivery;
    struct outlet *outlet;
    struct outbox_item item;
    struct http_transfer *transfer;
    struct flight *next, **place;
};

static double chance(void)
{
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        return 0.5;
    return random / 4294967296.0;
}

bool outlet_is_failing(const struct outlet *outlet)
{
    return outlet->state.failing_since != UTC_UNKNOWN;
}

static void delivery_tell(struct alert_delivery *delivery, const struct outlet *outlet,
                          enum alert_delivery_news news)
{
    if (delivery->settings.on_news != NULL)
        delivery->settings.on_news(delivery->settings.context, outlet->target.id, news,
                                   outlet->state.reason);
}

void outlet_drop_ready(struct outlet *outlet)
{
    for (size_t i = outlet->ready_next; i < outlet->ready.count; i++)
        outbox_item_done(&outlet->ready.items[i]);
    outlet->ready.count = outlet->ready_next = 0;
}

// --- how a webhook fares -----------------------------------------------------------------------

static void note_success(struct alert_delivery *delivery, struct outlet *outlet)
{
    outlet->proven = true;
    if (!outlet_is_failing(outlet))
        return;
    bool announced = outlet->state.announced;
    outlet->state.failing_since = UTC_UNKNOWN;
    outlet->state.announced = false;
    outlet->state.reason[0] = '\0';
    outlet->state_changed = true;
    if (announced)
        delivery_tell(delivery, outlet, DELIVERY_NEWS_RECOVERED);
}

static void alert_others(struct alert_delivery *delivery, struct outlet *outlet, utc_us now)
{
    outlet->state.announced = outlet->state_changed = true;
    const struct alert_event event =
        alert_event_of_webhook(ALERT_WEBHOOK_FAILING, outlet->target.id, outlet->state.reason,
                               outlet->state.failing_since);
    delivery->settings.alert(delivery->settings.context, &event, now);
}

static void announce(struct alert_delivery *delivery, struct outlet *outlet,
                     enum alert_delivery_news news, utc_us now)
{
    delivery_tell(delivery, outlet, news);
    alert_others(delivery, outlet, now);
}

static void note_failure(struct alert_delivery *delivery, struct outlet *outlet,
                         enum schedule_verdict verdict, const char *reason, utc_us now)
{
    outlet->proven = false;
    if (!outlet_is_failing(outlet))
        outlet->state.failing_since = now;
    text_copy(outlet->state.reason, sizeof outlet->state.reason, reason);
    outlet->state_changed = true;
    delivery->counters.failed_tries++;
    if (verdict == SCHEDULE_DISABLE && !outlet->state.disabled) {
        outlet->state.disabled = true;
        outlet_drop_ready(outlet); // the outbox gives them up
        announce(delivery, outlet, DELIVERY_NEWS_DISABLED, now);
    } else if (!outlet->state.announced && verdict == SCHEDULE_DEAD) {
        announce(delivery, outlet, DELIVERY_NEWS_FAILING, now);
    }
}

utc_us outlet_announced_at(const struct outlet *outlet)
{
    bool waits = outlet->wanted && outlet->state_known && outlet_is_failing(outlet) &&
                 !outlet->state.announced;
    return waits ? outlet->state.failing_since + FAILING_ANNOUNCED_AFTER : UTC_UNKNOWN;
}

// Lasting failure needs no try to be noticed: the next one may be hours away.
static void check_lasting(struct alert_delivery *delivery, struct outlet *outlet, utc_us now)
{
    utc_us due = outlet_announced_at(outlet);
    if (due == UTC_UNKNOWN)
        return;
    if (outlet->state.failing_since > now)
        outlet->state.failing_since = now; // the clock was set back
    else if (due <= now)
        announce(delivery, outlet, DELIVERY_NEWS_FAILING, now);
}

// The log has been told already.
static void check_usable(struct alert_delivery *delivery, struct outlet *outlet, utc_us now)
{
    struct outbox_endpoint *state = &outlet->state;
    if (!outlet->wanted || !outlet->state_known || state->disabled)
        return;
    if (outlet->usable && state->unusable) {
        state->unusable = false;
        outlet->state_changed = true;
        note_success(delivery, outlet);
        outlet->proven = false; // nothing was asked of it yet
    } else if (!outlet->usable && (!state->unusable || !outlet_is_failing(outlet))) {
        state->unusable = outlet->state_changed = true;
        if (!outlet_is_failing(outlet))
            state->failing_since = now;
        text_copy(state->reason, sizeof state->reason, outlet->unusable_reason);
    }
    if (state->unusable && !state->announced)
        alert_others(delivery, outlet, now);
}

void delivery_check_outlets(struct alert_delivery *delivery)
{
    utc_us now = clock_now();
    array_foreach (&delivery->outlets, outlet) {
        check_usable(delivery, *outlet, now);
        check_lasting(delivery, *outlet, now);
    }
}

bool outlet_is_held(const struct alert_delivery *delivery, const struct outlet *outlet)
{
    return uv_now(delivery->settings.loop) < outlet->held_until_ms;
}

static void note_hold(struct alert_delivery *delivery, struct outlet *outlet, long status,
                      int64_t retry_after_s)
{
    uint64_t hold_ms = (uint64_t)schedule_hold_s(status, retry_after_s) * 1000;
    if (hold_ms > 0)
        outlet->held_until_ms = uv_now(delivery->settings.loop) + hold_ms;
}

// --- flying ------------------------------------------------------------------------------------

static void land(struct alert_delivery *delivery, struct outlet *outlet,
                 const struct outbox_item *item, long status, int64_t retry_after_s,
                 const char *reason)
{
    utc_us now = clock_now();
    uint32_t attempt = item->attempt + 1;
    struct schedule_step step = schedule_after(attempt, status, retry_after_s, now, chance());
    struct outbox_outcome *outcome = array_append(&delivery->outcomes);
    static const enum delivery_state states[] = {
        [SCHEDULE_DELIVERED] = DELIVERY_DELIVERED,
        [SCHEDULE_AGAIN] = DELIVERY_QUEUED,
        [SCHEDULE_DEAD] = DELIVERY_DEAD,
        [SCHEDULE_DISABLE] = DELIVERY_DEAD,
    };
    *outcome = (struct outbox_outcome){
        .delivery_id = item->delivery_id,
        .state = states[step.verdict],
        .attempt = attempt,
        .due_at = step.due_at,
        .delivered_at = step.verdict == SCHEDULE_DELIVERED ? now : UTC_UNKNOWN,
        .last_status = (int32_t)status,
    };
    text_copy(outcome->reason, sizeof outcome->reason, reason);
    *array_append(&delivery->landed) = outlet;
    if (step.verdict == SCHEDULE_DELIVERED) {
        delivery->counters.delivered++;
        note_success(delivery, outlet);
    } else {
        delivery->counters.dead += outcome->state == DELIVERY_DEAD;
        note_hold(delivery, outlet, status, retry_after_s);
        note_failure(delivery, outlet, step.verdict, reason, now);
    }
}

static void remove_flight(struct flight *flight)
{
    struct alert_delivery *delivery = flight->delivery;
    *flight->place = flight->next;
    if (flight->next != NULL)
        flight->next->place = flight->place;
    delivery->flying--;
    flight->outlet->flying--;
    outbox_item_done(&flight->item);
    free(flight);
}

static void on_answer(void *data, struct http_response *response)
{
    struct flight *flight = data;
    struct alert_delivery *delivery = flight->delivery;
    char reason[DELIVERY_REASON_SIZE];
    target_describe(response, reason, sizeof reason);
    land(delivery, flight->outlet, &flight->item, target_status(response), response->retry_after_s,
         reason);
    remove_flight(flight);
    delivery_pump(delivery);
}

// Its alerts are not kept for ever for want of a secret: the try counts.
static void fail_unusable(struct alert_delivery *delivery, struct outlet *outlet,
                          struct outbox_item *item)
{
    land(delivery, outlet, item, 0, -1, outlet->unusable_reason);
    outbox_item_done(item);
}

static void take_off(struct alert_delivery *delivery, struct outlet *outlet)
{
    struct outbox_item item = outlet->ready.items[outlet->ready_next];
    outlet->ready.items[outlet->ready_next++].body = NULL;
    outlet->busy_ids[outlet->busy++] = item.delivery_id;
    if (!outlet->usable) {
        fail_unusable(delivery, outlet, &item);
        return;
    }
    struct flight *flight = memory_allocate_zeroed(1, sizeof *flight);
    flight->delivery = delivery;
    flight->outlet = outlet;
    flight->item = item;

    struct target_letter letter = {
        .type = flight->item.type,
        .body = flight->item.body,
        .body_length = flight->item.body_length,
        .sent_at = clock_now(),
    };
    digest_uuid_format(flight->item.alert_id, letter.alert_id);
    struct target_request request;
    struct error error;
    target_request_init(&request, &outlet->target, &letter);
    flight->transfer =
        http_start(delivery->settings.http, &request.http, on_answer, flight, &error);
    target_request_done(&request);
    if (flight->transfer == NULL) {
        land(delivery, outlet, &flight->item, 0, -1, error.message);
        outbox_item_done(&flight->item);
        free(flight);
        return;
    }
    flight->next = delivery->flights;
    flight->place = &delivery->flights;
    if (flight->next != NULL)
        flight->next->place = &flight->next;
    delivery->flights = flight;
    delivery->flying++;
    outlet->flying++;
}

static size_t flying_failing(const struct alert_delivery *delivery)
{
    size_t count = 0;
    array_foreach (&delivery->outlets, outlet)
        count += outlet_is_failing(*outlet) ? (*outlet)->flying : 0;
    return count;
}

// One that has yet to show that it answers gets a single place: many that hang leave room for those
// that do not.
bool delivery_may_fly(const struct alert_delivery *delivery, const struct outlet *outlet)
{
    size_t places = outlet->proven ? FLIGHTS_OF_ONE_MAX : 1;
    return outlet->wanted && !outlet->state.disabled && !outlet_is_held(delivery, outlet) &&
           outlet->ready_next < outlet->ready.count && outlet->busy < places &&
           delivery->flying < FLIGHTS_MAX &&
           (!outlet_is_failing(outlet) || flying_failing(delivery) < FLIGHTS_OF_FAILING_MAX);
}

// One of each in turn, until nobody may.
void delivery_send_ready(struct alert_delivery *delivery)
{
    size_t idle = 0;
    while (delivery->outlets.count > 0 && idle < delivery->outlets.count) {
        struct outlet *outlet = delivery->outlets.items[delivery->turn++ % delivery->outlets.count];
        if (delivery_may_fly(delivery, outlet)) {
            take_off(delivery, outlet);
            idle = 0;
        } else {
            idle++;
        }
    }
}

void delivery_cancel_flights(struct alert_delivery *delivery)
{
    while (delivery->flights != NULL) {
        http_cancel(delivery->flights->transfer);
        remove_flight(delivery->flights);
    }
}
