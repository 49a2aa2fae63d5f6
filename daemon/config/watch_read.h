// SPDX-License-Identifier: MIT
// Reading the watch list and the files of known airframes.
#pragma once

#include "config/reader.h"

// An entry as it is read: the place's name is looked up when all places are known.
struct watch_settings {
    struct watch_entry entry;
    char within[PLACE_ID_SIZE];
};
struct watch_settings_array ARRAY_OF(struct watch_settings);
struct airframe_array ARRAY_OF(struct airframe);

// The value of the key "watch".
bool watch_read(struct reader *reader, const cJSON *json, struct watch_settings_array *watch);
void watch_settings_done(struct watch_settings_array *watch);

// Adds the airframes of one file:
//
//     {"airframes": [{"hex": "15405a", "registration": "RA-82010", "type": "A124", "operator":
//     "..."}]}
void airframe_read_file(const cJSON *root, const char *name, struct airframe_array *airframes,
                        struct config_problems *problems);

// Sorts by address and reports every address that stands twice.
void airframe_sort(struct airframe_array *airframes, const char *name,
                   struct config_problems *problems);
