// SPDX-License-Identifier: MIT
// skywitness backfill traces: archives of readsb's traces into the database, and everything derived again.
#include "base/digest.h"
#include "base/memory.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/derived.h"
#include "cli/options.h"
#include "config/config.h"
#include "feed/inflate.h"
#include "feed/trace.h"
#include "feed/trace_archive.h"
#include "store/history_coverage.h"
#include "store/loader.h"
#include "store/query.h"
#include "track/tracker.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEFAULT_FEED "adsb.lol"
#define PATHS_MAX 100000
// methods.md 3e, as for live answers.
#define NEARBY_RADIUS_NM 25.0
#define NEARBY_LOW_FT 10000
// A transaction of so many rows or files takes a fraction of a second, and that is what a kill costs.
#define COMMIT_ROWS 20000
#define COMMIT_FILES 1000
// Partitions are made for the days between a transaction's first and last point.
#define COMMIT_SPAN_US (30 * UTC_DAY)
#define PROGRESS_EVERY_S 5

struct backfill {
    struct cli *cli;
    const struct config *config;
    struct query_connection *connection;
    const char *feed;
    struct backfill_places ARRAY_OF(struct place) places; // airfields of claims; borrows what they own
    struct feed_interest interest;
    struct archive_reader *archives;
    struct trace_reader *traces;
    struct history_loader *loader;
    struct inflated inflated;
    struct track_effects effects;
    struct backfill_days ARRAY_OF(utc_us) days; // of the archive that is read
    bool is_archive_damaged;
    size_t opened; // its number
    utc_us batch_day;
    size_t batch_files;
    uint64_t files, known, bad, points, bytes;
    time_t said_at;
};

// --- one file -------------------------------------------------------------------------------------

static void name_bad(struct backfill *backfill, const char *words)
{
    backfill->bad++;
    backfill->is_archive_damaged = true;
    cli_say(backfill->cli, "%s", words);
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
    return history_loader_commit(backfill->loader, error);
}

// Points get their flags as live ones do, by a tracker; what it derives is left to the derivation.
static void add_points(struct backfill *backfill, const struct trace *trace)
{
    struct tracker *tracker = tracker_new(backfill->config->places, backfill->config->place_count);
    array_foreach(&trace->kept, seen)
        tracker_push(tracker, seen, backfill->feed, seen->observed_at, &backfill->effects);
    array_foreach(&backfill->effects.points, point)
        history_loader_add_point(backfill->loader, point);
    array_clear(&backfill->effects.points);
    array_clear(&backfill->effects.sightings);
    array_clear(&backfill->effects.visits);
    array_clear(&backfill->effects.conflicts);
    tracker_free(tracker);
}

static int store_trace(struct backfill *backfill, const uint8_t content[DIGEST_UUID_SIZE],
                       const struct trace *trace, struct error *error)
{
    struct history_file file = {
        .begins_at = trace->begins_at,
        .points = trace->points,
        .kept = (uint32_t)trace->kept.count,
        .refused = trace->refused,
    };
    memcpy(file.content, content, sizeof file.content);
    memcpy(file.icao24, trace->icao24, sizeof file.icao24);
    utc_us day = utc_day_start(trace->begins_at);
    utc_us apart = day > backfill->batch_day ? day - backfill->batch_day : backfill->batch_day - day;
    int ret = 0;
    if (backfill->batch_files > 0 && apart > COMMIT_SPAN_US)
        ret = commit(backfill, error);
    if (backfill->batch_files == 0)
        backfill->batch_day = day;
    history_loader_add_file(backfill->loader, &file);
    array_foreach(&trace->heard, heard)
        history_loader_add_heard(backfill->loader, backfill->places.items[heard->place].id, trace->icao24,
                                 heard->hour, heard->lowest_ft);
    if (trace->kept.count > 0)
        add_points(backfill, trace);
    remember_day(backfill, day);
    backfill->points += trace->points;
    backfill->batch_files++;
    if (ret == 0 && (backfill->batch_files >= COMMIT_FILES ||
                     history_loader_rows(backfill->loader) >= COMMIT_ROWS))
        ret = commit(backfill, error);
    return ret;
}

static int take_file(struct backfill *backfill, const struct archive_file *file, struct error *error)
{
    uint8_t sha256[DIGEST_SHA256_SIZE];
    bool is_known;
    utc_us day;
    digest_sha256(file->bytes, file->length, sha256);
    int ret = history_loader_knows(backfill->loader, sha256, &is_known, &day, error);
    if (ret < 0)
        return ret;
    backfill->files++;
    backfill->bytes += file->length;
    if (is_known) {
        backfill->known++;
        remember_day(backfill, day);
        return 0;
    }
    struct trace trace;
    struct error problem = {0};
    ret = inflate_bytes(file->bytes, file->length, TRACE_BYTES_MAX, &backfill->inflated, &problem);
    if (ret == 0)
        ret = trace_reader_read(backfill->traces, backfill->inflated.bytes, backfill->inflated.length, &trace,
                                &problem);
    if (ret < 0) {
        error_prefix(&problem, "%s", file->name);
        name_bad(backfill, problem.message);
        return 0;
    }
    ret = store_trace(backfill, sha256, &trace, error);
    trace_done(&trace);
    return ret;
}

// --- all of them ----------------------------------------------------------------------------------

static void say_progress(struct backfill *backfill, const char *name)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (backfill->said_at != 0 && now.tv_sec - backfill->said_at < PROGRESS_EVERY_S)
        return;
    if (backfill->said_at != 0)
        cli_say(backfill->cli, "%" PRIu64 " files, %" PRIu64 " MB, at %s", backfill->files,
                backfill->bytes / 1000000, name);
    backfill->said_at = now.tv_sec;
}

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
    int ret = commit(backfill, error);
    if (!backfill->is_archive_damaged)
        array_foreach(&backfill->days, day)
            if (ret == 0)
                ret = history_loader_day_is_whole(backfill->loader, *day, error);
    return ret;
}

static int read_archives(struct backfill *backfill, struct error *error)
{
    struct archive_file file;
    struct error problem = {0};
    int ret = 0, step;
    while (ret == 0 && (step = archive_reader_next(backfill->archives, &file, &problem)) != ARCHIVE_STEP_END) {
        begin_archive(backfill);
        if (step < 0) {
            name_bad(backfill, problem.message);
            continue;
        }
        if (step == ARCHIVE_STEP_WHOLE) {
            ret = end_archive(backfill, error);
            continue;
        }
        say_progress(backfill, file.name);
        ret = take_file(backfill, &file, error);
    }
    return ret == 0 ? commit(backfill, error) : ret;
}

// Where coverage is asked for: the airfields in reach of claims.
static int choose_places(struct backfill *backfill, struct error *error)
{
    struct query *query;
    int ret = query_start(backfill->connection,
                          "SELECT DISTINCT place FROM skywitness_store.claim_reach WHERE place NOT LIKE '@%'", NULL,
                          0, &query, error);
    while (ret >= 0 && (ret = query_next(query, error)) == 1) {
        const struct place *place = config_place(backfill->config, query_text(query, 0));
        if (place != NULL && place->kind == PLACE_AIRFIELD)
            *array_append(&backfill->places) = *place;
    }
    query_finish(query);
    return ret;
}

static int run_backfill(struct backfill *backfill, char *const *paths, size_t count, struct error *error)
{
    int ret = choose_places(backfill, error);
    if (ret < 0)
        return ret;
    backfill->interest = (struct feed_interest){
        .watch = &backfill->config->watch,
        .places = backfill->places.items,
        .place_count = backfill->places.count,
        .radius_nm = NEARBY_RADIUS_NM,
        .low_ft = NEARBY_LOW_FT,
    };
    backfill->archives = archive_reader_new(paths, count);
    backfill->traces = trace_reader_new(&backfill->interest);
    backfill->loader = history_loader_new(backfill->connection, backfill->feed);
    return read_archives(backfill, error);
}

static int fill_coverage(struct backfill *backfill, struct error *error)
{
    size_t changed = 0;
    int ret = 0;
    array_foreach(&backfill->places, place)
        if (ret == 0)
            ret = history_coverage_refresh(backfill->connection, backfill->feed, place, &changed, error);
    if (ret == 0 && changed > 0)
        cli_say(backfill->cli, "worked out %zu hours of coverage", changed);
    return ret;
}

static void backfill_done(struct backfill *backfill)
{
    archive_reader_free(backfill->archives);
    trace_reader_free(backfill->traces);
    history_loader_free(backfill->loader);
    inflated_done(&backfill->inflated);
    track_effects_done(&backfill->effects);
    array_free(&backfill->places);
    array_free(&backfill->days);
    query_close(backfill->connection);
}

static int start(struct cli *cli, const char *feed, char *const *paths, size_t count)
{
    struct backfill backfill = {.cli = cli, .feed = feed};
    struct error error = {0};
    int status = cli_open(cli, &backfill.config, &backfill.connection);
    if (status != 0)
        return status;
    int ret = run_backfill(&backfill, paths, count, &error);
    if (ret < 0) {
        status = cli_fail(cli, &error);
    } else {
        cli_say(cli, "read %" PRIu64 " files (%" PRIu64 " known, %" PRIu64 " bad) with %" PRIu64
                " points: stored %" PRIu64,
                backfill.files, backfill.known, backfill.bad, backfill.points,
                history_loader_stored(backfill.loader));
        if (fill_coverage(&backfill, &error) < 0)
            status = cli_fail(cli, &error);
        else
            status = derived_pending(cli, backfill.config, backfill.connection);
        if (status == EXIT_STATUS_GOOD && backfill.bad > 0)
            status = EXIT_STATUS_WANTING;
    }
    backfill_done(&backfill);
    return status;
}

int command_backfill_traces(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const char *feed = DEFAULT_FEED;
    const struct option_row rows[] = {
        {"feed", 0, OPTION_TEXT, &feed, "ID", "the feed whose archive it is (" DEFAULT_FEED ")", 0, 0},
    };
    const struct option_table options = {
        OPTION_ROWS(rows),
        .arguments_min = 1,
        .arguments_max = PATHS_MAX,
        .notes = "PATH is a file, a folder, a tar, the first part of a split one (.tar.aa; the others are\n"
                 "found beside it), or \"-\" for standard input. Nothing is unpacked to disk. Run again it\n"
                 "goes on where it was interrupted. Files that are damaged are named and make the exit\n"
                 "status 1.",
    };
    int count = 0, status = EXIT_STATUS_GOOD;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    if (strlen(feed) >= FEED_ID_SIZE || feed[0] == '\0')
        return options_usage(cli, command, "--feed: expected an id of 1 to %d characters", FEED_ID_SIZE - 1);
    return start(cli, feed, argv, (size_t)count);
}
