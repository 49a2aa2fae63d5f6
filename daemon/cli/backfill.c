// SPDX-License-Identifier: MIT
// skywitness backfill traces: archives of readsb's traces into the database, and everything derived again.
#include "history/backfill.h"

#include "cli/command.h"
#include "cli/derived.h"
#include "cli/options.h"
#include "config/config.h"
#include "history/interest.h"
#include "store/query.h"
#include "track/point.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define DEFAULT_FEED "adsb.lol"
#define PATHS_MAX 100000
#define PROGRESS_EVERY_S 5

struct talk {
    struct cli *cli;
    time_t said_at;
};

static void say_bad(void *data, const char *words)
{
    struct talk *talk = data;
    cli_say(talk->cli, "%s", words);
}

static void say_progress(void *data, const struct backfill_report *report, const char *at)
{
    struct talk *talk = data;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (talk->said_at != 0 && now.tv_sec - talk->said_at < PROGRESS_EVERY_S)
        return;
    if (talk->said_at != 0)
        cli_say(talk->cli, "%" PRIu64 " files, %" PRIu64 " MB, at %s", report->files, report->bytes / 1000000,
                at);
    talk->said_at = now.tv_sec;
}

static int finish(struct cli *cli, struct backfill *backfill, const struct config *config,
                  struct query_connection *connection)
{
    const struct backfill_report *report = backfill_report(backfill);
    struct error error = {0};
    size_t changed = 0;
    cli_say(cli, "read %" PRIu64 " files (%" PRIu64 " known, %" PRIu64 " bad) with %" PRIu64
                 " points: stored %" PRIu64,
            report->files, report->known, report->bad, report->points, report->stored);
    if (backfill_coverage(backfill, &changed, &error) < 0)
        return cli_fail(cli, &error);
    if (changed > 0)
        cli_say(cli, "worked out %zu hours of coverage", changed);
    int status = derived_pending(cli, config, connection);
    return status == EXIT_STATUS_GOOD && report->bad > 0 ? EXIT_STATUS_WANTING : status;
}

static int start(struct cli *cli, const char *feed, unsigned jobs, char *const *paths, size_t count)
{
    const struct config *config;
    struct query_connection *connection;
    struct history_interest interest;
    struct talk talk = {.cli = cli};
    struct error error = {0};
    int status = cli_open(cli, &config, &connection);
    if (status != 0)
        return status;
    if (history_interest_read(connection, config, &interest, &error) < 0) {
        query_close(connection);
        return cli_fail(cli, &error);
    }
    const struct backfill_plan plan = {
        .feed = feed,
        .interest = &interest.interest,
        .places = config->places,
        .place_count = config->place_count,
        .jobs = jobs,
        .listener = {.data = &talk, .bad = say_bad, .progress = say_progress},
    };
    struct backfill *backfill = backfill_new(&plan, connection);
    int ret = backfill_paths(backfill, paths, count, &error);
    status = ret < 0 ? cli_fail(cli, &error) : finish(cli, backfill, config, connection);
    backfill_free(backfill);
    history_interest_done(&interest);
    query_close(connection);
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
    return start(cli, feed, 0, argv, (size_t)count);
}
