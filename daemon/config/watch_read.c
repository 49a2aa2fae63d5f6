// SPDX-License-Identifier: MIT
#include "config/watch_read.h"

#include "config/problems.h"
#include "config/rules.h"

#include <stdlib.h>
#include <string.h>

#define AIRFRAMES_MAX 1000000

#define PATTERNS(name)                                                                             \
    FIELD_TEXTS, offsetof(struct watch_settings, entry.name), .min = 1, .max = WATCH_PATTERNS_MAX

static const struct field entry_fields[] = {
    {"id", FIELD_CHARACTERS, offsetof(struct watch_settings, entry.id), true, .rule = &rule_id},
    {"types", PATTERNS(types), .rule = &rule_type_or_star},
    {"registrations", PATTERNS(registrations), .rule = &rule_registration_pattern},
    {"hexes", PATTERNS(hexes), .rule = &rule_hex_or_star},
    {"callsigns", PATTERNS(callsigns), .rule = &rule_callsign_pattern},
    {"squawks", PATTERNS(squawks), .rule = &rule_squawk},
    {"within", FIELD_CHARACTERS, offsetof(struct watch_settings, within), .rule = &rule_id},
    {"military", FIELD_TRUTH, offsetof(struct watch_settings, entry.military), .max = 1},
    {"keep_raw", FIELD_TRUTH, offsetof(struct watch_settings, entry.keep_raw), .max = 1},
};

static const char *const matching_keys[] = {"types",   "registrations", "hexes",   "callsigns",
                                            "squawks", "within",        "military"};

static void check_matching_keys(struct reader *reader, const cJSON *json)
{
    if (!cJSON_IsObject(json))
        return;
    for (size_t i = 0; i < FIELD_COUNT(matching_keys); i++)
        if (cJSON_GetObjectItemCaseSensitive(json, matching_keys[i]) != NULL)
            return;
    reader_problem(reader, "expected at least one of types, registrations, hexes, callsigns, "
                           "squawks, within, military (\"hexes\": [\"*\"] watches everything)");
}

static bool read_entry(struct reader *reader, const cJSON *json, void *target)
{
    struct watch_settings_array *watch = target;
    struct watch_settings *settings = array_append(watch);
    settings->entry.military = settings->entry.keep_raw = -1;
    bool good = reader_object(reader, json, entry_fields, FIELD_COUNT(entry_fields), settings);
    check_matching_keys(reader, json);
    for (size_t i = 0; i + 1 < watch->count; i++)
        if (settings->entry.id[0] != '\0' &&
            strcmp(watch->items[i].entry.id, settings->entry.id) == 0)
            reader_problem(reader, "the id \"%s\" stands for another entry already",
                           settings->entry.id);
    return good;
}

bool watch_read(struct reader *reader, const cJSON *json, struct watch_settings_array *watch)
{
    return reader_list(reader, json, 1, WATCH_ENTRIES_MAX, read_entry, watch);
}

void watch_settings_done(struct watch_settings_array *watch)
{
    // watch.c knows what an entry owns.
    struct watch_list list = {0};
    list.entries = memory_allocate_zeroed(watch->count, sizeof *list.entries);
    for (size_t i = 0; i < watch->count; i++)
        list.entries[list.entry_count++] = watch->items[i].entry;
    watch_list_done(&list);
    array_free(watch);
}

static const struct field airframe_fields[] = {
    {"hex", FIELD_CHARACTERS, offsetof(struct airframe, icao24), true, .rule = &rule_hex},
    {"registration", FIELD_CHARACTERS, offsetof(struct airframe, registration),
     .rule = &rule_registration},
    {"type", FIELD_CHARACTERS, offsetof(struct airframe, type_code), .rule = &rule_type},
    {"operator", FIELD_CHARACTERS, offsetof(struct airframe, operator_name),
     .rule = &rule_operator},
    {"note", FIELD_CUSTOM, 0, .read = reader_skip},
};

static bool read_airframe(struct reader *reader, const cJSON *json, void *target)
{
    struct airframe_array *airframes = target;
    return reader_object(reader, json, airframe_fields, FIELD_COUNT(airframe_fields),
                         array_append(airframes));
}

static bool read_airframes(struct reader *reader, const cJSON *json, void *target)
{
    return reader_list(reader, json, 0, AIRFRAMES_MAX, read_airframe, target);
}

static const struct field file_fields[] = {
    {"$schema", FIELD_CUSTOM, 0, .read = reader_skip},
    {"airframes", FIELD_CUSTOM, 0, true, .read = read_airframes},
};

void airframe_read_file(const cJSON *root, const char *name, struct airframe_array *airframes,
                        struct config_problems *problems)
{
    struct reader reader;
    reader_init(&reader, name, problems);
    reader_object(&reader, root, file_fields, FIELD_COUNT(file_fields), airframes);
    reader_done(&reader);
}

static int compare_airframes(const void *first, const void *second)
{
    const struct airframe *a = first, *b = second;
    return strcmp(a->icao24, b->icao24);
}

void airframe_sort(struct airframe_array *airframes, const char *name,
                   struct config_problems *problems)
{
    if (airframes->count > 1)
        qsort(airframes->items, airframes->count, sizeof *airframes->items, compare_airframes);
    for (size_t i = 1; i < airframes->count; i++)
        if (airframes->items[i].icao24[0] != '\0' &&
            strcmp(airframes->items[i].icao24, airframes->items[i - 1].icao24) == 0)
            problems_add(problems, "%s: airframes: %s stands for %s and %s", name,
                         airframes->items[i].icao24, airframes->items[i - 1].registration,
                         airframes->items[i].registration);
}
