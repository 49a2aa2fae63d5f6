// SPDX-License-Identifier: MIT
// `skywitness db retain`: drops the days of track points and raw observations that are past their
// time. A partition is detached beside running writers and dropped after; one that others hold is
// tried again, and days that evidence rests on are kept.
#include "cli/command.h"

#include "base/array.h"
#include "base/memory.h"
#include "cli/options.h"
#include "config/config.h"
#include "store/query.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAYS_MAX 36500
#define ATTEMPTS 5
#define PAUSE_S 1 // times the attempt's number

struct partition {
    char *name;
    char *day;
    int64_t bytes;
    bool held;
    const char *outcome;
};
struct partition_array ARRAY_OF(struct partition);

static const struct output_column columns[] = {
    {"partition", "partition", OUTPUT_TEXT, 0},
    {"day", "day", OUTPUT_TEXT, 0},
    {"bytes", "bytes", OUTPUT_NUMBER, 0},
    {"outcome", "outcome", OUTPUT_TEXT, 0},
};

static void partitions_done(struct partition_array *partitions)
{
    array_foreach(partitions, partition) {
        free(partition->name);
        free(partition->day);
    }
    array_free(partitions);
}

static int list_partitions(struct query_connection *connection, const char *before,
                           struct partition_array *ret_partitions, struct error *error)
{
    struct query *query;
    int result = query_start(connection,
                             "SELECT partition, day::text, bytes, held"
                             " FROM skywitness_store.partitions() WHERE day < $1::date"
                             " ORDER BY day, partition",
                             &before, 1, &query, error);
    if (result < 0)
        return result;
    while ((result = query_next(query, error)) == 1) {
        struct partition *partition = array_append(ret_partitions);
        partition->name = memory_copy_string(query_text(query, 0));
        partition->day = memory_copy_string(query_text(query, 1));
        partition->bytes = query_integer(query, 2, 0);
        partition->held = query_boolean(query, 3, true);
        partition->outcome = partition->held ? "held" : "due";
    }
    query_finish(query);
    return result;
}

// The next statement that takes the partition away; NULL when nothing is left to do.
static int next_statement(struct query_connection *connection, const char *before,
                          const char *partition, char **ret_statement, struct error *error)
{
    struct query *query;
    const char *parameters[] = {before, partition};
    *ret_statement = NULL;
    int result = query_start(connection,
                             "SELECT statement FROM skywitness_store.retirement($1::date)"
                             " WHERE partition = $2",
                             parameters, 2, &query, error);
    if (result < 0)
        return result;
    result = query_next(query, error);
    if (result == 1)
        *ret_statement = memory_copy_string(query_text(query, 0));
    query_finish(query);
    return result < 0 ? result : 0;
}

// What is to be done is asked anew before each step: a detachment that was interrupted has to be
// finished rather than begun again.
static int retire(struct query_connection *connection, const char *before, const char *partition,
                  struct error *error)
{
    for (int attempt = 1;;) {
        AUTO_FREE char *statement = NULL;
        int result = next_statement(connection, before, partition, &statement, error);
        if (result < 0 || statement == NULL)
            return result;
        result = query_execute(connection, statement, NULL, 0, error);
        if (result == -EBUSY && attempt < ATTEMPTS) {
            nanosleep(&(struct timespec){.tv_sec = (time_t)PAUSE_S * attempt}, NULL);
            attempt++;
        } else if (result < 0) {
            return result;
        }
    }
}

// Returns the exit status: wanting when a partition could not be had.
static int retire_all(struct cli *cli, struct query_connection *connection, const char *before,
                      struct partition_array *partitions)
{
    struct error error = {0};
    int status = EXIT_STATUS_GOOD;
    if (query_execute(connection, "SET lock_timeout = '2s'", NULL, 0, &error) < 0)
        return cli_fail(cli, &error);
    array_foreach(partitions, partition) {
        if (partition->held)
            continue;
        int result = retire(connection, before, partition->name, &error);
        partition->outcome = result == 0 ? "dropped" : result == -EBUSY ? "busy" : "failed";
        if (result == 0)
            continue;
        cli_say(cli, "%s: %s", partition->name, error.message);
        status = EXIT_STATUS_WANTING;
        if (result == -ENOTCONN || result == -EACCES)
            return EXIT_STATUS_UNAVAILABLE;
    }
    return status;
}

static int write_partitions(const struct cli *cli, const struct partition_array *partitions,
                            bool dry_run)
{
    uint64_t bytes = 0, count = 0;
    struct output *output = cli_output(cli, columns, sizeof columns / sizeof *columns);
    array_foreach(partitions, partition) {
        output_text(output, partition->name);
        output_text(output, partition->day);
        output_integer(output, partition->bytes);
        output_text(output, partition->outcome);
        output_row_end(output);
        if (strcmp(partition->outcome, dry_run ? "due" : "dropped") == 0) {
            bytes += (uint64_t)partition->bytes;
            count++;
        }
    }
    cli_say(cli, "%" PRIu64 " partitions %s, %.1f MB", count,
            dry_run ? "would be dropped" : "dropped", (double)bytes / 1e6);
    return cli_output_end(cli, output);
}

static int retain(struct cli *cli, int64_t days, bool dry_run)
{
    char before[UTC_TEXT_SIZE];
    struct error error = {0};
    struct partition_array partitions = {0};
    struct query_connection *connection = NULL;
    int status = cli_connect(cli, &connection);
    if (status != EXIT_STATUS_GOOD)
        return status;
    utc_format_day(utc_day_start(cli->now) - days * UTC_DAY, before);
    if (list_partitions(connection, before, &partitions, &error) < 0) {
        status = cli_fail(cli, &error);
    } else {
        if (!dry_run)
            status = retire_all(cli, connection, before, &partitions);
        int written = write_partitions(cli, &partitions, dry_run);
        status = status != EXIT_STATUS_GOOD ? status : written;
    }
    partitions_done(&partitions);
    query_close(connection);
    return status;
}

int command_db_retain(struct cli *cli, const struct command *command, int argc, char **argv)
{
    int64_t days = -1;
    bool dry_run = false;
    const struct option_row rows[] = {
        {"days", 0, OPTION_COUNT, &days, "N",
         "keep N whole days before today (UTC); else the configuration's retain_days", 1, DAYS_MAX},
        {"dry-run", 'n', OPTION_FLAG, &dry_run, NULL, "only say what would be dropped", 0, 0},
    };
    const struct option_table options = {
        OPTION_ROWS(rows),
        .notes =
            "Days that evidence rests on are kept. Exit status 1: some could not be dropped now.",
    };
    int count, status;
    if (!options_parse(cli, command, &options, argc, argv, &count, &status))
        return status;
    if (days < 0) {
        const struct config *config;
        status = cli_config(cli, &config);
        if (status != EXIT_STATUS_GOOD)
            return status;
        days = config->retain_days < DAYS_MAX ? (int64_t)config->retain_days : DAYS_MAX;
    }
    if (days == 0) {
        cli_say(cli,
                "nothing is dropped: retain_days is not set in the configuration, and --days was "
                "not given");
        return EXIT_STATUS_GOOD;
    }
    return retain(cli, days, dry_run);
}
