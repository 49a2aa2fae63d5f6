// SPDX-License-Identifier: MIT
#include "config/feed_read.h"

#include "base/memory.h"
#include "config/credential.h"
#include "config/paths.h"
#include "config/problems.h"
#include "config/rules.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INTERVAL_MAX_S 86400
#define INTERVAL_DEFAULT_S 10 // feeds.md 6: 10 to 15 s a feed
#define REQUESTS_MAX_PER_S 100
#define REQUESTS_DEFAULT_PER_S 1
#define REQUESTS_MAX_PER_DAY 100000000
#define TIMEOUT_MAX_S 120
#define TIMEOUT_DEFAULT_S 20     // feeds.md 6: 15 to 30 s in all
#define AREA_RADIUS_MAX_NM 10800 // half of the Earth's girth
#define NOT_SAID UINT64_MAX

static const char *const kinds[] = {"readsb", NULL};
static const struct text_rule rule_kind = {.words = kinds, .length_max = 32};

static const char *const provider_ids[] = {
    "adsb.lol", "adsb.fi", "airplanes.live", "adsbexchange", "adsbexchange-rapidapi", "readsb-api",
    "local",    NULL};
static const struct text_rule rule_provider = {.words = provider_ids, .length_max = 32};

static const struct field area_fields[] = {
    {"place", FIELD_CHARACTERS, offsetof(struct config_area, place), true, .rule = &rule_id},
    {"radius_nm", FIELD_NUMBER, offsetof(struct config_area, radius_nm), true, .min = 1,
     .max = AREA_RADIUS_MAX_NM},
};

static bool read_area(struct reader *reader, const cJSON *json, void *target)
{
    struct area_array *areas = target;
    return reader_object(reader, json, area_fields, FIELD_COUNT(area_fields), array_append(areas));
}

static bool read_areas(struct reader *reader, const cJSON *json, void *target)
{
    struct feed_settings *settings = target;
    return reader_list(reader, json, 0, CONFIG_AREAS_MAX, read_area, &settings->areas);
}

static bool read_token(struct reader *reader, const cJSON *json, void *target)
{
    struct feed_settings *settings = target;
    return credential_source_read(reader, json, settings->folder, &settings->feed.token);
}

static bool read_authority(struct reader *reader, const cJSON *json, void *target)
{
    struct feed_settings *settings = target;
    AUTO_FREE char *name = reader_text(reader, json, &rule_file);
    if (name != NULL)
        settings->feed.certificate_authority_file = path_beside(settings->folder, name);
    return name != NULL;
}

#define FEED(member) offsetof(struct feed_settings, feed.member)

static const struct field feed_fields[] = {
    {"id", FIELD_TEXT, FEED(id), true, .rule = &rule_id},
    {"provider", FIELD_TEXT, FEED(provider), .rule = &rule_provider},
    {"kind", FIELD_TEXT, FEED(kind), .rule = &rule_kind},
    {"url", FIELD_TEXT, FEED(url), .rule = &rule_url},
    {"interval_s", FIELD_NUMBER, FEED(interval_s), .min = 1, .max = INTERVAL_MAX_S},
    {"max_requests_per_s", FIELD_NUMBER, FEED(max_requests_per_s), .min = 0.001,
     .max = REQUESTS_MAX_PER_S},
    {"max_requests_per_day", FIELD_WHOLE, FEED(max_requests_per_day), .min = 0,
     .max = REQUESTS_MAX_PER_DAY},
    {"timeout_s", FIELD_NUMBER, FEED(timeout_s), .min = 1, .max = TIMEOUT_MAX_S},
    {"areas", FIELD_CUSTOM, 0, .read = read_areas},
    {"licence", FIELD_TEXT, FEED(licence), .rule = &rule_sentence},
    {"attribution", FIELD_TEXT, FEED(attribution), .rule = &rule_sentence},
    {"shares_receivers_with", FIELD_TEXT, FEED(shares_receivers_with), .rule = &rule_id},
    {"certificate_authority_file", FIELD_CUSTOM, 0, .read = read_authority},
    {"token", FIELD_CUSTOM, 0, .read = read_token},
    {"token_header", FIELD_TEXT, FEED(token_header), .rule = &rule_header_name},
    {"reuse_connections", FIELD_TRUTH, offsetof(struct feed_settings, reuse_connections), .max = 1},
    {"enabled", FIELD_TRUTH, offsetof(struct feed_settings, enabled), .max = 1},
};

static void missing(struct reader *reader, const char *key, const char *advice)
{
    size_t mark = reader_enter_key(reader, key);
    reader_problem(reader, "missing; %s", advice);
    reader_leave(reader, mark);
}

// What a feed must say about whom it asks. A key that was given but wrong has been reported
// already.
static void check_origin(struct reader *reader, const cJSON *json, const struct config_feed *feed)
{
    if (!cJSON_IsObject(json))
        return;
    if (!reader_is_given(json, "provider") &&
        !(reader_is_given(json, "kind") && reader_is_given(json, "url")))
        missing(reader, "provider", "name a provider, or give kind and url");
    const struct provider *provider = feed->provider == NULL ? NULL : provider_find(feed->provider);
    if (provider == NULL)
        return;
    if (provider->url == NULL && !reader_is_given(json, "url"))
        missing(reader, "url", "this provider has no address of its own");
    if (provider->token_required && !reader_is_given(json, "token") &&
        !cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(json, "enabled")))
        missing(reader, "token", "this provider asks for one: {\"credential\": \"name\"}");
}

static bool read_feed(struct reader *reader, const cJSON *json, void *target)
{
    struct feed_settings_array *feeds = target;
    struct feed_settings *settings = array_append(feeds);
    settings->enabled = settings->reuse_connections = -1;
    settings->folder = feeds->folder;
    struct config_feed *feed = &settings->feed;
    feed->interval_s = feed->max_requests_per_s = feed->timeout_s = NAN;
    feed->max_requests_per_day = NOT_SAID;
    bool good = reader_object(reader, json, feed_fields, FIELD_COUNT(feed_fields), settings);
    check_origin(reader, json, feed);
    return good;
}

bool feed_read(struct reader *reader, const cJSON *json, struct feed_settings_array *feeds)
{
    return reader_list(reader, json, 0, CONFIG_FEEDS_MAX, read_feed, feeds);
}

static void trim_slashes(char *url)
{
    size_t length = strlen(url);
    while (length > 0 && url[length - 1] == '/')
        url[--length] = '\0';
}

// A feed that names no provider has the one whose address it gives; any other server is read as a
// whole.
static const struct provider *find_provider(const struct config_feed *feed)
{
    if (feed->provider != NULL)
        return provider_find(feed->provider);
    size_t count;
    const struct provider *providers = provider_table(&count);
    for (size_t i = 0; i < count; i++)
        if (feed->url != NULL && providers[i].url != NULL &&
            strcmp(feed->url, providers[i].url) == 0)
            return &providers[i];
    return provider_find("local");
}

static bool is_own_server(const struct config_feed *feed, const struct provider *provider)
{
    return provider->url == NULL || feed->url == NULL || strcmp(feed->url, provider->url) != 0;
}

static char *copy_or_null(const char *text)
{
    return text == NULL ? NULL : memory_copy_string(text);
}

static void fill_text(char **member, const char *preset)
{
    if (*member == NULL)
        *member = copy_or_null(preset);
}

static void fill_number(double *member, double preset)
{
    if (isnan(*member))
        *member = preset;
}

// Another feed of the provider that shares receivers with this one's.
static const char *find_sharer(const struct feed_settings_array *feeds,
                               const struct provider *provider)
{
    for (size_t i = 0; provider->shares_receivers_with != NULL && i < feeds->count; i++) {
        const struct config_feed *other = &feeds->items[i].feed;
        if (other->provider != NULL && other->id != NULL &&
            strcmp(other->provider, provider->shares_receivers_with) == 0)
            return other->id;
    }
    return NULL;
}

static void fill_from_provider(struct feed_settings *settings, const struct provider *provider,
                               const struct feed_settings_array *feeds)
{
    struct config_feed *feed = &settings->feed;
    fill_text(&feed->provider, provider->id);
    fill_text(&feed->kind, provider->kind);
    fill_text(&feed->url, provider->url);
    fill_text(&feed->licence, provider->licence);
    fill_text(&feed->attribution, provider->attribution);
    fill_text(&feed->token_header, provider->token_header);
    fill_text(&feed->shares_receivers_with, find_sharer(feeds, provider));
    fill_number(&feed->interval_s, provider->interval_default_s > 0 ? provider->interval_default_s
                                                                    : INTERVAL_DEFAULT_S);
    fill_number(&feed->max_requests_per_s, provider->max_requests_per_s > 0
                                               ? provider->max_requests_per_s
                                               : REQUESTS_DEFAULT_PER_S);
    fill_number(&feed->timeout_s, TIMEOUT_DEFAULT_S);
    if (feed->max_requests_per_day == NOT_SAID)
        feed->max_requests_per_day = provider->max_requests_per_day;
    feed->enabled = settings->enabled != 0;
    feed->reuse_connections = settings->reuse_connections < 0 ? provider->reuse_connections
                                                              : settings->reuse_connections != 0;
    feed->area_count = settings->areas.count;
    feed->areas = TAKE(settings->areas.items);
    settings->areas = (struct area_array){0};
}

// Where the feed stands in the file, for messages.
struct feed_place {
    const char *name;
    size_t index;
    struct config_problems *problems;
};

// A public provider's limits bind at its own address, not at a copy of its interface elsewhere.
static void check_limits(const struct config_feed *feed, const struct provider *provider,
                         const struct feed_place *at)
{
    for (size_t i = 0; i < feed->area_count; i++)
        if (provider->area_radius_max_nm > 0 &&
            feed->areas[i].radius_nm > provider->area_radius_max_nm)
            problems_add(at->problems,
                         "%s: feeds[%zu].areas[%zu].radius_nm: expected at most %.15g, which is "
                         "%s's limit, got %.15g",
                         at->name, at->index, i, provider->area_radius_max_nm, provider->id,
                         feed->areas[i].radius_nm);
    if (is_own_server(feed, provider))
        return;
    if (feed->interval_s < provider->interval_min_s)
        problems_add(at->problems,
                     "%s: feeds[%zu].interval_s: expected at least %.15g, which %s's operators "
                     "can bear, got %.15g",
                     at->name, at->index, provider->interval_min_s, provider->id, feed->interval_s);
    if (feed->max_requests_per_s > provider->max_requests_per_s)
        problems_add(at->problems,
                     "%s: feeds[%zu].max_requests_per_s: expected at most %.15g, which is %s's "
                     "limit, got %.15g",
                     at->name, at->index, provider->max_requests_per_s, provider->id,
                     feed->max_requests_per_s);
}

static void check_token(const struct config_feed *feed, const struct feed_place *at)
{
    if (feed->token.kind != CREDENTIAL_NONE && feed->token_header == NULL)
        problems_add(at->problems,
                     "%s: feeds[%zu].token_header: missing; it says in which header the token "
                     "is sent",
                     at->name, at->index);
}

static const struct config_feed *feed_of_id(const struct feed_settings_array *feeds, const char *id,
                                            size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (feeds->items[i].feed.id != NULL && strcmp(feeds->items[i].feed.id, id) == 0)
            return &feeds->items[i].feed;
    return NULL;
}

static void check_others(const struct feed_settings_array *feeds, const struct feed_place *at)
{
    const struct config_feed *feed = &feeds->items[at->index].feed;
    if (feed->id == NULL)
        return;
    if (feed_of_id(feeds, feed->id, at->index) != NULL)
        problems_add(at->problems, "%s: feeds[%zu].id: \"%s\" stands for another feed already",
                     at->name, at->index, feed->id);
    const char *sharer = feed->shares_receivers_with;
    if (sharer != NULL && strcmp(sharer, feed->id) == 0)
        problems_add(at->problems,
                     "%s: feeds[%zu].shares_receivers_with: expected another feed's id", at->name,
                     at->index);
    else if (sharer != NULL && feed_of_id(feeds, sharer, feeds->count) == NULL)
        problems_add(at->problems, "%s: feeds[%zu].shares_receivers_with: there is no feed \"%s\"",
                     at->name, at->index, sharer);
}

void feed_settle(struct feed_settings_array *feeds, const char *name,
                 struct config_problems *problems)
{
    for (size_t i = 0; i < feeds->count; i++) {
        struct feed_settings *settings = &feeds->items[i];
        struct feed_place at = {name, i, problems};
        if (settings->feed.url != NULL)
            trim_slashes(settings->feed.url);
        const struct provider *provider = find_provider(&settings->feed);
        fill_from_provider(settings, provider, feeds);
        check_limits(&settings->feed, provider, &at);
        check_token(&settings->feed, &at);
    }
    for (size_t i = 0; i < feeds->count; i++)
        check_others(feeds, &(struct feed_place){name, i, problems});
}

void config_feed_done(struct config_feed *feed)
{
    free(feed->id);
    free(feed->kind);
    free(feed->provider);
    free(feed->url);
    free(feed->licence);
    free(feed->attribution);
    free(feed->shares_receivers_with);
    free(feed->certificate_authority_file);
    free(feed->token_header);
    free(feed->areas);
    credential_source_done(&feed->token);
}

void feed_settings_done(struct feed_settings_array *feeds)
{
    array_foreach (feeds, settings) {
        config_feed_done(&settings->feed);
        array_free(&settings->areas);
    }
    array_free(feeds);
}
