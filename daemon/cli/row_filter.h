// SPDX-License-Identifier: MIT
// The options by which sightings and visits are chosen: read, checked, and put into the words of
// the database.
#pragma once

#include "base/text.h"
#include "cli/options.h"
#include "cli/place_shape.h"

struct query_connection;

// As given on the command line.
struct row_words {
    utc_us since, until; // UTC_UNKNOWN: not given
    const char *hexes, *types, *place, *callsigns, *states;
    int64_t limit; // -1: not given; 0: no limit
};
#define ROW_WORDS_NONE                                                                             \
    {                                                                                              \
        .since = UTC_UNKNOWN, .until = UTC_UNKNOWN, .limit = -1                                    \
    }

// Nothing is filtered by what is NULL, UTC_UNKNOWN or 0. Lists are separated by commas, texts
// owned.
struct row_filter {
    utc_us since, until; // those that overlap [since, until)
    char *hexes;         // lower case
    char *types;         // upper case
    char *callsigns;     // patterns with * and ?, upper case
    char *states;
    char *place;
    int64_t limit; // the newest so many
};

// A table is for the eye: the newest so many unless told; every other format gives all there is.
#define ROW_TABLE_LIMIT 100

// What "seen at or after this" and so on is said of differs: `since`, `until`, `place` and `states`
// are the helps of these options.
#define ROW_OPTION_ROWS(words, since_help, until_help, place_help, states_help)                    \
    {"since", 0, OPTION_TIME, &(words).since, "TIME", since_help, 0, 0},                           \
        {"until", 0, OPTION_TIME_END, &(words).until, "TIME", until_help, 0, 0},                   \
        {"hex", 0, OPTION_TEXT, &(words).hexes, "HEX,...", "addresses of six digits", 0, 0},       \
        {"type", 0, OPTION_TEXT, &(words).types, "TYPE,...", "ICAO designators: A124,IL62", 0, 0}, \
        {"place", 0, OPTION_TEXT, &(words).place, "PLACE", place_help, 0, 0},                      \
        {"callsign",                                                                               \
         0,                                                                                        \
         OPTION_TEXT,                                                                              \
         &(words).callsigns,                                                                       \
         "PATTERN,...",                                                                            \
         "callsigns; * stands for any run, ? for one character",                                   \
         0,                                                                                        \
         0},                                                                                       \
        {"state", 0, OPTION_TEXT, &(words).states, "STATE,...", states_help, 0, 0},                \
    {                                                                                              \
        "limit", 0, OPTION_COUNT, &(words).limit, "N",                                             \
            "the newest N only; 0 for all (a table shows 100 unless told)", 0, INT32_MAX           \
    }

#define ROW_OPTION_NOTES                                                                           \
    "TIME is UTC: 2025-10-26, 2025-10-26T08:00Z, or a span before now: 90s, 30m, 6h, 2d."

// Checks the words; --state's are to be among `states`. Without --limit a table has
// ROW_TABLE_LIMIT. Returns false with *ret_status after saying what is wrong.
bool row_filter_read(const struct cli *cli, const struct command *command,
                     const struct row_words *words, const char *const *states, size_t state_count,
                     struct row_filter *ret_filter, int *ret_status);
void row_filter_done(struct row_filter *filter);

// Whether `row_count` rows were cut by a limit that nobody asked for.
bool row_filter_has_cut(const struct cli *cli, const struct row_words *words, size_t row_count);

// The filter as a statement's parameters $1 to $10: since, until, hexes, types, callsigns (LIKE
// patterns), states, ids of the place, its shape as well-known text, metres around that, limit.
// Those that are null filter nothing: the server folds such conditions away when it plans.
#define ROW_PARAMETERS 10
struct row_parameters {
    const char *values[ROW_PARAMETERS];
    struct text like;
    struct place_shape shape;
    char since[UTC_TEXT_SIZE], until[UTC_TEXT_SIZE], distance_m[32], limit[24];
};

// `near_nm` is how near to an airfield counts. Fills `ret_parameters`, to be released with
// row_parameters_done also after a failure: -EINVAL with a message for a place that nobody knows,
// or an error of query_start. `config` is NULL or where places are looked up before the database is
// asked.
int row_parameters_make(struct query_connection *connection, const struct config *config,
                        const struct row_filter *filter, double near_nm,
                        struct row_parameters *ret_parameters, struct error *error);
void row_parameters_done(struct row_parameters *parameters);

// Says why a question by a filter failed; a place that nobody knows is a mistake in the call, all
// else the database's. Returns the exit status.
int row_filter_fail(const struct cli *cli, const struct error *error);
