// SPDX-License-Identifier: MIT
#include "net/download_try.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "net/endpoint.h"
#include "net/remote_host.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What libcurl hands over at once, and what waits for the reader: enough for 1 GB/s at a call a
// millisecond.
#define PIECE_BYTES (256L << 10)
#define BUFFER_BYTES ((size_t)1 << 20)
#define CONNECT_TIMEOUT_S 30L
#define POLL_MS 1000
// Behind answers that are none a connection is kept when it is cheaper to read the rest.
#define DROPPED_MAX 65536
#define REDIRECTS_MAX 5
#define URL_SAID_MAX 200

void download_transport_init(struct download_transport *transport,
                             const struct download_terms *terms)
{
    *transport = (struct download_transport){.terms = terms};
    transport->multi = curl_multi_init();
    transport->easy = curl_easy_init();
    if (transport->multi == NULL || transport->easy == NULL)
        abort(); // only for want of memory
    transport->guard.allow_private_addresses = terms->local;
}

void download_transport_done(struct download_transport *transport)
{
    curl_easy_cleanup(transport->easy);
    curl_multi_cleanup(transport->multi);
}

void download_try_init(struct download_try *try, uint64_t bytes_max, bool asks_size)
{
    *try = (struct download_try){.bytes_max = bytes_max, .asks_size = asks_size};
    try->buffer = memory_allocate(BUFFER_BYTES);
}

static void end(struct download_try *try, struct download_transport *transport)
{
    if (try->is_running)
        curl_multi_remove_handle(transport->multi, transport->easy);
    try->is_running = false;
}

void download_try_done(struct download_try *try, struct download_transport *transport)
{
    end(try, transport);
    curl_slist_free_all(try->lines);
    free(try->buffer);
}

// --- what comes -----------------------------------------------------------------------------------

static size_t stop(struct download_try *try, int code, const char *words)
{
    try->stopped = words;
    try->stopped_code = code;
    return CURL_WRITEFUNC_ERROR;
}

static size_t judge(struct download_try *try, size_t length)
{
    try->judgement = download_judge(&try->progress, try->status, &try->headers, try->asks_size);
    try->is_judged = true;
    if (try->judgement.verdict != DOWNLOAD_TAKE)
        return length;
    if (try->judgement.total > try->bytes_max)
        return stop(try, -E2BIG, "larger than such a file may be");
    try->skip_left = try->judgement.skip;
    download_remember(&try->progress, &try->headers, try->judgement.total);
    return length;
}

static size_t on_header(char *line, size_t one, size_t length, void *data)
{
    struct download_try *try = data;
    (void)one;
    try->window_bytes += length;
    if (try->is_judged)
        return length; // a trailer
    if (!response_headers_add(&try->headers, line, length))
        return stop(try, -EPROTO, "the header is over the limit");
    if (length > 5 && memcmp(line, "HTTP/", 5) == 0) {
        const char *blank = memchr(line, ' ', length);
        char digits[4];
        bool has_three = blank != NULL && length - (size_t)(blank - line) > 3 &&
                         text_copy_bytes(digits, sizeof digits, blank + 1, 3);
        try->status = has_three ? strtol(digits, NULL, 10) : 0;
    }
    bool is_last = length <= 2 && (line[0] == '\r' || line[0] == '\n');
    return is_last && try->status >= 200 ? judge(try, length) : length;
}

// Bytes that nobody wants: what stands in the answer that is no file.
static size_t drop(struct download_try *try, size_t length)
{
    try->dropped += length;
    return try->dropped > DROPPED_MAX || (try->asks_size && try->status == 200)
               ? CURL_WRITEFUNC_ERROR
               : length;
}

static size_t on_body(char *bytes, size_t one, size_t length, void *data)
{
    struct download_try *try = data;
    (void)one;
    if (try->judgement.verdict != DOWNLOAD_TAKE || try->asks_size)
        return drop(try, length);
    uint64_t skipped = try->skip_left < length ? try->skip_left : length;
    size_t taken = length - (size_t)skipped;
    if (try->length + taken > BUFFER_BYTES) {
        try->is_paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    if (taken > try->bytes_max - try->progress.position)
        return stop(try, -E2BIG, "larger than such a file may be");
    memcpy(try->buffer + try->length, bytes + skipped, taken);
    try->skip_left -= skipped;
    try->length += taken;
    try->progress.position += taken;
    try->window_bytes += length;
    return length;
}

// --- asking ---------------------------------------------------------------------------------------

static int check_url(const struct download_terms *terms, const char *url, bool was_https,
                     struct error *error)
{
    struct endpoint endpoint;
    int ret = endpoint_parse(url, &endpoint, error);
    if (ret < 0)
        return error_prefix(error, "%.*s", URL_SAID_MAX, url);
    if (endpoint.plain_http && (!terms->local || was_https))
        return error_set(error, -EPERM, "%.*s: plain http is not allowed", URL_SAID_MAX, url);
    if (!remote_host_is_listed(endpoint.host, terms->hosts, terms->host_count))
        return error_set(error, -EPERM, "%.*s: the host %s is not one of the source's",
                         URL_SAID_MAX, url, endpoint.host);
    return 0;
}

static void add_line(struct download_try *try, const char *line)
{
    struct curl_slist *longer = curl_slist_append(try->lines, line);
    if (longer == NULL)
        abort(); // only for want of memory
    try->lines = longer;
}

// Sets an option unless one before it failed: no guard may be left out unnoticed.
#define SET(option, value)                                                                         \
    do {                                                                                           \
        if (code == CURLE_OK)                                                                      \
            code = curl_easy_setopt(easy, option, value);                                          \
    } while (0)

static CURLcode set_options(struct download_try *try, struct download_transport *transport,
                            const char *url)
{
    CURL *easy = transport->easy;
    const struct download_terms *terms = transport->terms;
    curl_easy_reset(easy);
    CURLcode code = curl_guard_connection(easy, terms->certificate_authority_file);
    if (code == CURLE_OK)
        code = curl_guard_addresses(easy, &transport->guard);
    SET(CURLOPT_URL, url);
    SET(CURLOPT_PROTOCOLS_STR, terms->local ? "http,https" : "https");
    SET(CURLOPT_FOLLOWLOCATION, 0L); // each host is checked first
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    // Bytes as they are stored: a file is known by the digest of what stands in archives too.
    SET(CURLOPT_HTTP_CONTENT_DECODING, 0L);
    SET(CURLOPT_BUFFERSIZE, PIECE_BYTES);
    SET(CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
    SET(CURLOPT_USERAGENT, terms->user_agent);
    SET(CURLOPT_ERRORBUFFER, transport->error_text);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, try);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, try);
    SET(CURLOPT_HTTPHEADER, try->lines);
    return code;
}

#undef SET

static void set_lines(struct download_try *try)
{
    char line[sizeof try->progress.etag + 32];
    const char *condition = download_condition(&try->progress);
    curl_slist_free_all(try->lines);
    try->lines = NULL;
    if (!try->asks_size && try->progress.position == 0)
        return;
    if (try->asks_size)
        snprintf(line, sizeof line, "Range: bytes=0-0");
    else
        snprintf(line, sizeof line, "Range: bytes=%" PRIu64 "-", try->progress.position);
    add_line(try, line);
    if (!try->asks_size && condition != NULL) {
        snprintf(line, sizeof line, "If-Range: %s", condition);
        add_line(try, line);
    }
}

static int ask(struct download_try *try, struct download_transport *transport, const char *url,
               struct error *error)
{
    try->headers = (struct response_headers){0};
    try->judgement = (struct download_judgement){.verdict = DOWNLOAD_NONSENSE};
    try->status = 0;
    try->is_paused = try->is_judged = try->is_stalled = false;
    try->skip_left = try->dropped = try->window_bytes = 0;
    try->waited_s = 0;
    try->stopped = NULL;
    transport->guard.refused = NULL;
    transport->error_text[0] = '\0';
    set_lines(try);
    CURLcode code = set_options(try, transport, url);
    if (code == CURLE_OK && curl_multi_add_handle(transport->multi, transport->easy) != CURLM_OK)
        code = CURLE_FAILED_INIT;
    if (code != CURLE_OK)
        return error_set(error, -EINVAL, "libcurl refused the request: %s",
                         curl_easy_strerror(code));
    try->is_running = true;
    return 0;
}

int download_try_begin(struct download_try *try, struct download_transport *transport,
                       const char *url, struct error *error)
{
    int ret = check_url(transport->terms, url, false, error);
    try->redirects = 0;
    return ret < 0 ? ret : ask(try, transport, url, error);
}

int download_try_follow(struct download_try *try, struct download_transport *transport,
                        const char *url, struct error *error)
{
    char *named = NULL, *asked = NULL;
    curl_easy_getinfo(transport->easy, CURLINFO_REDIRECT_URL, &named);
    curl_easy_getinfo(transport->easy, CURLINFO_EFFECTIVE_URL, &asked);
    if (named == NULL || asked == NULL)
        return error_set(error, -EPROTO, "%.*s: a redirect that leads nowhere", URL_SAID_MAX, url);
    if (++try->redirects > REDIRECTS_MAX)
        return error_set(error, -EPROTO, "%.*s: more than %d redirects", URL_SAID_MAX, url,
                         REDIRECTS_MAX);
    AUTO_FREE char *target = memory_copy_string(named); // it goes with the handle's options
    int ret = check_url(transport->terms, target, strncmp(asked, "https:", 6) == 0, error);
    return ret < 0 ? error_prefix(error, "redirect") : ask(try, transport, target, error);
}

// --- working --------------------------------------------------------------------------------------

// Only time that was spent waiting counts: a reader that takes long is no fault of the server's.
static void wait_for_bytes(struct download_try *try, struct download_transport *transport)
{
    const struct download_patience *patience = &transport->terms->patience;
    double began = clock_monotonic_s(), stall_ms = patience->stall_s * 1000;
    curl_multi_poll(transport->multi, NULL, 0, stall_ms < POLL_MS ? (int)stall_ms : POLL_MS, NULL);
    try->waited_s += clock_monotonic_s() - began;
    if (try->window_bytes >= patience->stall_bytes) {
        try->window_bytes = 0;
        try->waited_s = 0;
    }
    try->is_stalled = try->waited_s >= patience->stall_s;
}

static bool has_ended(struct download_try *try, struct download_transport *transport)
{
    int left;
    CURLMsg *message;
    bool is_done = false;
    while ((message = curl_multi_info_read(transport->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            try->result = message->data.result;
            is_done = true;
        }
    }
    return is_done;
}

// By the guard, or by what no second try would change.
static void note_refusal(struct download_try *try, const struct download_transport *transport)
{
    if (try->result == CURLE_OK || try->stopped != NULL || try->is_judged)
        return;
    if (transport->guard.refused != NULL)
        stop(try, -EPERM, transport->guard.refused);
    else if (try->result == CURLE_PEER_FAILED_VERIFICATION ||
             try->result == CURLE_SSL_CACERT_BADFILE)
        stop(try, -EPERM, curl_easy_strerror(try->result));
}

int download_try_step(struct download_try *try, struct download_transport *transport)
{
    int running;
    if (try->is_paused) {
        try->is_paused = false;
        curl_easy_pause(transport->easy, CURLPAUSE_CONT);
    }
    curl_multi_perform(transport->multi, &running);
    if (has_ended(try, transport)) {
        note_refusal(try, transport);
    } else {
        if (try->length == 0)
            wait_for_bytes(try, transport);
        if (!try->is_stalled)
            return 0;
        try->result = CURLE_OPERATION_TIMEDOUT;
    }
    end(try, transport);
    return DOWNLOAD_STEP_ENDED;
}

bool download_try_is_complete(const struct download_try *try)
{
    if (try->asks_size)
        return true;
    return try->result == CURLE_OK && try->skip_left == 0 &&
           (try->progress.total == 0 || try->progress.position == try->progress.total);
}

const char *download_try_reason(const struct download_try *try, char *buffer, size_t size)
{
    if (try->is_stalled)
        snprintf(buffer, size, "too slow");
    else if (try->is_judged && try->judgement.verdict == DOWNLOAD_LATER)
        snprintf(buffer, size, "HTTP status %ld", try->status);
    else if (try->result == CURLE_OK)
        snprintf(buffer, size, "the answer is shorter than the file");
    else
        snprintf(buffer, size, "%s", curl_easy_strerror(try->result));
    return buffer;
}

int64_t download_try_retry_after_s(const struct download_try *try)
{
    return try->is_judged ? response_headers_retry_after_s(&try->headers, (int64_t)time(NULL)) : -1;
}
