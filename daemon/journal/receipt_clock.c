// SPDX-License-Identifier: MIT
#include "journal/receipt_clock.h"

#include <stdlib.h>

void receipt_clock_init(struct receipt_clock *clock)
{
    *clock = (struct receipt_clock){.last_at = UTC_UNKNOWN};
}

void receipt_clock_restore(struct receipt_clock *clock, utc_us last_at)
{
    clock->last_at = last_at;
}

struct receipt_times receipt_clock_read(const struct receipt_clock *clock, utc_us wall,
                                        utc_us monotonic)
{
    struct receipt_times times = {.wall = wall, .steady = wall};
    if (monotonic == 0)
        return times;
    if (clock->is_set)
        times.steady = monotonic + clock->offset;
    else if (clock->last_at != UTC_UNKNOWN && wall < clock->last_at)
        times.steady = clock->last_at + 1;
    return times;
}

bool receipt_times_differ(const struct receipt_times *times)
{
    return llabs(times->wall - times->steady) > RECEIPT_STEP;
}

utc_us receipt_times_choose(const struct receipt_times *times, utc_us feed_now)
{
    if (feed_now == UTC_UNKNOWN || !receipt_times_differ(times))
        return times->wall;
    return llabs(times->steady - feed_now) < llabs(times->wall - feed_now) ? times->steady
                                                                           : times->wall;
}

utc_us receipt_clock_rising(const struct receipt_clock *clock, utc_us chosen)
{
    if (clock->last_at == UTC_UNKNOWN || chosen > clock->last_at ||
        clock->last_at - chosen > RECEIPT_STEP)
        return chosen;
    return clock->last_at + 1;
}

void receipt_clock_take(struct receipt_clock *clock, utc_us taken, utc_us monotonic)
{
    clock->last_at = taken;
    clock->is_set = monotonic != 0;
    clock->offset = taken - monotonic;
}
