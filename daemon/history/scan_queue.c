// SPDX-License-Identifier: MIT
#include "history/scan_queue.h"

#include "base/memory.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_MS 1000000
#define NS_PER_S 1000000000
// So many unanswered files are worth a question although there is something to store.
#define ASK_EAGERLY 64

enum stage {
    STAGE_READ,     // put; nobody knows yet whether it is known
    STAGE_ANSWERED, // to be scanned
    STAGE_SCANNED,  // or skipped, or no file: to be stored
};

// Items are numbered as they are put; item n has its place at n modulo SCAN_QUEUE_ITEMS. Each of
// the numbers below runs behind the one before it.
struct scan_queue {
    pthread_mutex_t lock;
    pthread_cond_t room, work, news; // for who reads, scans, stores
    struct scan_item *items;
    size_t put, answered, taken, released; // how many were
    size_t bytes, points;                  // that are held
    bool ended, stopped;
};

struct scan_queue *scan_queue_new(void)
{
    struct scan_queue *queue = memory_allocate_zeroed(1, sizeof *queue);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->room, NULL);
    pthread_cond_init(&queue->work, NULL);
    pthread_cond_init(&queue->news, &attributes);
    pthread_condattr_destroy(&attributes);
    queue->items = memory_allocate_zeroed(SCAN_QUEUE_ITEMS, sizeof *queue->items);
    return queue;
}

static void empty(struct scan_item *item)
{
    free(item->bytes);
    item->bytes = NULL;
    item->length = 0;
    scanned_done(&item->scanned);
}

void scan_queue_free(struct scan_queue *queue)
{
    if (queue == NULL)
        return;
    for (size_t i = 0; i < SCAN_QUEUE_ITEMS; i++)
        empty(&queue->items[i]);
    free(queue->items);
    pthread_cond_destroy(&queue->room);
    pthread_cond_destroy(&queue->work);
    pthread_cond_destroy(&queue->news);
    pthread_mutex_destroy(&queue->lock);
    free(queue);
}

static struct scan_item *item_at(const struct scan_queue *queue, size_t number)
{
    return &queue->items[number % SCAN_QUEUE_ITEMS];
}

// --- reading --------------------------------------------------------------------------------------

static bool has_room(const struct scan_queue *queue, size_t length)
{
    size_t held = queue->put - queue->released;
    return held < SCAN_QUEUE_ITEMS &&
           (queue->bytes == 0 || queue->bytes + length <= SCAN_QUEUE_BYTES);
}

struct scan_item *scan_queue_reserve(struct scan_queue *queue, size_t length)
{
    pthread_mutex_lock(&queue->lock);
    while (!queue->stopped && !has_room(queue, length))
        pthread_cond_wait(&queue->room, &queue->lock);
    struct scan_item *item = queue->stopped ? NULL : item_at(queue, queue->put);
    pthread_mutex_unlock(&queue->lock);
    return item;
}

void scan_queue_put(struct scan_queue *queue, struct scan_item *item)
{
    pthread_mutex_lock(&queue->lock);
    item->stage = item->kind == SCAN_ITEM_FILE ? STAGE_READ : STAGE_SCANNED;
    queue->put++;
    queue->bytes += item->bytes != NULL ? item->length : 0;
    pthread_cond_signal(&queue->news);
    pthread_mutex_unlock(&queue->lock);
}

void scan_queue_end(struct scan_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->ended = true;
    pthread_cond_signal(&queue->news);
    pthread_cond_broadcast(&queue->work);
    pthread_mutex_unlock(&queue->lock);
}

// --- scanning -------------------------------------------------------------------------------------

// The next file to be scanned; NULL when there is none for now. Results that wait to be stored take
// memory: beyond the limit only what is to be stored first is scanned.
static struct scan_item *next_work(struct scan_queue *queue)
{
    while (queue->taken < queue->answered && item_at(queue, queue->taken)->stage == STAGE_SCANNED)
        queue->taken++;
    if (queue->taken == queue->answered ||
        (queue->points > SCAN_QUEUE_POINTS && queue->taken > queue->released))
        return NULL;
    return item_at(queue, queue->taken++);
}

struct scan_item *scan_queue_take(struct scan_queue *queue)
{
    struct scan_item *item = NULL;
    pthread_mutex_lock(&queue->lock);
    while (!queue->stopped && (item = next_work(queue)) == NULL &&
           !(queue->ended && queue->taken == queue->put))
        pthread_cond_wait(&queue->work, &queue->lock);
    pthread_mutex_unlock(&queue->lock);
    return item;
}

void scan_queue_finish(struct scan_queue *queue, struct scan_item *item)
{
    free(item->bytes);
    item->bytes = NULL;
    pthread_mutex_lock(&queue->lock);
    item->stage = STAGE_SCANNED;
    queue->bytes -= item->length;
    queue->points += item->scanned.points.count;
    pthread_cond_signal(&queue->room);
    if (item == item_at(queue, queue->released))
        pthread_cond_signal(&queue->news);
    pthread_mutex_unlock(&queue->lock);
}

// --- storing --------------------------------------------------------------------------------------

static size_t larger(size_t first, size_t second)
{
    return first > second ? first : second;
}

static size_t unanswered(struct scan_queue *queue, struct scan_item **ret_items)
{
    size_t count = 0;
    for (size_t i = queue->answered; i < queue->put && count < SCAN_QUEUE_ASK_MAX; i++)
        ret_items[count++] = item_at(queue, i);
    return count;
}

static enum scan_queue_turn turn(struct scan_queue *queue, struct scan_item **ret_items,
                                 size_t *ret_count)
{
    bool is_first_ready =
        queue->released < queue->put && item_at(queue, queue->released)->stage == STAGE_SCANNED;
    size_t waiting = queue->put - queue->answered;
    if (waiting >= (is_first_ready ? ASK_EAGERLY : 1)) {
        *ret_count = unanswered(queue, ret_items);
        return SCAN_QUEUE_ASK;
    }
    if (is_first_ready) {
        ret_items[0] = item_at(queue, queue->released);
        *ret_count = 1;
        return SCAN_QUEUE_STORE;
    }
    bool is_over = queue->stopped || (queue->ended && queue->released == queue->put);
    return is_over ? SCAN_QUEUE_END : SCAN_QUEUE_WAIT;
}

static struct timespec deadline(unsigned wait_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    long ns = until.tv_nsec + (long)(wait_ms % 1000) * NS_PER_MS;
    until.tv_sec += wait_ms / 1000 + ns / NS_PER_S;
    until.tv_nsec = ns % NS_PER_S;
    return until;
}

enum scan_queue_turn scan_queue_turn(struct scan_queue *queue, unsigned wait_ms,
                                     struct scan_item **ret_items, size_t *ret_count)
{
    struct timespec until = deadline(wait_ms);
    enum scan_queue_turn what;
    int ret = 0;
    pthread_mutex_lock(&queue->lock);
    while ((what = turn(queue, ret_items, ret_count)) == SCAN_QUEUE_WAIT && ret == 0)
        ret = pthread_cond_timedwait(&queue->news, &queue->lock, &until);
    pthread_mutex_unlock(&queue->lock);
    return what;
}

void scan_queue_answer(struct scan_queue *queue, struct scan_item **items, size_t count)
{
    pthread_mutex_lock(&queue->lock);
    for (size_t i = 0; i < count; i++) {
        if (items[i]->stage != STAGE_READ)
            continue;
        items[i]->stage = items[i]->is_skipped ? STAGE_SCANNED : STAGE_ANSWERED;
        if (items[i]->is_skipped) {
            queue->bytes -= items[i]->length;
            free(items[i]->bytes);
            items[i]->bytes = NULL;
        }
    }
    queue->answered += count;
    pthread_cond_signal(&queue->room);
    pthread_cond_broadcast(&queue->work);
    pthread_mutex_unlock(&queue->lock);
}

void scan_queue_release(struct scan_queue *queue, struct scan_item *item)
{
    size_t points = item->scanned.points.count;
    empty(item);
    pthread_mutex_lock(&queue->lock);
    bool was_full = queue->points > SCAN_QUEUE_POINTS;
    queue->points -= points;
    queue->released++;
    // What needed no answer or no scan was passed over.
    queue->answered = larger(queue->answered, queue->released);
    queue->taken = larger(queue->taken, queue->released);
    pthread_cond_signal(&queue->room);
    if (was_full || queue->ended)
        pthread_cond_broadcast(&queue->work);
    pthread_mutex_unlock(&queue->lock);
}

void scan_queue_stop(struct scan_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->stopped = true;
    pthread_cond_broadcast(&queue->room);
    pthread_cond_broadcast(&queue->work);
    pthread_cond_broadcast(&queue->news);
    pthread_mutex_unlock(&queue->lock);
}

bool scan_queue_is_stopped(struct scan_queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    bool is_stopped = queue->stopped;
    pthread_mutex_unlock(&queue->lock);
    return is_stopped;
}
