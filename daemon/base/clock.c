// SPDX-License-Identifier: MIT
#include "base/clock.h"

#include <time.h>

utc_us clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (utc_us)now.tv_sec * UTC_SECOND + now.tv_nsec / 1000;
}
