// SPDX-License-Identifier: MIT
#include "base/clock.h"

#include <time.h>

utc_us clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (utc_us)now.tv_sec * UTC_SECOND + now.tv_nsec / 1000;
}

int64_t clock_monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

uint64_t clock_monotonic_ms(void)
{
    return (uint64_t)clock_monotonic_ns() / 1000000;
}

double clock_monotonic_s(void)
{
    return (double)clock_monotonic_ns() / 1e9;
}
