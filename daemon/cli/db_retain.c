// SPDX-License-Identifier: MIT
// `skywitness db retain`: takes away what is past its time, days of points by partition and the
// ledger row by row, and says what went and what was kept because a visit or an assessment rests on
// it.
#include "cli/command.h"

#include "cli/options.h"
#include "config/config.h"
#include "store/query.h"
#include "store/retention.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define DAYS_MAX 36500
#define MEGABYTE 1e6

static const struct output_column columns[] = {
    {"partition", "partition", OUTPUT_TEXT, 0}, {"day", "day", OUTPUT_TEXT, 0},
    {"bytes", "bytes", OUTPUT_NUMBER, 0},       {"kept", "rows kept", OUTPUT_NUMBER, 0},
    {"removed", NULL, OUTPUT_NUMBER, 0},        {"outcome", "outcome", OUTPUT_TEXT, 0},
};

struct days {
    int64_t points, ledger, quarantine, feed_hours; // 0: all is kept
};

struct retaining {
    struct cli *cli;
    struct query_connection *connection;
    struct retention_plan plan;
    struct output *output;
    bool dry_run;
    uint64_t partitions;   // that went
    double megabytes;      // they had
    int64_t evidence_rows; // now
    int status;
};

static utc_us before(const struct cli *cli, int64_t days)
{
    return days > 0 ? utc_day_start(cli->now) - days * UTC_DAY : UTC_UNKNOWN;
}

// What others hold can be had tomorrow; all else wants somebody to look, since it would fail every
// night.
static int status_of(int result)
{
    switch (result) {
    case -EBUSY:
        return EXIT_STATUS_WANTING;
    case -ENOTCONN:
    case -EACCES:
    case -ECANCELED:
        return EXIT_STATUS_UNAVAILABLE;
    default:
        return EXIT_STATUS_SOFTWARE;
    }
}

// Notes what could not be done; of several the worst counts. Returns whether it makes sense to go
// on.
static bool fail(struct retaining *retaining, const char *what, int result,
                 const struct error *error)
{
    int status = status_of(result);
    cli_say(retaining->cli, "%s: %s", what, error->message);
    if (status > retaining->status)
        retaining->status = status;
    return result != -ENOTCONN && result != -EACCES;
}

static void write_partition(struct retaining *retaining,
                            const struct retention_partition *partition, int64_t kept,
                            const char *outcome)
{
    output_text(retaining->output, partition->name);
    output_text(retaining->output, partition->day);
    output_integer(retaining->output, partition->bytes);
    if (kept >= 0)
        output_integer(retaining->output, kept);
    else
        output_unknown(retaining->output);
    output_unknown(retaining->output);
    output_text(retaining->output, outcome);
    output_row_end(retaining->output);
}

static bool retire(struct retaining *retaining, const struct retention_partition *partition)
{
    struct error error = {0};
    int64_t kept = -1;
    const char *outcome = partition->held ? "held" : "due";
    bool goes_on = true;
    if (!partition->held && !retaining->dry_run) {
        int result = retention_retire(retaining->connection, retaining->plan.points_before,
                                      partition->name, &kept, &error);
        outcome = result == 0 ? "dropped" : result == -EBUSY ? "busy" : "failed";
        goes_on = result == 0 || fail(retaining, partition->name, result, &error);
    }
    if (strcmp(outcome, retaining->dry_run ? "due" : "dropped") == 0) {
        retaining->partitions++;
        retaining->megabytes += (double)partition->bytes / MEGABYTE;
    }
    write_partition(retaining, partition, kept, outcome);
    return goes_on;
}

static bool retire_points(struct retaining *retaining)
{
    struct retention_partition_array partitions = {0};
    struct error error = {0};
    utc_us gone_before = retaining->plan.points_before;
    if (gone_before == UTC_UNKNOWN)
        return true;
    int result = retention_list(retaining->connection, gone_before, &partitions, &error);
    bool goes_on = result >= 0 || fail(retaining, "partitions", result, &error);
    array_foreach (&partitions, partition)
        goes_on = goes_on && retire(retaining, partition);
    retention_partitions_done(&partitions);
    if (!goes_on || retaining->dry_run)
        return goes_on;
    result = retention_finish_points(retaining->connection, gone_before, &error);
    return result >= 0 || fail(retaining, "evidence", result, &error);
}

// What has no partitions.
static bool trim(struct retaining *retaining, const char *table, utc_us gone_before)
{
    struct error error = {0};
    char day[UTC_TEXT_SIZE];
    int64_t removed = -1;
    int result = 0;
    if (gone_before == UTC_UNKNOWN)
        return true;
    if (!retaining->dry_run)
        result = retention_trim(retaining->connection, table, gone_before, &removed, &error);
    output_text(retaining->output, table);
    output_text(retaining->output, utc_format_day(gone_before, day));
    output_unknown(retaining->output);
    output_unknown(retaining->output);
    if (removed >= 0)
        output_integer(retaining->output, removed);
    else
        output_unknown(retaining->output);
    output_text(retaining->output, retaining->dry_run ? "due" : result == 0 ? "trimmed" : "failed");
    output_row_end(retaining->output);
    return result >= 0 || fail(retaining, table, result, &error);
}

static bool trim_ledger(struct retaining *retaining)
{
    struct error error = {0};
    utc_us gone_before = retaining->plan.ledger_before;
    int result = 0;
    if (gone_before != UTC_UNKNOWN && !retaining->dry_run)
        result = retention_roll_up_feeds(retaining->connection, gone_before, &error);
    if (result < 0)
        return fail(retaining, "the feeds' hours", result, &error);
    return trim(retaining, "poll", gone_before) && trim(retaining, "poll_nearby", gone_before) &&
           trim(retaining, "quarantine", retaining->plan.quarantine_before) &&
           trim(retaining, "feed_hour", retaining->plan.feed_hours_before);
}

// Nothing that coverage is made from goes before the coverage is there.
static bool roll_up_coverage(struct retaining *retaining)
{
    struct error error = {0};
    int result = 0;
    if (!retaining->dry_run)
        result = retention_roll_up_coverage(retaining->connection, &retaining->plan,
                                            retaining->cli->now, &error);
    if (result < 0)
        fail(retaining, "coverage", result, &error);
    return result >= 0;
}

static void say_sizes(struct retaining *retaining, int64_t bytes_before)
{
    struct error error = {0};
    int64_t bytes = 0, evidence_bytes = 0, evidence_rows = 0;
    cli_say(retaining->cli, "%" PRIu64 " partitions %s, %.1f MB", retaining->partitions,
            retaining->dry_run ? "would be dropped" : "dropped", retaining->megabytes);
    if (retention_sizes(retaining->connection, &bytes, &evidence_bytes, &evidence_rows, &error) < 0)
        return;
    cli_say(retaining->cli,
            "the database had %.1f MB and has %.1f MB; of days that are gone %" PRId64
            " points are kept as evidence, %.1f MB with raw observations",
            (double)bytes_before / MEGABYTE, (double)bytes / MEGABYTE, evidence_rows,
            (double)evidence_bytes / MEGABYTE);
}

static int work(struct retaining *retaining)
{
    struct error error = {0};
    int64_t bytes_before = 0, ignored = 0;
    int mine = retention_begin(retaining->connection, &error);
    if (mine >= 0)
        mine = retention_sizes(retaining->connection, &bytes_before, &ignored, &ignored, &error) < 0
                   ? -EIO
                   : mine;
    if (mine < 0)
        return cli_fail(retaining->cli, &error);
    if (mine == 0) {
        cli_say(retaining->cli, "another db retain is at work in this database");
        return EXIT_STATUS_WANTING;
    }
    retaining->output = cli_output(retaining->cli, columns, sizeof columns / sizeof *columns);
    if (roll_up_coverage(retaining) && retire_points(retaining))
        trim_ledger(retaining);
    say_sizes(retaining, bytes_before);
    int written = cli_output_end(retaining->cli, retaining->output);
    return retaining->status != EXIT_STATUS_GOOD ? retaining->status : written;
}

static int retain(struct cli *cli, const struct days *days, bool dry_run)
{
    struct retaining retaining = {
        .cli = cli,
        .plan = {before(cli, days->points), before(cli, days->ledger),
                 before(cli, days->quarantine), before(cli, days->feed_hours)},
        .dry_run = dry_run,
        .status = EXIT_STATUS_GOOD,
    };
    int status = cli_connect(cli, &retaining.connection);
    if (status == EXIT_STATUS_GOOD)
        status = work(&retaining);
    query_close(retaining.connection);
    return status;
}

static int64_t configured(uint64_t days)
{
    return days < DAYS_MAX ? (int64_t)days : DAYS_MAX;
}

int command_db_retain(struct cli *cli, const struct command *command, int argc, char **argv)
{
    struct days days = {0};
    bool dry_run = false;
    const struct option_row rows[] = {
        {"days", 0, OPTION_COUNT, &days.points, "N",
         "keep N whole days of points before today (UTC)", 1, DAYS_MAX},
        {"ledger-days", 0, OPTION_COUNT, &days.ledger, "N", "keep N days of the ledger of polls", 1,
         DAYS_MAX},
        {"quarantine-days", 0, OPTION_COUNT, &days.quarantine, "N",
         "keep N days of what could not be stored", 1, DAYS_MAX},
        {"feed-hours-days", 0, OPTION_COUNT, &days.feed_hours, "N",
         "keep N days of the feeds' hours", 1, DAYS_MAX},
        {"dry-run", 'n', OPTION_FLAG, &dry_run, NULL, "only say what would go", 0, 0},
    };
    const struct option_table options = {
        OPTION_ROWS(rows),
        .notes = "Without one of the days, the configuration's retain_days, retain_ledger_days,\n"
                 "retain_quarantine_days and retain_feed_hours_days count. What a visit or an "
                 "assessment\n"
                 "rests on is kept. Exit status 1: others held some, which go the next time.",
    };
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    if (days.points == 0 && days.ledger == 0 && days.quarantine == 0 && days.feed_hours == 0) {
        const struct config *config;
        status = cli_config(cli, &config);
        if (status != EXIT_STATUS_GOOD)
            return status;
        days = (struct days){
            configured(config->retain_days), configured(config->retain_ledger_days),
            configured(config->retain_quarantine_days), configured(config->retain_feed_hours_days)};
    }
    if (days.points == 0 && days.ledger == 0 && days.quarantine == 0 && days.feed_hours == 0) {
        cli_say(cli, "nothing goes: retain_days and its like are not set in the configuration, and "
                     "--days or its "
                     "like were not given");
        return EXIT_STATUS_GOOD;
    }
    return retain(cli, &days, dry_run);
}
