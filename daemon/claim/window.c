// SPDX-License-Identifier: MIT
#include "claim/window.h"

#include "base/text.h"

#include <errno.h>

// Widens the window by the same civil day in one zone. The offset is asked at both ends: the clocks
// may change in between.
static int widen_by_zone(struct claim_window *window, utc_us day_start,
                         const struct claim_zones *zones, const char *zone)
{
    int32_t offset_min[2];
    for (int end = 0; end < 2; end++) {
        int result = zones->offset(zones->data, zone, day_start + end * UTC_DAY, &offset_min[end]);
        if (result < 0)
            return result;
    }
    utc_us from = day_start - offset_min[0] * UTC_MINUTE;
    utc_us to = day_start + UTC_DAY - offset_min[1] * UTC_MINUTE;
    if (from < window->from)
        window->from = from;
    if (to > window->to)
        window->to = to;
    return 0;
}

int claim_window_of_day(utc_us day_start, const struct claim_zones *zones,
                        struct claim_window *ret_window, const char **ret_zone)
{
    struct claim_window window = {.from = day_start, .to = day_start + UTC_DAY};
    for (size_t i = 0; zones != NULL && zones->offset != NULL && i < zones->count; i++) {
        if (zones->names[i][0] == '\0')
            continue;
        int result = widen_by_zone(&window, day_start, zones, zones->names[i]);
        if (result < 0) {
            if (ret_zone != NULL)
                *ret_zone = zones->names[i];
            return result;
        }
    }
    *ret_window = window;
    return 0;
}

// One end as it was written: a day becomes the whole union of that day, a time a span of no length.
static int read_end(const char *text, const struct claim_zones *zones,
                    struct claim_window *ret_span)
{
    utc_us time;
    bool is_day;
    int result = utc_parse_day_or_time(text, &time, &is_day);
    if (result < 0)
        return result;
    if (is_day)
        return claim_window_of_day(time, zones, ret_span, NULL);
    *ret_span = (struct claim_window){.from = time, .to = time};
    return 0;
}

int claim_window_read(const char *from, const char *to, const struct claim_zones *zones,
                      struct claim_window *ret_window, int *ret_bad_end)
{
    struct claim_window first, last;
    *ret_bad_end = 0;
    int result = read_end(from, zones, &first);
    if (result < 0)
        return result;
    *ret_bad_end = 1;
    result = read_end(to, zones, &last);
    if (result < 0)
        return result;
    // "from the 25th to the 24th" is reversed although the unions of the two days overlap.
    if (last.from < first.from || last.to <= first.from)
        return -ERANGE;
    *ret_window = (struct claim_window){.from = first.from, .to = last.to};
    text_copy(ret_window->from_text, sizeof ret_window->from_text, from);
    text_copy(ret_window->to_text, sizeof ret_window->to_text, to);
    return 0;
}

bool claim_window_is_set(const struct claim_window *window)
{
    return window->from != UTC_UNKNOWN && window->to != UTC_UNKNOWN;
}

bool claim_window_holds(const struct claim_window *window, utc_us time)
{
    return time != UTC_UNKNOWN && time >= window->from && time < window->to;
}

enum window_relation claim_window_relation(const struct claim_window *window, utc_us after,
                                           utc_us before)
{
    // UTC_UNKNOWN is the smallest number: right for an unknown beginning, not for an unknown end.
    bool begins_before_end = after < window->to;
    bool ends_after_start = before == UTC_UNKNOWN || before >= window->from;
    if (!begins_before_end || !ends_after_start)
        return WINDOW_OUTSIDE;
    bool inside = after != UTC_UNKNOWN && after >= window->from && before != UTC_UNKNOWN &&
                  before < window->to;
    return inside ? WINDOW_INSIDE : WINDOW_STRADDLES;
}
