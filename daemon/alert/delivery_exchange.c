// SPDX-License-Identifier: MIT
// The exchange with the outbox: outcomes in, what is due out, as one job on the journal's thread.
#include "alert/delivery_internal.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

// Deliveries of one webhook in memory, and when more are fetched: enough for the time that fetching
// takes.
#define READY_MAX 32
#define READY_LOW 8
// A wall clock that was set back by more than this takes the due times with it; less is slewing.
#define CLOCK_SET_BACK_MIN (2 * UTC_SECOND)

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
    bool failed, recorded;
};

// --- on the journal's thread -------------------------------------------------------------------

static int run_errand(struct journal *journal, struct errand *errand, utc_us now,
                      struct error *error)
{
    int result = 0;
    if (errand->load_state)
        result = outbox_load_endpoint(journal, errand->endpoint, &errand->state, error);
    if (result == 0 && errand->save_state)
        result = outbox_save_endpoint(journal, errand->endpoint, &errand->state, error);
    if (result == 0 && errand->give_up)
        result = outbox_give_up(journal, errand->endpoint,
                                "the webhook answered 410 and is disabled", error);
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
        exchange->failed =
            outbox_clock_set_back(journal, exchange->now, exchange->set_back_by, &error) < 0;
    for (size_t i = 0; !exchange->failed && i < exchange->errands.count; i++)
        exchange->failed =
            run_errand(journal, &exchange->errands.items[i], exchange->now, &error) < 0;
}

// --- on the loop -------------------------------------------------------------------------------

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
    array_foreach (&errand->items, item) {
        if (holds(outlet, item->delivery_id) || !outlet->wanted || outlet->state.disabled)
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
    array_foreach (&delivery->outcomes, outcome)
        *array_append(&exchange->outcomes) = *outcome;
    array_foreach (&delivery->landed, outlet)
        *array_append(&exchange->landed) = *outlet;
    array_free(&delivery->outcomes);
    array_free(&delivery->landed);
    delivery->outcomes = exchange->outcomes;
    delivery->landed = exchange->landed;
    memset(&exchange->outcomes, 0, sizeof exchange->outcomes);
    memset(&exchange->landed, 0, sizeof exchange->landed);
}

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
    array_foreach (&exchange->errands, errand) {
        if (exchange->failed) {
            errand->outlet->state_changed |= errand->save_state;
            errand->outlet->more = true;
            array_foreach (&errand->items, item)
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
        delivery_retry_exchange(delivery);
    else
        delivery_pump(delivery);
}

static bool wants_errand(const struct outlet *outlet)
{
    size_t ready = outlet->ready.count - outlet->ready_next;
    return outlet->state_changed || (outlet->wanted && outlet->more && ready <= READY_LOW);
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
    errand->limit = outlet->wanted && !outlet->state.disabled ? held + READY_MAX : 0;
    errand->next_due = UTC_UNKNOWN;
    outlet->state_changed = false;
    outlet->more = false;
}

static bool needs_exchange(const struct alert_delivery *delivery)
{
    if (delivery->outcomes.count > 0)
        return true;
    array_foreach (&delivery->outlets, outlet)
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
    exchange->now = clock_now();
    exchange->outcomes = delivery->outcomes;
    exchange->landed = delivery->landed;
    memset(&delivery->outcomes, 0, sizeof delivery->outcomes);
    memset(&delivery->landed, 0, sizeof delivery->landed);
    array_foreach (&delivery->outlets, outlet)
        if (wants_errand(*outlet))
            add_errand(exchange, *outlet);
    exchange->set_back_by = clock_set_back_by(delivery, exchange->now);
    delivery->exchanging = true;
    delivery->jobs++;
    delivery->settings.with_journal(delivery->settings.context, exchange_work, exchange_done,
                                    exchange);
}

bool delivery_exchange(struct alert_delivery *delivery)
{
    if (!delivery->exchanging && needs_exchange(delivery))
        start_exchange(delivery);
    return delivery->exchanging;
}
