// SPDX-License-Identifier: MIT
#include "alert/schedule.h"

// Standard Webhooks 1.0.0, "Deliverability and reliability": each is the wait after the try before;
// 75 h 35 min and 5 s in all.
static const double waits_s[] = {0,        5,         5 * 60,    30 * 60,   2 * 3600,
                                 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600};
#define ATTEMPTS (sizeof waits_s / sizeof *waits_s)

uint32_t schedule_attempts(void)
{
    return ATTEMPTS;
}

static bool honours_retry_after(long status)
{
    return status == 429 || status == 502 || status == 503 || status == 504;
}

int64_t schedule_hold_s(long status, int64_t retry_after_s)
{
    if (!honours_retry_after(status) || retry_after_s <= 0)
        return 0;
    return retry_after_s < SCHEDULE_RETRY_AFTER_MAX_S ? retry_after_s : SCHEDULE_RETRY_AFTER_MAX_S;
}

struct schedule_step schedule_after(uint32_t attempt, long status, int64_t retry_after_s,
                                    utc_us now, double chance)
{
    if (status >= 200 && status <= 299)
        return (struct schedule_step){SCHEDULE_DELIVERED, UTC_UNKNOWN};
    if (status == 410)
        return (struct schedule_step){SCHEDULE_DISABLE, UTC_UNKNOWN};
    if (attempt >= ATTEMPTS)
        return (struct schedule_step){SCHEDULE_DEAD, UTC_UNKNOWN};
    double wait_s = waits_s[attempt] * (1 - SCHEDULE_JITTER + 2 * SCHEDULE_JITTER * chance);
    double asked_s = (double)schedule_hold_s(status, retry_after_s);
    if (asked_s > wait_s)
        wait_s = asked_s;
    return (struct schedule_step){SCHEDULE_AGAIN, now + (utc_us)(wait_s * (double)UTC_SECOND)};
}
