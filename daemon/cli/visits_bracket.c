// SPDX-License-Identifier: MIT
#include "cli/visits_bracket.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#define DAYS_IN_SHORT_MAX 9
#define CLOCK_SIZE sizeof "11:42"
#define DATE_SIZE sizeof "2025-10-26"

static int64_t days_between(utc_us first, utc_us second)
{
    return (utc_day_start(second) - utc_day_start(first)) / UTC_DAY;
}

// "11:42" of the moment.
static const char *clock_of(utc_us time, char text[CLOCK_SIZE])
{
    char whole[UTC_TEXT_SIZE];
    snprintf(text, CLOCK_SIZE, "%.5s", utc_format(time, whole) + sizeof "2025-10-26T" - 1);
    return text;
}

static const char *date_of(utc_us time, char text[DATE_SIZE])
{
    char whole[UTC_TEXT_SIZE];
    snprintf(text, DATE_SIZE, "%.10s", utc_format_day(time, whole));
    return text;
}

// A bracket cut to minutes must not get narrower: its end goes to the minute after.
static utc_us up_to_the_minute(utc_us time)
{
    return time == UTC_UNKNOWN ? time : time + (UTC_MINUTE - 1 - (time - 1) % UTC_MINUTE);
}

const char *visits_arrival_bracket(utc_us after, utc_us before, char buffer[VISITS_BRACKET_SIZE])
{
    char first[CLOCK_SIZE], last[CLOCK_SIZE], first_day[DATE_SIZE], last_day[DATE_SIZE];
    before = up_to_the_minute(before);
    if (after == UTC_UNKNOWN && before == UTC_UNKNOWN)
        return NULL;
    if (after == UTC_UNKNOWN || before == UTC_UNKNOWN) {
        utc_us known = after == UTC_UNKNOWN ? before : after;
        snprintf(buffer, VISITS_BRACKET_SIZE, "%s %s %s", after == UTC_UNKNOWN ? "by" : "after",
                 date_of(known, first_day), clock_of(known, first));
        return buffer;
    }
    int64_t days = days_between(after, before);
    date_of(after, first_day);
    if (days > DAYS_IN_SHORT_MAX || days < 0)
        snprintf(buffer, VISITS_BRACKET_SIZE, "%s..%s", first_day, date_of(before, last_day));
    else if (days > 0)
        snprintf(buffer, VISITS_BRACKET_SIZE, "%s %s-%s+%" PRId64, first_day,
                 clock_of(after, first), clock_of(before, last), days);
    else
        snprintf(buffer, VISITS_BRACKET_SIZE, "%s %s-%s", first_day, clock_of(after, first),
                 clock_of(before, last));
    return buffer;
}

// "11-07" of the moment.
static const char *day_of(utc_us time, char text[DATE_SIZE])
{
    return date_of(time, text) + sizeof "2025-" - 1;
}

// Both ends beside an arrival, `first_days` and `last_days` after its day.
static void write_departure(int64_t first_days, utc_us after, int64_t last_days, utc_us before,
                            char buffer[VISITS_BRACKET_SIZE])
{
    char first[CLOCK_SIZE], last[CLOCK_SIZE], first_day[DATE_SIZE], last_day[DATE_SIZE];
    bool is_near = first_days >= 0 && last_days >= first_days && last_days <= DAYS_IN_SHORT_MAX;
    clock_of(after, first);
    clock_of(before, last);
    if (is_near && last_days == 0)
        snprintf(buffer, VISITS_BRACKET_SIZE, "%s-%s", first, last);
    else if (is_near && first_days == 0)
        snprintf(buffer, VISITS_BRACKET_SIZE, "%s-%s+%" PRId64, first, last, last_days);
    else if (is_near && first_days == last_days)
        snprintf(buffer, VISITS_BRACKET_SIZE, "+%" PRId64 " %s-%s", last_days, first, last);
    else
        snprintf(buffer, VISITS_BRACKET_SIZE, "%s..%s", day_of(after, first_day),
                 day_of(before, last_day));
}

const char *visits_departure_bracket(utc_us arrived, utc_us after, utc_us before,
                                     char buffer[VISITS_BRACKET_SIZE])
{
    before = up_to_the_minute(before);
    if (before == UTC_UNKNOWN)
        return NULL;
    if (arrived == UTC_UNKNOWN)
        return utc_format_day(before, buffer);
    if (after == UTC_UNKNOWN)
        after = arrived < before ? arrived : before;
    write_departure(days_between(arrived, after), after, days_between(arrived, before), before,
                    buffer);
    return buffer;
}
