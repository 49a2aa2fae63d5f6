// SPDX-License-Identifier: MIT
// One feed as the poller asks it: its requests, what they may do, what it was last asked and
// answered. Knows nothing of other feeds or of time's passing; private to the poller.
#pragma once

#include "feed/planner.h"
#include "feed/poller.h"
#include "net/endpoint.h"
#include "net/gate.h"

#include <stdbool.h>
#include <sys/queue.h>

// What is asked by requests that must not overlap. Kept as long as the poller, since a feed may
// come back.
struct polled_host {
    LIST_ENTRY(polled_host) link;
    char name[ENDPOINT_HOST_SIZE];
    struct gate gate;
    struct poller_feed_state told; // what on_state said last
    utc_us told_at;
};

struct polled_feed {
    LIST_ENTRY(polled_feed) link;
    struct poller *poller;
    const struct config_feed *feed; // borrowed from the configuration
    struct polled_host *host;
    struct endpoint endpoint;
    char *token_line; // "x-api-key: ...", wiped before it is freed; NULL without a token
    char *host_line;  // "X-RapidAPI-Host: ...", or NULL
    bool unusable;    // it cannot be asked: last_error says why

    struct planned_request_array plan;
    size_t next;     // which request of the round comes next
    uint64_t due_ms; // when, by the loop's clock
    uint64_t round_started_ms;

    struct http_transfer *transfer; // under way, or NULL
    uint64_t ticket;                // of the answer to be judged; 0 when there is none
    char *asked;                    // its path and query; owned
    enum http_outcome outcome;
    long status;
    int64_t retry_after_s;

    bool unhealthy;
    bool doubted; // unhealthy from before: nobody was told since
    size_t good_in_a_row;
    utc_us last_asked_at, last_answered_at;
    long last_status;
    char last_error[256];
    uint64_t requests, failures_in_a_row;
};

struct polled_feed *polled_feed_new(struct poller *poller, const struct config_feed *feed,
                                    const struct endpoint *endpoint, struct polled_host *host);
void polled_feed_free(struct polled_feed *polled);

// Takes a configuration over: plans anew and reads the token again. Returns 0, or the error (never
// NULL) for which the feed cannot be asked.
int polled_feed_configure(struct polled_feed *polled, const struct config *config,
                          const struct config_feed *feed, struct error *error);

// Starts the request that comes next. NULL with the error when it cannot be asked at all.
struct http_transfer *polled_feed_ask(struct polled_feed *polled, struct http_client *http,
                                      const char *user_agent, http_callback *callback,
                                      struct error *error);

// Keeps what the answer says about the host, before the handler takes the body.
void polled_feed_note_answer(struct polled_feed *polled, const struct http_response *response);

// Whether the answer, its body judged, counts as good; keeps the reason where it does not.
enum gate_verdict polled_feed_judge(struct polled_feed *polled, enum poll_judgement judgement,
                                    const char *reason);

// Moves on to the next request of the round, or to the next round, `chance` in [0, 1) being its
// jitter.
void polled_feed_advance(struct polled_feed *polled, uint64_t now_ms, double chance);
