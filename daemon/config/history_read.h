// SPDX-License-Identifier: MIT
// Reading the list of history sources; what one leaves out comes from its kind.
#pragma once

#include "config/reader.h"

struct history_settings {
    struct config_history history;
    struct watch_pattern_array hosts;
    int local;          // -1: not said
    const char *folder; // borrowed
};

struct history_settings_array {
    struct history_settings *items;
    size_t count, capacity;
    const char *folder; // of the configuration file; borrowed
};

// The value of the key "history".
bool history_read(struct reader *reader, const cJSON *json,
                  struct history_settings_array *histories);

// Fills what was left out and holds each source against the others. `name` is the file's.
void history_settle(struct history_settings_array *histories, const char *name,
                    struct config_problems *problems);

void history_settings_done(struct history_settings_array *histories);
void config_history_done(struct config_history *history);
