// SPDX-License-Identifier: MIT
// The subcommands of skywitness: one row of the table in skywitness.c each, one file in cli/ each.
#pragma once

#include "base/error.h"
#include "cli/cli.h"

enum command_formats {
    COMMAND_FORMATS_ROWS,            // table, json, csv
    COMMAND_FORMATS_ROWS_AND_TRACKS, // these and geojson, kml, gpx, readsb
    COMMAND_FORMATS_NONE,            // the command writes no rows
};

struct command {
    const char *name;    // one word or two: "feeds", "db migrate"
    const char *summary; // half a line for `skywitness help`
    const char *usage;   // what follows the name: "[--since TIME] PLACE"; "" for nothing
    // `argv` holds what follows the name. Returns an exit status (base/error.h), having said on
    // cli->talk what was wrong. Must answer --help (options_parse does).
    int (*run)(struct cli *cli, const struct command *command, int argc, char **argv);
    enum command_formats formats;
};

// One declaration a command; each in the file of its name.
int command_backfill_source(struct cli *cli, const struct command *command, int argc, char **argv);
int command_backfill_traces(struct cli *cli, const struct command *command, int argc, char **argv);
int command_claims_assess(struct cli *cli, const struct command *command, int argc, char **argv);
int command_claims_export(struct cli *cli, const struct command *command, int argc, char **argv);
int command_claims_import(struct cli *cli, const struct command *command, int argc, char **argv);
int command_claims_list(struct cli *cli, const struct command *command, int argc, char **argv);
int command_claims_show(struct cli *cli, const struct command *command, int argc, char **argv);
int command_coverage(struct cli *cli, const struct command *command, int argc, char **argv);
int command_db_migrate(struct cli *cli, const struct command *command, int argc, char **argv);
int command_db_status(struct cli *cli, const struct command *command, int argc, char **argv);
int command_db_retain(struct cli *cli, const struct command *command, int argc, char **argv);
int command_db_where(struct cli *cli, const struct command *command, int argc, char **argv);
int command_derive(struct cli *cli, const struct command *command, int argc, char **argv);
int command_explain_assessment(struct cli *cli, const struct command *command, int argc,
                               char **argv);
int command_explain_sighting(struct cli *cli, const struct command *command, int argc, char **argv);
int command_explain_visit(struct cli *cli, const struct command *command, int argc, char **argv);
int command_explain_alert(struct cli *cli, const struct command *command, int argc, char **argv);
int command_feeds(struct cli *cli, const struct command *command, int argc, char **argv);
int command_places_import(struct cli *cli, const struct command *command, int argc, char **argv);
int command_places_list(struct cli *cli, const struct command *command, int argc, char **argv);
int command_replay(struct cli *cli, const struct command *command, int argc, char **argv);
int command_replay(struct cli *cli, const struct command *command, int argc, char **argv);
int command_sightings(struct cli *cli, const struct command *command, int argc, char **argv);
int command_visits(struct cli *cli, const struct command *command, int argc, char **argv);
int command_webhook_enable(struct cli *cli, const struct command *command, int argc, char **argv);
int command_webhook_list(struct cli *cli, const struct command *command, int argc, char **argv);
int command_webhook_replay(struct cli *cli, const struct command *command, int argc, char **argv);
int command_webhook_secret(struct cli *cli, const struct command *command, int argc, char **argv);
int command_webhook_test(struct cli *cli, const struct command *command, int argc, char **argv);
int command_watch(struct cli *cli, const struct command *command, int argc, char **argv);
