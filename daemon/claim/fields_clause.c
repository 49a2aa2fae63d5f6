// SPDX-License-Identifier: MIT
// The keys that clauses share: aircraft, places, verbs, windows, days, counts.
#include "claim/designator.h"
#include "claim/fields.h"
#include "claim/read.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define NEAR_EDITS_MAX 2 // a misspelt place or word is "near" up to this many edits
#define COUNT_MAX 1000000

typedef void check_word(struct fields *fields, const char *path, const char *word);

static void check_type(struct fields *fields, const char *path, const char *word)
{
    const struct claim_vocabulary *vocabulary = fields->vocabulary;
    const char *const *more = vocabulary->designators;
    if (designator_is_known(word, more, vocabulary->designator_count))
        return;
    const char *nearest = designator_nearest(word, more, vocabulary->designator_count);
    if (nearest != NULL)
        fields_error(fields, path,
                     "unknown type designator \"%s\"; the nearest known one is \"%s\"", word,
                     nearest);
    else
        fields_error(fields, path, "unknown type designator \"%s\"", word);
}

static void check_registration(struct fields *fields, const char *path, const char *word)
{
    if (strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-*?") != strlen(word))
        fields_error(fields, path,
                     "expected a registration in capital letters, or a pattern with * and ?");
}

static void check_hex(struct fields *fields, const char *path, const char *word)
{
    const char *digits = word[0] == '~' ? word + 1 : word;
    if (strlen(digits) != 6 || strspn(digits, "0123456789abcdef") != 6)
        fields_error(fields, path,
                     "expected an address of six lower-case hexadecimal digits, got \"%s\"", word);
}

static void read_words(struct fields *fields, const char *key, check_word *check,
                       struct claim_word_array *ret_words)
{
    char path[96];
    size_t index = 0;
    const cJSON *list = fields_get(fields, key, false), *item;
    if (list == NULL)
        return;
    if (!cJSON_IsArray(list) || list->child == NULL || cJSON_GetArraySize(list) > FIELDS_LIST_MAX) {
        fields_error(fields, key, "expected a list of 1 to %d texts", FIELDS_LIST_MAX);
        return;
    }
    cJSON_ArrayForEach(item, list)
    {
        const char *text = cJSON_GetStringValue(item);
        snprintf(path, sizeof path, "%s[%zu]", key, index++);
        bool usable =
            text != NULL && text[0] != '\0' && strlen(text) < CLAIM_WORD_SIZE &&
            strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-*?~") ==
                strlen(text);
        if (!usable) {
            fields_error(fields, path, "expected a text of 1 to %d letters and digits",
                         CLAIM_WORD_SIZE - 1);
            continue;
        }
        check(fields, path, text);
        text_copy(array_append(ret_words)->text, CLAIM_WORD_SIZE, text);
    }
}

void fields_aircraft(struct fields *fields, struct aircraft_selector *ret_selector)
{
    struct fields aircraft;
    char path[FIELDS_PATH_SIZE];
    const cJSON *object = fields_get(fields, "aircraft", true);
    if (object == NULL)
        return;
    snprintf(path, sizeof path, "%.230s.aircraft", fields->path);
    fields_init(&aircraft, object, path, fields->errors, fields->vocabulary);
    read_words(&aircraft, "types", check_type, &ret_selector->types);
    read_words(&aircraft, "registrations", check_registration, &ret_selector->registrations);
    read_words(&aircraft, "hexes", check_hex, &ret_selector->hexes);
    if (cJSON_IsObject(object) && object->child == NULL)
        fields_error(&aircraft, "", "expected types, registrations or hexes");
    fields_finish(&aircraft);
}

static const struct place *find_place(const struct claim_vocabulary *vocabulary, const char *id)
{
    for (size_t i = 0; i < vocabulary->place_count; i++)
        if (place_is_named(&vocabulary->places[i], id))
            return &vocabulary->places[i];
    return NULL;
}

static const char *nearest_place(const struct claim_vocabulary *vocabulary, const char *id)
{
    const char *nearest = NULL;
    unsigned least = NEAR_EDITS_MAX + 1;
    for (size_t i = 0; i < vocabulary->place_count; i++) {
        unsigned distance = text_distance(id, vocabulary->places[i].id);
        if (distance < least) {
            least = distance;
            nearest = vocabulary->places[i].id;
        }
    }
    return nearest;
}

static void take_place(struct fields *fields, const char *path, const cJSON *item,
                       struct clause *clause)
{
    const char *id = cJSON_GetStringValue(item);
    if (id == NULL || id[0] == '\0' || strlen(id) >= PLACE_ID_SIZE ||
        !text_is_utf8(id, strlen(id))) {
        fields_error(fields, path, "expected a place's id");
        return;
    }
    const struct place *place = find_place(fields->vocabulary, id);
    if (place != NULL) {
        text_copy(array_append(&clause->places)->id, PLACE_ID_SIZE, place->id);
        return;
    }
    const char *nearest = nearest_place(fields->vocabulary, id);
    if (nearest != NULL)
        fields_error(fields, path, "unknown place \"%s\"; the nearest known one is \"%s\"", id,
                     nearest);
    else
        fields_error(fields, path, "unknown place \"%s\"", id);
}

void fields_place(struct fields *fields, struct clause *clause)
{
    const cJSON *member = fields_get(fields, "place", true);
    if (member != NULL)
        take_place(fields, "place", member, clause);
}

void fields_places(struct fields *fields, struct clause *clause)
{
    char path[32];
    size_t index = 0;
    const cJSON *list = fields_get(fields, "places", true), *item;
    if (list == NULL)
        return;
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) < 2 ||
        cJSON_GetArraySize(list) > FIELDS_LIST_MAX) {
        fields_error(fields, "places", "expected a list of at least two places");
        return;
    }
    cJSON_ArrayForEach(item, list)
    {
        snprintf(path, sizeof path, "places[%zu]", index++);
        take_place(fields, path, item, clause);
    }
}

static void say_verbs(struct fields *fields, unsigned allowed, const char *got)
{
    char words[160] = "";
    size_t used = 0;
    for (unsigned i = 0; i < CLAIM_VERB_COUNT; i++)
        if ((allowed >> i & 1) != 0)
            used += (size_t)snprintf(words + used, sizeof words - used, "%s%s",
                                     used > 0 ? ", " : "", claim_verb_name((enum claim_verb)i));
    fields_error(fields, "verb", "expected one of %s, got \"%.32s\"", words, got);
}

void fields_verb(struct fields *fields, unsigned allowed, enum claim_verb missing,
                 enum claim_verb *ret_verb)
{
    *ret_verb = missing;
    char word[CLAIM_ID_SIZE];
    enum claim_verb verb;
    if (!fields_string(fields, "verb", false, word, sizeof word))
        return;
    if (claim_verb_from_name(word, &verb) && (allowed >> verb & 1) != 0)
        *ret_verb = verb;
    else
        say_verbs(fields, allowed, word);
}

// The zones of the places that the clause names.
static struct claim_zones zones_of(const struct fields *fields, const struct clause *clause)
{
    const struct claim_vocabulary *vocabulary = fields->vocabulary;
    struct claim_zones zones = {.offset = vocabulary->zone_offset, .data = vocabulary->zone_data};
    array_foreach (&clause->places, id) {
        const struct place *place = find_place(vocabulary, id->id);
        if (place != NULL && zones.count < CLAIM_ZONES_MAX)
            zones.names[zones.count++] = place->time_zone;
    }
    return zones;
}

void fields_window(struct fields *fields, bool required, struct clause *clause)
{
    struct fields window;
    char path[FIELDS_PATH_SIZE], from[CLAIM_WINDOW_TEXT_SIZE], to[CLAIM_WINDOW_TEXT_SIZE];
    const cJSON *object = fields_get(fields, "window", required);
    clause->window = CLAIM_WINDOW_NONE;
    if (object == NULL)
        return;
    snprintf(path, sizeof path, "%.230s.window", fields->path);
    fields_init(&window, object, path, fields->errors, fields->vocabulary);
    bool has_from = fields_string(&window, "from", true, from, sizeof from);
    bool has_to = fields_string(&window, "to", true, to, sizeof to);
    fields_finish(&window);
    if (!has_from || !has_to)
        return;
    int bad_end = 0;
    struct claim_zones zones = zones_of(fields, clause);
    int result = claim_window_read(from, to, &zones, &clause->window, &bad_end);
    if (result == -ERANGE)
        fields_error(&window, "", "empty or reversed: from %s to %s", from, to);
    else if (result == -EINVAL)
        fields_error(&window, bad_end ? "to" : "from",
                     "expected a day that exists or a time in ISO 8601, got \"%s\"",
                     bad_end ? to : from);
    else if (result < 0)
        fields_error(&window, "", "the time zone of a place is not known");
}

bool fields_day(struct fields *fields, const char *key, bool required, const struct clause *clause,
                struct claim_window *ret_day)
{
    char text[CLAIM_WINDOW_TEXT_SIZE];
    utc_us time;
    bool is_day;
    *ret_day = CLAIM_WINDOW_NONE;
    if (!fields_string(fields, key, required, text, sizeof text))
        return false;
    if (utc_parse_day_or_time(text, &time, &is_day) < 0) {
        fields_error(fields, key, "expected a day that exists or a time in ISO 8601, got \"%s\"",
                     text);
        return false;
    }
    struct claim_window day = {.from = time, .to = time + 1};
    struct claim_zones zones = zones_of(fields, clause);
    if (is_day && claim_window_of_day(time, &zones, &day, NULL) < 0) {
        fields_error(fields, key, "the time zone of a place is not known");
        return false;
    }
    text_copy(day.from_text, sizeof day.from_text, text);
    text_copy(day.to_text, sizeof day.to_text, text);
    *ret_day = day;
    return true;
}

bool fields_whole(struct fields *fields, const char *key, bool required, uint32_t most,
                  uint32_t *ret_number)
{
    double number;
    if (!fields_number(fields, key, required, 1, most, &number))
        return false;
    if (number != floor(number)) {
        fields_error(fields, key, "expected a whole number");
        return false;
    }
    *ret_number = (uint32_t)number;
    return true;
}

void fields_count(struct fields *fields, struct clause *clause)
{
    struct fields range;
    char path[FIELDS_PATH_SIZE];
    const cJSON *member = fields_get(fields, "count", true);
    clause->count_min = 1;
    clause->count_max = CLAIM_COUNT_OPEN;
    if (member == NULL)
        return;
    if (!cJSON_IsObject(member)) {
        if (fields_whole(fields, "count", true, COUNT_MAX, &clause->count_min))
            clause->count_max = clause->count_min;
        return;
    }
    snprintf(path, sizeof path, "%.230s.count", fields->path);
    fields_init(&range, member, path, fields->errors, fields->vocabulary);
    bool has_min = fields_whole(&range, "min", false, COUNT_MAX, &clause->count_min);
    bool has_max = fields_whole(&range, "max", false, COUNT_MAX, &clause->count_max);
    if (member->child == NULL)
        fields_error(&range, "", "expected min, max or both");
    if (has_min && has_max && clause->count_max < clause->count_min)
        fields_error(&range, "max", "expected at least min");
    fields_finish(&range);
}
