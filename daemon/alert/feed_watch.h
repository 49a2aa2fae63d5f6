// SPDX-License-Identifier: MIT
// Which feeds are silent or suspect for long enough to be alerted about. Pure: time is given.
#pragma once

#include "alert/event.h"
#include "base/array.h"

// One refused request is no news: feeds that are asked every half minute recover by themselves
// within a few.
#define FEED_WATCH_PATIENCE (5 * UTC_MINUTE)

struct feed_trouble {
    char feed[FEED_ID_SIZE];
    bool suspect; // it answers, but not like the feed that it should be
    bool announced;
    utc_us since;
    char reason[ALERT_REASON_SIZE];
};
struct feed_trouble_array ARRAY_OF(struct feed_trouble);

struct feed_watch {
    struct feed_trouble_array troubles;
};
void feed_watch_done(struct feed_watch *watch); // accepts a zeroed struct

// A feed went bad.
void feed_watch_bad(struct feed_watch *watch, const char *feed, bool suspect, const char *reason,
                    utc_us now);
// A feed is well again. True, with the event, when its trouble was announced.
bool feed_watch_good(struct feed_watch *watch, const char *feed, utc_us now,
                     struct alert_event *ret_event);
// The next trouble that has lasted; false when there is none (any more).
bool feed_watch_next(struct feed_watch *watch, utc_us now, struct alert_event *ret_event);
