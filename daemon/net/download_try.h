// SPDX-License-Identifier: MIT
// One request of a download: how libcurl is told, and what came of it. Private to net/.
#pragma once

#include "net/curl_guard.h"
#include "net/download.h"
#include "net/download_answer.h"

#include <curl/curl.h>

// What the requests of a client share.
struct download_transport {
    const struct download_terms *terms;
    CURLM *multi;
    CURL *easy;
    struct curl_guard guard;
    char error_text[CURL_ERROR_SIZE];
};

void download_transport_init(struct download_transport *transport,
                             const struct download_terms *terms);
void download_transport_done(struct download_transport *transport);

struct download_try {
    struct download_progress progress; // of the whole download
    uint64_t bytes_max;
    bool asks_size; // the first byte only
    uint8_t *buffer;
    size_t length; // in the buffer, waiting for the reader

    // From here on of this request alone.
    struct response_headers headers;
    struct curl_slist *lines;
    long status;
    bool is_running, is_paused, is_judged, is_stalled;
    struct download_judgement judgement;
    uint64_t skip_left, dropped;
    CURLcode result;
    const char *stopped; // ended by our own limits: why; never freed
    int stopped_code;
    unsigned redirects;
    // Since the last time that enough had come.
    double waited_s;
    uint64_t window_bytes;
};

void download_try_init(struct download_try *try, uint64_t bytes_max, bool asks_size);
void download_try_done(struct download_try *try, struct download_transport *transport);

// Asks `url` for what is missing yet. -EPERM for a URL that may not be asked, -EINVAL for what is
// none.
int download_try_begin(struct download_try *try, struct download_transport *transport,
                       const char *url, struct error *error);
// The same at the URL that the answer named. `url` is that of the download, for messages.
int download_try_follow(struct download_try *try, struct download_transport *transport,
                        const char *url, struct error *error);

#define DOWNLOAD_STEP_ENDED 1

// Works for a while, or waits for something to come. Returns 0, or DOWNLOAD_STEP_ENDED.
int download_try_step(struct download_try *try, struct download_transport *transport);

// Of a request that ended.
bool download_try_is_complete(const struct download_try *try);
const char *download_try_reason(const struct download_try *try, char *buffer, size_t size);
int64_t download_try_retry_after_s(const struct download_try *try); // -1: not said
