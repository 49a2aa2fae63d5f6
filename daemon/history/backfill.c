// SPDX-License-Identifier: MIT
#include "history/backfill.h"

#include "base/array.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/text.h"
#include "history/archive_day.h"
#include "history/backfill_crew.h"
#include "history/scan_queue.h"
#include "store/history_coverage.h"
#include "store/loader.h"
#include "store/sql_array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// A transaction of so many rows or files takes about a second, and that is what a kill costs. Its
// rows are held until then, some 20 MB.
#define COMMIT_ROWS 100000
#define COMMIT_FILES 2000
// Partitions are made for the days between a transaction's first and last point.
#define COMMIT_SPAN_US (30 * UTC_DAY)

// The first day that the database has a place for (sql/003-partitions.sql), long before there were
// archives.
#define FIRST_DAY ((utc_us)631152000 * UTC_SECOND) // 1990-01-01
// A trace may begin after our clock's now by what that is wrong.
#define AHEAD_MOST_US UTC_DAY

// How often the listener hears of progress.
#define PROGRESS_MS 250

struct backfill {
    struct backfill_plan plan;
    struct query_connection *connection;
    struct history_loader *loader;
    struct scan_queue *queue; // while it runs
    struct backfill_report report;
    // Of the archive that is read.
    struct archive_day_counts days;
    bool is_archive_damaged;
    bool has_passed_over; // a file of it that is known
    bool has_passed_by;   // a file of it by its name
    size_t archive;       // its number
    // Of the transaction that is filled.
    utc_us batch_day;
    size_t batch_files;
    // Contents that were stored last: a file that comes twice may have been asked about before its
    // first was stored.
    uint8_t recent[SCAN_QUEUE_ITEMS][DIGEST_UUID_SIZE];
    size_t recent_count;
    uint64_t told_ms;
    utc_us now; // when it was made
};

static struct history_loader *new_loader(const struct backfill_plan *plan,
                                         struct query_connection *connection)
{
    struct text places = {0};
    sql_array_begin(&places);
    for (size_t i = 0; i < plan->interest->place_count; i++)
        sql_array_add(&places, plan->interest->places[i].id);
    sql_array_end(&places);
    struct history_loader *loader = history_loader_new(
        connection,
        &(struct history_loader_order){plan->feed, places.bytes, plan->watch_id, plan->watch_ids});
    text_done(&places);
    return loader;
}

struct backfill *backfill_new(const struct backfill_plan *plan, struct query_connection *connection)
{
    struct backfill *backfill = memory_allocate_zeroed(1, sizeof *backfill);
    backfill->now = clock_now();
    backfill->plan = *plan;
    backfill->connection = connection;
    backfill->loader = new_loader(plan, connection);
    return backfill;
}

void backfill_free(struct backfill *backfill)
{
    if (backfill == NULL)
        return;
    history_loader_free(backfill->loader);
    array_free(&backfill->days);
    free(backfill);
}

const struct backfill_report *backfill_report(const struct backfill *backfill)
{
    return &backfill->report;
}

// --- one file -------------------------------------------------------------------------------------

static void name_bad(struct backfill *backfill, const struct error *problem)
{
    const struct backfill_listener *listener = &backfill->plan.listener;
    backfill->report.bad++;
    backfill->is_archive_damaged = true;
    if (listener->bad != NULL)
        listener->bad(listener->data, problem->message);
}

static int commit(struct backfill *backfill, struct error *error)
{
    backfill->batch_files = 0;
    int ret = history_loader_commit(backfill->loader, error);
    backfill->report.stored = history_loader_stored(backfill->loader);
    return ret;
}

static int make_way(struct backfill *backfill, utc_us day, struct error *error)
{
    utc_us apart =
        day > backfill->batch_day ? day - backfill->batch_day : backfill->batch_day - day;
    int ret = 0;
    if (backfill->batch_files > 0 && apart > COMMIT_SPAN_US)
        ret = commit(backfill, error);
    if (backfill->batch_files == 0)
        backfill->batch_day = day;
    return ret;
}

static bool item_is_recent(const struct backfill *backfill, const struct scan_item *item)
{
    size_t count =
        backfill->recent_count < SCAN_QUEUE_ITEMS ? backfill->recent_count : SCAN_QUEUE_ITEMS;
    for (size_t i = 0; i < count; i++)
        if (memcmp(backfill->recent[i], item->content, sizeof item->content) == 0)
            return true;
    return false;
}

static void add_to_batch(struct backfill *backfill, const struct scan_item *item)
{
    const struct scanned *scanned = &item->scanned;
    const struct trace *trace = &scanned->trace;
    struct history_file file = {
        .begins_at = trace->begins_at,
        .points = trace->points,
        .kept = scanned->kept,
        .refused = trace->refused,
    };
    memcpy(file.content, item->content, sizeof file.content);
    memcpy(file.icao24, trace->icao24, sizeof file.icao24);
    history_loader_add_file(backfill->loader, &file);
    array_foreach (&trace->heard, heard)
        history_loader_add_heard(backfill->loader, backfill->plan.interest->places[heard->place].id,
                                 trace->icao24, heard);
    array_foreach (&scanned->points, point)
        history_loader_add_point(backfill->loader, point);
    memcpy(backfill->recent[backfill->recent_count++ % SCAN_QUEUE_ITEMS], item->content,
           sizeof item->content);
    backfill->batch_files++;
}

static int store(struct backfill *backfill, const struct scan_item *item, struct error *error)
{
    utc_us day = utc_day_start(item->scanned.trace.begins_at);
    int ret = make_way(backfill, day, error);
    if (ret < 0)
        return ret;
    add_to_batch(backfill, item);
    archive_day_count(&backfill->days, day);
    backfill->report.points += item->scanned.trace.points;
    if (backfill->batch_files >= COMMIT_FILES ||
        history_loader_rows(backfill->loader) >= COMMIT_ROWS)
        return commit(backfill, error);
    return 0;
}

// What may be stored: scanned well, and of a day that can be.
static bool is_good(const struct backfill *backfill, const struct scan_item *item,
                    struct error *problem)
{
    utc_us begins_at = item->scanned.trace.begins_at;
    char time[UTC_TEXT_SIZE];
    if (item->problem.code != 0)
        *problem = item->problem;
    else if (!item->is_skipped &&
             (begins_at < FIRST_DAY || begins_at > backfill->now + AHEAD_MOST_US))
        error_set(problem, -EBADMSG, "%s: it begins at %s, which cannot be", item->name,
                  utc_format(begins_at, time));
    return problem->code == 0;
}

static int take_file(struct backfill *backfill, const struct scan_item *item, struct error *error)
{
    struct error problem = {0};
    backfill->report.files++;
    backfill->report.bytes += item->length;
    if (!is_good(backfill, item, &problem)) {
        name_bad(backfill, &problem);
        return 0;
    }
    bool is_recent = item_is_recent(backfill, item);
    backfill->report.known += item->is_known || is_recent;
    backfill->has_passed_over |= item->is_skipped;
    if (!item->is_skipped && !is_recent)
        return store(backfill, item, error);
    archive_day_count(&backfill->days,
                      item->is_skipped ? item->day : item->scanned.trace.begins_at);
    return 0;
}

// --- all of them ----------------------------------------------------------------------------------

// What was read before says nothing of this one.
static void begin_archive(struct backfill *backfill, size_t archive)
{
    if (archive == backfill->archive)
        return;
    backfill->archive = archive;
    backfill->is_archive_damaged = backfill->has_passed_over = backfill->has_passed_by = false;
    array_clear(&backfill->days);
}

// Silence in the archive of some aircraft says nothing, and neither does that of files nobody
// looked into.
static int settle_day(struct backfill *backfill, const struct scan_item *item, struct error *error)
{
    const struct backfill_listener *listener = &backfill->plan.listener;
    utc_us day = archive_day_whole(&backfill->days, item->day, backfill->plan.whole_days);
    if (day != UTC_UNKNOWN && !backfill->has_passed_by)
        return history_loader_day_is_whole(backfill->loader, day, !backfill->has_passed_over,
                                           error);
    if (day == UTC_UNKNOWN && backfill->days.count > 0 && listener->partial != NULL)
        listener->partial(listener->data, item->name);
    return 0;
}

static int end_archive(struct backfill *backfill, const struct scan_item *item, struct error *error)
{
    const struct backfill_listener *listener = &backfill->plan.listener;
    int ret = commit(backfill, error);
    if (ret < 0 || backfill->is_archive_damaged)
        return ret;
    ret = settle_day(backfill, item, error);
    if (ret == 0 && listener->whole != NULL)
        listener->whole(listener->data, item->name);
    return ret;
}

// A file whose name says that nobody wants it.
static void pass_by(struct backfill *backfill, const struct scan_item *item)
{
    backfill->report.files++;
    backfill->report.passed_by++;
    backfill->report.bytes += item->length;
    backfill->has_passed_by = true;
}

static int take(struct backfill *backfill, const struct scan_item *item, struct error *error)
{
    begin_archive(backfill, item->archive);
    switch (item->kind) {
    case SCAN_ITEM_FILE:
        return take_file(backfill, item, error);
    case SCAN_ITEM_WHOLE:
        return end_archive(backfill, item, error);
    case SCAN_ITEM_PASSED_BY:
        pass_by(backfill, item);
        break;
    case SCAN_ITEM_PROBLEM:
        name_bad(backfill, &item->problem);
        break;
    }
    return 0;
}

static int ask(struct backfill *backfill, struct scan_item **items, size_t count,
               struct error *error)
{
    struct history_known known[SCAN_QUEUE_ASK_MAX];
    for (size_t i = 0; i < count; i++)
        memcpy(known[i].content, items[i]->content, sizeof known[i].content);
    int ret = history_loader_know(backfill->loader, known, count, error);
    if (ret < 0)
        return ret;
    for (size_t i = 0; i < count; i++) {
        if (items[i]->kind != SCAN_ITEM_FILE)
            continue;
        items[i]->is_known = known[i].is_known;
        items[i]->is_skipped = known[i].is_known && !backfill->plan.again;
        items[i]->day = known[i].day;
    }
    scan_queue_answer(backfill->queue, items, count);
    return 0;
}

static void tell_progress(struct backfill *backfill, const char *at)
{
    const struct backfill_listener *listener = &backfill->plan.listener;
    if (listener->progress == NULL)
        return;
    uint64_t now_ms = clock_monotonic_ms();
    if (now_ms - backfill->told_ms < PROGRESS_MS)
        return;
    backfill->told_ms = now_ms;
    listener->progress(listener->data, &backfill->report, at);
}

static int take_all(struct backfill *backfill, struct error *error)
{
    struct scan_item *items[SCAN_QUEUE_ASK_MAX];
    enum scan_queue_turn turn;
    size_t count = 0;
    char at[ARCHIVE_NAME_SIZE] = "";
    int ret = 0;
    while (ret == 0 && (turn = scan_queue_turn(backfill->queue, PROGRESS_MS, items, &count)) !=
                           SCAN_QUEUE_END) {
        if (turn == SCAN_QUEUE_ASK)
            ret = ask(backfill, items, count, error);
        if (turn == SCAN_QUEUE_STORE) {
            ret = take(backfill, items[0], error);
            text_copy(at, sizeof at, items[0]->name);
            scan_queue_release(backfill->queue, items[0]);
        }
        tell_progress(backfill, at);
    }
    return ret == 0 ? commit(backfill, error) : ret;
}

static int run(struct backfill *backfill, const struct backfill_input *input, struct error *error)
{
    struct backfill_crew *crew;
    struct error ended = {0};
    backfill->archive = 0;
    backfill->queue = scan_queue_new();
    int ret = backfill_crew_start(&backfill->plan, input, backfill->queue, &crew, error);
    if (ret == 0) {
        ret = take_all(backfill, error);
        if (ret < 0)
            backfill_crew_stop(crew);
        int reading = backfill_crew_join(crew, &ended);
        if (ret == 0 && reading < 0)
            ret = error_set(error, reading, "%s", ended.message);
    }
    scan_queue_free(backfill->queue);
    backfill->queue = NULL;
    return ret;
}

int backfill_paths(struct backfill *backfill, char *const *paths, size_t count, struct error *error)
{
    const struct backfill_input input = {.paths = paths, .path_count = count};
    return run(backfill, &input, error);
}

int backfill_streams(struct backfill *backfill, const struct backfill_streams *streams,
                     struct error *error)
{
    const struct backfill_input input = {.streams = streams};
    return run(backfill, &input, error);
}

int backfill_coverage(struct backfill *backfill, size_t *ret_changed, struct error *error)
{
    const struct feed_interest *interest = backfill->plan.interest;
    size_t changed = 0;
    for (size_t i = 0; i < interest->place_count; i++) {
        int ret = history_coverage_refresh(backfill->connection, backfill->plan.feed,
                                           &interest->places[i], &changed, error);
        if (ret < 0)
            return ret;
    }
    *ret_changed = changed;
    return 0;
}
