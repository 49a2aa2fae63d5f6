// SPDX-License-Identifier: MIT
#include "alert/event_json.h"

#include "alert/payload.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <string.h>

// The members, one table for each kind, so that writing and reading cannot differ.
#define MEMBER(member) offsetof(struct alert_event, member)

static const struct {
    const char *name;
    size_t offset, size;
} texts[] = {
#define TEXT(member)                                                                               \
    {                                                                                              \
#member, MEMBER(member), sizeof(((struct alert_event *)0)->member)                         \
    }
    TEXT(subject),    TEXT(icao24), TEXT(registration), TEXT(type_code), TEXT(callsign),
    TEXT(squawk),     TEXT(place),  TEXT(reason),       TEXT(verdict),   TEXT(verdict_before),
    TEXT(confidence), TEXT(clause), TEXT(coverage),
#undef TEXT
};

static const struct {
    const char *name;
    size_t offset;
} times[] = {
    {"happened_at", MEMBER(happened_at)},
    {"after", MEMBER(between[0])},
    {"before", MEMBER(between[1])},
};

static const struct {
    const char *name;
    size_t offset, flag; // whether there is one
} ids[] = {
    {"sighting_id", MEMBER(sighting_id), MEMBER(has_sighting)},
    {"visit_id", MEMBER(visit_id), MEMBER(has_visit)},
    {"replaced_id", MEMBER(replaced_id), MEMBER(has_replaced)},
};

static const struct {
    const char *name;
    size_t offset, flag;
} grades[] = {
    {"grade", MEMBER(grade), MEMBER(has_grade)},
    {"grade_before", MEMBER(grade_before), MEMBER(has_grade_before)},
};

// An event's verb is one of these words, and lives as long as the program.
static const char *const verbs[] = {"seen",    "landed",    "lost",    "departed",
                                    "arrived", "headed_to", "reported"};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const void *member_of(const struct alert_event *event, size_t offset)
{
    return (const char *)event + offset;
}

// --- writing -----------------------------------------------------------------------------------

static void write_string(struct text *text, const char *name, const char *value)
{
    if (value[0] == '\0')
        return;
    text_append_format(text, ",\"%s\":", name);
    payload_string(text, value);
}

static void write_id(struct text *text, const char *name, const uint8_t id[DIGEST_UUID_SIZE])
{
    char buffer[DIGEST_UUID_TEXT_SIZE];
    text_append_format(text, ",\"%s\":\"%s\"", name, digest_uuid_format(id, buffer));
}

static void write_rows(struct text *text, const struct alert_event *event)
{
    char buffer[UTC_TEXT_SIZE];
    for (size_t i = 0; i < COUNT(texts); i++)
        write_string(text, texts[i].name, member_of(event, texts[i].offset));
    for (size_t i = 0; i < COUNT(times); i++) {
        utc_us time = *(const utc_us *)member_of(event, times[i].offset);
        if (time != UTC_UNKNOWN)
            write_string(text, times[i].name, utc_format(time, buffer));
    }
    for (size_t i = 0; i < COUNT(ids); i++)
        if (*(const bool *)member_of(event, ids[i].flag))
            write_id(text, ids[i].name, member_of(event, ids[i].offset));
    for (size_t i = 0; i < COUNT(grades); i++)
        if (*(const bool *)member_of(event, grades[i].flag))
            write_string(
                text, grades[i].name,
                visit_grade_name(*(const enum visit_grade *)member_of(event, grades[i].offset)));
}

static void write_lists(struct text *text, const struct alert_event *event,
                        const struct config *config)
{
    bool any = false;
    text_append(text, ",\"watch\":[");
    for (size_t i = 0; config != NULL && i < config->watch.entry_count; i++) {
        if ((event->watch_mask & UINT64_C(1) << i) == 0)
            continue;
        text_append(text, any ? "," : "");
        payload_string(text, config->watch.entries[i].id);
        any = true;
    }
    text_append(text, "],\"feeds\":[");
    for (size_t i = 0; i < event->feed_count; i++) {
        text_append(text, i > 0 ? "," : "");
        payload_string(text, event->feeds[i]);
    }
    text_append(text, "],\"evidence\":[");
    for (size_t i = 0; i < event->evidence_count; i++) {
        text_append(text, i > 0 ? "," : "");
        payload_string(text, event->evidence[i]);
    }
    text_append(text, "]");
}

void event_json_write(const struct alert_event *event, const struct config *config,
                      struct text *text)
{
    text_append_format(text, "{\"type\":\"%s\"", alert_type_row(event->type)->name);
    write_id(text, "alert_id", event->alert_id);
    write_rows(text, event);
    write_string(text, "verb", event->verb != NULL ? event->verb : "");
    if (position_is_valid(event->position))
        text_append_format(text, ",\"latitude\":%.7f,\"longitude\":%.7f",
                           event->position.latitude_deg, event->position.longitude_deg);
    if (event->altitude_ft != OBSERVATION_UNKNOWN)
        text_append_format(text, ",\"altitude_ft\":%d", (int)event->altitude_ft);
    write_lists(text, event, config);
    text_append(text, "}");
}

// --- reading -----------------------------------------------------------------------------------

struct reading {
    const cJSON *object;
    const struct config *config;
    struct alert_event event;
    const char *wrong; // the member that cannot be
};

static const char *string_of(const struct reading *reading, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(reading->object, name));
}

static void *member_to(struct reading *reading, size_t offset)
{
    return (char *)&reading->event + offset;
}

static void check(struct reading *reading, bool is_good, const char *name)
{
    if (!is_good && reading->wrong == NULL)
        reading->wrong = name;
}

static bool find_grade(const char *name, enum visit_grade *ret_grade)
{
    for (int grade = VISIT_A0; grade <= VISIT_A4; grade++)
        if (strcmp(visit_grade_name((enum visit_grade)grade), name) == 0) {
            *ret_grade = (enum visit_grade)grade;
            return true;
        }
    return false;
}

static void read_rows(struct reading *reading)
{
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *value = string_of(reading, texts[i].name);
        if (value != NULL)
            text_copy(member_to(reading, texts[i].offset), texts[i].size, value);
    }
    for (size_t i = 0; i < COUNT(times); i++) {
        const char *value = string_of(reading, times[i].name);
        utc_us *time = member_to(reading, times[i].offset);
        *time = UTC_UNKNOWN;
        if (value != NULL)
            check(reading, utc_parse(value, time) == 0, times[i].name);
    }
    for (size_t i = 0; i < COUNT(ids); i++) {
        const char *value = string_of(reading, ids[i].name);
        *(bool *)member_to(reading, ids[i].flag) = value != NULL;
        if (value != NULL)
            check(reading, digest_uuid_parse(value, member_to(reading, ids[i].offset)),
                  ids[i].name);
    }
    for (size_t i = 0; i < COUNT(grades); i++) {
        const char *value = string_of(reading, grades[i].name);
        *(bool *)member_to(reading, grades[i].flag) = value != NULL;
        if (value != NULL)
            check(reading, find_grade(value, member_to(reading, grades[i].offset)), grades[i].name);
    }
}

static void read_kind(struct reading *reading)
{
    const char *type = string_of(reading, "type"), *id = string_of(reading, "alert_id");
    const char *verb = string_of(reading, "verb");
    reading->event.type = type != NULL ? alert_type_find(type) : ALERT_TYPE_COUNT;
    check(reading, reading->event.type != ALERT_TYPE_COUNT, "type");
    check(reading, id != NULL && digest_uuid_parse(id, reading->event.alert_id), "alert_id");
    check(reading, reading->event.happened_at != UTC_UNKNOWN, "happened_at");
    for (size_t i = 0; verb != NULL && i < COUNT(verbs); i++)
        if (strcmp(verbs[i], verb) == 0)
            reading->event.verb = verbs[i];
}

static double number_of(const struct reading *reading, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(reading->object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

static void read_numbers(struct reading *reading)
{
    struct alert_event *event = &reading->event;
    double altitude_ft = number_of(reading, "altitude_ft");
    event->position = (struct position){.latitude_deg = number_of(reading, "latitude"),
                                        .longitude_deg = number_of(reading, "longitude")};
    bool is_height = isfinite(altitude_ft) && fabs(altitude_ft) < 1e6;
    event->altitude_ft = is_height ? (int32_t)altitude_ft : OBSERVATION_UNKNOWN;
}

static void read_watch(struct reading *reading)
{
    const struct config *config = reading->config;
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(reading->object, "watch"))
    {
        const char *id = cJSON_GetStringValue(item);
        for (size_t i = 0; id != NULL && config != NULL && i < config->watch.entry_count; i++)
            if (strcmp(config->watch.entries[i].id, id) == 0)
                reading->event.watch_mask |= UINT64_C(1) << i;
    }
}

// Texts of a list into rows of `size` bytes; returns how many, at most `limit`.
static uint8_t read_list(const struct reading *reading, const char *name, char *rows, size_t size,
                         size_t limit)
{
    size_t count = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(reading->object, name))
    {
        const char *value = cJSON_GetStringValue(item);
        if (value != NULL && count < limit)
            text_copy(rows + size * count++, size, value);
    }
    return (uint8_t)count;
}

int event_json_read(const char *json, const struct config *config, struct alert_event *ret_event,
                    struct error *error)
{
    cJSON *object = cJSON_Parse(json);
    struct reading reading = {.object = object, .config = config};
    struct alert_event *event = &reading.event;
    if (!cJSON_IsObject(object)) {
        cJSON_Delete(object);
        return error_set(error, -EBADMSG, "an event that is no JSON object");
    }
    read_rows(&reading);
    read_kind(&reading);
    read_numbers(&reading);
    read_watch(&reading);
    event->feed_count =
        read_list(&reading, "feeds", event->feeds[0], sizeof event->feeds[0], SIGHTING_FEEDS_MAX);
    event->evidence_count = read_list(&reading, "evidence", event->evidence[0],
                                      sizeof event->evidence[0], ALERT_EVIDENCE_MAX);
    cJSON_Delete(object);
    if (reading.wrong != NULL)
        return error_set(error, -EBADMSG, "an event whose %s cannot be read", reading.wrong);
    *ret_event = reading.event;
    return 0;
}
