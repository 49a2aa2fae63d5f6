// SPDX-License-Identifier: MIT
#include "config/place_read.h"

#include "base/memory.h"
#include "config/polygon.h"
#include "config/problems.h"
#include "config/rules.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RADIUS_MAX_NM 5400.0 // a quarter of the Earth's girth

static const struct {
    const char *word;
    enum place_kind kind;
} kinds[] = {
    {"airfield", PLACE_AIRFIELD},
    {"circle", PLACE_CIRCLE},
    {"polygon", PLACE_POLYGON},
};

static bool read_kind(struct reader *reader, const cJSON *json, void *target)
{
    struct place *place = target;
    const char *word = cJSON_GetStringValue(json);
    for (size_t i = 0; word != NULL && i < FIELD_COUNT(kinds); i++) {
        if (strcmp(kinds[i].word, word) == 0) {
            place->kind = kinds[i].kind;
            return true;
        }
    }
    reader_expected(reader, "one of airfield, circle, polygon", json);
    return false;
}

static const struct field end_fields[] = {
    {"name", FIELD_CHARACTERS, offsetof(struct runway_end, name), true, .rule = &rule_runway_end},
    {"latitude", FIELD_NUMBER, offsetof(struct runway_end, threshold.latitude_deg), .min = -90,
     .max = 90},
    {"longitude", FIELD_NUMBER, offsetof(struct runway_end, threshold.longitude_deg), .min = -180,
     .max = 180},
    {"elevation_ft", FIELD_WHOLE_32, offsetof(struct runway_end, elevation_ft),
     .min = PLACE_ELEVATION_MIN_FT, .max = PLACE_ELEVATION_MAX_FT},
};

static const struct runway_end unknown_end = {
    .threshold = {NAN, NAN},
    .elevation_ft = PLACE_ELEVATION_UNKNOWN,
};

// The two ends of one runway, filled in order.
struct ends_target {
    struct runway *runway;
    size_t count;
};

static bool read_end(struct reader *reader, const cJSON *json, void *target)
{
    struct ends_target *ends = target;
    struct runway_end *end = &ends->runway->ends[ends->count++];
    bool good = reader_object(reader, json, end_fields, FIELD_COUNT(end_fields), end);
    if (good && isnan(end->threshold.latitude_deg) != isnan(end->threshold.longitude_deg)) {
        reader_problem(reader, "expected both latitude and longitude, or neither");
        good = false;
    }
    return good;
}

static bool read_ends(struct reader *reader, const cJSON *json, void *target)
{
    return reader_list(reader, json, 1, 2, read_end, &(struct ends_target){.runway = target});
}

static const struct field runway_fields[] = {
    {"length_ft", FIELD_WHOLE_32, offsetof(struct runway, length_ft), .min = 0,
     .max = PLACE_RUNWAY_LENGTH_MAX_FT},
    {"ends", FIELD_CUSTOM, 0, true, .read = read_ends},
};

static bool read_runway(struct reader *reader, const cJSON *json, void *target)
{
    struct place *place = target;
    struct runway *runway = &place->runways[place->runway_count++];
    *runway = (struct runway){.ends = {unknown_end, unknown_end}};
    return reader_object(reader, json, runway_fields, FIELD_COUNT(runway_fields), runway);
}

static bool read_runways(struct reader *reader, const cJSON *json, void *target)
{
    return reader_list(reader, json, 0, PLACE_RUNWAYS_MAX, read_runway, target);
}

struct aliases_target {
    struct place *place;
    size_t count;
};

static bool read_alias(struct reader *reader, const cJSON *json, void *target)
{
    struct aliases_target *aliases = target;
    AUTO_FREE char *alias = reader_text(reader, json, &rule_id);
    if (alias == NULL)
        return false;
    text_copy(aliases->place->aliases[aliases->count++], PLACE_ID_SIZE, alias);
    return true;
}

static bool read_aliases(struct reader *reader, const cJSON *json, void *target)
{
    return reader_list(reader, json, 0, PLACE_ALIASES_MAX, read_alias,
                       &(struct aliases_target){.place = target});
}

static bool read_polygon(struct reader *reader, const cJSON *json, void *target)
{
    struct place *place = target;
    return polygon_read(reader, json, &place->polygon, &place->polygon_count);
}

static const struct field place_fields[] = {
    {"id", FIELD_CHARACTERS, offsetof(struct place, id), true, .rule = &rule_id},
    {"kind", FIELD_CUSTOM, 0, true, .read = read_kind},
    {"name", FIELD_CHARACTERS, offsetof(struct place, name), true, .rule = &rule_name},
    {"country", FIELD_CHARACTERS, offsetof(struct place, country), .rule = &rule_country},
    {"time_zone", FIELD_CHARACTERS, offsetof(struct place, time_zone), .rule = &rule_time_zone},
    {"aliases", FIELD_CUSTOM, 0, .read = read_aliases},
    {"latitude", FIELD_NUMBER, offsetof(struct place, reference.latitude_deg), .min = -90,
     .max = 90},
    {"longitude", FIELD_NUMBER, offsetof(struct place, reference.longitude_deg), .min = -180,
     .max = 180},
    {"elevation_ft", FIELD_WHOLE_32, offsetof(struct place, elevation_ft),
     .min = PLACE_ELEVATION_MIN_FT, .max = PLACE_ELEVATION_MAX_FT},
    {"runways", FIELD_CUSTOM, 0, .read = read_runways},
    {"spoof_radius_nm", FIELD_NUMBER, offsetof(struct place, spoof_radius_nm), .min = 0.1,
     .max = 100},
    {"radius_nm", FIELD_NUMBER, offsetof(struct place, radius_nm), .min = 0.1,
     .max = RADIUS_MAX_NM},
    {"polygon", FIELD_CUSTOM, 0, .read = read_polygon},
};

// Which keys a kind of place must have, and which it cannot have.
static const struct {
    const char *key;
    bool needed[FIELD_COUNT(kinds)];
    bool allowed[FIELD_COUNT(kinds)];
} kind_keys[] = {
    {"latitude", .needed = {[PLACE_AIRFIELD] = true, [PLACE_CIRCLE] = true},
     .allowed = {true, true, false}},
    {"longitude", .needed = {[PLACE_AIRFIELD] = true, [PLACE_CIRCLE] = true},
     .allowed = {true, true, false}},
    {"radius_nm", .needed = {[PLACE_CIRCLE] = true}, .allowed = {false, true, false}},
    {"polygon", .needed = {[PLACE_POLYGON] = true}, .allowed = {false, false, true}},
    {"elevation_ft", .allowed = {true, false, false}},
    {"runways", .allowed = {true, false, false}},
    {"spoof_radius_nm", .allowed = {true, false, false}},
};

static void check_kind_keys(struct reader *reader, const cJSON *json, enum place_kind kind)
{
    for (size_t i = 0; i < FIELD_COUNT(kind_keys); i++) {
        bool given = cJSON_GetObjectItemCaseSensitive(json, kind_keys[i].key) != NULL;
        size_t mark = reader_enter_key(reader, kind_keys[i].key);
        if (!given && kind_keys[i].needed[kind])
            reader_problem(reader, "missing");
        if (given && !kind_keys[i].allowed[kind])
            reader_problem(reader, "not for a place of kind %s", kinds[kind].word);
        reader_leave(reader, mark);
    }
}

static bool read_place(struct reader *reader, const cJSON *json, void *target)
{
    struct place_array *places = target;
    if (places->count == CONFIG_PLACES_MAX) {
        if (reader->problems->count == 0)
            reader_problem(reader, "more than %d places", CONFIG_PLACES_MAX);
        return false;
    }
    struct place *place = array_append(places);
    place->elevation_ft = PLACE_ELEVATION_UNKNOWN;
    place->reference = (struct position){NAN, NAN};
    bool good = reader_object(reader, json, place_fields, FIELD_COUNT(place_fields), place);
    const cJSON *kind = cJSON_GetObjectItemCaseSensitive(json, "kind");
    const char *word = cJSON_GetStringValue(kind);
    if (word != NULL && strcmp(word, kinds[place->kind].word) == 0)
        check_kind_keys(reader, json, place->kind);
    if (place->polygon_count > 0)
        place->reference = polygon_middle(place->polygon, place->polygon_count);
    return good;
}

static bool read_places(struct reader *reader, const cJSON *json, void *target)
{
    return reader_list(reader, json, 0, CONFIG_PLACES_MAX, read_place, target);
}

static const struct field file_fields[] = {
    {"$schema", FIELD_CUSTOM, 0, .read = reader_skip},
    {"places", FIELD_CUSTOM, 0, true, .read = read_places},
};

void place_read_file(const cJSON *root, const char *name, struct place_array *places,
                     struct config_problems *problems)
{
    struct reader reader;
    reader_init(&reader, name, problems);
    reader_object(&reader, root, file_fields, FIELD_COUNT(file_fields), places);
    reader_done(&reader);
}

struct name_of_place {
    const char *name;
    const struct place *place;
};
struct name_array ARRAY_OF(struct name_of_place);

static int compare_names(const void *first, const void *second)
{
    const struct name_of_place *a = first, *b = second;
    return strcmp(a->name, b->name);
}

void place_check_unique(const struct place_array *places, const char *name,
                        struct config_problems *problems)
{
    struct name_array names = {0};
    for (size_t i = 0; i < places->count; i++) {
        const struct place *place = &places->items[i];
        if (place->id[0] != '\0')
            *array_append(&names) = (struct name_of_place){place->id, place};
        for (size_t j = 0; j < PLACE_ALIASES_MAX && place->aliases[j][0] != '\0'; j++)
            *array_append(&names) = (struct name_of_place){place->aliases[j], place};
    }
    if (names.count > 1)
        qsort(names.items, names.count, sizeof *names.items, compare_names);
    for (size_t i = 1; i < names.count; i++)
        if (strcmp(names.items[i].name, names.items[i - 1].name) == 0)
            problems_add(problems, "%s: places: \"%s\" stands for two places: %s and %s", name,
                         names.items[i].name, names.items[i - 1].place->name,
                         names.items[i].place->name);
    array_free(&names);
}

void place_array_done(struct place_array *places)
{
    for (size_t i = 0; i < places->count; i++)
        place_done(&places->items[i]);
    array_free(places);
}
