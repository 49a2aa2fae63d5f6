// SPDX-License-Identifier: MIT
// An alert ready to be put into a webhook's own form: the document and its words. Pure.
#pragma once

#include "alert/event.h"
#include "alert/zone.h"
#include "base/text.h"
#include "config/config.h"

struct alert_message {
    const struct alert_event *event; // borrowed
    char alert_id[DIGEST_UUID_TEXT_SIZE];
    const char *title;       // "Arrival"
    const char *grade;       // "Grade A3: ..."; may be empty
    struct text document;    // the standard JSON document
    struct text sentence;    // times in UTC
    struct text map_url;     // may be empty
    struct text attribution; // may be empty
};

// Makes everything but the local time, which differs by webhook.
void alert_message_init(struct alert_message *message, const struct alert_event *event,
                        const struct config *config);
void alert_message_done(struct alert_message *message);

// Never NULL, also for a text that nothing was appended to.
const char *alert_text(const struct text *text);
