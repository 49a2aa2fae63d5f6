// SPDX-License-Identifier: MIT
// How far a long command has come: a bar that is drawn again and again on a terminal, a plain line
// now and then elsewhere. On cli->talk, which is standard error.
#pragma once

#include "cli/cli.h"

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const struct cli *cli;
    bool is_terminal, is_drawn;
    double began_s, drawn_s; // by the monotonic clock
    double rate, rate_at_s;  // units a second, smoothed
    uint64_t done_then;      // at rate_at_s
};

// What is shown. Units are bytes, or requests.
struct progress_state {
    const char *what;     // "2025-10-26 (7 of 12)"
    const char *detail;   // behind all else, where there is room; may be empty
    uint64_t done, total; // of what is being done now; total 0: unknown
    uint64_t done_in_all; // since the beginning: what the rate is taken from
    uint64_t left_in_all; // UINT64_MAX: cannot be told
    bool is_bytes;
};

void progress_begin(struct progress *progress, const struct cli *cli);
// Shows it when it is time to: any number of calls a second will do.
void progress_show(struct progress *progress, const struct progress_state *state);
// Says something in between; the bar stands below it.
void progress_say(struct progress *progress, const char *words);
// Takes the bar away.
void progress_end(struct progress *progress);

// "0:42", "1:02:05"; "?" for what is not finite.
const char *progress_format_span(double seconds, char *buffer, size_t size);
