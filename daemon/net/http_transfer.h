// SPDX-License-Identifier: MIT
// One transfer's state, shared by http.c (its life) and http_options.c (how libcurl is told).
// Private to net/.
#pragma once

#include "net/curl_guard.h"
#include "net/http.h"
#include "net/response_headers.h"

#include <curl/curl.h>
#include <sys/queue.h>

// A body that grows up to a limit of decoded bytes.
struct body {
    char *bytes;
    size_t length;
    size_t capacity;
    size_t limit;
};

// False when the bytes would pass the limit; then nothing is added.
bool body_append(struct body *body, const char *bytes, size_t length);
// The bytes with a terminator behind them; never NULL. The body is empty afterwards.
char *body_take(struct body *body, size_t *ret_length);

TAILQ_HEAD(transfer_list, http_transfer);

struct http_transfer {
    TAILQ_ENTRY(http_transfer) link;
    struct http_client *client;
    CURL *easy;
    struct curl_slist *header_lines;
    char error_text[CURL_ERROR_SIZE];
    struct response_headers headers;
    struct body body;
    http_callback *callback;
    void *callback_data;
    utc_us asked_at;
    uint64_t asked_ns; // the same moment by uv_hrtime, which nobody sets
    utc_us answered_at;
    CURLcode result;
    bool is_finished;
    struct curl_guard guard;
    // Set by our own limits from within libcurl's callbacks; a string that is never freed.
    const char *stopped_because;
    enum http_outcome stopped_outcome;
};
