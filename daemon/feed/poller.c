// SPDX-License-Identifier: MIT
#include "feed/poller.h"

#include "base/clock.h"
#include "base/text.h"
#include "build_config.h"
#include "feed/poller_feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The wall clock may be set while a wait is under way: it is looked at again this often.
#define SLEEP_MAX_MS 60000
// How far apart feeds start, so that they do not all ask in the same moment.
#define START_SPREAD_MS 500
// A budget that is written down each minute is at most a minute's requests wrong after a crash.
#define BUDGET_TOLD_EVERY (60 * UTC_SECOND)

struct poller {
    uv_loop_t *loop;
    struct http_client *http;
    const struct config *config;
    struct poller_events events;
    uv_timer_t timer; // the only handle: next_turn() says when it is due
    LIST_HEAD(, polled_host) hosts;
    LIST_HEAD(, polled_feed) feeds;
    char user_agent[256];
    uint64_t random_state;
    uint64_t tickets; // given out so far
    bool started;
    bool held;
    bool closing;
    void (*on_closed)(void *data);
    void *on_closed_data;
};

static uint64_t loop_ms(struct poller *poller)
{
    uv_update_time(poller->loop);
    return uv_now(poller->loop);
}

// SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014), as a fraction in [0, 1).
static double chance(struct poller *poller)
{
    uint64_t mixed = poller->random_state += 0x9e3779b97f4a7c15u;

    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return (double)((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53;
}

// --- what others are told ----------------------------------------------------------

static bool state_is_news(const struct polled_host *host, utc_us now)
{
    const struct gate *gate = &host->gate;

    if (gate->not_before != host->told.not_before || gate->failures != host->told.failures)
        return true;
    if (gate->limits.requests_per_day == 0 ||
        (gate->budget_used == host->told.budget_used && gate->budget_day == host->told.budget_day))
        return false;
    return gate_budget_left(gate, now) == 0 || host->told_at == UTC_UNKNOWN ||
           now - host->told_at >= BUDGET_TOLD_EVERY;
}

static void tell_state(struct poller *poller, struct polled_host *host, utc_us now)
{
    host->told = (struct poller_feed_state){
        .not_before = host->gate.not_before,
        .failures = host->gate.failures,
        .budget_day = host->gate.budget_day,
        .budget_used = host->gate.budget_used,
    };
    host->told_at = now;
    if (poller->events.on_state != NULL)
        poller->events.on_state(poller->events.data, host->name, &host->told);
}

// Unhealthy at the first failure; healthy only after a whole round without one, so that one request
// that always fails among good ones does not ring twice a round.
static void tell_health(struct poller *poller, struct polled_feed *polled, bool good)
{
    bool recovered = polled->unhealthy && good && polled->good_in_a_row >= polled->plan.count;

    bool failed = !good && (!polled->unhealthy || polled->doubted);

    if (!failed && !recovered)
        return;
    polled->unhealthy = !recovered;
    polled->doubted = false;
    if (poller->events.on_health != NULL)
        poller->events.on_health(poller->events.data, polled->feed, recovered,
                                 recovered ? "" : polled->last_error);
}

// --- asking ------------------------------------------------------------------------

static void on_timer(uv_timer_t *timer);

static void wake(struct poller *poller, uint64_t delay_ms)
{
    if (poller->started && !poller->closing)
        uv_timer_start(&poller->timer, on_timer, delay_ms, 0);
}

static void hand_over(struct polled_feed *polled, struct http_response *response)
{
    struct poller *poller = polled->poller;
    struct poll_answer answer = {polled->feed, polled->asked, response};

    polled_feed_note_answer(polled, response);
    // The last thing that is done here: the handler may judge, reload or close.
    poller->events.on_answer(poller->events.data, polled->ticket, &answer);
}

static void on_response(void *data, struct http_response *response)
{
    struct polled_feed *polled = data;

    polled->transfer = NULL;
    hand_over(polled, response);
}

static void ask(struct poller *poller, struct polled_feed *polled)
{
    struct error error = {0};
    utc_us now = clock_now();

    if (polled->next == 0)
        polled->round_started_ms = loop_ms(poller);
    free(polled->asked);
    polled->asked = memory_copy_string(polled->plan.items[polled->next].target);
    polled->ticket = ++poller->tickets;
    gate_begin(&polled->host->gate, now);
    polled->transfer =
        polled_feed_ask(polled, poller->http, poller->user_agent, on_response, &error);
    if (polled->transfer != NULL)
        return;
    // Answered like any other failure, so that it stands in the ledger and slows the feed down.
    struct http_response response = {
        .outcome = HTTP_UNREACHABLE,
        .reason = error.message,
        .retry_after_s = -1,
        .rate_limit_remaining = -1,
        .asked_at = now,
        .answered_at = now,
    };
    hand_over(polled, &response);
}

static bool may_be_asked(const struct poller *poller, const struct polled_feed *polled)
{
    return poller->events.may_ask == NULL ||
           poller->events.may_ask(poller->events.data, polled->feed->id);
}

// The feed of this host that has waited longest, or that is due next; NULL where there is none.
static struct polled_feed *next_of_host(struct poller *poller, const struct polled_host *host)
{
    struct polled_feed *polled, *next = NULL;

    LIST_FOREACH(polled, &poller->feeds, link)
    {
        if (polled->host == host && !polled->unusable && polled->ticket == 0 &&
            (next == NULL || polled->due_ms < next->due_ms) && may_be_asked(poller, polled))
            next = polled;
    }
    return next;
}

// 0 when this host can be asked now, else the milliseconds to sleep until it may be.
static uint64_t sleep_ms(const struct polled_host *host, const struct polled_feed *next,
                         uint64_t now_ms)
{
    utc_us now = clock_now(), ready_at = gate_ready_at(&host->gate, now);

    if (next->due_ms > now_ms)
        return next->due_ms - now_ms;
    return ready_at > now ? (uint64_t)((ready_at - now + 999) / 1000) : 0;
}

// Asks each host that is free, due and willing; sleeps until the next one is.
static void on_timer(uv_timer_t *timer)
{
    struct poller *poller = timer->data;
    struct polled_host *host;
    uint64_t sleep = SLEEP_MAX_MS;

    LIST_FOREACH(host, &poller->hosts, link)
    {
        struct polled_feed *next = host->gate.busy ? NULL : next_of_host(poller, host);
        if (next == NULL || poller->held)
            continue; // the judgement or the release wakes us
        uint64_t wait_ms = sleep_ms(host, next, loop_ms(poller));
        if (wait_ms == 0)
            ask(poller, next);
        else if (wait_ms < sleep)
            sleep = wait_ms;
        if (poller->closing)
            return; // a handler of an answer did that
    }
    // A judgement that was given at once has set the timer to an earlier moment.
    if (!uv_is_active((uv_handle_t *)timer))
        wake(poller, sleep);
}

static struct polled_feed *feed_of_ticket(const struct poller *poller, uint64_t ticket)
{
    struct polled_feed *polled;

    LIST_FOREACH(polled, &poller->feeds, link)
    {
        if (polled->ticket == ticket && ticket != 0)
            return polled;
    }
    return NULL;
}

void poller_judge(struct poller *poller, uint64_t ticket, enum poll_judgement judgement,
                  const char *reason)
{
    struct polled_feed *polled = feed_of_ticket(poller, ticket);

    if (polled == NULL || polled->transfer != NULL || poller->closing)
        return; // of a feed that a reload has taken away
    utc_us now = clock_now();
    struct polled_host *host = polled->host;
    enum gate_verdict verdict = polled_feed_judge(polled, judgement, reason);
    polled->ticket = 0;
    gate_end(&host->gate, now, verdict, polled->feed->interval_s, polled->retry_after_s,
             chance(poller));
    polled_feed_advance(polled, loop_ms(poller), chance(poller));
    wake(poller, 0);
    tell_health(poller, polled, verdict == GATE_GOOD);
    if (state_is_news(host, now))
        tell_state(poller, host, now);
}

// --- configuration -----------------------------------------------------------------

static struct polled_host *find_host(const struct poller *poller, const char *name)
{
    struct polled_host *host;

    LIST_FOREACH(host, &poller->hosts, link)
    {
        if (strcmp(host->name, name) == 0)
            return host;
    }
    return NULL;
}

static struct polled_host *find_or_add_host(struct poller *poller, const char *name)
{
    struct polled_host *host = find_host(poller, name);
    const struct gate_limits no_limits = {0};

    if (host != NULL)
        return host;
    host = memory_allocate_zeroed(1, sizeof *host);
    text_copy(host->name, sizeof host->name, name);
    gate_init(&host->gate, &no_limits);
    host->told = (struct poller_feed_state){.not_before = UTC_UNKNOWN, .budget_day = UTC_UNKNOWN};
    host->told_at = UTC_UNKNOWN;
    LIST_INSERT_HEAD(&poller->hosts, host, link);
    return host;
}

// A host's limits are the strictest of its feeds'.
static void set_limits(struct poller *poller)
{
    struct polled_host *host;
    struct polled_feed *polled;

    LIST_FOREACH(host, &poller->hosts, link)
    {
        bool first = true;
        LIST_FOREACH(polled, &poller->feeds, link)
        {
            const struct gate_limits limits = {polled->feed->max_requests_per_s,
                                               polled->feed->max_requests_per_day};
            if (polled->host != host)
                continue;
            host->gate.limits = first ? limits : gate_limits_stricter(&host->gate.limits, &limits);
            first = false;
        }
    }
}

static void remove_feed(struct polled_feed *polled)
{
    if (polled->transfer != NULL)
        http_cancel(polled->transfer);
    if (polled->ticket != 0)
        polled->host->gate.busy = false; // without a verdict
    LIST_REMOVE(polled, link);
    polled_feed_free(polled);
}

static struct polled_feed *find_feed(const struct poller *poller, const struct config_feed *feed)
{
    struct polled_feed *polled;

    LIST_FOREACH(polled, &poller->feeds, link)
    {
        if (strcmp(polled->feed->id, feed->id) == 0 && strcmp(polled->feed->url, feed->url) == 0 &&
            strcmp(polled->feed->kind, feed->kind) == 0)
            return polled;
    }
    return NULL;
}

static void configure_feed(struct poller *poller, struct polled_feed *polled,
                           const struct config_feed *feed)
{
    struct error error = {0};
    bool was_unusable = polled->unusable;

    if (polled_feed_configure(polled, poller->config, feed, &error) < 0)
        tell_health(poller, polled, false);
    else if (was_unusable)
        polled->due_ms = loop_ms(poller);
}

static void add_feed(struct poller *poller, const struct config_feed *feed)
{
    struct endpoint endpoint;

    if (endpoint_parse(feed->url, &endpoint, NULL) < 0)
        return; // config.c refuses such a URL
    struct polled_feed *polled =
        polled_feed_new(poller, feed, &endpoint, find_or_add_host(poller, endpoint.host));
    polled->due_ms = loop_ms(poller) + (uint64_t)(chance(poller) * START_SPREAD_MS);
    LIST_INSERT_HEAD(&poller->feeds, polled, link);
}

// Whether the new configuration still has the feed as it is.
static const struct config_feed *same_feed_in(const struct config *config,
                                              const struct polled_feed *polled)
{
    const struct config_feed *feed = config_feed_find(config, polled->feed->id);

    return feed != NULL && feed->enabled && find_feed(polled->poller, feed) == polled ? feed : NULL;
}

static void take_configuration(struct poller *poller, const struct config *config)
{
    struct polled_feed *polled = LIST_FIRST(&poller->feeds);

    poller->config = config;
    snprintf(poller->user_agent, sizeof poller->user_agent, "skywitness/%s%s%s%s",
             SKYWITNESS_VERSION, config->contact != NULL ? " (+" : "",
             config->contact != NULL ? config->contact : "", config->contact != NULL ? ")" : "");
    while (polled != NULL) {
        struct polled_feed *following = LIST_NEXT(polled, link);
        const struct config_feed *feed = same_feed_in(config, polled);
        if (feed != NULL)
            polled->feed = feed;
        else
            remove_feed(polled);
        polled = following;
    }
    // Each goes to the head of the list: so they stand in their order.
    for (size_t i = config->feed_count; i-- > 0;) {
        if (config->feeds[i].enabled && find_feed(poller, &config->feeds[i]) == NULL)
            add_feed(poller, &config->feeds[i]);
    }
    set_limits(poller);
}

static void configure_feeds(struct poller *poller)
{
    struct polled_feed *polled;

    LIST_FOREACH(polled, &poller->feeds, link)
    {
        configure_feed(poller, polled, polled->feed);
    }
}

// --- life --------------------------------------------------------------------------

struct poller *poller_new(uv_loop_t *loop, struct http_client *http, const struct config *config,
                          const struct poller_events *events, uint64_t random_seed)
{
    struct poller *poller = memory_allocate_zeroed(1, sizeof *poller);

    poller->loop = loop;
    poller->http = http;
    poller->events = *events;
    poller->random_state = random_seed;
    LIST_INIT(&poller->hosts);
    LIST_INIT(&poller->feeds);
    uv_timer_init(loop, &poller->timer);
    poller->timer.data = poller;
    take_configuration(poller, config);
    return poller;
}

void poller_restore(struct poller *poller, const char *host_name,
                    const struct poller_feed_state *state)
{
    struct polled_host *host = find_host(poller, host_name);

    if (host == NULL)
        return; // no feed is there any more
    host->gate.not_before = state->not_before;
    host->gate.failures = state->failures;
    host->gate.budget_day = state->budget_day;
    host->gate.budget_used = state->budget_used;
    host->told = *state;
}

void poller_doubt(struct poller *poller, const char *feed)
{
    struct polled_feed *polled;

    LIST_FOREACH(polled, &poller->feeds, link)
    {
        if (strcmp(polled->feed->id, feed) == 0 && !polled->unhealthy)
            polled->unhealthy = polled->doubted = true;
    }
}

void poller_start(struct poller *poller)
{
    poller->started = true;
    configure_feeds(poller);
    wake(poller, 0);
}

void poller_hold(struct poller *poller, bool hold)
{
    poller->held = hold;
    if (!hold)
        wake(poller, 0);
}

void poller_wake(struct poller *poller)
{
    wake(poller, 0);
}

void poller_reload(struct poller *poller, const struct config *config)
{
    take_configuration(poller, config);
    if (poller->started)
        configure_feeds(poller);
    wake(poller, 0);
}

size_t poller_status(const struct poller *poller, struct poller_status *rows, size_t capacity)
{
    const struct polled_feed *polled;
    utc_us now = clock_now();
    size_t count = 0;

    LIST_FOREACH(polled, &poller->feeds, link)
    {
        if (count++ >= capacity)
            continue;
        struct poller_status *row = &rows[count - 1];
        *row = (struct poller_status){
            .feed = polled->feed->id,
            .last_asked_at = polled->last_asked_at,
            .last_answered_at = polled->last_answered_at,
            .not_before = polled->host->gate.not_before,
            .last_status = polled->last_status,
            .requests = polled->requests,
            .failures_in_a_row = polled->failures_in_a_row,
            .budget_left = gate_budget_left(&polled->host->gate, now),
            .may_be_asked = may_be_asked(poller, polled),
        };
        text_copy(row->last_error, sizeof row->last_error, polled->last_error);
    }
    return count;
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct poller *poller = handle->data;
    void (*on_closed)(void *data) = poller->on_closed;
    void *data = poller->on_closed_data;
    struct polled_host *host;

    while ((host = LIST_FIRST(&poller->hosts)) != NULL) {
        LIST_REMOVE(host, link);
        free(host);
    }
    free(poller);
    if (on_closed != NULL)
        on_closed(data);
}

void poller_close(struct poller *poller, void (*on_closed)(void *data), void *data)
{
    struct polled_host *host;
    struct polled_feed *polled;

    poller->closing = true;
    poller->on_closed = on_closed;
    poller->on_closed_data = data;
    while ((polled = LIST_FIRST(&poller->feeds)) != NULL)
        remove_feed(polled);
    LIST_FOREACH(host, &poller->hosts, link)
    {
        if (host->gate.limits.requests_per_day > 0 &&
            host->gate.budget_used != host->told.budget_used)
            tell_state(poller, host, clock_now());
    }
    uv_close((uv_handle_t *)&poller->timer, on_timer_closed);
}
