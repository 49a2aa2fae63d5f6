// SPDX-License-Identifier: MIT
#include "cli/backfill_run.h"

#include "cli/derived.h"
#include "config/config.h"
#include "store/derive_pending.h"
#include "store/query.h"
#include "store/watch_record.h"

#include <inttypes.h>
#include <stdio.h>

int backfill_run_open(struct backfill_run *run, struct cli *cli)
{
    *run = (struct backfill_run){.cli = cli};
    progress_begin(&run->progress, cli);
    int status = cli_config(cli, &run->config);
    return status == EXIT_STATUS_GOOD ? cli_connect(cli, &run->connection) : status;
}

void backfill_run_close(struct backfill_run *run)
{
    progress_end(&run->progress);
    backfill_free(run->backfill);
    history_interest_done(&run->interest);
    text_done(&run->watch_ids);
    query_close(run->connection);
}

void backfill_run_say(void *data, const char *words)
{
    struct backfill_run *run = data;
    progress_say(&run->progress, words);
}

// The configuration's list comes first: days that were read before lists were remembered count as
// read by the first.
int backfill_run_watch(struct backfill_run *run, const struct watch_list *watch)
{
    const struct watch_list *own = &run->config->watch;
    struct error error = {0};
    int64_t watch_id = 0;
    int ret = watch_record_note(run->connection, own, &watch_id, &error);
    if (ret == 0 && watch != NULL)
        ret = watch_record_note(run->connection, watch, &watch_id, &error);
    if (ret == 0)
        ret = watch_record_holding(run->connection, run->config, watch != NULL ? watch : own,
                                   &run->watch_ids, &error);
    snprintf(run->watch_id, sizeof run->watch_id, "%" PRId64, watch_id);
    return ret < 0 ? cli_fail(run->cli, &error) : EXIT_STATUS_GOOD;
}

int backfill_run_prepare(struct backfill_run *run, const char *feed, const struct watch_list *watch,
                         const struct backfill_manner *manner,
                         const struct backfill_listener *listener)
{
    struct error error = {0};
    if (history_interest_read(run->connection, run->config, &run->interest, &error) < 0 ||
        derive_pending_hold(run->connection, &error) < 0)
        return cli_fail(run->cli, &error);
    run->feed = feed;
    if (watch != NULL)
        run->interest.interest.watch = watch;
    const struct backfill_plan plan = {
        .feed = feed,
        .interest = &run->interest.interest,
        .places = run->config->places,
        .place_count = run->config->place_count,
        .jobs = manner->jobs,
        .again = manner->again,
        .whole_days = manner->whole_days,
        .watch_id = run->watch_id,
        .watch_ids = run->watch_ids.bytes,
        .listener = *listener,
    };
    run->backfill = backfill_new(&plan, run->connection);
    return EXIT_STATUS_GOOD;
}

int backfill_run_finish(struct backfill_run *run, uint64_t missing)
{
    const struct backfill_report *report = backfill_report(run->backfill);
    struct error error = {0};
    size_t changed = 0;
    progress_end(&run->progress);
    cli_say(run->cli,
            "read %" PRIu64 " files (%" PRIu64 " known, %" PRIu64 " bad) with %" PRIu64
            " points: stored %" PRIu64,
            report->files, report->known, report->bad, report->points, report->stored);
    if (report->passed_by > 0)
        cli_say(run->cli,
                "%" PRIu64 " of them were not looked into: by their names nobody watches them, and "
                "there is no airfield to listen at; so no day counts as listened to",
                report->passed_by);
    if (backfill_coverage(run->backfill, &changed, &error) < 0)
        return cli_fail(run->cli, &error);
    if (changed > 0)
        cli_say(run->cli, "worked out %zu hours of coverage", changed);
    int status = derived_loaded(run->cli, run->config, run->connection);
    return status == EXIT_STATUS_GOOD && report->bad + missing > 0 ? EXIT_STATUS_WANTING : status;
}
