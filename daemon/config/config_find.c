// SPDX-License-Identifier: MIT
// Finding things in a configuration by their names.
#include "config/config.h"

#include <string.h>

const struct place *config_place(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->place_count; i++)
        if (place_is_named(&config->places[i], id))
            return &config->places[i];
    return NULL;
}

const struct config_feed *config_feed_find(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->feed_count; i++)
        if (strcmp(config->feeds[i].id, id) == 0)
            return &config->feeds[i];
    return NULL;
}

const struct config_history *config_history_find(const struct config *config, const char *id)
{
    for (size_t i = 0; i < config->history_count; i++)
        if (strcmp(config->histories[i].id, id) == 0)
            return &config->histories[i];
    return NULL;
}

struct config_credit config_credit(const struct config *config, const char *feed)
{
    const struct config_feed *known = config_feed_find(config, feed);
    if (known != NULL)
        return (struct config_credit){known->licence, known->attribution};
    for (size_t i = 0; i < config->history_count; i++)
        if (strcmp(config->histories[i].feed, feed) == 0)
            return (struct config_credit){config->histories[i].licence,
                                          config->histories[i].attribution};
    return (struct config_credit){NULL, NULL};
}
