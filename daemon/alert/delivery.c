// SPDX-License-Identifier: MIT
#include "alert/delivery.h"

#include "alert/schedule.h"
#include "alert/target.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

// craft.md 5.2: per-endpoint concurrency 1 to 2, global 16.
#define FLIGHTS_MAX 16
#define FLIGHTS_OF_FAILING_MAX (FLIGHTS_MAX / 2)
#define FLIGHTS_OF_ONE_MAX 2
// Deliveries of one webhook in memory, and when more are fetched: enough for the time that fetching takes.
#define READY_MAX 32
#define READY_LOW 8
// A webhook that has not taken anything for so long is announced as failing.
#define FAILING_ANNOUNCED_AFTER UTC_HOUR
#define MIRROR_INTERVAL_MS 1000
#define PURGE_INTERVAL UTC_HOUR
// The outbox could not be read or written: the disk is full or gone.
#define OUTBOX_RETRY_MS 1000
// A wall clock that was set back by more than this takes the due times with it; less is slewing.
#define CLOCK_SET_BACK_MIN (2 * UTC_SECOND)
// A clock that is set, and due times far ahead, are looked at again by then.
#define TIMER_MAX_MS 3600000

struct flight {
    struct alert_delivery *delivery;
    struct outlet *outlet;
    struct outbox_item item;
    struct http_transfer *transfer;
    struct flight *next, **place;
};

// One webhook. Never freed before the end, so that jobs and flights may point to it.
struct outlet {
    struct webhook_target target;
    bool usable; // configured, enabled, and its secrets are known
    bool proven; // it took something since it last failed, or since we started
    bool state_known, state_changed;
    struct outbox_endpoint state;
    struct outbox_item_array ready;
    size_t ready_next;     // items before it have flown
    size_t busy;           // in flight, or flown and not recorded yet
    size_t flying;         // in flight
    int64_t busy_ids[FLIGHTS_OF_ONE_MAX];
    bool more;             // the outbox may hold more that is due
    utc_us next_due;
};
struct outlet_array ARRAY_OF(struct outlet *);

// What one job on the journal's thread takes along and brings back, for one webhook.
struct errand {
    struct outlet *outlet;
    char endpoint[WEBHOOK_ID_SIZE];
    size_t limit;
    bool load_state, save_state, give_up;
    struct outbox_endpoint state;
    struct outbox_item_array items;
    utc_us next_due;
};
struct errand_array ARRAY_OF(struct errand);

struct exchange {
    struct alert_delivery *delivery;
    struct outbox_outcome_array outcomes;
    struct outlet_array landed; // whose outcomes these are
    struct errand_array errands;
    utc_us now;
    utc_us set_back_by; // the wall clock, since the exchange before; 0 when nobody did
    bool purge, failed, recorded;
};

struct alert_delivery {
    struct alert_delivery_settings settings;
    struct outlet_array outlets;
    struct flight *flights;
    size_t flying;
    size_t turn; // whose turn it is to fly first
    struct outbox_outcome_array outcomes; // to be recorded
    struct outlet_array landed;
    bool exchanging, unmirrored;
    utc_us purged_at;
    utc_us clock_offset; // wall clock less the loop's at the last exchange; UTC_UNKNOWN before the first
    uv_timer_t timer, mirror_timer;
    unsigned jobs; // asked of the pipeline and not done
    struct alert_delivery_counters counters;
    bool closing, closed;
    uint64_t patience_ends_ms;
    void (*on_closed)(void *data);
    void *closed_data;
    unsigned handles_open;
};

static void pump(struct alert_delivery *delivery);

static utc_us current_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (utc_us)now.tv_sec * UTC_SECOND + now.tv_nsec / 1000;
}

static double chance(void)
{
    uint32_t random = 0;
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        return 0.5;
    return random / 4294967296.0;
}

static bool is_failing(const struct outlet *outlet)
{
    return outlet->state.failing_since != UTC_UNKNOWN;
}

static void tell(struct alert_delivery *delivery, const struct outlet *outlet,
                 enum alert_delivery_news news)
{
    if (delivery->settings.on_news != NULL)
        delivery->settings.on_news(delivery->settings.context, outlet->target.id, news,
                                   outlet->state.reason);
}

static void drop_ready(struct outlet *outlet)
{
    for (size_t i = outlet->ready_next; i < outlet->ready.count; i++)
        outbox_item_done(&outlet->ready.items[i]);
    outlet->ready.count = outlet->ready_next = 0;
}

// --- how a webhook fares --------------------------------------------------------------------------

static void note_success(struct alert_delivery *delivery, struct outlet *outlet)
{
    outlet->proven = true;
    if (!is_failing(outlet))
        return;
    bool announced = outlet->state.announced;
    outlet->state.failing_since = UTC_UNKNOWN;
    outlet->state.announced = false;
    outlet->state.reason[0] = '\0';
    outlet->state_changed = true;
    if (announced)
        tell(delivery, outlet, DELIVERY_NEWS_RECOVERED);
}

static void announce(struct alert_delivery *delivery, struct outlet *outlet,
                     enum alert_delivery_news news, utc_us now)
{
    outlet->state.announced = true;
    tell(delivery, outlet, news);
    const struct alert_event event = alert_event_of_webhook(
        ALERT_WEBHOOK_FAILING, outlet->target.id, outlet->state.reason, outlet->state.failing_since);
    delivery->settings.alert(delivery->settings.context, &event, now);
}

static void note_failure(struct alert_delivery *delivery, struct outlet *outlet,
                         enum schedule_verdict verdict, const char *reason, utc_us now)
{
    outlet->proven = false;
    if (!is_failing(outlet))
        outlet->state.failing_since = now;
    text_copy(outlet->state.reason, sizeof outlet->state.reason, reason);
    outlet->state_changed = true;
    delivery->counters.failed_tries++;
    if (verdict == SCHEDULE_DISABLE && !outlet->state.disabled) {
        outlet->state.disabled = true;
        drop_ready(outlet); // the outbox gives them up
        announce(delivery, outlet, DELIVERY_NEWS_DISABLED, now);
    } else if (!outlet->state.announced &&
               (verdict == SCHEDULE_DEAD ||
                now - outlet->state.failing_since >= FAILING_ANNOUNCED_AFTER)) {
        announce(delivery, outlet, DELIVERY_NEWS_FAILING, now);
    }
}

// --- flying ---------------------------------------------------------------------------------------

static void land(struct alert_delivery *delivery, struct outlet *outlet,
                 const struct outbox_item *item, long status, int64_t retry_after_s,
                 const char *reason)
{
    utc_us now = current_time();
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
    pump(delivery);
}

static void take_off(struct alert_delivery *delivery, struct outlet *outlet)
{
    struct flight *flight = memory_allocate_zeroed(1, sizeof *flight);
    flight->delivery = delivery;
    flight->outlet = outlet;
    flight->item = outlet->ready.items[outlet->ready_next];
    outlet->ready.items[outlet->ready_next++].body = NULL;
    outlet->busy_ids[outlet->busy++] = flight->item.delivery_id;

    struct target_letter letter = {
        .type = flight->item.type,
        .body = flight->item.body,
        .body_length = flight->item.body_length,
        .sent_at = current_time(),
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
    array_foreach(&delivery->outlets, outlet)
        count += is_failing(*outlet) ? (*outlet)->flying : 0;
    return count;
}

// One that has yet to show that it answers gets a single place: many that hang leave room for those that do not.
static bool may_fly(const struct alert_delivery *delivery, const struct outlet *outlet)
{
    size_t places = outlet->proven ? FLIGHTS_OF_ONE_MAX : 1;
    return outlet->usable && !outlet->state.disabled && outlet->ready_next < outlet->ready.count &&
           outlet->busy < places && delivery->flying < FLIGHTS_MAX &&
           (!is_failing(outlet) || flying_failing(delivery) < FLIGHTS_OF_FAILING_MAX);
}

// One of each in turn, until nobody may.
static void send_ready(struct alert_delivery *delivery)
{
    size_t idle = 0;
    while (delivery->outlets.count > 0 && idle < delivery->outlets.count) {
        struct outlet *outlet = delivery->outlets.items[delivery->turn++ % delivery->outlets.count];
        if (may_fly(delivery, outlet)) {
            take_off(delivery, outlet);
            idle = 0;
        } else {
            idle++;
        }
    }
}

// --- the exchange with the outbox: outcomes in, what is due out, on the journal's thread -----------------

static int run_errand(struct journal *journal, struct errand *errand, utc_us now, struct error *error)
{
    int result = 0;
    if (errand->load_state)
        result = outbox_load_endpoint(journal, errand->endpoint, &errand->state, error);
    if (result == 0 && errand->save_state)
        result = outbox_save_endpoint(journal, errand->endpoint, &errand->state, error);
    if (result == 0 && errand->give_up)
        result = outbox_give_up(journal, errand->endpoint, "the webhook answered 410 and is disabled",
                                error);
    if (result == 0 && errand->limit > 0)
        result = outbox_due(journal, errand->endpoint, now, errand->limit, &errand->items, error);
    if (result == 0)
        result = outbox_next_due(journal, errand->endpoint, now, &errand->next_due, error);
    return result;
}

static void exchange_work(struct journal *journal, void *data)
{
    struct exchange *exchange = data;
    struct error error;
    exchange->recorded =
        outbox_record(journal, exchange->outcomes.items, exchange->outcomes.count, &error) == 0;
    exchange->failed = !exchange->recorded;
    if (!exchange->failed && exchange->set_back_by > 0)
        exchange->failed = outbox_clock_set_back(journal, exchange->now, exchange->set_back_by, &error) < 0;
    for (size_t i = 0; !exchange->failed && i < exchange->errands.count; i++)
        exchange->failed =
            run_errand(journal, &exchange->errands.items[i], exchange->now, &error) < 0;
    if (!exchange->failed && exchange->purge)
        outbox_purge(journal, exchange->now - OUTBOX_REMEMBERED, &error);
}

static bool holds(const struct outlet *outlet, int64_t delivery_id)
{
    for (size_t i = 0; i < outlet->busy; i++)
        if (outlet->busy_ids[i] == delivery_id)
            return true;
    for (size_t i = outlet->ready_next; i < outlet->ready.count; i++)
        if (outlet->ready.items[i].delivery_id == delivery_id)
            return true;
    return false;
}

static void drop_flown(struct outlet *outlet)
{
    size_t left = outlet->ready.count - outlet->ready_next;
    if (outlet->ready_next > 0 && left > 0)
        memmove(outlet->ready.items, outlet->ready.items + outlet->ready_next,
                left * sizeof *outlet->ready.items);
    outlet->ready.count = left;
    outlet->ready_next = 0;
}

static void take_errand(struct errand *errand)
{
    struct outlet *outlet = errand->outlet;
    if (errand->load_state) {
        outlet->state = errand->state;
        outlet->state_known = true;
    }
    drop_flown(outlet);
    outlet->more = errand->limit > 0 && errand->items.count == errand->limit;
    outlet->next_due = errand->next_due;
    array_foreach(&errand->items, item) {
        if (holds(outlet, item->delivery_id) || !outlet->usable || outlet->state.disabled)
            outbox_item_done(item);
        else
            *array_append(&outlet->ready) = *item;
    }
    array_free(&errand->items);
}

static void free_slot(struct outlet *outlet, int64_t delivery_id)
{
    for (size_t i = 0; i < outlet->busy; i++) {
        if (outlet->busy_ids[i] != delivery_id)
            continue;
        outlet->busy_ids[i] = outlet->busy_ids[--outlet->busy];
        return;
    }
}

// They go back in front of those that landed meanwhile, to be recorded with the next exchange.
static void keep_outcomes(struct alert_delivery *delivery, struct exchange *exchange)
{
    array_foreach(&delivery->outcomes, outcome)
        *array_append(&exchange->outcomes) = *outcome;
    array_foreach(&delivery->landed, outlet)
        *array_append(&exchange->landed) = *outlet;
    array_free(&delivery->outcomes);
    array_free(&delivery->landed);
    delivery->outcomes = exchange->outcomes;
    delivery->landed = exchange->landed;
    memset(&exchange->outcomes, 0, sizeof exchange->outcomes);
    memset(&exchange->landed, 0, sizeof exchange->landed);
}

static void on_timer(uv_timer_t *timer);

static void exchange_done(void *data)
{
    struct exchange *exchange = data;
    struct alert_delivery *delivery = exchange->delivery;
    delivery->exchanging = false;
    delivery->jobs--;
    if (exchange->recorded) {
        for (size_t i = 0; i < exchange->outcomes.count; i++)
            free_slot(exchange->landed.items[i], exchange->outcomes.items[i].delivery_id);
        delivery->unmirrored = delivery->unmirrored || exchange->outcomes.count > 0;
    } else {
        keep_outcomes(delivery, exchange);
    }
    array_foreach(&exchange->errands, errand) {
        if (exchange->failed) {
            errand->outlet->state_changed |= errand->save_state;
            errand->outlet->more = true;
            array_foreach(&errand->items, item)
                outbox_item_done(item);
            array_free(&errand->items);
        } else {
            take_errand(errand);
            delivery->unmirrored = delivery->unmirrored || errand->give_up;
        }
    }
    bool failed = exchange->failed;
    if (failed)
        delivery->clock_offset += exchange->set_back_by; // to be found again
    array_free(&exchange->outcomes);
    array_free(&exchange->landed);
    array_free(&exchange->errands);
    free(exchange);
    if (failed)
        uv_timer_start(&delivery->timer, on_timer, OUTBOX_RETRY_MS, 0);
    else
        pump(delivery);
}

static bool wants_errand(const struct outlet *outlet)
{
    size_t ready = outlet->ready.count - outlet->ready_next;
    return outlet->state_changed || (outlet->usable && outlet->more && ready <= READY_LOW);
}

static void add_errand(struct exchange *exchange, struct outlet *outlet)
{
    struct errand *errand = array_append(&exchange->errands);
    size_t held = outlet->busy + outlet->ready.count - outlet->ready_next;
    errand->outlet = outlet;
    text_copy(errand->endpoint, sizeof errand->endpoint, outlet->target.id);
    errand->load_state = !outlet->state_known;
    errand->save_state = outlet->state_changed && outlet->state_known;
    errand->give_up = outlet->state.disabled;
    errand->state = outlet->state;
    errand->limit = outlet->usable && !outlet->state.disabled ? held + READY_MAX : 0;
    errand->next_due = UTC_UNKNOWN;
    outlet->state_changed = false;
    outlet->more = false;
}

static bool needs_exchange(const struct alert_delivery *delivery)
{
    if (delivery->outcomes.count > 0)
        return true;
    array_foreach(&delivery->outlets, outlet)
        if (wants_errand(*outlet))
            return true;
    return false;
}

// Set ahead, it only makes what waits due earlier.
static utc_us clock_set_back_by(struct alert_delivery *delivery, utc_us now)
{
    utc_us offset = now - (utc_us)(uv_hrtime() / 1000);
    utc_us before = delivery->clock_offset;
    delivery->clock_offset = offset;
    return before != UTC_UNKNOWN && before - offset > CLOCK_SET_BACK_MIN ? before - offset : 0;
}

static void start_exchange(struct alert_delivery *delivery)
{
    struct exchange *exchange = memory_allocate_zeroed(1, sizeof *exchange);
    exchange->delivery = delivery;
    exchange->now = current_time();
    exchange->outcomes = delivery->outcomes;
    exchange->landed = delivery->landed;
    memset(&delivery->outcomes, 0, sizeof delivery->outcomes);
    memset(&delivery->landed, 0, sizeof delivery->landed);
    array_foreach(&delivery->outlets, outlet)
        if (wants_errand(*outlet))
            add_errand(exchange, *outlet);
    exchange->set_back_by = clock_set_back_by(delivery, exchange->now);
    exchange->purge = exchange->now - delivery->purged_at > PURGE_INTERVAL ||
                      exchange->now < delivery->purged_at;
    if (exchange->purge)
        delivery->purged_at = exchange->now;
    delivery->exchanging = true;
    delivery->jobs++;
    delivery->settings.with_journal(delivery->settings.context, exchange_work, exchange_done, exchange);
}

// --- time -----------------------------------------------------------------------------------------

static void set_timer(struct alert_delivery *delivery)
{
    utc_us next = INT64_MAX;
    array_foreach(&delivery->outlets, outlet)
        if ((*outlet)->usable && (*outlet)->next_due != UTC_UNKNOWN && (*outlet)->next_due < next)
            next = (*outlet)->next_due;
    if (next == INT64_MAX) {
        uv_timer_stop(&delivery->timer);
        return;
    }
    utc_us wait = next - current_time();
    uint64_t wait_ms = wait <= 0 ? 0 : (uint64_t)(wait / 1000) + 1;
    uv_timer_start(&delivery->timer, on_timer, wait_ms < TIMER_MAX_MS ? wait_ms : TIMER_MAX_MS, 0);
}

static void on_timer(uv_timer_t *timer)
{
    alert_delivery_wake(timer->data);
}

static void mirror_now(uv_timer_t *timer)
{
    struct alert_delivery *delivery = timer->data;
    delivery->unmirrored = false;
    delivery->settings.mirror(delivery->settings.context);
}

static void check_closing(struct alert_delivery *delivery);

static void pump(struct alert_delivery *delivery)
{
    if (delivery->closed)
        return;
    send_ready(delivery);
    if (!delivery->exchanging && needs_exchange(delivery))
        start_exchange(delivery);
    else if (!delivery->exchanging)
        set_timer(delivery);
    if (delivery->unmirrored && !delivery->closing &&
        !uv_is_active((uv_handle_t *)&delivery->mirror_timer))
        uv_timer_start(&delivery->mirror_timer, mirror_now, MIRROR_INTERVAL_MS, 0);
    if (delivery->closing)
        check_closing(delivery);
}

void alert_delivery_wake(struct alert_delivery *delivery)
{
    array_foreach(&delivery->outlets, outlet)
        (*outlet)->more = true;
    pump(delivery);
}

// --- configuration --------------------------------------------------------------------------------

static struct outlet *find_outlet(const struct alert_delivery *delivery, const char *id)
{
    array_foreach(&delivery->outlets, outlet)
        if (strcmp((*outlet)->target.id, id) == 0)
            return *outlet;
    return NULL;
}

static void set_target(struct alert_delivery *delivery, const struct config_webhook *webhook,
                       const char *contact)
{
    struct outlet *outlet = find_outlet(delivery, webhook->id);
    struct webhook_target target;
    struct error error;
    bool loaded = webhook->enabled && webhook_target_load(webhook, contact, &target, &error) == 0;
    if (outlet == NULL) {
        outlet = memory_allocate_zeroed(1, sizeof *outlet);
        outlet->state.failing_since = outlet->next_due = UTC_UNKNOWN;
        text_copy(outlet->target.id, sizeof outlet->target.id, webhook->id);
        *array_append(&delivery->outlets) = outlet;
    }
    outlet->usable = loaded;
    if (loaded) {
        webhook_target_done(&outlet->target);
        outlet->target = target;
    } else if (webhook->enabled && delivery->settings.on_news != NULL) {
        delivery->settings.on_news(delivery->settings.context, webhook->id, DELIVERY_NEWS_UNUSABLE,
                                   error.message);
    }
}

void alert_delivery_set_config(struct alert_delivery *delivery, const struct config *config)
{
    array_foreach(&delivery->outlets, outlet)
        (*outlet)->usable = false;
    for (size_t i = 0; i < config->webhook_count; i++)
        set_target(delivery, &config->webhooks[i], config->contact);
    array_foreach(&delivery->outlets, outlet)
        if (!(*outlet)->usable)
            drop_ready(*outlet);
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
    delivery->clock_offset = UTC_UNKNOWN;
    start_timer(delivery, &delivery->timer);
    start_timer(delivery, &delivery->mirror_timer);
    for (size_t i = 0; i < config->webhook_count; i++)
        set_target(delivery, &config->webhooks[i], config->contact);
    // What the last run recorded may not have been mirrored.
    delivery->unmirrored = config->webhook_count > 0;
    return delivery;
}

// --- the operator's wishes ------------------------------------------------------------------------

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
    job->count = outbox_again(journal, job->alert_id, job->webhook, current_time(), &ignored);
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

void alert_delivery_replay(struct alert_delivery *delivery, const uint8_t alert_id[DIGEST_UUID_SIZE],
                           const char *webhook, void (*done)(void *data, int count), void *data)
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
    alert_delivery_wake(delivery);
    return true;
}

struct alert_delivery_counters alert_delivery_counters(const struct alert_delivery *delivery)
{
    struct alert_delivery_counters counters = delivery->counters;
    counters.in_flight = delivery->flying;
    array_foreach(&delivery->outlets, outlet) {
        counters.failing_webhooks += is_failing(*outlet);
        counters.disabled_webhooks += (*outlet)->state.disabled;
    }
    return counters;
}

// --- closing: what is due goes out, then the outcomes are recorded and mirrored ---------------------------

static void free_delivery(struct alert_delivery *delivery)
{
    void (*on_closed)(void *data) = delivery->on_closed;
    void *data = delivery->closed_data;
    array_foreach(&delivery->outlets, outlet) {
        drop_ready(*outlet);
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

static void cancel_flights(struct alert_delivery *delivery)
{
    while (delivery->flights != NULL) {
        http_cancel(delivery->flights->transfer);
        remove_flight(delivery->flights);
    }
}

static bool has_ready(const struct alert_delivery *delivery)
{
    array_foreach(&delivery->outlets, outlet)
        if (may_fly(delivery, *outlet))
            return true;
    return false;
}

static void check_closing(struct alert_delivery *delivery)
{
    bool impatient = uv_now(delivery->settings.loop) >= delivery->patience_ends_ms;
    if (impatient)
        cancel_flights(delivery);
    bool quiet = delivery->flights == NULL && delivery->jobs == 0 && delivery->outcomes.count == 0;
    if (delivery->closed || delivery->jobs > 0 || (!impatient && (!quiet || has_ready(delivery))))
        return;
    delivery->closed = true;
    delivery->settings.mirror(delivery->settings.context);
    uv_close((uv_handle_t *)&delivery->timer, handle_closed);
    uv_close((uv_handle_t *)&delivery->mirror_timer, handle_closed);
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
