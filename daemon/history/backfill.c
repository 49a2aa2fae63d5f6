// SPDX-License-Identifier: MIT
#include "history/backfill.h"

#include "base/array.h"
#include "base/digest.h"
#include "base/text.h"
#include "history/scan.h"
#include "history/stream.h"
#include "store/history_coverage.h"
#include "store/loader.h"

#include <errno.h>
#include <string.h>

// A transaction of so many rows or files takes a fraction of a second, and that is what a kill costs.
#define COMMIT_ROWS 20000
#define COMMIT_FILES 1000
// Partitions are made for the days between a transaction's first and last point.
#define COMMIT_SPAN_US (30 * UTC_DAY)

struct backfill_days ARRAY_OF(utc_us);

struct backfill {
    struct backfill_plan plan;
    struct query_connection *connection;
    struct history_loader *loader;
    struct scanner *scanner;
    struct archive_reader *archives;
    struct backfill_report report;
    // Of the archive that is read.
    struct backfill_days days;
    bool is_archive_damaged;
    size_t opened; // its number
    // Of the transaction that is filled.
    utc_us batch_day;
    size_t batch_files;
};

struct backfill *backfill_new(const struct backfill_plan *plan, struct query_connection *connection)
{
    struct backfill *backfill = memory_allocate_zeroed(1, sizeof *backfill);
    backfill->plan = *plan;
    backfill->connection = connection;
    backfill->loader = history_loader_new(connection, plan->feed);
    backfill->scanner = scanner_new(plan->interest, plan->feed, plan->places, plan->place_count);
    return backfill;
}

void backfill_free(struct backfill *backfill)
{
    if (backfill == NULL)
        return;
    scanner_free(backfill->scanner);
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

static void remember_day(struct backfill *backfill, utc_us day)
{
    array_foreach(&backfill->days, known)
        if (*known == day)
            return;
    *array_append(&backfill->days) = day;
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
    utc_us apart = day > backfill->batch_day ? day - backfill->batch_day : backfill->batch_day - day;
    int ret = 0;
    if (backfill->batch_files > 0 && apart > COMMIT_SPAN_US)
        ret = commit(backfill, error);
    if (backfill->batch_files == 0)
        backfill->batch_day = day;
    return ret;
}

static int store(struct backfill *backfill, const uint8_t content[DIGEST_UUID_SIZE],
                 const struct scanned *scanned, struct error *error)
{
    const struct trace *trace = &scanned->trace;
    struct history_file file = {
        .begins_at = trace->begins_at,
        .points = trace->points,
        .kept = scanned->kept,
        .refused = trace->refused,
    };
    memcpy(file.content, content, sizeof file.content);
    memcpy(file.icao24, trace->icao24, sizeof file.icao24);
    utc_us day = utc_day_start(trace->begins_at);
    int ret = make_way(backfill, day, error);
    history_loader_add_file(backfill->loader, &file);
    array_foreach(&trace->heard, heard)
        history_loader_add_heard(backfill->loader, backfill->plan.interest->places[heard->place].id,
                                 trace->icao24, heard->hour, heard->lowest_ft);
    array_foreach(&scanned->points, point)
        history_loader_add_point(backfill->loader, point);
    remember_day(backfill, day);
    backfill->report.points += trace->points;
    backfill->batch_files++;
    if (ret == 0 && (backfill->batch_files >= COMMIT_FILES ||
                     history_loader_rows(backfill->loader) >= COMMIT_ROWS))
        ret = commit(backfill, error);
    return ret;
}

static int take_file(struct backfill *backfill, const struct archive_file *file, struct error *error)
{
    uint8_t sha256[DIGEST_SHA256_SIZE];
    struct scanned scanned;
    struct error problem = {0};
    bool is_known;
    utc_us day;
    digest_sha256(file->bytes, file->length, sha256);
    int ret = history_loader_knows(backfill->loader, sha256, &is_known, &day, error);
    if (ret < 0)
        return ret;
    backfill->report.files++;
    backfill->report.bytes += file->length;
    if (is_known) {
        backfill->report.known++;
        remember_day(backfill, day);
        return 0;
    }
    if (scanner_read(backfill->scanner, file->bytes, file->length, &scanned, &problem) < 0) {
        error_prefix(&problem, "%s", file->name);
        name_bad(backfill, &problem);
        return 0;
    }
    ret = store(backfill, sha256, &scanned, error);
    scanned_done(&scanned);
    return ret;
}

// --- all of them ----------------------------------------------------------------------------------

// What was read before says nothing of this one.
static void begin_archive(struct backfill *backfill)
{
    size_t opened = archive_reader_opened(backfill->archives);
    if (opened == backfill->opened)
        return;
    backfill->opened = opened;
    backfill->is_archive_damaged = false;
    array_clear(&backfill->days);
}

static int end_archive(struct backfill *backfill, struct error *error)
{
    const struct backfill_listener *listener = &backfill->plan.listener;
    int ret = commit(backfill, error);
    if (backfill->is_archive_damaged)
        return ret;
    array_foreach(&backfill->days, day)
        if (ret == 0)
            ret = history_loader_day_is_whole(backfill->loader, *day, error);
    if (ret == 0 && listener->whole != NULL)
        listener->whole(listener->data, archive_reader_opened_name(backfill->archives));
    return ret;
}

static int read_all(struct backfill *backfill, struct error *error)
{
    const struct backfill_listener *listener = &backfill->plan.listener;
    struct archive_file file;
    struct error problem = {0};
    int ret = 0, step;
    while (ret == 0 && (step = archive_reader_next(backfill->archives, &file, &problem)) != ARCHIVE_STEP_END) {
        begin_archive(backfill);
        if (step < 0) {
            name_bad(backfill, &problem);
            continue;
        }
        if (step == ARCHIVE_STEP_WHOLE) {
            ret = end_archive(backfill, error);
            continue;
        }
        ret = take_file(backfill, &file, error);
        if (listener->progress != NULL)
            listener->progress(listener->data, &backfill->report, file.name);
    }
    return ret == 0 ? commit(backfill, error) : ret;
}

int backfill_paths(struct backfill *backfill, char *const *paths, size_t count, struct error *error)
{
    backfill->archives = archive_reader_new(paths, count);
    backfill->opened = 0;
    int ret = read_all(backfill, error);
    archive_reader_free(backfill->archives);
    backfill->archives = NULL;
    return ret;
}

int backfill_streams(struct backfill *backfill, const struct backfill_streams *streams, struct error *error)
{
    struct history_stream *stream;
    enum archive_kind kind;
    struct error problem = {0};
    int ret = 0, step;
    backfill->archives = archive_reader_new(NULL, 0);
    backfill->opened = 0;
    while (ret == 0 && (step = streams->next(streams->data, &stream, &kind, &problem)) != 0) {
        if (step == -ECANCELED)
            ret = error_set(error, step, "%s", problem.message);
        if (step < 0) {
            name_bad(backfill, &problem);
            continue;
        }
        archive_reader_add_stream(backfill->archives, stream, kind);
        ret = read_all(backfill, error);
    }
    archive_reader_free(backfill->archives);
    backfill->archives = NULL;
    return ret;
}

int backfill_coverage(struct backfill *backfill, size_t *ret_changed, struct error *error)
{
    const struct feed_interest *interest = backfill->plan.interest;
    size_t changed = 0;
    for (size_t i = 0; i < interest->place_count; i++) {
        int ret = history_coverage_refresh(backfill->connection, backfill->plan.feed, &interest->places[i],
                                           &changed, error);
        if (ret < 0)
            return ret;
    }
    *ret_changed = changed;
    return 0;
}
