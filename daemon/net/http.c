// SPDX-License-Identifier: MIT
#include "net/http.h"

#include "base/clock.h"
#include "base/memory.h"
#include "net/curl_loop.h"
#include "net/http_options.h"
#include "net/http_transfer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct http_client {
    struct curl_loop *curl_loop;
    struct transfer_list running;
    struct transfer_list finished; // ended, but the callback not called yet
    bool closing;
    void (*on_closed)(void *data);
    void *on_closed_data;
};

static void transfer_free(struct http_transfer *transfer)
{
    curl_easy_cleanup(transfer->easy); // before what its options point at
    curl_slist_free_all(transfer->header_lines);
    free(transfer->body.bytes);
    free(transfer);
}

// What libcurl's results mean to a caller. All others are HTTP_BROKEN.
static const struct {
    CURLcode result;
    enum http_outcome outcome;
} OUTCOMES[] = {
    {CURLE_OK, HTTP_ANSWERED},
    {CURLE_COULDNT_RESOLVE_HOST, HTTP_UNREACHABLE},
    {CURLE_COULDNT_CONNECT, HTTP_UNREACHABLE},
    {CURLE_SSL_CONNECT_ERROR, HTTP_UNREACHABLE},
    {CURLE_PEER_FAILED_VERIFICATION, HTTP_UNREACHABLE},
    {CURLE_SSL_CACERT_BADFILE, HTTP_UNREACHABLE},
    {CURLE_SSL_ISSUER_ERROR, HTTP_UNREACHABLE},
    {CURLE_SSL_INVALIDCERTSTATUS, HTTP_UNREACHABLE},
    {CURLE_SSL_CIPHER, HTTP_UNREACHABLE},
    {CURLE_INTERFACE_FAILED, HTTP_UNREACHABLE},
    {CURLE_OPERATION_TIMEDOUT, HTTP_TIMED_OUT},
    {CURLE_FILESIZE_EXCEEDED, HTTP_TOO_LARGE},
};

static enum http_outcome outcome_of(CURLcode result, CURL *easy)
{
    long status = 0;

    // Said of a redirect to another scheme, and of bytes that are not HTTP.
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (result == CURLE_UNSUPPORTED_PROTOCOL && status >= 300 && status <= 399)
        return HTTP_FORBIDDEN;
    for (size_t i = 0; i < sizeof OUTCOMES / sizeof OUTCOMES[0]; i++) {
        if (OUTCOMES[i].result == result)
            return OUTCOMES[i].outcome;
    }
    return HTTP_BROKEN;
}

static void set_outcome(const struct http_transfer *transfer, struct http_response *response)
{
    if (transfer->result == CURLE_OK) {
        response->outcome = HTTP_ANSWERED;
    } else if (transfer->guard.refused != NULL && transfer->result != CURLE_OPERATION_TIMEDOUT) {
        // A time-out means that another address was allowed, and tried.
        response->outcome = HTTP_FORBIDDEN;
        response->reason = transfer->guard.refused;
    } else if (transfer->stopped_because != NULL && transfer->result != CURLE_OPERATION_TIMEDOUT) {
        // By one of our own limits.
        response->outcome = transfer->stopped_outcome;
        response->reason = transfer->stopped_because;
    } else {
        response->outcome = outcome_of(transfer->result, transfer->easy);
        response->reason = transfer->error_text[0] != '\0' ? transfer->error_text
                                                           : curl_easy_strerror(transfer->result);
    }
}

static void hand_over(struct http_transfer *transfer)
{
    struct http_response response = {
        .asked_at = transfer->asked_at,
        .answered_at = transfer->answered_at,
        .retry_after_s =
            response_headers_retry_after_s(&transfer->headers, transfer->answered_at / UTC_SECOND),
        .rate_limit_remaining = response_headers_rate_limit_remaining(&transfer->headers),
    };
    curl_off_t body_bytes = 0;
    long header_bytes = 0;

    set_outcome(transfer, &response);
    curl_easy_getinfo(transfer->easy, CURLINFO_SIZE_DOWNLOAD_T, &body_bytes);
    curl_easy_getinfo(transfer->easy, CURLINFO_HEADER_SIZE, &header_bytes);
    response.wire_bytes = (uint64_t)body_bytes + (uint64_t)header_bytes;
    memcpy(response.content_type, transfer->headers.content_type, sizeof response.content_type);
    if (response.outcome == HTTP_ANSWERED) {
        curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &response.status);
        response.body = body_take(&transfer->body, &response.body_length);
    }
    transfer->callback(transfer->callback_data, &response);
    free(response.body);
}

static void on_done(void *data, CURL *easy, CURLcode result)
{
    struct http_client *client = data;
    struct http_transfer *transfer = NULL;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&transfer);
    transfer->result = result;
    transfer->answered_at = clock_now();
    // Counted back: the wall clock may have been set meanwhile.
    transfer->asked_at =
        transfer->answered_at - (utc_us)((uv_hrtime() - transfer->asked_ns) / 1000);
    transfer->is_finished = true;
    TAILQ_REMOVE(&client->running, transfer, link);
    TAILQ_INSERT_TAIL(&client->finished, transfer, link);
}

// Callbacks may start and cancel transfers and close the client; each turn looks at the list anew.
static void on_drained(void *data)
{
    struct http_client *client = data;
    struct http_transfer *transfer;

    while ((transfer = TAILQ_FIRST(&client->finished)) != NULL) {
        TAILQ_REMOVE(&client->finished, transfer, link);
        hand_over(transfer);
        transfer_free(transfer);
    }
}

struct http_client *http_client_new(uv_loop_t *loop)
{
    struct http_client *client = memory_allocate_zeroed(1, sizeof *client);
    struct curl_loop_events events = {on_done, on_drained, client};

    TAILQ_INIT(&client->running);
    TAILQ_INIT(&client->finished);
    client->curl_loop = curl_loop_new(loop, &events);
    return client;
}

struct http_transfer *http_start(struct http_client *client, const struct http_request *request,
                                 http_callback *callback, void *data, struct error *error)
{
    struct http_transfer *transfer = memory_allocate_zeroed(1, sizeof *transfer);
    int result;

    transfer->client = client;
    transfer->callback = callback;
    transfer->callback_data = data;
    transfer->asked_at = clock_now();
    transfer->asked_ns = uv_hrtime();
    transfer->easy = curl_easy_init();
    result = client->closing ? error_set(error, -ECANCELED, "the HTTP client is closing")
                             : http_options_set(transfer, request, error);
    if (result == 0 && curl_loop_add(client->curl_loop, transfer->easy) != 0)
        result = error_set(error, -EINVAL, "libcurl did not take the request");
    if (result != 0) {
        transfer_free(transfer);
        return NULL;
    }
    TAILQ_INSERT_TAIL(&client->running, transfer, link);
    return transfer;
}

void http_cancel(struct http_transfer *transfer)
{
    struct http_client *client = transfer->client;

    if (transfer->is_finished) {
        TAILQ_REMOVE(&client->finished, transfer, link);
    } else {
        TAILQ_REMOVE(&client->running, transfer, link);
        curl_loop_remove(client->curl_loop, transfer->easy);
    }
    transfer_free(transfer);
}

static void on_loop_closed(void *data)
{
    struct http_client *client = data;
    void (*on_closed)(void *data) = client->on_closed;
    void *on_closed_data = client->on_closed_data;

    free(client);
    if (on_closed != NULL)
        on_closed(on_closed_data);
}

void http_client_close(struct http_client *client, void (*on_closed)(void *data), void *data)
{
    struct http_transfer *transfer;

    client->closing = true;
    client->on_closed = on_closed;
    client->on_closed_data = data;
    while ((transfer = TAILQ_FIRST(&client->running)) != NULL)
        http_cancel(transfer);
    while ((transfer = TAILQ_FIRST(&client->finished)) != NULL)
        http_cancel(transfer);
    curl_loop_close(client->curl_loop, on_loop_closed, client);
}
