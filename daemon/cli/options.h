// SPDX-License-Identifier: MIT
// Options as a table: read, checked and explained from the same rows.
#pragma once

#include "cli/command.h"

#include <stdbool.h>
#include <stddef.h>

enum option_kind {
    OPTION_FLAG,     // bool *
    OPTION_TEXT,     // const char **; borrowed from argv
    OPTION_COUNT,    // int64_t *; a whole number from `minimum` to `maximum`
    OPTION_TIME,     // utc_us *; a day means its first moment
    OPTION_TIME_END, // utc_us *; a day means the first moment of the next
    OPTION_FORMAT,   // struct cli *; for the global options
};

struct option_row {
    const char *name; // without the dashes
    char letter;      // 'o' for -o, or 0
    enum option_kind kind;
    void *target;      // left alone when the option is not given
    const char *value; // what the help calls its value: "TIME"; NULL for a flag
    const char *help;
    int64_t minimum, maximum; // of OPTION_COUNT
};

struct option_table {
    const struct option_row *rows;
    size_t count;
    size_t arguments_min, arguments_max; // words that are no options
    const char *notes;                   // further lines of the help, or NULL
};

#define OPTION_ROWS(array) .rows = (array), .count = sizeof(array) / sizeof *(array)

// Reads `argv` by the command's options and the global ones. Returns true when the command is to go
// on, with the words that are no options moved to the front of `argv` and counted in *ret_count.
// Returns false when it is to end with *ret_status: help was shown, or what is wrong was said.
bool options_parse(struct cli *cli, const struct command *command,
                   const struct option_table *options, int argc, char **argv, int *ret_count,
                   int *ret_status);

// Reads global options up to the first word that is none; *ret_used says how many were read.
// Returns false when one of them was wrong, after saying so.
bool options_parse_global(struct cli *cli, int argc, char **argv, int *ret_used, bool *ret_help,
                          bool *ret_version);

// The lines that explain the global options.
void options_explain_global(FILE *file);

// The candidate nearest to `word`, or NULL when none is near enough to be meant.
const char *options_nearest(const char *word, const char *const *candidates, size_t count);

// "2025-10-26", "2025-10-26T08:00Z", or a span before `now`: "90s", "30m", "6h", "2d". Returns 0 or
// -EINVAL.
int options_read_time(const char *text, utc_us now, bool is_end, utc_us *ret_time);

// Says that a command was called wrongly, and where its help is. Returns EXIT_STATUS_USAGE.
int options_usage(const struct cli *cli, const struct command *command, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
