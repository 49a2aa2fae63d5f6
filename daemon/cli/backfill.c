// SPDX-License-Identifier: MIT
// skywitness backfill traces: archives of readsb's traces into the database, and everything derived
// again.
#include "cli/backfill_run.h"
#include "cli/command.h"
#include "cli/options.h"
#include "history/fetched.h"
#include "history/release_index.h"
#include "track/point.h"

#include <inttypes.h>
#include <string.h>

#define DEFAULT_FEED "adsb.lol"
#define PATHS_MAX 100000

static void show(void *data, const struct backfill_report *report, const char *at)
{
    struct backfill_run *run = data;
    char detail[ARCHIVE_NAME_SIZE + 64];
    snprintf(detail, sizeof detail, "%" PRIu64 " files, at %s", report->files, at);
    progress_show(&run->progress, &(struct progress_state){.what = "archives",
                                                           .detail = detail,
                                                           .done = report->bytes,
                                                           .done_in_all = report->bytes,
                                                           .left_in_all = UINT64_MAX,
                                                           .is_bytes = true});
}

// A release of adsb.lol that was fetched by hand need not be fetched once more.
static void remember_whole(void *data, const char *path)
{
    struct backfill_run *run = data;
    struct error error = {0};
    char name[RELEASE_NAME_SIZE];
    utc_us day;
    if (release_of_path(path, name, &day) &&
        history_fetched_add(run->connection, run->feed, run->watch_id, name, day, &error) < 0)
        progress_say(&run->progress, error.message);
}

// Coverage is what most archives are read for.
static void say_partial(void *data, const char *name)
{
    struct backfill_run *run = data;
    char words[ARCHIVE_NAME_SIZE + 200];
    snprintf(words, sizeof words,
             "%s: its day does not count as listened to: neither its name nor its number of files"
             " says that it holds all aircraft; if it does, say --whole-day",
             name);
    progress_say(&run->progress, words);
}

static int start(struct cli *cli, const char *feed, const struct backfill_manner *manner,
                 char *const *paths, size_t count)
{
    struct backfill_run run;
    struct error error = {0};
    const struct backfill_listener listener = {&run, backfill_run_say, remember_whole, say_partial,
                                               show};
    int status = backfill_run_open(&run, cli);
    if (status == EXIT_STATUS_GOOD)
        status = backfill_run_watch(&run, NULL);
    if (status == EXIT_STATUS_GOOD)
        status = backfill_run_prepare(&run, feed, NULL, manner, &listener);
    if (status == EXIT_STATUS_GOOD) {
        int ret = backfill_paths(run.backfill, paths, count, &error);
        status = ret < 0 ? cli_fail(cli, &error) : backfill_run_finish(&run, 0);
    }
    backfill_run_close(&run);
    return status;
}

int command_backfill_traces(struct cli *cli, const struct command *command, int argc, char **argv)
{
    const char *feed = DEFAULT_FEED;
    int64_t jobs = 0;
    struct backfill_manner manner = {0};
    const struct option_row rows[] = {
        {"feed", 0, OPTION_TEXT, &feed, "ID", "the feed whose archive it is (" DEFAULT_FEED ")", 0,
         0},
        {"again", 0, OPTION_FLAG, &manner.again, NULL,
         "read files that are known already, for claims about other places", 0, 0},
        {"whole-day", 0, OPTION_FLAG, &manner.whole_days, NULL,
         "each archive holds all of its day, whatever its name", 0, 0},
        {"jobs", 0, OPTION_COUNT, &jobs, "N", "threads that scan (as many as there are cores)", 1,
         BACKFILL_JOBS_MAX},
    };
    const struct option_table options = {
        OPTION_ROWS(rows),
        .arguments_min = 1,
        .arguments_max = PATHS_MAX,
        .notes =
            "PATH is a file, a folder, a tar, the first part of a split one (.tar.aa; the\n"
            "others are found beside it), or \"-\" for standard input, where several tars may\n"
            "follow each other. Nothing is unpacked to disk. Run again it goes on where it was\n"
            "interrupted. Files that are damaged are named and make the exit status 1. A tar's\n"
            "day counts as listened to when its name is that of a release\n"
            "(v2025.10.26-planes-readsb-prod-0.tar), when it has 20,000 files, or with\n"
            "--whole-day.",
    };
    int count = 0, status = EXIT_STATUS_GOOD;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    if (strlen(feed) >= FEED_ID_SIZE || feed[0] == '\0')
        return options_usage(cli, command, "--feed: expected an id of 1 to %d characters",
                             FEED_ID_SIZE - 1);
    manner.jobs = (unsigned)jobs;
    return start(cli, feed, &manner, argv, (size_t)count);
}
