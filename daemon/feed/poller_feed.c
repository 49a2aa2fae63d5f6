// SPDX-License-Identifier: MIT
#include "feed/poller_feed.h"

#include "base/text.h"
#include "config/provider.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URL_MAX 16384
// feeds.md section 6: connect 5 to 10 s.
#define CONNECT_TIMEOUT_MAX_MS 10000
// craft.md 3.5. A feed with a token follows none: it would be sent to wherever the redirect leads.
#define REDIRECTS_MAX 3

static void wipe(char **line)
{
    if (*line != NULL)
        explicit_bzero(*line, strlen(*line));
    free(*line);
    *line = NULL;
}

struct polled_feed *polled_feed_new(struct poller *poller, const struct config_feed *feed,
                                    const struct endpoint *endpoint, struct polled_host *host)
{
    struct polled_feed *polled = memory_allocate_zeroed(1, sizeof *polled);

    polled->poller = poller;
    polled->feed = feed;
    polled->endpoint = *endpoint;
    polled->host = host;
    polled->last_asked_at = polled->last_answered_at = UTC_UNKNOWN;
    return polled;
}

void polled_feed_free(struct polled_feed *polled)
{
    wipe(&polled->token_line);
    free(polled->host_line);
    free(polled->asked);
    planned_requests_done(&polled->plan);
    free(polled);
}

static char *header_line(const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 3;
    char *line = memory_allocate(size);

    snprintf(line, size, "%s: %s", name, value);
    return line;
}

static int read_token(struct polled_feed *polled, struct error *error)
{
    const struct config_feed *feed = polled->feed;
    char *token = NULL;

    wipe(&polled->token_line);
    if (feed->token.kind == CREDENTIAL_NONE)
        return 0;
    if (feed->token_header == NULL)
        return error_set(error, -EINVAL, "there is a token, but no token_header to send it in");
    int result = credential_read(&feed->token, &token, error);
    if (result < 0)
        return error_prefix(error, "the token cannot be read");
    polled->token_line = header_line(feed->token_header, token);
    wipe(&token);
    return 0;
}

static const struct provider *provider_of(const struct config_feed *feed)
{
    return feed->provider != NULL ? provider_find(feed->provider) : NULL;
}

int polled_feed_configure(struct polled_feed *polled, const struct config *config,
                          const struct config_feed *feed, struct error *error)
{
    const struct provider *provider = provider_of(feed);

    polled->feed = feed;
    planned_requests_done(&polled->plan);
    free(polled->host_line);
    polled->host_line = NULL;
    if (provider != NULL && provider->host_header != NULL)
        polled->host_line = header_line(provider->host_header, polled->endpoint.host);
    // What it cannot be asked for is the caller's to warn of; what it can be is in the plan all the
    // same.
    int result = planner_plan(config, feed, &polled->plan, error);
    if (polled->next >= polled->plan.count)
        polled->next = 0;
    if (polled->plan.count > 0)
        result = read_token(polled, error);
    else if (result == 0)
        result = error_set(error, -EINVAL, "there is nothing to ask it for");
    polled->unusable = result < 0;
    if (polled->unusable)
        text_copy(polled->last_error, sizeof polled->last_error, error->message);
    return result;
}

struct http_transfer *polled_feed_ask(struct polled_feed *polled, struct http_client *http,
                                      const char *user_agent, http_callback *callback,
                                      struct error *error)
{
    const struct config_feed *feed = polled->feed;
    const struct provider *provider = provider_of(feed);
    struct endpoint_permission allowed =
        endpoint_permission(&polled->endpoint, provider != NULL && provider->url == NULL);
    const char *lines[3] = {NULL};
    size_t line_count = 0;
    struct text url;

    if (polled->token_line != NULL)
        lines[line_count++] = polled->token_line;
    if (polled->host_line != NULL)
        lines[line_count++] = polled->host_line;
    text_init(&url, URL_MAX);
    text_append(&url, feed->url);
    text_append(&url, polled->asked);
    uint32_t timeout_ms = (uint32_t)(feed->timeout_s * 1000);
    struct http_request request = {
        .url = url.bytes,
        .headers = lines,
        .user_agent = user_agent,
        .certificate_authority_file = feed->certificate_authority_file,
        .connect_timeout_ms =
            timeout_ms < CONNECT_TIMEOUT_MAX_MS ? timeout_ms : CONNECT_TIMEOUT_MAX_MS,
        .timeout_ms = timeout_ms,
        .redirects_max = polled->token_line == NULL ? REDIRECTS_MAX : 0,
        .allow_plain_http = allowed.plain_http,
        .allow_private_addresses = allowed.private_addresses,
        .fresh_connection = !feed->reuse_connections,
    };
    struct http_transfer *transfer =
        url.failed ? NULL : http_start(http, &request, callback, polled, error);
    if (url.failed)
        error_set(error, -E2BIG, "the URL is too long");
    text_done(&url);
    return transfer;
}

void polled_feed_note_answer(struct polled_feed *polled, const struct http_response *response)
{
    polled->outcome = response->outcome;
    polled->status = response->status;
    polled->retry_after_s = response->retry_after_s;
    polled->last_asked_at = response->asked_at;
    polled->last_status = response->status;
    polled->requests++;
    if (response->outcome == HTTP_ANSWERED)
        polled->last_answered_at = response->answered_at;
    if (response->outcome != HTTP_ANSWERED)
        text_copy(polled->last_error, sizeof polled->last_error,
                  response->reason != NULL ? response->reason : "no answer");
    else if (gate_verdict_of_status(response->status) != GATE_GOOD)
        snprintf(polled->last_error, sizeof polled->last_error, "HTTP status %ld",
                 response->status);
}

enum gate_verdict polled_feed_judge(struct polled_feed *polled, enum poll_judgement judgement,
                                    const char *reason)
{
    bool good_status =
        polled->outcome == HTTP_ANSWERED && gate_verdict_of_status(polled->status) == GATE_GOOD;

    if (good_status && judgement == POLL_GOOD) {
        polled->failures_in_a_row = 0;
        polled->good_in_a_row++;
        return GATE_GOOD;
    }
    if (good_status)
        text_copy(polled->last_error, sizeof polled->last_error,
                  reason != NULL && reason[0] != '\0' ? reason : "not a usable answer");
    polled->failures_in_a_row++;
    polled->good_in_a_row = 0;
    return GATE_SLOW_DOWN;
}

void polled_feed_advance(struct polled_feed *polled, uint64_t now_ms, double chance)
{
    double interval_ms = polled->feed->interval_s * 1000;

    polled->next++;
    if (polled->next < polled->plan.count) {
        // Spread over the interval: a host bears requests better than bursts of them.
        polled->due_ms = polled->round_started_ms + (uint64_t)(interval_ms * (double)polled->next /
                                                               (double)polled->plan.count);
    } else {
        polled->next = 0;
        polled->due_ms = polled->round_started_ms +
                         (uint64_t)(gate_jittered(polled->feed->interval_s, chance) / 1000);
    }
    if (polled->due_ms < now_ms)
        polled->due_ms = now_ms;
}
