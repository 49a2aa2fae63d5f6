// SPDX-License-Identifier: MIT
#include "net/gate.h"

#include <math.h>

// Doublings beyond this are over every cap.
#define DOUBLINGS_MAX 16

void gate_init(struct gate *gate, const struct gate_limits *limits)
{
    *gate = (struct gate){
        .limits = *limits,
        .asked_at = UTC_UNKNOWN,
        .not_before = UTC_UNKNOWN,
        .budget_day = UTC_UNKNOWN,
    };
}

static double rate_of(const struct gate_limits *limits)
{
    return limits->requests_per_s > 0 ? limits->requests_per_s : GATE_REQUESTS_PER_S_DEFAULT;
}

struct gate_limits gate_limits_stricter(const struct gate_limits *first,
                                        const struct gate_limits *second)
{
    struct gate_limits stricter = *first;

    if (rate_of(second) < rate_of(first))
        stricter.requests_per_s = second->requests_per_s;
    if (second->requests_per_day > 0 &&
        (first->requests_per_day == 0 || second->requests_per_day < first->requests_per_day))
        stricter.requests_per_day = second->requests_per_day;
    return stricter;
}

static utc_us later_of(utc_us first, utc_us second)
{
    return first > second ? first : second;
}

static uint64_t used_today(const struct gate *gate, utc_us now)
{
    return gate->budget_day == utc_day_start(now) ? gate->budget_used : 0;
}

uint64_t gate_budget_left(const struct gate *gate, utc_us now)
{
    uint64_t used = used_today(gate, now);

    if (gate->limits.requests_per_day == 0)
        return UINT64_MAX;
    return used < gate->limits.requests_per_day ? gate->limits.requests_per_day - used : 0;
}

static utc_us distance_between_requests(const struct gate *gate, utc_us now, uint64_t budget_left)
{
    utc_us distance = (utc_us)ceil((double)UTC_SECOND / rate_of(&gate->limits));

    if (gate->limits.requests_per_day > 0 && budget_left > 0) {
        utc_us day = utc_day_start(now);
        utc_us left_of_day = day + UTC_DAY - later_of(day, gate->asked_at);
        // One more than is left: the last request leaves its own share of the day behind it.
        distance = later_of(distance, (utc_us)((double)left_of_day / ((double)budget_left + 1)));
    }
    return distance;
}

utc_us gate_ready_at(const struct gate *gate, utc_us now)
{
    utc_us ready_at = now;
    uint64_t budget_left = gate_budget_left(gate, now);

    // Times ahead of the clock by more than they can be were made by a clock that has since been
    // set back.
    if (gate->asked_at != UTC_UNKNOWN && gate->asked_at <= now)
        ready_at =
            later_of(ready_at, gate->asked_at + distance_between_requests(gate, now, budget_left));
    if (gate->not_before != UTC_UNKNOWN && gate->not_before - now <= GATE_WAIT_MAX)
        ready_at = later_of(ready_at, gate->not_before);
    if (budget_left == 0)
        ready_at = later_of(ready_at, utc_day_start(now) + UTC_DAY);
    return ready_at;
}

void gate_begin(struct gate *gate, utc_us now)
{
    gate->budget_used = used_today(gate, now) + 1;
    gate->budget_day = utc_day_start(now);
    gate->asked_at = now;
    gate->busy = true;
}

enum gate_verdict gate_verdict_of_status(long status)
{
    return status >= 200 && status <= 299 ? GATE_GOOD : GATE_SLOW_DOWN;
}

// [1 - GATE_JITTER, 1 + GATE_JITTER)
static double jitter_factor(double chance)
{
    return 1 - GATE_JITTER + 2 * GATE_JITTER * chance;
}

utc_us gate_jittered(double interval_s, double chance)
{
    return (utc_us)(interval_s * jitter_factor(chance) * (double)UTC_SECOND);
}

static double backoff_s(uint32_t failures, double interval_s)
{
    double unit_s = fmax(interval_s, 1);
    double cap_s = fmax(GATE_BACKOFF_MAX_S, unit_s);
    int doublings = failures < DOUBLINGS_MAX ? (int)failures : DOUBLINGS_MAX;

    return fmin(ldexp(unit_s, doublings), cap_s);
}

void gate_end(struct gate *gate, utc_us now, enum gate_verdict verdict, double interval_s,
              int64_t retry_after_s, double chance)
{
    utc_us wait = 0;

    gate->busy = false;
    if (verdict == GATE_GOOD) {
        gate->failures = 0;
    } else {
        if (gate->failures < UINT32_MAX)
            gate->failures++;
        wait = gate_jittered(backoff_s(gate->failures, interval_s), chance);
    }
    // What the host asks for is a minimum: jitter must not undercut it.
    if (retry_after_s > 0)
        wait = later_of(wait, retry_after_s * UTC_SECOND);
    if (wait > GATE_WAIT_MAX)
        wait = GATE_WAIT_MAX;
    gate->not_before = wait > 0 ? now + wait : UTC_UNKNOWN;
}
