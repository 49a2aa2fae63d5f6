// SPDX-License-Identifier: MIT
// What is kept of an answer's header lines, and how much header is too much. Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Over all header lines of a transfer: redirects, interim answers and trailers included. Feeds send
// about 20 lines and 1 kB; nginx's own default for what it accepts is 8 kB a line.
#define RESPONSE_HEADER_LINES_MAX 256
#define RESPONSE_HEADER_BYTES_MAX 65536

struct response_headers {
    char content_type[128];
    char retry_after[64];
    char rate_limit_retry_after[64];
    char rate_limit_remaining[32];
    char date[64];
    // For downloads that are resumed (RFC 9110, 8.8 and 14.4).
    char etag[256];
    char last_modified[64];
    char content_length[24];
    char content_range[80];
    bool encoding_unasked; // a Content-Encoding that we did not offer: libcurl would decode it
                           // nevertheless
    size_t lines;
    size_t bytes;
};

// Takes one line as it came, with its line end. A status line begins anew what is kept, not what is
// counted. Returns false when the limit is passed.
bool response_headers_add(struct response_headers *headers, const char *line, size_t length);

// Seconds to wait, or -1 when not said. A date is held against the answer's own Date, so that a
// wrong clock on either side does no harm; `now_s` stands in where there is none.
int64_t response_headers_retry_after_s(const struct response_headers *headers, int64_t now_s);

// Requests left by the server's count, or -1 when not said.
int64_t response_headers_rate_limit_remaining(const struct response_headers *headers);
