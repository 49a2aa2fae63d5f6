// SPDX-License-Identifier: MIT
// Reading the list of webhooks.
#pragma once

#include "config/reader.h"

struct credential_array ARRAY_OF(struct credential_source);

struct webhook_settings {
    struct config_webhook webhook;
    struct watch_pattern_array events, watch, places, verbs;
    struct credential_array secrets;
    int local, enabled; // -1: not said
    const char *folder; // borrowed
};

struct webhook_settings_array {
    struct webhook_settings *items;
    size_t count, capacity;
    const char *folder;
};

// The value of the key "webhooks".
bool webhook_read(struct reader *reader, const cJSON *json,
                  struct webhook_settings_array *webhooks);

// Fills what was left out and checks each webhook as a whole; not what it refers to.
void webhook_settle(struct webhook_settings_array *webhooks, const char *name,
                    struct config_problems *problems);

void webhook_settings_done(struct webhook_settings_array *webhooks);
void config_webhook_done(struct config_webhook *webhook);
