// SPDX-License-Identifier: MIT
// The operator's tool: global options and one table of subcommands. Each command is a file in cli/.
#include "base/clock.h"
#include "build_config.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/options.h"

#include <string.h>

static const struct command commands[] = {
    {"db migrate", "Bring the database's schema up to date", "", command_db_migrate,
     COMMAND_FORMATS_ROWS},
    {"db status", "Say which version the database's schema has, and how large it is", "",
     command_db_status, COMMAND_FORMATS_ROWS},
    {"db retain", "Take away what is past its time, but for what verdicts rest on",
     "[--days N] [--ledger-days N] [--quarantine-days N] [--feed-hours-days N] [--dry-run]",
     command_db_retain, COMMAND_FORMATS_ROWS},
    {"db where", "Say which database is used, and whether it is on this machine", "",
     command_db_where, COMMAND_FORMATS_ROWS},
    {"watch", "Show the watch list as the daemon understands it, and what it asks of each feed",
     "[--feed ID]", command_watch, COMMAND_FORMATS_ROWS},
    {"feeds", "Show each feed: its state, last answer, rate, budget, points and last error", "",
     command_feeds, COMMAND_FORMATS_ROWS},
    {"sightings", "List sightings, or write the tracks behind them",
     "[--since TIME] [--until TIME] [--hex HEX] [--type TYPE] [--place PLACE] [--callsign PATTERN] "
     "[--state STATE] [--limit N]",
     command_sightings, COMMAND_FORMATS_ROWS_AND_TRACKS},
    {"visits", "List visits, or write the tracks on both sides of them",
     "[--since TIME] [--until TIME] [--hex HEX] [--type TYPE] [--place PLACE] [--grade GRADE] "
     "[--callsign PATTERN] [--state STATE] [--superseded] [--limit N]",
     command_visits, COMMAND_FORMATS_ROWS_AND_TRACKS},
    {"claims list", "List the claims with their verdicts, and how well each could have been seen",
     "[--verdict VERDICT]", command_claims_list, COMMAND_FORMATS_ROWS},
    {"claims show",
     "Show one claim: its clauses, evidence, coverage, sources, and what would change it", "ID",
     command_claims_show, COMMAND_FORMATS_ROWS},
    {"claims import", "Load reports and claims, whole or not at all, and judge them", "[FILE...]",
     command_claims_import, COMMAND_FORMATS_ROWS},
    {"claims assess", "Judge claims now, or by what was known at a moment",
     "[ID...] [--as-of TIME] [--due]", command_claims_assess, COMMAND_FORMATS_ROWS},
    {"claims export", "Write reviews of claims as schema.org's ClaimReview",
     "[ID...] [--format claimreview] [--author NAME]", command_claims_export, COMMAND_FORMATS_NONE},
    {"explain sighting", "Say why a sighting began, went on and closed as it did", "ID",
     command_explain_sighting, COMMAND_FORMATS_ROWS},
    {"explain visit", "Say why an aircraft is taken to have been at an airfield, and how surely",
     "ID", command_explain_visit, COMMAND_FORMATS_ROWS},
    {"explain assessment", "Say why a verdict, present or past, is what it is", "ID",
     command_explain_assessment, COMMAND_FORMATS_ROWS},
    {"coverage", "Show hour by hour whether an aircraft low at a place could have been seen",
     "PLACE [--since TIME] [--until TIME] [--refresh]", command_coverage, COMMAND_FORMATS_ROWS},
    {"explain alert", "Say what an alert rests on, and why each webhook was (not) sent it", "ID",
     command_explain_alert, COMMAND_FORMATS_ROWS},
    {"webhook list", "List what is queued for webhooks, delivered, given up",
     "[--state STATE,...] [--webhook ID] [--limit N]", command_webhook_list, COMMAND_FORMATS_ROWS},
    {"webhook test", "Send one test alert to a webhook now", "ID", command_webhook_test,
     COMMAND_FORMATS_NONE},
    {"webhook replay", "Send an alert again under its own id", "ALERT [--webhook ID]",
     command_webhook_replay, COMMAND_FORMATS_NONE},
    {"webhook enable", "Send again to a webhook that answered 410 Gone", "ID",
     command_webhook_enable, COMMAND_FORMATS_NONE},
    {"webhook secret", "Make a signing secret", "", command_webhook_secret, COMMAND_FORMATS_NONE},
    {"backfill traces", "Read archives of readsb's traces, and derive anew what they touch",
     "[--feed ID] [--again] [--jobs N] PATH...", command_backfill_traces, COMMAND_FORMATS_NONE},
    {"backfill",
     "Fetch past days from a configured history source, and derive anew what they touch",
     "SOURCE --from DAY --to DAY [--claim ID [--record]] [--hex HEX,...] [--again] [--jobs N]",
     command_backfill_source, COMMAND_FORMATS_NONE},
    {"derive", "Derive sightings and visits anew from the stored points, and say what that changes",
     "--since TIME --until TIME [--hex HEX] [--dry-run]", command_derive, COMMAND_FORMATS_ROWS},
    {"replay", "Send recorded answers through the same pipeline as live ones", "FILE...",
     command_replay, COMMAND_FORMATS_NONE},
    {"places list", "List the configured places", "", command_places_list, COMMAND_FORMATS_ROWS},
    {"places import", "Make a file of places from OurAirports' airports.csv and runways.csv",
     "AIRPORTS.csv RUNWAYS.csv [--country CODE,...] [--near LAT,LON,NM] [--type TYPE,...] "
     "[--ident CODE,...] [--runway FT] [--closed] [-o FILE]",
     command_places_import, COMMAND_FORMATS_NONE},
};
#define COMMAND_COUNT (sizeof commands / sizeof *commands)

int main(int argc, char **argv)
{
    struct cli cli = {.format = OUTPUT_TABLE, .now = clock_now(), .out = stdout, .talk = stderr};
    bool help = false, version = false;
    int used = 0;
    int status = EXIT_STATUS_GOOD;
    argc -= argc > 0; // the program's own name
    argv++;
    if (!options_parse_global(&cli, argc, argv, &used, &help, &version))
        status = EXIT_STATUS_USAGE;
    else if (version)
        help_version(&cli);
    else if (help)
        help_overview(cli.out, commands, COMMAND_COUNT);
    else
        status = help_run(&cli, commands, COMMAND_COUNT, argc - used, argv + used);
    cli_done(&cli);
    return status;
}
