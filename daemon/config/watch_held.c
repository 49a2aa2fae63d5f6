// SPDX-License-Identifier: MIT
#include "config/watch_held.h"

#include "base/memory.h"
#include "base/text.h"
#include "feed/observation.h"

#include <stdlib.h>
#include <string.h>

// Kinds of aircraft that are looked up one by one; what names more counts as not held.
#define ALTERNATIVES_MAX 100000

static const struct {
    const char *name;
    size_t offset;
} keys[] = {
    {"types", offsetof(struct watch_entry, types)},
    {"registrations", offsetof(struct watch_entry, registrations)},
    {"hexes", offsetof(struct watch_entry, hexes)},
    {"callsigns", offsetof(struct watch_entry, callsigns)},
    {"squawks", offsetof(struct watch_entry, squawks)},
};
#define KEY_COUNT (sizeof keys / sizeof *keys)

static const struct watch_pattern_array *words_of(const struct watch_entry *entry, size_t key)
{
    return (const struct watch_pattern_array *)((const char *)entry + keys[key].offset);
}

// --- as text --------------------------------------------------------------------------------------

static int compare_words(const void *first, const void *second)
{
    return strcmp(*(char *const *)first, *(char *const *)second);
}

static void write_words(const char *name, const struct watch_pattern_array *words,
                        struct text *text)
{
    if (words->count == 0)
        return;
    AUTO_FREE char **sorted = memory_allocate_zeroed(words->count, sizeof *sorted);
    memcpy(sorted, words->items, words->count * sizeof *sorted);
    qsort(sorted, words->count, sizeof *sorted, compare_words);
    text_append_format(text, "%s%s=%s", text->length > 0 ? " " : "", name, sorted[0]);
    for (size_t i = 1; i < words->count; i++)
        if (strcmp(sorted[i], sorted[i - 1]) != 0)
            text_append_format(text, ",%s", sorted[i]);
}

void watch_held_write(const struct watch_entry *entry, struct text *text)
{
    struct text own;
    text_init(&own, WATCH_HELD_TEXT_MAX);
    for (size_t i = 0; i < KEY_COUNT; i++)
        write_words(keys[i].name, words_of(entry, i), &own);
    if (entry->within != NULL)
        text_append_format(&own, "%swithin=%s", own.length > 0 ? " " : "", entry->within->id);
    if (entry->military >= 0)
        text_append_format(&own, "%smilitary=%s", own.length > 0 ? " " : "",
                           entry->military > 0 ? "yes" : "no");
    text_append(text, own.length > 0 ? own.bytes : "*");
    text->failed |= own.failed;
    text_done(&own);
}

static const struct place *find_place(const char *id, const struct place *places,
                                      size_t place_count)
{
    for (size_t i = 0; i < place_count; i++)
        if (strcmp(places[i].id, id) == 0)
            return &places[i];
    return NULL;
}

static void read_words(char *value, struct watch_pattern_array *words)
{
    for (char *word; (word = strsep(&value, ",")) != NULL;)
        *array_append(words) = memory_copy_string(word);
}

// One "key=value".
static bool read_part(char *part, const struct place *places, size_t place_count,
                      struct watch_entry *entry)
{
    char *value = strchr(part, '=');
    if (value == NULL)
        return strcmp(part, "*") == 0;
    *value++ = '\0';
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (strcmp(part, keys[i].name) == 0) {
            read_words(value, (struct watch_pattern_array *)((char *)entry + keys[i].offset));
            return true;
        }
    if (strcmp(part, "military") == 0) {
        entry->military = strcmp(value, "yes") == 0;
        return true;
    }
    entry->within = strcmp(part, "within") == 0 ? find_place(value, places, place_count) : NULL;
    return entry->within != NULL;
}

bool watch_held_read(const char *text, const struct place *places, size_t place_count,
                     struct watch_entry *ret_entry)
{
    struct watch_entry entry = {.military = -1, .keep_raw = -1};
    AUTO_FREE char *copy = memory_copy_string(text);
    char *rest = copy;
    bool is_good = true;
    for (char *part; is_good && (part = strsep(&rest, " ")) != NULL;)
        is_good = read_part(part, places, place_count, &entry);
    if (is_good)
        *ret_entry = entry;
    else
        watch_held_done(&entry);
    return is_good;
}

void watch_held_done(struct watch_entry *entry)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        struct watch_pattern_array *words =
            (struct watch_pattern_array *)((char *)entry + keys[i].offset);
        array_foreach (words, word)
            free(*word);
        array_free(words);
    }
    *entry = (struct watch_entry){.military = -1, .keep_raw = -1};
}

// --- whether it holds what is wanted ----------------------------------------------------------------

// Whether all that pattern `narrow` matches is matched by `wide`: as a text, in which a star stands
// for what only a star matches. Linear, as text_matches_pattern.
static bool pattern_holds(const char *wide, const char *narrow)
{
    const char *star = NULL, *resume = NULL;
    while (*narrow != '\0') {
        bool same = text_upper_character(*wide) == text_upper_character(*narrow);
        if (*wide == '*') {
            star = wide++;
            resume = narrow;
        } else if (*wide != '\0' && (same || (*wide == '?' && *narrow != '*'))) {
            wide++;
            narrow++;
        } else if (star != NULL) {
            wide = star + 1;
            narrow = ++resume;
        } else {
            return false;
        }
    }
    while (*wide == '*')
        wide++;
    return *wide == '\0';
}

static bool any_holds(const struct watch_pattern_array *wide, const char *narrow)
{
    array_foreach (wide, pattern)
        if (pattern_holds(*pattern, narrow))
            return true;
    return false;
}

static bool all_held(const struct watch_pattern_array *wide,
                     const struct watch_pattern_array *narrow)
{
    if (wide->count == 0)
        return true;
    array_foreach (narrow, pattern)
        if (!any_holds(wide, *pattern))
            return false;
    return narrow->count > 0;
}

// One alternative of what is wanted; NULL: any.
struct alternative {
    const char *type, *registration, *hex;
    char type_known[TYPE_CODE_SIZE], registration_known[REGISTRATION_SIZE], hex_known[ICAO24_SIZE];
};

static bool is_pattern(const char *text)
{
    return strpbrk(text, "*?") != NULL;
}

// An address gives registration and type, where they are not said, and RA-NNNNN gives an address.
static void fill_in(const struct watch_list *held, struct alternative *one)
{
    if (one->hex == NULL && one->registration != NULL && !is_pattern(one->registration) &&
        watch_address_of_registration(one->registration, one->hex_known))
        one->hex = one->hex_known;
    if (one->hex == NULL || is_pattern(one->hex))
        return;
    const struct airframe *airframe = watch_list_airframe(held, one->hex);
    if (one->type == NULL && airframe != NULL && airframe->type_code[0] != '\0') {
        text_copy(one->type_known, sizeof one->type_known, airframe->type_code);
        one->type = one->type_known;
    }
    if (one->registration != NULL)
        return;
    if (airframe != NULL && airframe->registration[0] != '\0')
        text_copy(one->registration_known, sizeof one->registration_known, airframe->registration);
    else if (!watch_registration_of_address(one->hex, one->registration_known))
        return;
    one->registration = one->registration_known;
}

static bool registration_is_held(const struct watch_pattern_array *patterns,
                                 const char *registration)
{
    if (registration == NULL)
        return any_holds(patterns, "*");
    return any_holds(patterns, registration) ||
           (!is_pattern(registration) && watch_registration_matches(patterns, registration));
}

static bool is_far_inside(const struct place *region, const struct place *airfield)
{
    if (!place_contains(region, airfield->reference, WATCH_AIRFIELD_RADIUS_NM))
        return false;
    for (int bearing = 0; bearing < 360; bearing += 45)
        if (!place_contains(
                region, geodesy_destination(airfield->reference, bearing, WATCH_HELD_APPROACH_NM),
                WATCH_AIRFIELD_RADIUS_NM))
            return false;
    return true;
}

static bool region_is_held(const struct watch_entry *entry, const struct watch_entry *wanted,
                           const struct place *const *at, size_t at_count)
{
    if (entry->within == NULL ||
        (wanted->within != NULL && strcmp(entry->within->id, wanted->within->id) == 0))
        return true;
    for (size_t i = 0; i < at_count; i++)
        if (!is_far_inside(entry->within, at[i]))
            return false;
    return at_count > 0;
}

// The keys that do not say who an aircraft is.
static bool manner_is_held(const struct watch_entry *entry, const struct watch_entry *wanted,
                           const struct place *const *at, size_t at_count)
{
    return all_held(&entry->callsigns, &wanted->callsigns) &&
           all_held(&entry->squawks, &wanted->squawks) &&
           (entry->military < 0 || entry->military == wanted->military) &&
           region_is_held(entry, wanted, at, at_count);
}

static bool entry_holds(const struct watch_entry *entry, const struct alternative *one)
{
    bool type_held =
        entry->types.count == 0 || any_holds(&entry->types, one->type != NULL ? one->type : "*");
    bool hex_held =
        entry->hexes.count == 0 || any_holds(&entry->hexes, one->hex != NULL ? one->hex : "*");
    return type_held && hex_held &&
           (entry->registrations.count == 0 ||
            registration_is_held(&entry->registrations, one->registration));
}

static bool is_held(const struct watch_list *held, const bool *fits, struct alternative one)
{
    fill_in(held, &one);
    for (size_t i = 0; i < held->entry_count; i++)
        if (fits[i] && entry_holds(&held->entries[i], &one))
            return true;
    return false;
}

static const char *word_at(const struct watch_pattern_array *words, size_t number)
{
    return words->count > 0 ? words->items[number] : NULL;
}

bool watch_held_covers(const struct watch_list *held, const struct watch_entry *wanted,
                       const struct place *const *at, size_t at_count)
{
    size_t types = wanted->types.count + (wanted->types.count == 0);
    size_t registrations = wanted->registrations.count + (wanted->registrations.count == 0);
    size_t hexes = wanted->hexes.count + (wanted->hexes.count == 0);
    if (types * registrations > ALTERNATIVES_MAX ||
        types * registrations * hexes > ALTERNATIVES_MAX)
        return false;
    AUTO_FREE bool *fits = memory_allocate_zeroed(held->entry_count + 1, sizeof *fits);
    for (size_t i = 0; i < held->entry_count; i++)
        fits[i] = manner_is_held(&held->entries[i], wanted, at, at_count);
    for (size_t i = 0; i < types; i++)
        for (size_t j = 0; j < registrations; j++)
            for (size_t k = 0; k < hexes; k++)
                if (!is_held(
                        held, fits,
                        (struct alternative){.type = word_at(&wanted->types, i),
                                             .registration = word_at(&wanted->registrations, j),
                                             .hex = word_at(&wanted->hexes, k)}))
                    return false;
    return true;
}
