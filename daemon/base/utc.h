// SPDX-License-Identifier: MIT
// Points in time as data: microseconds since 1970-01-01T00:00:00Z. Nothing here asks a clock.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t utc_us;

#define UTC_UNKNOWN INT64_MIN
#define UTC_SECOND ((utc_us)1000000)
#define UTC_MINUTE (60 * UTC_SECOND)
#define UTC_HOUR (60 * UTC_MINUTE)
#define UTC_DAY (24 * UTC_HOUR)
#define UTC_TEXT_SIZE 32 // "2025-10-26T08:00:00.210000Z" and its terminator

// Microseconds between 1970-01-01 and PostgreSQL's epoch, 2000-01-01.
#define UTC_POSTGRESQL_EPOCH ((utc_us)946684800 * UTC_SECOND)

// Reads "2025-10-26", "2025-10-26T08:00Z", "2025-10-26T08:00:00.210Z" or an offset such as "+03:00"
// in place of Z; a blank may stand for the T. A time without a zone is UTC. Refuses days that do
// not exist. Years 1900 to 2200. Returns 0, or -EINVAL and leaves *ret_time alone.
int utc_parse(const char *text, utc_us *ret_time);

// The same, and tells whether only a day was given (so that a window's end can mean the whole day).
int utc_parse_day_or_time(const char *text, utc_us *ret_time, bool *ret_is_day);

// Writes ISO 8601 in UTC with as many decimals as are needed: none, three, or six. "unknown" for
// UTC_UNKNOWN. Returns `buffer`.
const char *utc_format(utc_us time, char buffer[UTC_TEXT_SIZE]);

// Writes the day only: "2025-10-26".
const char *utc_format_day(utc_us time, char buffer[UTC_TEXT_SIZE]);

// Rounded to the microsecond. UTC_UNKNOWN when not finite or outside the years 1900 to 2200.
utc_us utc_from_seconds(double seconds);
double utc_to_seconds(utc_us time);

// The first moment of the UTC day / hour that holds `time`.
utc_us utc_day_start(utc_us time);
utc_us utc_hour_start(utc_us time);
