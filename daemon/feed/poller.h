// SPDX-License-Identifier: MIT
// The poller: asks each configured feed its planned requests, one at a time a host, within budget,
// and backs off when a feed says so. Hands over every answer, good or not; it does not look into
// bodies.
#pragma once

#include "base/error.h"
#include "base/utc.h"
#include "config/config.h"
#include "net/http.h"

#include <uv.h>

struct poller;

// What a feed was asked and what came back. The body is the handler's to TAKE.
struct poll_answer {
    const struct config_feed *feed;
    const char *request; // path and query
    struct http_response *response;
};

// What the shell knows after decoding, given back so that the poller can slow down.
enum poll_judgement {
    POLL_GOOD,
    POLL_BAD_ANSWER, // HTML, empty, fake, not the format: slow down as for 503
};

// What a feed wants remembered over a restart; by host, so that two feeds of one host share it.
struct poller_feed_state {
    utc_us not_before;
    uint32_t failures;
    utc_us budget_day;
    uint64_t budget_used;
};

struct poller_events {
    // One answer. The handler must call poller_judge once with `ticket` when it has decoded the
    // body (at once is allowed); the next request of that feed waits for it.
    void (*on_answer)(void *data, uint64_t ticket, struct poll_answer *answer);
    // State to remember; called when it changed in a way that matters after a restart.
    void (*on_state)(void *data, const char *host, const struct poller_feed_state *state);
    // A feed changed between reachable and not: said once each way.
    void (*on_health)(void *data, const struct config_feed *feed, bool healthy, const char *reason);
    // Whether the feed may be asked now; asked each time before it is. NULL: always. When the
    // answer changes, poller_wake says so.
    bool (*may_ask)(void *data, const char *feed);
    void *data;
};

struct poller_status { // for `feeds` and the status page
    const char *feed;
    utc_us last_asked_at, last_answered_at, not_before;
    long last_status;
    char last_error[256];
    uint64_t requests, failures_in_a_row, budget_left; // budget_left UINT64_MAX without a budget
    bool may_be_asked;                                 // by this daemon (may_ask)
};

// `config` is borrowed until poller_reload or poller_close. `random_seed` is for jitter only.
struct poller *poller_new(uv_loop_t *loop, struct http_client *http, const struct config *config,
                          const struct poller_events *events, uint64_t random_seed);
// To be called before poller_start with what was remembered.
void poller_restore(struct poller *poller, const char *host, const struct poller_feed_state *state);
// The feed was not well when it was last asked, in an earlier run or at another address: on_health
// tells of its next answer, bad or (after a whole round) good. Does nothing for a feed that is not
// there or is known to be unwell.
void poller_doubt(struct poller *poller, const char *feed);
void poller_start(struct poller *poller);
void poller_judge(struct poller *poller, uint64_t ticket, enum poll_judgement judgement,
                  const char *reason);
// Stops asking until released: the journal is full. What is under way is still handed over.
void poller_hold(struct poller *poller, bool hold);
// Looks again which feeds may be asked.
void poller_wake(struct poller *poller);
// Takes over a new configuration: feeds keep their state by id.
void poller_reload(struct poller *poller, const struct config *config);
// Fills up to `capacity` rows; returns how many feeds there are.
size_t poller_status(const struct poller *poller, struct poller_status *rows, size_t capacity);
void poller_close(struct poller *poller, void (*on_closed)(void *data), void *data);
