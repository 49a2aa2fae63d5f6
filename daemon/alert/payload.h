// SPDX-License-Identifier: MIT
// The one JSON document of an alert, as docs/webhooks.md describes it. Its bytes are made once.
// Pure.
#pragma once

#include "alert/event.h"
#include "base/text.h"
#include "config/config.h"

// Writes it; `config` names watch entries, places and licences (borrowed, may be NULL). Never
// longer than ALERT_BODY_BYTES_MAX: every field is bounded, and evidence that finds no room is left
// out.
void payload_write(const struct alert_event *event, const struct config *config, struct text *text);

// As a JSON string with its quotes; bytes that are no UTF-8 become "?".
void payload_string(struct text *text, const char *value);
