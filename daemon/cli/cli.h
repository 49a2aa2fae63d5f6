// SPDX-License-Identifier: MIT
// What every command shares: the global options, the configuration and the database at first need,
// talk on standard error and rows on standard output.
#pragma once

#include "base/error.h"
#include "base/utc.h"
#include "cli/output.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct config;           // config/config.h
struct query_connection; // store/query.h

// Set up by skywitness.c.
struct cli {
    const char *config_path; // --config, or NULL
    const char *database;    // --db, or NULL
    enum output_format format;
    bool format_given;
    utc_us now;            // when the program was started: what "6h" before is counted from
    FILE *out;             // data
    FILE *talk;            // everything else
    struct config *config; // read at first need (cli_config); owned
};

// Writes "skywitness: ..." on cli->talk, control characters made harmless.
void cli_say(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Says what `error` holds and returns the exit status that its code stands for: 69 for what is away
// or refused (the database, a file), 65 for bad data, 70 for the rest.
int cli_fail(const struct cli *cli, const struct error *error);

// The file that is read: --config, else $SKYWITNESS_CONFIG, else skywitness.json in the
// configuration directory that the build was given.
const char *cli_config_path(const struct cli *cli);

// Reads the configuration once. Returns 0, or the exit status after saying every problem.
int cli_config(struct cli *cli, const struct config **ret_config);

// The same for a command that can do without: with --db and no configuration named or installed it
// gives NULL and 0.
int cli_config_if_any(struct cli *cli, const struct config **ret_config);

// Connects to --db, else to the configuration's database with its password. libpq's environment
// variables fill in what these leave open. Returns 0, or the exit status after saying why not.
int cli_connect(struct cli *cli, struct query_connection **ret_connection);

// Both of these for a command that reads the database and what the configuration says of it.
int cli_open(struct cli *cli, const struct config **ret_config,
             struct query_connection **ret_connection);

// The connection string that cli_connect uses (borrowed) and its password or NULL, which is the
// caller's to wipe and free. Returns 0, or the exit status after saying why not.
int cli_database(struct cli *cli, const char **ret_database, char **ret_password);

// Opens the row writer on cli->out.
struct output *cli_output(const struct cli *cli, const struct output_column *columns, size_t count);
// Ends it; says so when the output could not be written. Returns the exit status.
int cli_output_end(const struct cli *cli, struct output *output);

// Pushes out what was written to cli->out without a row writer; the same reports and status.
int cli_flush(const struct cli *cli);

void cli_done(struct cli *cli);
