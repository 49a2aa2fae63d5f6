// SPDX-License-Identifier: MIT
#include "config/config.h"

#include "base/memory.h"
#include "config/config_read.h"
#include "config/credential.h"
#include "config/feed_read.h"
#include "config/history_read.h"
#include "config/json_file.h"
#include "config/named_files.h"
#include "config/paths.h"
#include "config/place_read.h"
#include "config/problems.h"
#include "config/rules.h"
#include "config/watch_read.h"
#include "config/webhook_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOURNAL_LIMIT_DEFAULT_MB 1024 // craft.md 5.1: six hours without PostgreSQL at 500 points/s
#define JOURNAL_LIMIT_MAX_MB (1 << 20)
#define RETAIN_MAX_DAYS 36500
#define PATTERNS_MAX 100

#define STATE_DIRECTORY_DEFAULT "/var/lib/skywitness"

// Everything while it is read: nothing refers to anything else yet.
struct settings {
    struct config config;
    char *folder;
    struct config_problems *problems;
    uint64_t journal_limit_mb;
    struct watch_pattern_array place_patterns, airframe_patterns, report_patterns, claim_patterns;
    struct watch_settings_array watch;
    struct feed_settings_array feeds;
    struct webhook_settings_array webhooks;
    struct history_settings_array histories;
    struct place_array places;
    struct airframe_array airframes;
    bool places_incomplete; // a file of places could not be read: names cannot be judged
};

static bool read_watch(struct reader *reader, const cJSON *json, void *target)
{
    struct settings *settings = target;
    return watch_read(reader, json, &settings->watch);
}

static bool read_feeds(struct reader *reader, const cJSON *json, void *target)
{
    struct settings *settings = target;
    return feed_read(reader, json, &settings->feeds);
}

static bool read_webhooks(struct reader *reader, const cJSON *json, void *target)
{
    struct settings *settings = target;
    return webhook_read(reader, json, &settings->webhooks);
}

static bool read_histories(struct reader *reader, const cJSON *json, void *target)
{
    struct settings *settings = target;
    return history_read(reader, json, &settings->histories);
}

#define CONFIG(member) offsetof(struct settings, config.member)

static const struct field status_fields[] = {
    {"listen", FIELD_TEXT, CONFIG(status_listen), .rule = &rule_listen},
};

static bool read_status(struct reader *reader, const cJSON *json, void *target)
{
    return reader_object(reader, json, status_fields, FIELD_COUNT(status_fields), target);
}

static bool read_database_password(struct reader *reader, const cJSON *json, void *target)
{
    struct settings *settings = target;
    return credential_source_read(reader, json, settings->folder,
                                  &settings->config.database_password);
}

static bool read_state_directory(struct reader *reader, const cJSON *json, void *target)
{
    struct settings *settings = target;
    AUTO_FREE char *name = reader_text(reader, json, &rule_file);
    if (name != NULL)
        settings->config.state_directory = path_beside(settings->folder, name);
    return name != NULL;
}

#define PATTERNS(name)                                                                             \
    FIELD_TEXTS, offsetof(struct settings, name##_patterns), .min = 0, .max = PATTERNS_MAX,        \
                                                             .rule = &rule_file

static const struct field main_fields[] = {
    {"$schema", FIELD_CUSTOM, 0, .read = reader_skip},
    {"database", FIELD_TEXT, CONFIG(database), .rule = &rule_database},
    {"database_password", FIELD_CUSTOM, 0, .read = read_database_password},
    {"state_directory", FIELD_CUSTOM, 0, .read = read_state_directory},
    {"lease", FIELD_TRUTH, CONFIG(lease), .max = 1},
    {"journal_limit_mb", FIELD_WHOLE, offsetof(struct settings, journal_limit_mb), .min = 16,
     .max = JOURNAL_LIMIT_MAX_MB},
    {"retain_days", FIELD_WHOLE, CONFIG(retain_days), .max = RETAIN_MAX_DAYS},
    {"retain_ledger_days", FIELD_WHOLE, CONFIG(retain_ledger_days), .max = RETAIN_MAX_DAYS},
    {"retain_quarantine_days", FIELD_WHOLE, CONFIG(retain_quarantine_days), .max = RETAIN_MAX_DAYS},
    {"retain_feed_hours_days", FIELD_WHOLE, CONFIG(retain_feed_hours_days), .max = RETAIN_MAX_DAYS},
    {"contact", FIELD_TEXT, CONFIG(contact), .rule = &rule_contact},
    {"watch", FIELD_CUSTOM, 0, true, .read = read_watch},
    {"places", PATTERNS(place)},
    {"airframes", PATTERNS(airframe)},
    {"reports", PATTERNS(report)},
    {"claims", PATTERNS(claim)},
    {"feeds", FIELD_CUSTOM, 0, .read = read_feeds},
    {"webhooks", FIELD_CUSTOM, 0, .read = read_webhooks},
    {"history", FIELD_CUSTOM, 0, .read = read_histories},
    {"status", FIELD_CUSTOM, 0, .read = read_status},
};

static void read_main(struct settings *settings, const cJSON *root)
{
    struct reader reader;
    reader_init(&reader, settings->config.path, settings->problems);
    reader_object(&reader, root, main_fields, FIELD_COUNT(main_fields), settings);
    reader_done(&reader);
}

static void read_places(struct settings *settings)
{
    struct watch_pattern_array files = {0};
    size_t before = settings->problems->count;
    named_files_find(&settings->place_patterns, settings->folder, settings->config.path, "places",
                     &files, settings->problems);
    for (size_t i = 0; i < files.count; i++) {
        cJSON *root = NULL;
        if (json_file_read(files.items[i], files.items[i], &root, settings->problems) == 0)
            place_read_file(root, files.items[i], &settings->places, settings->problems);
        cJSON_Delete(root);
    }
    settings->places_incomplete = settings->problems->count > before;
    place_check_unique(&settings->places, settings->config.path, settings->problems);
    texts_done(&files);
}

static void read_airframes(struct settings *settings)
{
    struct watch_pattern_array files = {0};
    named_files_find(&settings->airframe_patterns, settings->folder, settings->config.path,
                     "airframes", &files, settings->problems);
    for (size_t i = 0; i < files.count; i++) {
        cJSON *root = NULL;
        if (json_file_read(files.items[i], files.items[i], &root, settings->problems) == 0)
            airframe_read_file(root, files.items[i], &settings->airframes, settings->problems);
        cJSON_Delete(root);
    }
    airframe_sort(&settings->airframes, settings->config.path, settings->problems);
    texts_done(&files);
}

static void find_named(struct settings *settings, const struct watch_pattern_array *patterns,
                       const char *key, char ***ret_files, size_t *ret_count)
{
    struct watch_pattern_array files = {0};
    named_files_find(patterns, settings->folder, settings->config.path, key, &files,
                     settings->problems);
    *ret_files = files.items;
    *ret_count = files.count;
}

// What is needed to judge and to make a name in one list that refers to another.
struct reference {
    struct settings *settings;
    char path[96];
};

static const struct place *find_place(const struct reference *from, const char *id)
{
    const struct place_array *places = &from->settings->places;
    for (size_t i = 0; i < places->count; i++)
        if (place_is_named(&places->items[i], id))
            return &places->items[i];
    if (from->settings->places_incomplete)
        return NULL;
    AUTO_FREE const char **ids = memory_allocate_zeroed(places->count, sizeof *ids);
    for (size_t i = 0; i < places->count; i++)
        ids[i] = places->items[i].id;
    const char *nearest = reader_nearest(id, ids, places->count);
    problems_add(from->settings->problems, "%s: %s: there is no place \"%s\"%s%s%s",
                 from->settings->config.path, from->path, id,
                 nearest == NULL ? "" : ", did you mean \"", nearest == NULL ? "" : nearest,
                 nearest == NULL ? "" : "\"?");
    return NULL;
}

static void check_watch_id(const struct reference *from, const char *id)
{
    const struct watch_settings_array *watch = &from->settings->watch;
    const char *ids[WATCH_ENTRIES_MAX];
    size_t count = 0;
    for (; count < watch->count && count < WATCH_ENTRIES_MAX; count++) {
        ids[count] = watch->items[count].entry.id;
        if (strcmp(ids[count], id) == 0)
            return;
    }
    const char *nearest = reader_nearest(id, ids, count);
    problems_add(from->settings->problems, "%s: %s: there is no watch entry \"%s\"%s%s%s",
                 from->settings->config.path, from->path, id,
                 nearest == NULL ? "" : ", did you mean \"", nearest == NULL ? "" : nearest,
                 nearest == NULL ? "" : "\"?");
}

static void resolve_watch(struct settings *settings)
{
    struct reference from = {.settings = settings};
    for (size_t i = 0; i < settings->watch.count; i++) {
        struct watch_settings *watch = &settings->watch.items[i];
        snprintf(from.path, sizeof from.path, "watch[%zu].within", i);
        if (watch->within[0] != '\0')
            watch->entry.within = find_place(&from, watch->within);
    }
}

static void check_areas(struct settings *settings)
{
    struct reference from = {.settings = settings};
    for (size_t i = 0; i < settings->feeds.count; i++) {
        const struct config_feed *feed = &settings->feeds.items[i].feed;
        for (size_t j = 0; j < feed->area_count; j++) {
            snprintf(from.path, sizeof from.path, "feeds[%zu].areas[%zu].place", i, j);
            if (feed->areas[j].place[0] != '\0')
                find_place(&from, feed->areas[j].place);
        }
    }
}

static void check_webhook_references(struct settings *settings)
{
    struct reference from = {.settings = settings};
    for (size_t i = 0; i < settings->webhooks.count; i++) {
        const struct config_webhook *webhook = &settings->webhooks.items[i].webhook;
        for (size_t j = 0; j < webhook->watch_count; j++) {
            snprintf(from.path, sizeof from.path, "webhooks[%zu].watch[%zu]", i, j);
            check_watch_id(&from, webhook->watch[j]);
        }
        for (size_t j = 0; j < webhook->place_count; j++) {
            snprintf(from.path, sizeof from.path, "webhooks[%zu].places[%zu]", i, j);
            find_place(&from, webhook->places[j]);
        }
    }
}

static void read_everything(struct settings *settings, const cJSON *root)
{
    struct config *config = &settings->config;
    read_main(settings, root);
    read_places(settings);
    read_airframes(settings);
    find_named(settings, &settings->report_patterns, "reports", &config->report_files,
               &config->report_file_count);
    find_named(settings, &settings->claim_patterns, "claims", &config->claim_files,
               &config->claim_file_count);
    feed_settle(&settings->feeds, config->path, settings->problems);
    webhook_settle(&settings->webhooks, config->path, settings->problems);
    history_settle(&settings->histories, config->path, settings->problems);
    resolve_watch(settings);
    check_areas(settings);
    check_webhook_references(settings);
    if (config->database == NULL)
        config->database = memory_copy_string(CONFIG_DATABASE_DEFAULT);
    if (config->state_directory == NULL)
        config->state_directory = memory_copy_string(STATE_DIRECTORY_DEFAULT);
    config->journal_limit_bytes = settings->journal_limit_mb << 20;
}

// Moves the lists into the configuration, which owns them from then on.
static void take_lists(struct settings *settings)
{
    struct config *config = &settings->config;
    config->place_count = settings->places.count;
    config->places = TAKE(settings->places.items);
    settings->places = (struct place_array){0};

    struct watch_list *watch = &config->watch;
    watch->entries = memory_allocate_zeroed(settings->watch.count, sizeof *watch->entries);
    for (size_t i = 0; i < settings->watch.count; i++)
        watch->entries[watch->entry_count++] = settings->watch.items[i].entry;
    array_free(&settings->watch);
    watch->airframe_count = settings->airframes.count;
    watch->airframes = TAKE(settings->airframes.items);
    settings->airframes = (struct airframe_array){0};
    watch_list_compile(watch);

    config->feeds = memory_allocate_zeroed(settings->feeds.count, sizeof *config->feeds);
    for (size_t i = 0; i < settings->feeds.count; i++)
        config->feeds[config->feed_count++] = settings->feeds.items[i].feed;
    array_free(&settings->feeds);

    config->webhooks = memory_allocate_zeroed(settings->webhooks.count, sizeof *config->webhooks);
    for (size_t i = 0; i < settings->webhooks.count; i++)
        config->webhooks[config->webhook_count++] = settings->webhooks.items[i].webhook;
    array_free(&settings->webhooks);

    config->histories =
        memory_allocate_zeroed(settings->histories.count, sizeof *config->histories);
    for (size_t i = 0; i < settings->histories.count; i++)
        config->histories[config->history_count++] = settings->histories.items[i].history;
    array_free(&settings->histories);
}

static void free_names(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

static void config_done(struct config *config)
{
    watch_list_done(&config->watch);
    for (size_t i = 0; i < config->place_count; i++)
        place_done(&config->places[i]);
    for (size_t i = 0; i < config->feed_count; i++)
        config_feed_done(&config->feeds[i]);
    for (size_t i = 0; i < config->webhook_count; i++)
        config_webhook_done(&config->webhooks[i]);
    free(config->places);
    free(config->feeds);
    free(config->webhooks);
    for (size_t i = 0; i < config->history_count; i++)
        config_history_done(&config->histories[i]);
    free(config->histories);
    free_names(config->report_files, config->report_file_count);
    free_names(config->claim_files, config->claim_file_count);
    credential_source_done(&config->database_password);
    free(config->path);
    free(config->database);
    free(config->state_directory);
    free(config->contact);
    free(config->status_listen);
}

static void settings_done(struct settings *settings)
{
    free(settings->folder);
    texts_done(&settings->place_patterns);
    texts_done(&settings->airframe_patterns);
    texts_done(&settings->report_patterns);
    texts_done(&settings->claim_patterns);
    watch_settings_done(&settings->watch);
    feed_settings_done(&settings->feeds);
    webhook_settings_done(&settings->webhooks);
    history_settings_done(&settings->histories);
    place_array_done(&settings->places);
    array_free(&settings->airframes);
}

int config_read(const cJSON *root, const char *path, struct config **ret_config,
                struct config_problems *problems)
{
    struct settings settings = {.problems = problems,
                                .folder = path_folder(path),
                                .journal_limit_mb = JOURNAL_LIMIT_DEFAULT_MB,
                                .config.path = memory_copy_string(path),
                                .config.lease = 1};
    settings.feeds.folder = settings.webhooks.folder = settings.histories.folder = settings.folder;
    size_t before = problems->count;
    read_everything(&settings, root);
    bool good = problems->count == before;
    if (good) {
        take_lists(&settings);
        *ret_config = memory_allocate(sizeof **ret_config);
        **ret_config = settings.config;
    } else {
        config_done(&settings.config);
        problems_finish(problems);
    }
    settings_done(&settings);
    return good ? 0 : -EINVAL;
}

int config_load(const char *path, struct config **ret_config, struct config_problems *problems)
{
    cJSON *root = NULL;
    int result = json_file_read(path, path, &root, problems);
    if (result != 0)
        return result == -ENOENT ? -ENOENT : -EINVAL;
    result = config_read(root, path, ret_config, problems);
    cJSON_Delete(root);
    return result;
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    config_done(config);
    free(config);
}
