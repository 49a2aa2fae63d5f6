// SPDX-License-Identifier: MIT
#include "config/webhook_read.h"

#include "base/memory.h"
#include "config/credential.h"
#include "config/paths.h"
#include "config/problems.h"
#include "config/rules.h"

#include <stdlib.h>
#include <string.h>

#define FORMAT_DEFAULT "standard"
#define SECRETS_MAX 4
#define EVENTS_MAX 32
#define REFERENCES_MAX 200
#define SETTLING_MAX_S 3600
#define QUIET_MAX_S (7 * 86400)
#define QUIET_DEFAULT_S 600 // a sighting that flickers is one alert, not ten
#define AGE_MAX_S (10 * 365 * 86400.0)
#define AGE_DEFAULT_S 86400 // older events change claims only

static const char *const formats[] = {"standard", "cloudevents", "slack",    "discord", "ntfy",
                                      "telegram", "matrix",      "template", NULL};
static const struct text_rule rule_format = {.words = formats, .length_max = 32};

// What the secret is for (alert/format.h says it where the requests are made).
enum secret_use { SECRET_SIGNS, SECRET_IN_URL, SECRET_IN_HEADER };
static const enum secret_use secret_uses[] = {
    // In the order of `formats`.
    SECRET_SIGNS,     SECRET_SIGNS,  SECRET_IN_URL,    SECRET_IN_URL,
    SECRET_IN_HEADER, SECRET_IN_URL, SECRET_IN_HEADER, SECRET_SIGNS,
};
_Static_assert(FIELD_COUNT(secret_uses) == FIELD_COUNT(formats) - 1, "one for each format");

static const char *const grades[] = {"A0", "A1", "A2", "A3", "A4", NULL};
static const struct text_rule rule_grade = {.words = grades, .length_max = 2};

// What a sighting's or a visit's event says that the aircraft did (alert/event.h).
static const char *const verbs[] = {"seen",    "lost",   "reported", "headed_to",
                                    "arrived", "landed", "departed", NULL};
static const struct text_rule rule_verb = {.words = verbs, .length_max = 16};

static const char *const events[] = {
    "sighting.opened", "sighting.closed", "visit.arrived",  "visit.departed",    "visit.upgraded",
    "visit.retracted", "claim.assessed",  "claim.overdue",  "identity.conflict", "squawk.emergency",
    "feed.silent",     "feed.suspect",    "feed.recovered", "intake.stopped",    "intake.resumed",
    "webhook.failing", "webhook.test"};

static bool is_event_pattern(const char *text)
{
    for (size_t i = 0; i < FIELD_COUNT(events); i++)
        if (text_matches_pattern(events[i], text))
            return true;
    return false;
}

static const struct text_rule rule_event = {
    "an event such as \"sighting.opened\", or a pattern such as \"visit.*\" that matches one", 1,
    32, .is_good = is_event_pattern};

static bool read_secret(struct reader *reader, const cJSON *json, void *target)
{
    struct webhook_settings *settings = target;
    return credential_source_read(reader, json, settings->folder, array_append(&settings->secrets));
}

// One secret, or a list of them while one is rotated.
static bool read_secrets(struct reader *reader, const cJSON *json, void *target)
{
    return cJSON_IsArray(json) ? reader_list(reader, json, 1, SECRETS_MAX, read_secret, target)
                               : read_secret(reader, json, target);
}

static bool read_template(struct reader *reader, const cJSON *json, void *target)
{
    struct webhook_settings *settings = target;
    AUTO_FREE char *name = reader_text(reader, json, &rule_file);
    if (name != NULL)
        settings->webhook.template_file = path_beside(settings->folder, name);
    return name != NULL;
}

#define WEBHOOK(member) offsetof(struct webhook_settings, webhook.member)

static const struct field webhook_fields[] = {
    {"id", FIELD_TEXT, WEBHOOK(id), true, .rule = &rule_id},
    {"url", FIELD_TEXT, WEBHOOK(url), true, .rule = &rule_webhook_url},
    {"secret", FIELD_CUSTOM, 0, .read = read_secrets},
    {"format", FIELD_TEXT, WEBHOOK(format), .rule = &rule_format},
    {"template_file", FIELD_CUSTOM, 0, .read = read_template},
    {"events", FIELD_TEXTS, offsetof(struct webhook_settings, events), .min = 1, .max = EVENTS_MAX,
     .rule = &rule_event},
    {"watch", FIELD_TEXTS, offsetof(struct webhook_settings, watch), .min = 1,
     .max = WATCH_ENTRIES_MAX, .rule = &rule_id},
    {"places", FIELD_TEXTS, offsetof(struct webhook_settings, places), .min = 1,
     .max = REFERENCES_MAX, .rule = &rule_id},
    {"minimum_grade", FIELD_TEXT, WEBHOOK(minimum_grade), .rule = &rule_grade},
    {"verbs", FIELD_TEXTS, offsetof(struct webhook_settings, verbs), .min = 1,
     .max = FIELD_COUNT(verbs) - 1, .rule = &rule_verb},
    {"time_zone", FIELD_TEXT, WEBHOOK(time_zone), .rule = &rule_time_zone},
    {"settling_s", FIELD_NUMBER, WEBHOOK(settling_s), .min = 0, .max = SETTLING_MAX_S},
    {"quiet_s", FIELD_NUMBER, WEBHOOK(quiet_s), .min = 0, .max = QUIET_MAX_S},
    {"maximum_age_s", FIELD_NUMBER, WEBHOOK(maximum_age_s), .min = 0, .max = AGE_MAX_S},
    {"local", FIELD_TRUTH, offsetof(struct webhook_settings, local), .max = 1},
    {"enabled", FIELD_TRUTH, offsetof(struct webhook_settings, enabled), .max = 1},
};

static enum secret_use use_of(const char *format)
{
    size_t i = 0;
    while (formats[i + 1] != NULL && strcmp(formats[i], format) != 0)
        i++;
    return secret_uses[i];
}

// What would be refused by the service with every alert, or never reach the right place.
static void check_secret(struct reader *reader, const cJSON *json,
                         const struct webhook_settings *settings, const char *format)
{
    const char *url = settings->webhook.url;
    enum secret_use use = use_of(format);
    bool has_mark = url != NULL && strstr(url, "{secret}") != NULL;
    if (has_mark && use != SECRET_IN_URL)
        reader_problem_of(
            reader, "url",
            "\"{secret}\" stands in the addresses of slack, discord and telegram only");
    else if (has_mark && !reader_is_given(json, "secret"))
        reader_problem_of(reader, "secret", "missing; the url says {secret}");
    else if (url != NULL && !has_mark && use == SECRET_IN_URL && reader_is_given(json, "secret"))
        reader_problem_of(reader, "url",
                          "expected \"{secret}\" where the secret stands in the address");
    if (use != SECRET_SIGNS && settings->secrets.count > 1)
        reader_problem_of(reader, "secret",
                          "expected one; several are for formats that are signed");
    if (strcmp(format, "telegram") == 0 && url != NULL && strstr(url, "?chat_id=") == NULL &&
        strstr(url, "&chat_id=") == NULL)
        reader_problem_of(reader, "url",
                          "expected \"?chat_id=\" and the chat's id behind the address");
}

// Keys that need or exclude each other. One that was given but wrong has been reported already.
static void check_keys(struct reader *reader, const cJSON *json,
                       const struct webhook_settings *settings)
{
    const struct config_webhook *webhook = &settings->webhook;
    if (!cJSON_IsObject(json))
        return;
    if (webhook->url != NULL && settings->local <= 0 && strncmp(webhook->url, "http://", 7) == 0)
        reader_problem_of(reader, "url",
                          "expected https:// (http:// is for an endpoint marked "
                          "\"local\": true)");
    bool is_wrong = reader_is_given(json, "format") && webhook->format == NULL;
    const char *format = webhook->format == NULL ? FORMAT_DEFAULT : webhook->format;
    if (is_wrong)
        return;
    bool is_template = strcmp(format, "template") == 0;
    if (is_template && !reader_is_given(json, "template_file"))
        reader_problem_of(reader, "template_file", "missing; the format template needs one");
    if (!is_template && reader_is_given(json, "template_file"))
        reader_problem_of(reader, "template_file", "only for the format template");
    if (strcmp(format, "standard") == 0 && !reader_is_given(json, "secret"))
        reader_problem_of(reader, "secret", "missing; the format standard is signed");
    check_secret(reader, json, settings, format);
}

static bool read_webhook(struct reader *reader, const cJSON *json, void *target)
{
    struct webhook_settings_array *webhooks = target;
    struct webhook_settings *settings = array_append(webhooks);
    settings->local = settings->enabled = -1;
    settings->folder = webhooks->folder;
    settings->webhook.quiet_s = QUIET_DEFAULT_S;
    settings->webhook.maximum_age_s = AGE_DEFAULT_S;
    bool good = reader_object(reader, json, webhook_fields, FIELD_COUNT(webhook_fields), settings);
    check_keys(reader, json, settings);
    return good;
}

bool webhook_read(struct reader *reader, const cJSON *json, struct webhook_settings_array *webhooks)
{
    return reader_list(reader, json, 0, CONFIG_WEBHOOKS_MAX, read_webhook, webhooks);
}

static void check_unique(const struct webhook_settings_array *webhooks, size_t index,
                         const char *name, struct config_problems *problems)
{
    const char *id = webhooks->items[index].webhook.id;
    for (size_t i = 0; id != NULL && i < index; i++)
        if (webhooks->items[i].webhook.id != NULL && strcmp(webhooks->items[i].webhook.id, id) == 0)
            problems_add(problems,
                         "%s: webhooks[%zu].id: \"%s\" stands for another webhook "
                         "already",
                         name, index, id);
}

static void take_texts(struct watch_pattern_array *texts, char ***ret_texts, size_t *ret_count)
{
    *ret_count = texts->count;
    *ret_texts = TAKE(texts->items);
    *texts = (struct watch_pattern_array){0};
}

void webhook_settle(struct webhook_settings_array *webhooks, const char *name,
                    struct config_problems *problems)
{
    for (size_t i = 0; i < webhooks->count; i++) {
        struct webhook_settings *settings = &webhooks->items[i];
        struct config_webhook *webhook = &settings->webhook;
        if (webhook->format == NULL)
            webhook->format = memory_copy_string(FORMAT_DEFAULT);
        if (settings->events.count == 0)
            *array_append(&settings->events) = memory_copy_string("*");
        take_texts(&settings->events, &webhook->events, &webhook->event_count);
        take_texts(&settings->watch, &webhook->watch, &webhook->watch_count);
        take_texts(&settings->places, &webhook->places, &webhook->place_count);
        take_texts(&settings->verbs, &webhook->verbs, &webhook->verb_count);
        webhook->secret_count = settings->secrets.count;
        webhook->secrets = TAKE(settings->secrets.items);
        settings->secrets = (struct credential_array){0};
        webhook->local = settings->local > 0;
        webhook->enabled = settings->enabled != 0;
        check_unique(webhooks, i, name, problems);
    }
}

static void free_texts(char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
}

void config_webhook_done(struct config_webhook *webhook)
{
    for (size_t i = 0; i < webhook->secret_count; i++)
        credential_source_done(&webhook->secrets[i]);
    free(webhook->secrets);
    free_texts(webhook->events, webhook->event_count);
    free_texts(webhook->watch, webhook->watch_count);
    free_texts(webhook->verbs, webhook->verb_count);
    free_texts(webhook->places, webhook->place_count);
    free(webhook->id);
    free(webhook->url);
    free(webhook->format);
    free(webhook->minimum_grade);
    free(webhook->time_zone);
    free(webhook->template_file);
}

void webhook_settings_done(struct webhook_settings_array *webhooks)
{
    array_foreach (webhooks, settings) {
        config_webhook_done(&settings->webhook);
        texts_done(&settings->events);
        texts_done(&settings->watch);
        texts_done(&settings->places);
        texts_done(&settings->verbs);
        array_foreach (&settings->secrets, secret)
            credential_source_done(secret);
        array_free(&settings->secrets);
    }
    array_free(webhooks);
}
