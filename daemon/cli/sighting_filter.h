// SPDX-License-Identifier: MIT
// The options by which sightings are chosen: read, checked, and put into the words of the database.
#pragma once

#include "cli/options.h"
#include "cli/sighting_query.h"

// As given on the command line.
struct sighting_words {
    utc_us since, until; // UTC_UNKNOWN: not given
    const char *hexes, *types, *place, *callsigns, *states;
    int64_t limit; // -1: not given; 0: no limit
};

#define SIGHTING_OPTION_ROWS(words)                                                                \
    {"since", 0, OPTION_TIME, &(words).since, "TIME", "seen at or after this", 0, 0},              \
        {"until",                                                                                  \
         0,                                                                                        \
         OPTION_TIME_END,                                                                          \
         &(words).until,                                                                           \
         "TIME",                                                                                   \
         "seen before this; a day means its end",                                                  \
         0,                                                                                        \
         0},                                                                                       \
        {"hex", 0, OPTION_TEXT, &(words).hexes, "HEX,...", "addresses of six digits", 0, 0},       \
        {"type", 0, OPTION_TEXT, &(words).types, "TYPE,...", "ICAO designators: A124,IL62", 0, 0}, \
        {"place",     0,                                                                           \
         OPTION_TEXT, &(words).place,                                                              \
         "PLACE",     "from, to, through a region, or within 25 nm of an airfield",                \
         0,           0},                                                                          \
        {"callsign",                                                                               \
         0,                                                                                        \
         OPTION_TEXT,                                                                              \
         &(words).callsigns,                                                                       \
         "PATTERN,...",                                                                            \
         "callsigns; * stands for any run, ? for one character",                                   \
         0,                                                                                        \
         0},                                                                                       \
        {"state",     0,                                                                           \
         OPTION_TEXT, &(words).states,                                                             \
         "STATE,...", "open, landed, lost_low, lost_high; superseded ones only if named",          \
         0,           0},                                                                          \
    {                                                                                              \
        "limit", 0, OPTION_COUNT, &(words).limit, "N",                                             \
            "the newest N only; 0 for all (a table shows 100 unless told)", 0, INT32_MAX           \
    }

#define SIGHTING_OPTION_NOTES                                                                      \
    "TIME is UTC: 2025-10-26, 2025-10-26T08:00Z, or a span before now: 90s, 30m, 6h, 2d."

// Checks the words. Returns false with *ret_status after saying what is wrong.
bool sighting_filter_read(const struct cli *cli, const struct command *command,
                          const struct sighting_words *words, struct sighting_filter *ret_filter,
                          int *ret_status);
void sighting_filter_done(struct sighting_filter *filter);
