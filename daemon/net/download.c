// SPDX-License-Identifier: MIT
#include "net/download.h"

#include "base/memory.h"
#include "base/text.h"
#include "net/download_try.h"
#include "net/gate.h"

#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

// Storage that cuts each connection after 20 MB, which was seen of proxies, takes 150 tries for a
// day of 3 GiB.
#define TRIES_MAX 1000
// Nobody waits in front of a terminal for longer; the next run goes on.
#define WAIT_MAX_S 900
#define WAIT_SLICE_S 0.2   // how soon a wait notices that it is to end
#define TROUBLE_FAILURES 3 // a try or two are nothing to be told of
#define URL_SAID_MAX 200   // of a URL, in messages

// feeds.md 6: back-off doubles, with jitter. Half an hour of a server that is away is bridged; less
// than 1 kB/s for a minute is a connection that died.
const struct download_patience DOWNLOAD_PATIENCE = {
    .first_wait_s = 0.5,
    .longest_wait_s = 300,
    .tries = 12,
    .stall_s = 60,
    .stall_bytes = 60 * 1024,
};

struct download_client {
    struct download_transport transport;
    unsigned short chance[3];
    atomic_bool is_stopped;
    pthread_mutex_t lock; // of the trouble
    char trouble[500];    // empty: none since it was asked for
};

struct download {
    struct download_client *client;
    char *url;
    struct download_try try;
    unsigned failures, tries; // without progress, and in all
    uint64_t position_then;   // at the failure before
    bool is_over;
    bool is_lent; // what stands in the buffer
};

struct download_client *download_client_new(const struct download_terms *terms)
{
    struct download_client *client = memory_allocate_zeroed(1, sizeof *client);
    struct timespec now;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    download_transport_init(&client->transport, terms);
    pthread_mutex_init(&client->lock, NULL);
    clock_gettime(CLOCK_MONOTONIC, &now);
    memcpy(client->chance, &now.tv_nsec, sizeof client->chance);
    return client;
}

void download_client_free(struct download_client *client)
{
    if (client == NULL)
        return;
    download_transport_done(&client->transport);
    pthread_mutex_destroy(&client->lock);
    free(client);
}

void download_client_stop(struct download_client *client)
{
    atomic_store(&client->is_stopped, true);
}

static int check_stop(struct download_client *client, struct error *error)
{
    return atomic_load(&client->is_stopped) ? error_set(error, -ECANCELED, "stopped") : 0;
}

int download_client_wait(struct download_client *client, double seconds, struct error *error)
{
    int ret = check_stop(client, error);
    for (double left = seconds; left > 0 && ret == 0; left -= WAIT_SLICE_S) {
        double slice = left < WAIT_SLICE_S ? left : WAIT_SLICE_S;
        nanosleep(&(struct timespec){.tv_nsec = (long)(slice * 1e9)}, NULL);
        ret = check_stop(client, error);
    }
    return ret;
}

bool download_client_trouble(struct download_client *client, char *buffer, size_t size)
{
    pthread_mutex_lock(&client->lock);
    bool is_new = client->trouble[0] != '\0';
    if (is_new)
        text_copy(buffer, size, client->trouble);
    client->trouble[0] = '\0';
    pthread_mutex_unlock(&client->lock);
    return is_new;
}

static void note_trouble(const struct download *download, const char *words, double wait)
{
    struct download_client *client = download->client;
    if (download->failures < TROUBLE_FAILURES)
        return;
    pthread_mutex_lock(&client->lock);
    snprintf(client->trouble, sizeof client->trouble, "%.*s: %s; trying again in %.0f s",
             URL_SAID_MAX, download->url, words, wait);
    pthread_mutex_unlock(&client->lock);
}

// --- what a try came to ---------------------------------------------------------------------------

static int give_up(const struct download *download, int code, const char *words,
                   struct error *error)
{
    return error_set(error, code, "%.*s: %s", URL_SAID_MAX, download->url, words);
}

static double wait_s(struct download *download)
{
    const struct download_patience *patience = &download->client->transport.terms->patience;
    double wait = patience->first_wait_s;
    for (unsigned i = 1; i < download->failures && wait < patience->longest_wait_s; i++)
        wait *= 2;
    if (wait > patience->longest_wait_s)
        wait = patience->longest_wait_s;
    return utc_to_seconds(gate_jittered(wait, erand48(download->client->chance)));
}

// Begins anew from the first URL: what a redirect gave may have run out.
static int try_later(struct download *download, const char *words, struct error *error)
{
    const struct download_patience *patience = &download->client->transport.terms->patience;
    uint64_t position = download->try.progress.position;
    download->failures = position > download->position_then ? 1 : download->failures + 1;
    download->position_then = position;
    download->tries++;
    double wait = wait_s(download), asked = (double)download_try_retry_after_s(&download->try);
    if (download->failures >= patience->tries || download->tries >= TRIES_MAX)
        return error_set(error, -ETIMEDOUT, "%.*s: given up after %u tries: %s", URL_SAID_MAX,
                         download->url, download->tries, words);
    if (asked > WAIT_MAX_S)
        return error_set(error, -ETIMEDOUT, "%.*s: asks to come back in %.0f s: %s", URL_SAID_MAX,
                         download->url, asked, words);
    wait = wait > asked ? wait : asked;
    note_trouble(download, words, wait);
    int ret = download_client_wait(download->client, wait, error);
    return ret < 0 ? ret
                   : download_try_begin(&download->try, &download->client->transport, download->url,
                                        error);
}

// An answer that ends a download, or NULL.
static const char *verdict_words(enum download_verdict verdict, int *ret_code)
{
    static const struct {
        enum download_verdict verdict;
        int code;
        const char *words;
    } rows[] = {
        {DOWNLOAD_ABSENT, -ENOENT, "there is no such file"},
        {DOWNLOAD_REFUSED, -EACCES, "refused"},
        {DOWNLOAD_CHANGED, -ESTALE, "it changed while it was fetched; begin again"},
        {DOWNLOAD_NONSENSE, -EPROTO, "not an answer to what was asked"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].verdict == verdict) {
            *ret_code = rows[i].code;
            return rows[i].words;
        }
    }
    return NULL;
}

static int judge_try(struct download *download, struct error *error)
{
    struct download_try *try = &download->try;
    char words[300];
    int code;
    if (try->stopped != NULL)
        return give_up(download, try->stopped_code, try->stopped, error);
    if (!try->is_judged)
        return try_later(download, download_try_reason(try, words, sizeof words), error);
    const char *final = verdict_words(try->judgement.verdict, &code);
    if (final != NULL)
        return error_set(error, code, "%.*s: %s (HTTP status %ld)", URL_SAID_MAX, download->url,
                         final, try->status);
    if (try->judgement.verdict == DOWNLOAD_REDIRECT)
        return download_try_follow(try, &download->client->transport, download->url, error);
    if (try->judgement.verdict == DOWNLOAD_TAKE && download_try_is_complete(try)) {
        download->is_over = true;
        return 0;
    }
    return try_later(download, download_try_reason(try, words, sizeof words), error);
}

// Goes on until bytes are there, everything is, or `until_judged` and the first good answer is.
static int advance(struct download *download, bool until_judged, struct error *error)
{
    struct download_try *try = &download->try;
    while (try->length == 0 && !download->is_over) {
        if (until_judged && try->is_judged && try->judgement.verdict == DOWNLOAD_TAKE &&
            !try->asks_size)
            return 0;
        int ret = check_stop(download->client, error);
        if (ret < 0)
            return ret;
        ret = download_try_step(try, &download->client->transport);
        if (ret == DOWNLOAD_STEP_ENDED)
            ret = judge_try(download, error);
        if (ret < 0)
            return ret;
    }
    return 0;
}

// --- as others see it -----------------------------------------------------------------------------

static int begin(struct download_client *client, const char *url, uint64_t bytes_max,
                 bool asks_size, struct download **ret_download, struct error *error)
{
    struct download *download = memory_allocate_zeroed(1, sizeof *download);
    download->client = client;
    download->url = memory_copy_string(url);
    download_try_init(&download->try, bytes_max, asks_size);
    int ret = download_try_begin(&download->try, &client->transport, url, error);
    if (ret == 0)
        ret = advance(download, true, error);
    if (ret < 0) {
        download_free(download);
        return ret;
    }
    *ret_download = download;
    return 0;
}

int download_open(struct download_client *client, const char *url, uint64_t bytes_max,
                  struct download **ret_download, struct error *error)
{
    return begin(client, url, bytes_max, false, ret_download, error);
}

int download_size(struct download_client *client, const char *url, uint64_t *ret_bytes,
                  struct error *error)
{
    struct download *download;
    int ret = begin(client, url, UINT64_MAX, true, &download, error);
    if (ret < 0)
        return ret;
    *ret_bytes = download_total(download);
    download_free(download);
    return 0;
}

void download_free(struct download *download)
{
    if (download == NULL)
        return;
    download_try_done(&download->try, &download->client->transport);
    free(download->url);
    free(download);
}

ssize_t download_read(struct download *download, const uint8_t **ret_bytes, struct error *error)
{
    struct download_try *try = &download->try;
    if (download->is_lent)
        try->length = 0;
    int ret = advance(download, false, error);
    if (ret < 0)
        return ret;
    download->is_lent = true;
    *ret_bytes = try->buffer;
    return (ssize_t)try->length;
}

uint64_t download_total(const struct download *download)
{
    return download->try.progress.total;
}
