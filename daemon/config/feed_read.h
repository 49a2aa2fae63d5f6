// SPDX-License-Identifier: MIT
// Reading the list of feeds; what a feed leaves out comes from its provider's preset.
#pragma once

#include "config/provider.h"
#include "config/reader.h"

struct area_array ARRAY_OF(struct config_area);

struct feed_settings {
    struct config_feed feed;
    struct area_array areas;
    int enabled, reuse_connections; // -1: not said
    const char *folder;             // of the configuration file; borrowed
};

struct feed_settings_array {
    struct feed_settings *items;
    size_t count, capacity;
    const char *folder;
};

// The value of the key "feeds".
bool feed_read(struct reader *reader, const cJSON *json, struct feed_settings_array *feeds);

// Fills what was left out, checks each feed against its provider's limits and the other feeds.
// `name` is the file's.
void feed_settle(struct feed_settings_array *feeds, const char *name,
                 struct config_problems *problems);

void feed_settings_done(struct feed_settings_array *feeds);
void config_feed_done(struct config_feed *feed);
