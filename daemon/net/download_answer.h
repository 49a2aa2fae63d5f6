// SPDX-License-Identifier: MIT
// What an answer means to a download that may have broken off before. Pure. Rules: RFC 9110,
// sections 13.1.5 (If-Range), 14.2 (Range) and 14.4 (Content-Range).
#pragma once

#include "net/response_headers.h"

#include <stdbool.h>
#include <stdint.h>

// What is known of a file while it is fetched.
struct download_progress {
    uint64_t position;                                     // bytes that are ours already
    uint64_t total;                                        // 0: unknown
    char etag[sizeof((struct response_headers *)0)->etag]; // empty: none was said
    char last_modified[sizeof((struct response_headers *)0)->last_modified];
};

enum download_verdict {
    DOWNLOAD_TAKE,     // the bytes that follow are those after `position`, once `skip` of them are
                       // dropped
    DOWNLOAD_REDIRECT, // another URL has it
    DOWNLOAD_LATER,    // ask again after a while
    DOWNLOAD_ABSENT,   // there is no such file
    DOWNLOAD_REFUSED,  // we may not have it
    DOWNLOAD_CHANGED,  // it is another file than the one that was begun
    DOWNLOAD_NONSENSE, // not an answer to what was asked
};

struct download_judgement {
    enum download_verdict verdict;
    uint64_t skip;  // bytes that come once more, from a server that knows no ranges
    uint64_t total; // of the whole file; 0: not said
};

// Judges a final status and its headers. `asked_first_byte`: only that was asked for, to learn the
// size.
struct download_judgement download_judge(const struct download_progress *progress, long status,
                                         const struct response_headers *headers,
                                         bool asked_first_byte);

// Remembers what the first good answer says of the file.
void download_remember(struct download_progress *progress, const struct response_headers *headers,
                       uint64_t total);

// The value of If-Range, or NULL where there is nothing strong to compare by.
const char *download_condition(const struct download_progress *progress);
