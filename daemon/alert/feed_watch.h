// SPDX-License-Identifier: MIT
// Which feeds are silent or suspect for long enough to be alerted about. Pure: time is given.
#pragma once

#include "alert/event.h"
#include "base/array.h"

// One refused request is no news: feeds that are asked every half minute recover by themselves
// within a few.
#define FEED_WATCH_PATIENCE (5 * UTC_MINUTE)

// A trouble that an earlier run did not tell of goes on over a restart; after a longer pause nobody
// knows how the feed was meanwhile, and it begins anew [our choice].
#define FEED_WATCH_PAUSE_MAX UTC_HOUR

struct feed_trouble {
    char feed[FEED_ID_SIZE];
    bool suspect; // it answers, but not like the feed that it should be
    bool announced;
    bool confirmed; // since the start: what was remembered says nothing of now
    utc_us since;
    char reason[ALERT_REASON_SIZE];
};
struct feed_trouble_array ARRAY_OF(struct feed_trouble);

struct feed_watch {
    struct feed_trouble_array troubles;
};
void feed_watch_done(struct feed_watch *watch); // accepts a zeroed struct

// NULL when the feed is well. Valid until the next call that changes the watch.
const struct feed_trouble *feed_watch_find(const struct feed_watch *watch, const char *feed);

// What an earlier run knew. Its event keeps its id, since that is made from `since`; a trouble that
// was not announced waits for feed_watch_bad to say that it goes on, within FEED_WATCH_PAUSE_MAX.
void feed_watch_restore(struct feed_watch *watch, const struct feed_trouble *trouble);

// A feed went bad.
void feed_watch_bad(struct feed_watch *watch, const char *feed, bool suspect, const char *reason,
                    utc_us now);
// A feed is well again. True, with the event, when its trouble was announced.
bool feed_watch_good(struct feed_watch *watch, const char *feed, utc_us now,
                     struct alert_event *ret_event);
// The feed is no longer asked, or somewhere else: its trouble is of no interest any more.
void feed_watch_drop(struct feed_watch *watch, const char *feed);
// The next trouble that has lasted; false when there is none (any more).
bool feed_watch_next(struct feed_watch *watch, utc_us now, struct alert_event *ret_event);
