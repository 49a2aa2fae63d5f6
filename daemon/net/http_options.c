// SPDX-License-Identifier: MIT
#include "net/http_options.h"

#include "base/memory.h"
#include "net/endpoint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

// feeds.md section 6: connect 5 to 10 s, total 15 to 30 s.
#define CONNECT_TIMEOUT_DEFAULT_MS 10000
#define TIMEOUT_DEFAULT_MS 30000
// craft.md 3.5: room for the largest answer of a feed (a whole world is about 8 MB) with a factor
// of four.
#define BODY_LIMIT_DEFAULT ((size_t)32 << 20)
// An answer that stops for this long is given up before the total time is over.
#define SILENCE_MAX_S 20L
// craft.md trap T21: a connection that is used for ever never sees new addresses or certificates.
#define CONNECTION_AGE_MAX_S 3600L
#define CONNECTION_IDLE_MAX_S 60L
#define BODY_FIRST_CAPACITY 16384

bool body_append(struct body *body, const char *bytes, size_t length)
{
    if (length > body->limit - body->length)
        return false;
    if (body->length + length + 1 > body->capacity) { // one more for the terminator
        size_t capacity = body->capacity > 0 ? body->capacity : BODY_FIRST_CAPACITY;
        while (capacity < body->length + length + 1)
            capacity *= 2;
        body->bytes = memory_resize(body->bytes, capacity, 1);
        body->capacity = capacity;
    }
    memcpy(body->bytes + body->length, bytes, length);
    body->length += length;
    return true;
}

char *body_take(struct body *body, size_t *ret_length)
{
    if (body->bytes == NULL)
        body->bytes = memory_allocate(1);
    body->bytes[body->length] = '\0';
    *ret_length = body->length;
    body->length = body->capacity = 0;
    return TAKE(body->bytes);
}

static void stop(struct http_transfer *transfer, enum http_outcome outcome, const char *because)
{
    transfer->stopped_outcome = outcome;
    transfer->stopped_because = because;
}

// The only bound on decoded bytes that holds: libcurl's own counts what is on the wire, and not
// at all for a chunked body (craft.md trap T6).
static size_t on_body(char *bytes, size_t one, size_t length, void *data)
{
    struct http_transfer *transfer = data;

    (void)one;
    if (body_append(&transfer->body, bytes, length))
        return length;
    stop(transfer, HTTP_TOO_LARGE, "the decoded body is over the limit");
    return CURL_WRITEFUNC_ERROR;
}

static size_t on_header(char *line, size_t one, size_t length, void *data)
{
    struct http_transfer *transfer = data;

    (void)one;
    if (!response_headers_add(&transfer->headers, line, length))
        stop(transfer, HTTP_TOO_LARGE, "the header is over the limit");
    else if (transfer->headers.encoding_unasked)
        stop(transfer, HTTP_BROKEN, "the answer is in an encoding that was not asked for");
    else
        return length;
    return CURL_WRITEFUNC_ERROR;
}

// Sets an option unless one before it failed: no guard may be left out unnoticed.
#define SET(option, value)                                                                         \
    do {                                                                                           \
        if (code == CURLE_OK)                                                                      \
            code = curl_easy_setopt(easy, option, value);                                          \
    } while (0)

static CURLcode set_guards(struct http_transfer *transfer, const struct http_request *request,
                           const struct endpoint *endpoint)
{
    CURL *easy = transfer->easy;
    CURLcode code = CURLE_OK;

    SET(CURLOPT_PROTOCOLS_STR, request->allow_plain_http ? "http,https" : "https");
    SET(CURLOPT_REDIR_PROTOCOLS_STR, endpoint->plain_http ? "http,https" : "https");
    SET(CURLOPT_FOLLOWLOCATION, request->redirects_max > 0 ? 1L : 0L);
    SET(CURLOPT_MAXREDIRS, (long)request->redirects_max);
    // Else a time-out during look-up waits for the resolver's thread: 3.5 s of a stalled loop (T2).
    SET(CURLOPT_QUICK_EXIT, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS,
        (long)(request->connect_timeout_ms > 0 ? request->connect_timeout_ms
                                               : CONNECT_TIMEOUT_DEFAULT_MS));
    SET(CURLOPT_TIMEOUT_MS,
        (long)(request->timeout_ms > 0 ? request->timeout_ms : TIMEOUT_DEFAULT_MS));
    SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
    SET(CURLOPT_LOW_SPEED_TIME, SILENCE_MAX_S);
    SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)transfer->body.limit); // an early hint only
    if (code == CURLE_OK)
        code = curl_guard_addresses(easy, &transfer->guard);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, transfer);
    return code;
}

static CURLcode set_connection(struct http_transfer *transfer, const struct http_request *request)
{
    CURL *easy = transfer->easy;
    CURLcode code = curl_guard_connection(easy, request->certificate_authority_file);

    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    // Named: an empty text offers the brotli and zstd decoders too.
    SET(CURLOPT_ACCEPT_ENCODING, "gzip");
    SET(CURLOPT_MAXAGE_CONN, CONNECTION_IDLE_MAX_S);
    SET(CURLOPT_MAXLIFETIME_CONN, CONNECTION_AGE_MAX_S);
    SET(CURLOPT_FRESH_CONNECT, request->fresh_connection ? 1L : 0L);
    SET(CURLOPT_FORBID_REUSE, request->fresh_connection ? 1L : 0L);
    SET(CURLOPT_ERRORBUFFER, transfer->error_text);
    SET(CURLOPT_PRIVATE, transfer);
    return code;
}

static CURLcode set_method(CURL *easy, const struct http_request *request)
{
    bool has_body = request->body != NULL && request->body_length > 0;
    const char *method = request->method != NULL ? request->method : has_body ? "POST" : "GET";
    CURLcode code = CURLE_OK;

    if (strcmp(method, "GET") == 0 && !has_body)
        return CURLE_OK;
    if (strcmp(method, "HEAD") == 0) {
        SET(CURLOPT_NOBODY, 1L);
        return code;
    }
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(has_body ? request->body_length : 0));
    SET(CURLOPT_COPYPOSTFIELDS, has_body ? (const char *)request->body : "");
    if (strcmp(method, "POST") != 0)
        SET(CURLOPT_CUSTOMREQUEST, method);
    return code;
}

static CURLcode set_words(struct http_transfer *transfer, const struct http_request *request)
{
    CURL *easy = transfer->easy;
    CURLcode code = CURLE_OK;

    SET(CURLOPT_URL, request->url);
    if (request->user_agent != NULL)
        SET(CURLOPT_USERAGENT, request->user_agent);
    if (transfer->header_lines != NULL)
        SET(CURLOPT_HTTPHEADER, transfer->header_lines);
    if (code == CURLE_OK)
        code = set_method(easy, request);
    return code;
}

#undef SET

// A line end in a header would begin another header, or another request.
static bool is_one_line(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == 127)
            return false;
    }
    return true;
}

static void add_header(struct http_transfer *transfer, const char *line)
{
    struct curl_slist *longer = curl_slist_append(transfer->header_lines, line);

    if (longer == NULL)
        abort(); // only for want of memory
    transfer->header_lines = longer;
}

static int collect_headers(struct http_transfer *transfer, const struct http_request *request,
                           struct error *error)
{
    if (request->user_agent != NULL && !is_one_line(request->user_agent))
        return error_set(error, -EINVAL, "the User-Agent is not one line");
    for (size_t i = 0; request->headers != NULL && request->headers[i] != NULL; i++) {
        if (!is_one_line(request->headers[i]) || strchr(request->headers[i], ':') == NULL)
            return error_set(error, -EINVAL, "header %zu is not one \"Name: value\" line", i + 1);
        add_header(transfer, request->headers[i]);
    }
    // libcurl would wait up to a second for "100 Continue" before a body of 1 MB.
    if (request->body_length > 0)
        add_header(transfer, "Expect:");
    return 0;
}

static bool is_method(const char *method)
{
    size_t length = strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    return length > 0 && method[length] == '\0';
}

int http_options_set(struct http_transfer *transfer, const struct http_request *request,
                     struct error *error)
{
    struct endpoint endpoint;

    transfer->guard.allow_private_addresses = request->allow_private_addresses;
    transfer->body.limit = request->body_limit > 0 ? request->body_limit : BODY_LIMIT_DEFAULT;
    if (transfer->easy == NULL)
        return error_set(error, -ENOMEM, "libcurl gave no handle");
    int result = endpoint_parse(request->url, &endpoint, error);
    if (result != 0)
        return result;
    if (endpoint.plain_http && !request->allow_plain_http)
        return error_set(error, -EINVAL, "plain http is not allowed for this URL");
    if (request->method != NULL && !is_method(request->method))
        return error_set(error, -EINVAL, "not an HTTP method");
    result = collect_headers(transfer, request, error);
    if (result != 0)
        return result;
    CURLcode code = set_guards(transfer, request, &endpoint);
    if (code == CURLE_OK)
        code = set_connection(transfer, request);
    if (code == CURLE_OK)
        code = set_words(transfer, request);
    return code == CURLE_OK ? 0
                            : error_set(error, -EINVAL, "libcurl refused the request: %s",
                                        curl_easy_strerror(code));
}
