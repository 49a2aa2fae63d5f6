// SPDX-License-Identifier: MIT
// An event as a JSON document, for keeping it between where something happened and where it is
// judged (store/pending_event.h). Not what is sent: that is payload.h. Pure.
#pragma once

#include "alert/event.h"
#include "base/error.h"
#include "base/text.h"
#include "config/config.h"

// No event's document is longer: every field is bounded.
#define EVENT_JSON_BYTES_MAX 32768

// Appends the document. Watch entries are named as `config` has them (NULL: left out), since their
// places in the list may differ where it is read.
void event_json_write(const struct alert_event *event, const struct config *config,
                      struct text *text);

// Reads it back; names that are unknown to `config` (NULL: all) are left out. -EBADMSG for what
// event_json_write cannot have written, with what is wrong; *ret_event is not touched then.
int event_json_read(const char *json, const struct config *config, struct alert_event *ret_event,
                    struct error *error);
