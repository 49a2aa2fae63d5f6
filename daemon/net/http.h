// SPDX-License-Identifier: MIT
// HTTP requests on the libuv loop: libcurl's multi interface driven by uv_poll and one uv_timer.
//
// A program that uses this must ignore SIGPIPE (`signal(SIGPIPE, SIG_IGN)` in its main): TLS writes
// to a closed connection raise it, and a library does not change how its process takes signals.
#pragma once

#include "base/error.h"
#include "base/utc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct http_client;
struct http_transfer;

enum http_outcome {
    HTTP_ANSWERED,    // a whole answer of whatever status
    HTTP_UNREACHABLE, // name, connection or TLS failed before a byte was answered
    HTTP_TIMED_OUT,
    HTTP_TOO_LARGE, // decoded body over the limit, or more header than any server needs
    HTTP_BROKEN,    // cut off in the middle, or not HTTP
    HTTP_FORBIDDEN, // the connected address or scheme is not allowed by configuration
};

struct http_request {
    const char *url;
    const char *method;         // NULL: GET, or POST when there is a body
    const char *const *headers; // "Name: value" strings, NULL-terminated; may be NULL
    const void *body;           // copied
    size_t body_length;
    const char *user_agent;
    const char *certificate_authority_file; // NULL: the system's
    uint32_t connect_timeout_ms;            // 0: 10,000
    uint32_t timeout_ms;                    // total; 0: 30,000
    size_t body_limit;                      // decoded bytes; 0: 32 MiB
    unsigned redirects_max; // 0: none are followed. They never lead from https to http. Headers
                            // of ours other than Authorization go to the new host too
    bool allow_plain_http;  // else https only
    bool allow_private_addresses; // else the connected address must be public (SSRF guard)
    bool fresh_connection;        // neither reuse a connection nor leave one behind
};

struct http_response {
    enum http_outcome outcome;
    const char *reason; // in words, when the outcome is not HTTP_ANSWERED
    long status;        // 0 unless answered
    char content_type[128];
    int64_t
        retry_after_s; // -1 when not said; clamped to [0, 86400]; from seconds or a date
                       // (Retry-After or X-Rate-Limit-Retry-After-Seconds; the longer of the two)
    int64_t rate_limit_remaining; // -1 when not said
    char *body; // decoded, with a terminator behind it; the callback may TAKE it. NULL unless
                // answered
    size_t body_length;
    utc_us asked_at;    // by the wall clock
    utc_us answered_at; // last byte, or the failure
    uint64_t wire_bytes;
};

// Called exactly once for each transfer that was not cancelled, never from inside http_start.
typedef void http_callback(void *data, struct http_response *response);

struct http_client *http_client_new(uv_loop_t *loop);

// Begins a request. Returns the transfer, valid until its callback; NULL with the error for a URL
// that cannot be asked at all (then there is no callback): not an http or https URL, plain http
// without permission, a header with a line end in it.
struct http_transfer *http_start(struct http_client *client, const struct http_request *request,
                                 http_callback *callback, void *data, struct error *error);

// No callback after this returns.
void http_cancel(struct http_transfer *transfer);

// Cancels what is under way, closes every handle, then calls back; the client is freed after that.
void http_client_close(struct http_client *client, void (*on_closed)(void *data), void *data);
