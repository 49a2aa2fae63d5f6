// SPDX-License-Identifier: MIT
// What an operator may want to be told about: each has a fixed id by which the journal finds it and
// the catalog explains it (systemd/skywitness.catalog, docs/operators.md). Ids and names are a
// contract: never changed or used again.
#pragma once

enum log_level {
    LOG_LEVEL_ERROR = 3, // syslog's numbers, which the journal wants
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_NOTICE = 5,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7,
};

enum log_event {
    LOG_EVENT_STARTED,
    LOG_EVENT_STOPPING,
    LOG_EVENT_CONFIGURATION_RELOADED,
    LOG_EVENT_CONFIGURATION_REFUSED,
    LOG_EVENT_FEED_SILENT,
    LOG_EVENT_FEED_RECOVERED,
    LOG_EVENT_DATABASE_AWAY,
    LOG_EVENT_DATABASE_BACK,
    LOG_EVENT_DATABASE_REFUSED,
    LOG_EVENT_JOURNAL_FULL,
    LOG_EVENT_JOURNAL_ROOM,
    LOG_EVENT_JOURNAL_UNREADABLE,
    LOG_EVENT_WEBHOOK_UNUSABLE,
    LOG_EVENT_WEBHOOK_FAILING,
    LOG_EVENT_WEBHOOK_DISABLED,
    LOG_EVENT_WEBHOOK_RECOVERED,
    LOG_EVENT_STUCK,
    LOG_EVENT_UNSTUCK,
    LOG_EVENT_VERDICT_CHANGED,
    LOG_EVENT_FEEDS_LEFT,
    LOG_EVENT_FEEDS_TAKEN,
    LOG_EVENT_TOOK_OVER,
    LOG_EVENT_COUNT,
};

struct log_event_row {
    const char *message_id; // 128 bits in lower-case hex: the journal's MESSAGE_ID
    const char *name;       // SKYWITNESS_EVENT, for people
    const char
        *subject_field; // in which the journal keeps what it is about; NULL for the daemon itself
    enum log_level level;
};
const struct log_event_row *log_event_row(enum log_event event);
