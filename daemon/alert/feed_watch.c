// SPDX-License-Identifier: MIT
#include "alert/feed_watch.h"

#include "base/text.h"

#include <string.h>

void feed_watch_done(struct feed_watch *watch)
{
    array_free(&watch->troubles);
}

static struct feed_trouble *find(const struct feed_watch *watch, const char *feed)
{
    array_foreach (&watch->troubles, trouble)
        if (strcmp(trouble->feed, feed) == 0)
            return trouble;
    return NULL;
}

const struct feed_trouble *feed_watch_find(const struct feed_watch *watch, const char *feed)
{
    return find(watch, feed);
}

void feed_watch_restore(struct feed_watch *watch, const struct feed_trouble *trouble)
{
    struct feed_trouble *restored = array_append(&watch->troubles);
    *restored = *trouble;
    restored->confirmed = false;
}

void feed_watch_bad(struct feed_watch *watch, const char *feed, bool suspect, const char *reason,
                    utc_us now)
{
    struct feed_trouble *trouble = find(watch, feed);
    if (trouble != NULL) {
        if (!trouble->confirmed && !trouble->announced &&
            now - trouble->since > FEED_WATCH_PAUSE_MAX)
            trouble->since = now;
        trouble->confirmed = true;
        return;
    }
    trouble = array_append(&watch->troubles);
    text_copy(trouble->feed, sizeof trouble->feed, feed);
    text_copy(trouble->reason, sizeof trouble->reason, reason);
    trouble->suspect = suspect;
    trouble->confirmed = true;
    trouble->since = now;
}

static void remove_trouble(struct feed_watch *watch, struct feed_trouble *trouble)
{
    *trouble = watch->troubles.items[--watch->troubles.count];
}

bool feed_watch_good(struct feed_watch *watch, const char *feed, utc_us now,
                     struct alert_event *ret_event)
{
    struct feed_trouble *trouble = find(watch, feed);
    if (trouble == NULL)
        return false;
    bool announced = trouble->announced;
    if (announced)
        *ret_event = alert_event_of_feed(ALERT_FEED_RECOVERED, feed, "", now);
    remove_trouble(watch, trouble);
    return announced;
}

void feed_watch_drop(struct feed_watch *watch, const char *feed)
{
    struct feed_trouble *trouble = find(watch, feed);
    if (trouble != NULL)
        remove_trouble(watch, trouble);
}

bool feed_watch_next(struct feed_watch *watch, utc_us now, struct alert_event *ret_event)
{
    array_foreach (&watch->troubles, trouble) {
        if (trouble->announced || !trouble->confirmed || now - trouble->since < FEED_WATCH_PATIENCE)
            continue;
        trouble->announced = true;
        *ret_event = alert_event_of_feed(trouble->suspect ? ALERT_FEED_SUSPECT : ALERT_FEED_SILENT,
                                         trouble->feed, trouble->reason, trouble->since);
        return true;
    }
    return false;
}
