// SPDX-License-Identifier: MIT
// Recorded answers: one JSON object a line, as `skywitnessd --record` writes and `skywitness
// replay` reads.
//
//     {"feed": "adsb.lol", "request": "/v2/type/A124", "asked": "2025-10-26T08:00:00Z",
//      "answered": "2025-10-26T08:00:00.210Z", "status": 200, "body": "…"}
//
// "request" may be missing. A body that is not UTF-8 is recorded as "body_base64". An answer that
// never came has "status" 0, no body, and "failure".
#pragma once

#include "base/error.h"
#include "base/text.h"
#include "base/utc.h"

#include <stddef.h>

#define RECORDING_LINE_BYTES_MAX ((size_t)96 << 20) // a body of 32 MiB, escaped

struct recorded_answer {
    char *feed;
    char *request; // "" when the line has none
    char *failure; // NULL when there was an answer
    char *body;    // NULL when there was none; with a terminator behind it
    size_t body_length;
    utc_us asked_at;
    utc_us answered_at;
    long status;
};

// Frees the texts. Accepts a zeroed struct.
void recorded_answer_done(struct recorded_answer *answer);

// One line, with its line end. `line` is cleared first; it latches a failure when its limit is too
// small.
void recording_format(const struct recorded_answer *answer, struct text *line);

// Reads one line (without or with its line end). Returns 0 with an owned answer, or -EBADMSG saying
// which key was wrong and what was expected.
int recording_parse(const char *line, size_t length, struct recorded_answer *ret_answer,
                    struct error *error);
