// SPDX-License-Identifier: MIT
#include "base/log_event.h"

#include <stddef.h>

#define FEED "SKYWITNESS_FEED"
#define WEBHOOK "SKYWITNESS_WEBHOOK"
#define CLAIM "SKYWITNESS_CLAIM"

// Ids are made by `systemd-id128 new`.
static const struct log_event_row rows[LOG_EVENT_COUNT] = {
    [LOG_EVENT_STARTED] = {"efcd2166f34042f7a8016b5d47c7d61e", "started", NULL, LOG_LEVEL_NOTICE},
    [LOG_EVENT_STOPPING] = {"ad15844cf3384b5ba51b9575727847b6", "stopping", NULL, LOG_LEVEL_NOTICE},
    [LOG_EVENT_CONFIGURATION_RELOADED] = {"b89b91982e8a466aaa846270ed187a89",
                                          "configuration_reloaded", NULL, LOG_LEVEL_NOTICE},
    [LOG_EVENT_CONFIGURATION_REFUSED] = {"dc9c7a397d604d60a72e47738cb3e2f3",
                                         "configuration_refused", NULL, LOG_LEVEL_ERROR},
    [LOG_EVENT_FEED_SILENT] = {"60c60c5781e44d738d0270cf047013e6", "feed_silent", FEED,
                               LOG_LEVEL_WARNING},
    [LOG_EVENT_FEED_RECOVERED] = {"413b104314b2443f96b96d58de3a7ad5", "feed_recovered", FEED,
                                  LOG_LEVEL_NOTICE},
    [LOG_EVENT_DATABASE_AWAY] = {"0eeba488388b43acbe036235598ff3c8", "database_away", NULL,
                                 LOG_LEVEL_WARNING},
    [LOG_EVENT_DATABASE_BACK] = {"0f548e1c0a0e402a867100d3311b7dd7", "database_back", NULL,
                                 LOG_LEVEL_NOTICE},
    [LOG_EVENT_DATABASE_REFUSED] = {"3806fd76cce941c3ae1285eba0940f19", "database_refused", NULL,
                                    LOG_LEVEL_ERROR},
    [LOG_EVENT_JOURNAL_FULL] = {"3fab0e12444d44afa87e2d9fe53403ad", "journal_full", NULL,
                                LOG_LEVEL_ERROR},
    [LOG_EVENT_JOURNAL_ROOM] = {"f98d240e3ca841388bfd8e6affc6af08", "journal_room", NULL,
                                LOG_LEVEL_NOTICE},
    [LOG_EVENT_JOURNAL_UNREADABLE] = {"d27e32c31ca442dcb481bfb4994cc09e", "journal_unreadable",
                                      NULL, LOG_LEVEL_ERROR},
    [LOG_EVENT_WEBHOOK_UNUSABLE] = {"a2e546f615534629b891a3360750e92e", "webhook_unusable", WEBHOOK,
                                    LOG_LEVEL_ERROR},
    [LOG_EVENT_WEBHOOK_FAILING] = {"e9b3526c1aa14b1ebc334b33fe9137e7", "webhook_failing", WEBHOOK,
                                   LOG_LEVEL_WARNING},
    [LOG_EVENT_WEBHOOK_DISABLED] = {"a7ebd1b6e0ba4181bdefb87acfaf8189", "webhook_disabled", WEBHOOK,
                                    LOG_LEVEL_WARNING},
    [LOG_EVENT_WEBHOOK_RECOVERED] = {"f53b721f4bac4f9ca8459e84b2b67f95", "webhook_recovered",
                                     WEBHOOK, LOG_LEVEL_NOTICE},
    [LOG_EVENT_STUCK] = {"2d86589960234e9495e88d3582034235", "stuck", NULL, LOG_LEVEL_ERROR},
    [LOG_EVENT_UNSTUCK] = {"63d27fcc6bd7463196343e3cd32c9e46", "unstuck", NULL, LOG_LEVEL_NOTICE},
    [LOG_EVENT_VERDICT_CHANGED] = {"a06097e6aac5468887439dd2e026716e", "verdict_changed", CLAIM,
                                   LOG_LEVEL_NOTICE},
    [LOG_EVENT_FEEDS_LEFT] = {"0eb390d951324088b48c891dc1981ddb", "feeds_left", NULL,
                              LOG_LEVEL_NOTICE},
    [LOG_EVENT_FEEDS_TAKEN] = {"1c3786a9908d4030ac133227637d297d", "feeds_taken", NULL,
                               LOG_LEVEL_NOTICE},
    [LOG_EVENT_TOOK_OVER] = {"f467c5ba204d4d399a2e803bd5901ef5", "took_over", NULL,
                             LOG_LEVEL_NOTICE},
};

const struct log_event_row *log_event_row(enum log_event event)
{
    return &rows[event];
}
