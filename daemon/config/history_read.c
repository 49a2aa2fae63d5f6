// SPDX-License-Identifier: MIT
#include "config/history_read.h"

#include "base/memory.h"
#include "config/paths.h"
#include "config/problems.h"
#include "config/rules.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HOSTS_MAX 16
#define REQUESTS_MAX_PER_S 100
// The word that follows `backfill` for what lies on disk.
#define RESERVED_ID "traces"

// What is known of each kind (feeds.md 2.6, 2.7). The address's key says what it leads to.
static const struct history_preset {
    const char *kind;
    const char *address_key;
    const char *address;               // NULL: the source must give one
    const char *hosts[HOSTS_MAX];      // beside the address's own; of the preset's address only
    const char *licence, *attribution; // likewise
    double requests_per_s;
} presets[] = {
    {
        .kind = "adsb.lol-releases",
        .address_key = "index",
        .address =
            "https://raw.githubusercontent.com/adsblol/globe_history_{year}/main/PREFERRED_RELEASES.txt",
        // The assets, and what GitHub redirects to; its name changed from objects. to
        // release-assets. in 2025.
        .hosts = {"github.com", "*.githubusercontent.com"},
        .licence = "ODbL 1.0",
        .attribution = "Data from adsb.lol, ODbL 1.0",
        .requests_per_s = 1,
    },
    {
        .kind = "readsb-web",
        .address_key = "url",
        // Not public interfaces: half of what feeds.md 6 gives as the ceiling of those that are.
        .requests_per_s = 0.5,
    },
};
#define PRESET_COUNT (sizeof presets / sizeof *presets)

static const char *const kinds[] = {"adsb.lol-releases", "readsb-web", NULL};
static const struct text_rule rule_kind = {.words = kinds, .length_max = 32};

static const struct history_preset *find_preset(const char *kind)
{
    for (size_t i = 0; kind != NULL && i < PRESET_COUNT; i++)
        if (strcmp(presets[i].kind, kind) == 0)
            return &presets[i];
    return NULL;
}

static bool read_authority(struct reader *reader, const cJSON *json, void *target)
{
    struct history_settings *settings = target;
    AUTO_FREE char *name = reader_text(reader, json, &rule_file);
    if (name != NULL)
        settings->history.certificate_authority_file = path_beside(settings->folder, name);
    return name != NULL;
}

// Two keys lead to one member; a source that gives the other kind's is told so.
static bool read_address(struct reader *reader, const cJSON *json, void *target,
                         const struct text_rule *rule)
{
    struct history_settings *settings = target;
    char *address = reader_text(reader, json, rule);
    if (address == NULL)
        return false;
    free(settings->history.address);
    settings->history.address = address;
    return true;
}

static bool read_index(struct reader *reader, const cJSON *json, void *target)
{
    return read_address(reader, json, target, &rule_year_url);
}

static bool read_url(struct reader *reader, const cJSON *json, void *target)
{
    return read_address(reader, json, target, &rule_url);
}

#define HISTORY(member) offsetof(struct history_settings, history.member)

static const struct field history_fields[] = {
    {"id", FIELD_TEXT, HISTORY(id), true, .rule = &rule_id},
    {"kind", FIELD_TEXT, HISTORY(kind), true, .rule = &rule_kind},
    {"index", FIELD_CUSTOM, 0, .read = read_index},
    {"url", FIELD_CUSTOM, 0, .read = read_url},
    {"feed", FIELD_TEXT, HISTORY(feed), .rule = &rule_id},
    {"hosts", FIELD_TEXTS, offsetof(struct history_settings, hosts), .min = 1, .max = HOSTS_MAX,
     .rule = &rule_host},
    {"max_requests_per_s", FIELD_NUMBER, HISTORY(max_requests_per_s), .min = 0.001,
     .max = REQUESTS_MAX_PER_S},
    {"licence", FIELD_TEXT, HISTORY(licence), .rule = &rule_sentence},
    {"attribution", FIELD_TEXT, HISTORY(attribution), .rule = &rule_sentence},
    {"shares_receivers_with", FIELD_TEXT, HISTORY(shares_receivers_with), .rule = &rule_id},
    {"certificate_authority_file", FIELD_CUSTOM, 0, .read = read_authority},
    {"local", FIELD_TRUTH, offsetof(struct history_settings, local), .max = 1},
};

// Keys that need or exclude each other. One that was given but wrong has been reported already.
static void check_keys(struct reader *reader, const cJSON *json,
                       const struct history_settings *settings)
{
    const struct config_history *history = &settings->history;
    const struct history_preset *preset = find_preset(history->kind);
    if (!cJSON_IsObject(json) || preset == NULL)
        return;
    for (size_t i = 0; i < PRESET_COUNT; i++)
        if (&presets[i] != preset && reader_is_given(json, presets[i].address_key))
            reader_problem_of(reader, presets[i].address_key, "not for a source of this kind");
    if (preset->address == NULL && !reader_is_given(json, preset->address_key))
        reader_problem_of(reader, preset->address_key,
                          "missing; this kind has no address of its own");
    if (reader_is_given(json, preset->address_key) && history->address != NULL &&
        settings->local <= 0 && strncmp(history->address, "http://", 7) == 0)
        reader_problem_of(reader, preset->address_key,
                          "expected https:// (http:// is for a source marked \"local\": true)");
}

static bool read_source(struct reader *reader, const cJSON *json, void *target)
{
    struct history_settings_array *histories = target;
    struct history_settings *settings = array_append(histories);
    settings->local = -1;
    settings->folder = histories->folder;
    settings->history.max_requests_per_s = NAN;
    bool good = reader_object(reader, json, history_fields, FIELD_COUNT(history_fields), settings);
    check_keys(reader, json, settings);
    return good;
}

bool history_read(struct reader *reader, const cJSON *json,
                  struct history_settings_array *histories)
{
    return reader_list(reader, json, 0, CONFIG_HISTORIES_MAX, read_source, histories);
}

static void trim_slashes(char *address)
{
    size_t length = strlen(address);
    while (length > 0 && address[length - 1] == '/')
        address[--length] = '\0';
}

static void fill_text(char **member, const char *preset)
{
    if (*member == NULL && preset != NULL)
        *member = memory_copy_string(preset);
}

static void fill_from_preset(struct history_settings *settings, const struct history_preset *preset)
{
    struct config_history *history = &settings->history;
    fill_text(&history->address, preset->address);
    if (history->address != NULL)
        trim_slashes(history->address);
    if (isnan(history->max_requests_per_s))
        history->max_requests_per_s = preset->requests_per_s;
    if (preset->address == NULL || history->address == NULL ||
        strcmp(history->address, preset->address) != 0)
        return;
    fill_text(&history->licence, preset->licence);
    fill_text(&history->attribution, preset->attribution);
    for (size_t i = 0; settings->hosts.count < HOSTS_MAX && preset->hosts[i] != NULL; i++)
        *array_append(&settings->hosts) = memory_copy_string(preset->hosts[i]);
}

static void check_id(const struct history_settings_array *histories, size_t index, const char *name,
                     struct config_problems *problems)
{
    const char *id = histories->items[index].history.id;
    if (id == NULL)
        return;
    if (strcmp(id, RESERVED_ID) == 0)
        problems_add(problems, "%s: history[%zu].id: \"%s\" stands for archives on disk already",
                     name, index, id);
    for (size_t i = 0; i < index; i++)
        if (histories->items[i].history.id != NULL &&
            strcmp(histories->items[i].history.id, id) == 0)
            problems_add(problems, "%s: history[%zu].id: \"%s\" stands for another source already",
                         name, index, id);
}

void history_settle(struct history_settings_array *histories, const char *name,
                    struct config_problems *problems)
{
    for (size_t i = 0; i < histories->count; i++) {
        struct history_settings *settings = &histories->items[i];
        struct config_history *history = &settings->history;
        const struct history_preset *preset = find_preset(history->kind);
        check_id(histories, i, name, problems);
        if (preset != NULL)
            fill_from_preset(settings, preset);
        fill_text(&history->feed, history->id);
        history->local = settings->local > 0;
        history->host_count = settings->hosts.count;
        history->hosts = TAKE(settings->hosts.items);
        settings->hosts = (struct watch_pattern_array){0};
    }
}

void config_history_done(struct config_history *history)
{
    for (size_t i = 0; i < history->host_count; i++)
        free(history->hosts[i]);
    free(history->hosts);
    free(history->id);
    free(history->kind);
    free(history->feed);
    free(history->address);
    free(history->licence);
    free(history->attribution);
    free(history->shares_receivers_with);
    free(history->certificate_authority_file);
}

void history_settings_done(struct history_settings_array *histories)
{
    array_foreach (histories, settings) {
        config_history_done(&settings->history);
        texts_done(&settings->hosts);
    }
    array_free(histories);
}
