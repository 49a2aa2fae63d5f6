// SPDX-License-Identifier: MIT
#include "base/utc.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define YEAR_FIRST 1900
#define YEAR_LAST 2200

// Days from 1970-01-01, by the civil calendar algorithm of Howard Hinnant
// ("chrono-Compatible Low-Level Date Algorithms", days_from_civil).
static int64_t days_from_civil(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

// The inverse (civil_from_days).
static void civil_from_days(int64_t days, int *ret_year, int *ret_month, int *ret_day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    *ret_day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    *ret_month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    *ret_year = (int)(year_of_era + era * 400 + (*ret_month <= 2));
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

// A reader with a latched error: after the first failure every further step does nothing.
struct reader {
    const char *at;
    bool failed;
};

static int read_digits(struct reader *reader, int count)
{
    int value = 0;
    for (int i = 0; i < count && !reader->failed; i++) {
        if (*reader->at < '0' || *reader->at > '9')
            reader->failed = true;
        else
            value = value * 10 + (*reader->at++ - '0');
    }
    return value;
}

static void read_character(struct reader *reader, char wanted)
{
    if (reader->failed || *reader->at != wanted)
        reader->failed = true;
    else
        reader->at++;
}

static int64_t read_fraction_us(struct reader *reader)
{
    int64_t value = 0;
    int64_t scale = 100000;
    int digits = 0;
    while (!reader->failed && *reader->at >= '0' && *reader->at <= '9' && digits < 9) {
        value += (*reader->at++ - '0') * scale;
        scale /= 10;
        digits++;
    }
    if (digits == 0)
        reader->failed = true;
    return value;
}

static int64_t read_zone_us(struct reader *reader)
{
    char sign = *reader->at;
    if (sign == '\0')
        return 0;
    if (sign == 'Z' || sign == 'z') {
        reader->at++;
        return 0;
    }
    if (sign != '+' && sign != '-') {
        reader->failed = true;
        return 0;
    }
    reader->at++;
    int hours = read_digits(reader, 2);
    if (*reader->at == ':')
        reader->at++;
    int minutes = read_digits(reader, 2);
    if (hours > 18 || minutes > 59)
        reader->failed = true;
    int64_t offset = hours * UTC_HOUR + minutes * UTC_MINUTE;
    return sign == '-' ? -offset : offset;
}

static int64_t read_time_of_day_us(struct reader *reader)
{
    int hour = read_digits(reader, 2);
    read_character(reader, ':');
    int minute = read_digits(reader, 2);
    int second = 0;
    int64_t fraction = 0;
    if (!reader->failed && *reader->at == ':') {
        reader->at++;
        second = read_digits(reader, 2);
        if (!reader->failed && *reader->at == '.') {
            reader->at++;
            fraction = read_fraction_us(reader);
        }
    }
    if (hour > 23 || minute > 59 || second > 59)
        reader->failed = true;
    return hour * UTC_HOUR + minute * UTC_MINUTE + second * UTC_SECOND + fraction;
}

int utc_parse_day_or_time(const char *text, utc_us *ret_time, bool *ret_is_day)
{
    struct reader reader = {.at = text, .failed = text == NULL};
    if (reader.failed)
        return -EINVAL;
    int year = read_digits(&reader, 4);
    read_character(&reader, '-');
    int month = read_digits(&reader, 2);
    read_character(&reader, '-');
    int day = read_digits(&reader, 2);
    if (reader.failed || year < YEAR_FIRST || year > YEAR_LAST || month < 1 || month > 12 ||
        day < 1 || day > days_in_month(year, month))
        return -EINVAL;

    utc_us time = days_from_civil(year, month, day) * UTC_DAY;
    bool is_day = *reader.at == '\0';
    if (!is_day) {
        if (*reader.at != 'T' && *reader.at != 't' && *reader.at != ' ')
            return -EINVAL;
        reader.at++;
        time += read_time_of_day_us(&reader);
        time -= reader.failed ? 0 : read_zone_us(&reader);
        if (reader.failed || *reader.at != '\0')
            return -EINVAL;
    }
    *ret_time = time;
    if (ret_is_day != NULL)
        *ret_is_day = is_day;
    return 0;
}

int utc_parse(const char *text, utc_us *ret_time)
{
    return utc_parse_day_or_time(text, ret_time, NULL);
}

utc_us utc_day_start(utc_us time)
{
    utc_us within = time % UTC_DAY;
    return time - (within < 0 ? within + UTC_DAY : within);
}

utc_us utc_hour_start(utc_us time)
{
    utc_us within = time % UTC_HOUR;
    return time - (within < 0 ? within + UTC_HOUR : within);
}

const char *utc_format_day(utc_us time, char buffer[UTC_TEXT_SIZE])
{
    if (time == UTC_UNKNOWN) {
        snprintf(buffer, UTC_TEXT_SIZE, "unknown");
        return buffer;
    }
    int year, month, day;
    civil_from_days(utc_day_start(time) / UTC_DAY, &year, &month, &day);
    snprintf(buffer, UTC_TEXT_SIZE, "%04d-%02d-%02d", year, month, day);
    return buffer;
}

const char *utc_format(utc_us time, char buffer[UTC_TEXT_SIZE])
{
    utc_format_day(time, buffer);
    if (time == UTC_UNKNOWN)
        return buffer;
    int64_t within = time - utc_day_start(time);
    int hour = (int)(within / UTC_HOUR), minute = (int)(within / UTC_MINUTE % 60);
    int second = (int)(within / UTC_SECOND % 60), fraction = (int)(within % UTC_SECOND);
    size_t used = strlen(buffer);
    char *rest = buffer + used;
    size_t room = UTC_TEXT_SIZE - used;
    if (fraction == 0)
        snprintf(rest, room, "T%02d:%02d:%02dZ", hour, minute, second);
    else if (fraction % 1000 == 0)
        snprintf(rest, room, "T%02d:%02d:%02d.%03dZ", hour, minute, second, fraction / 1000);
    else
        snprintf(rest, room, "T%02d:%02d:%02d.%06dZ", hour, minute, second, fraction);
    return buffer;
}

utc_us utc_from_seconds(double seconds)
{
    const double first = -2208988800.0; // 1900-01-01
    const double last = 7258118400.0;   // 2200-01-01
    if (!isfinite(seconds) || seconds < first || seconds > last)
        return UTC_UNKNOWN;
    return (utc_us)llround(seconds * 1e6);
}

double utc_to_seconds(utc_us time)
{
    return (double)time / 1e6;
}
