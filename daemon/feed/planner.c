// SPDX-License-Identifier: MIT
#include "feed/planner.h"

#include "base/text.h"
#include "config/provider.h"
#include "feed/planner_area.h"
#include "feed/planner_words.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <strings.h>

// A registration pattern is asked for by addresses when the rule of feeds.md 7.2 gives at most so
// many. "RA-82*" gives a thousand, which is one request: its 7,000 characters fit the request line
// that re-api takes. All of them are asked for, known airframe or not, since those that the feeds'
// databases miss are the ones that matter (feeds.md 1.6) and no table of ours is complete either;
// the answer holds those in the air only and stays small. A wider one ("RA-*", a hundred thousand)
// cannot be asked for.
#define PATTERN_ADDRESSES_MAX 1000
// But patterns are not worth more requests a round than this: then those that come later in the
// watch list are left to known airframes.
#define PATTERN_REQUESTS_MAX 2
#define ADDRESS_LENGTH 6
#define UNASKED_MAX 900 // an error's message has 1,024

// What one round has to ask for.
struct wishes {
    const struct config *config;
    const struct config_feed *feed;
    const struct provider *provider;
    struct word_array words[PROVIDER_QUERY_COUNT]; // types, addresses, ...
    struct word_array
        by_pattern; // addresses of the current entry's patterns, known airframes or not
    struct circle_array circles;
    bool military;
    bool everything;
    struct text unasked; // entries that are not, or not wholly, asked for, and why
};

static bool can_ask(const struct wishes *wishes, enum provider_query query)
{
    return provider_target(wishes->provider, query, wishes->feed->url) != NULL;
}

static bool is_pattern(const char *text)
{
    return strpbrk(text, "*?") != NULL;
}

static bool holds_star(const struct watch_pattern_array *patterns)
{
    array_foreach (patterns, pattern) {
        if (strcmp(*pattern, "*") == 0)
            return true;
    }
    return false;
}

static bool narrows(const struct watch_pattern_array *patterns)
{
    return patterns->count > 0 && !holds_star(patterns);
}

static void add_all(struct word_array *words, const struct watch_pattern_array *patterns)
{
    array_foreach (patterns, pattern)
        words_add_upper(words, *pattern);
}

static void note(struct wishes *wishes, const struct watch_entry *entry, const char *why)
{
    text_append_format(&wishes->unasked, "%swatch entry \"%s\": %s",
                       wishes->unasked.length > 0 ? "; " : "", entry->id, why);
}

// An address that is not ICAO's ("~2a3b4c") is left out: adsb.lol answers the whole request with
// 500 (feeds.md 1.5), and such addresses are given out anew all the time.
static void add_address(struct word_array *words, const char *icao24)
{
    if (icao24[0] != '~')
        words_add(words, icao24);
}

// Known airframes of an entry without hexes: by type and registration.
static void add_known_airframes(struct wishes *wishes, const struct watch_entry *entry)
{
    const struct watch_list *list = &wishes->config->watch;

    for (size_t i = 0; i < list->airframe_count; i++) {
        const struct airframe *airframe = &list->airframes[i];
        bool fits = entry->registrations.count == 0 ||
                    watch_registration_matches(&entry->registrations, airframe->registration);
        bool is_type = !narrows(&entry->types);
        array_foreach (&entry->types, type)
            is_type = is_type || text_equal_ignoring_case(*type, airframe->type_code);
        if (fits && is_type)
            add_address(&wishes->words[PROVIDER_HEXES], airframe->icao24);
    }
}

// The selectors. Each asks for all of an entry by one of its keys, which is enough since an entry's
// keys must all match, and returns false when that cannot be done.

static bool ask_by_hexes(struct wishes *wishes, const struct watch_entry *entry)
{
    bool whole = true;

    if (!narrows(&entry->hexes) || !can_ask(wishes, PROVIDER_HEXES))
        return false;
    array_foreach (&entry->hexes, hex) {
        whole = whole && **hex != '~';
        add_address(&wishes->words[PROVIDER_HEXES], *hex);
    }
    return whole;
}

static bool ask_by_place(struct wishes *wishes, const struct watch_entry *entry)
{
    if (entry->within == NULL || !can_ask(wishes, PROVIDER_AREA))
        return false;
    struct circle circle = circle_of_place(entry->within);
    if (ceil(circle.radius_nm) > wishes->provider->area_radius_max_nm)
        return false;
    *array_append(&wishes->circles) = circle;
    return true;
}

// As complete as an area, since an entry's type must be known for it to match: from the feed's
// database, or from ours, whose airframes come along by address. And it costs no request where
// another entry asks by type.
static bool ask_by_types(struct wishes *wishes, const struct watch_entry *entry)
{
    if (!narrows(&entry->types) || !can_ask(wishes, PROVIDER_TYPES))
        return false;
    if (can_ask(wishes, PROVIDER_HEXES))
        add_known_airframes(wishes, entry);
    add_all(&wishes->words[PROVIDER_TYPES], &entry->types);
    return true;
}

// Where a provider has no query by type, the airframes that we know are all that can be asked for.
static bool ask_by_known_airframes(struct wishes *wishes, const struct watch_entry *entry)
{
    size_t before = wishes->words[PROVIDER_HEXES].count;

    if (!narrows(&entry->types) || !can_ask(wishes, PROVIDER_HEXES))
        return false;
    add_known_airframes(wishes, entry);
    return wishes->words[PROVIDER_HEXES].count > before;
}

static bool ask_by_squawks(struct wishes *wishes, const struct watch_entry *entry)
{
    if (!narrows(&entry->squawks) || !can_ask(wishes, PROVIDER_SQUAWKS))
        return false;
    add_all(&wishes->words[PROVIDER_SQUAWKS], &entry->squawks);
    return true;
}

static bool ask_by_callsigns(struct wishes *wishes, const struct watch_entry *entry)
{
    bool whole = true;

    if (!narrows(&entry->callsigns) || !can_ask(wishes, PROVIDER_CALLSIGNS))
        return false;
    array_foreach (&entry->callsigns, callsign) {
        if (is_pattern(*callsign))
            whole = false;
        else
            words_add_upper(&wishes->words[PROVIDER_CALLSIGNS], *callsign);
    }
    return whole;
}

static bool add_exact_registration(struct wishes *wishes, const char *registration)
{
    char icao24[8];

    // The address finds the aircraft whatever the database calls it, and where it does not know it.
    if (can_ask(wishes, PROVIDER_HEXES) && watch_address_of_registration(registration, icao24)) {
        add_address(&wishes->words[PROVIDER_HEXES], icao24);
        return true;
    }
    if (!can_ask(wishes, PROVIDER_REGISTRATIONS))
        return false;
    words_add_upper(&wishes->words[PROVIDER_REGISTRATIONS], registration);
    return true;
}

static bool add_pattern(struct wishes *wishes, char *pattern)
{
    AUTO_FREE char(*addresses)[8] = memory_allocate(PATTERN_ADDRESSES_MAX * sizeof *addresses);
    const struct watch_list no_airframes = {0};
    struct watch_entry entry = {0};

    // Only a pattern that begins so stands for nothing but what the rule gives.
    if (strncasecmp(pattern, "RA-", 3) != 0 && strncasecmp(pattern, "RF-", 3) != 0)
        return false;
    *array_append(&entry.registrations) = pattern;
    size_t count = watch_entry_addresses(&no_airframes, &entry, addresses, PATTERN_ADDRESSES_MAX);
    array_free(&entry.registrations);
    if (count == 0 || count > PATTERN_ADDRESSES_MAX)
        return false;
    for (size_t i = 0; i < count; i++)
        words_add(&wishes->by_pattern, addresses[i]);
    return true;
}

static bool ask_by_registrations(struct wishes *wishes, const struct watch_entry *entry)
{
    bool whole = true;

    if (!narrows(&entry->registrations))
        return false;
    if (can_ask(wishes, PROVIDER_HEXES))
        add_known_airframes(wishes, entry);
    array_foreach (&entry->registrations, registration) {
        if (!is_pattern(*registration))
            whole = add_exact_registration(wishes, *registration) && whole;
        else
            whole = can_ask(wishes, PROVIDER_HEXES) && add_pattern(wishes, *registration) && whole;
    }
    return whole;
}

static bool ask_by_military(struct wishes *wishes, const struct watch_entry *entry)
{
    if (entry->military != 1 || !can_ask(wishes, PROVIDER_MILITARY))
        return false;
    wishes->military = true;
    return true;
}

static bool ask_for_everything(struct wishes *wishes, const struct watch_entry *entry)
{
    (void)entry;
    // The world's aircraft are a large answer, and often a dear one: not for a feed that was given
    // areas.
    wishes->everything = wishes->feed->area_count == 0 && can_ask(wishes, PROVIDER_EVERYTHING);
    return wishes->everything;
}

// In this order: what shares its request with other entries comes before what needs one of its own,
// and what brings a short answer before what brings a long one.
static bool (*const SELECTORS[])(struct wishes *wishes, const struct watch_entry *entry) = {
    ask_by_hexes,     ask_by_types,         ask_by_place,    ask_by_known_airframes, ask_by_squawks,
    ask_by_callsigns, ask_by_registrations, ask_by_military, ask_for_everything,
};

// Keeps the addresses of the entry's patterns where they fit PATTERN_REQUESTS_MAX together with all
// others.
static bool keep_patterns(struct wishes *wishes)
{
    struct word_array together = {0};
    size_t in_one =
        words_in_one_request(wishes->provider, PROVIDER_HEXES, wishes->feed->url, ADDRESS_LENGTH);

    array_foreach (&wishes->words[PROVIDER_HEXES], word)
        *array_append(&together) = *word;
    array_foreach (&wishes->by_pattern, word)
        *array_append(&together) = *word;
    words_settle(&together);
    bool fits = together.count <= in_one * PATTERN_REQUESTS_MAX;
    array_clear(&wishes->by_pattern);
    if (!fits) {
        array_free(&together);
        return false;
    }
    array_free(&wishes->words[PROVIDER_HEXES]);
    wishes->words[PROVIDER_HEXES] = together;
    return true;
}

static void ask_for_entry(struct wishes *wishes, const struct watch_entry *entry)
{
    bool asked = false;

    // A selector that fails leaves behind what it could ask for: some is better than none.
    for (size_t i = 0; i < sizeof SELECTORS / sizeof SELECTORS[0] && !asked; i++)
        asked = SELECTORS[i](wishes, entry);
    if (wishes->by_pattern.count > 0 && !keep_patterns(wishes))
        note(wishes, entry,
             "its patterns stand for too many addresses; known airframes are asked for");
    else if (!asked)
        note(wishes, entry, "this feed cannot be asked for it, or for part of it");
}

static void wish_areas(struct wishes *wishes)
{
    for (size_t i = 0; i < wishes->feed->area_count; i++) {
        const struct config_area *area = &wishes->feed->areas[i];
        const struct place *place = config_place(wishes->config, area->place);
        if (place == NULL)
            continue; // config.c refuses a place that there is not
        struct circle *circle = array_append(&wishes->circles);
        circle->centre = place->reference;
        circle->radius_nm = area->radius_nm;
        circle->configured = true;
        text_copy(circle->name, sizeof circle->name, place->id);
    }
}

static void request_everything(const struct wishes *wishes, struct planned_request_array *requests)
{
    const char *target = provider_target(wishes->provider, PROVIDER_EVERYTHING, wishes->feed->url);

    planner_append(requests, memory_copy_string(target), memory_copy_string("all aircraft"));
}

static void request_wishes(struct wishes *wishes, struct planned_request_array *requests)
{
    static const struct {
        enum provider_query query;
        const char *noun;
    } LISTS[] = {
        {PROVIDER_TYPES, "types"},
        {PROVIDER_HEXES, "addresses"},
        {PROVIDER_REGISTRATIONS, "registrations"},
        {PROVIDER_CALLSIGNS, "callsigns"},
        {PROVIDER_SQUAWKS, "squawks"},
    };

    for (size_t i = 0; i < sizeof LISTS / sizeof LISTS[0]; i++) {
        struct word_array *words = &wishes->words[LISTS[i].query];
        words_settle(words);
        words_request(wishes->provider, LISTS[i].query, wishes->feed->url, words, LISTS[i].noun,
                      requests);
    }
    if (wishes->military)
        planner_append(requests,
                       memory_copy_string(
                           provider_target(wishes->provider, PROVIDER_MILITARY, wishes->feed->url)),
                       memory_copy_string("military aircraft"));
    circles_settle(&wishes->circles, wishes->provider->area_radius_max_nm);
    circles_request(wishes->provider, wishes->feed->url, &wishes->circles, requests);
}

static void wishes_done(struct wishes *wishes)
{
    for (size_t i = 0; i < PROVIDER_QUERY_COUNT; i++)
        array_free(&wishes->words[i]);
    array_free(&wishes->by_pattern);
    array_free(&wishes->circles);
    text_done(&wishes->unasked);
}

// A receiver of one's own gives all it has in one answer.
static bool is_own_receiver(const struct provider *provider)
{
    return provider->url == NULL;
}

int planner_plan(const struct config *config, const struct config_feed *feed,
                 struct planned_request_array *ret_requests, struct error *error)
{
    struct wishes wishes = {.config = config, .feed = feed};
    int result = 0;

    wishes.provider = feed->provider != NULL ? provider_find(feed->provider) : NULL;
    if (wishes.provider == NULL)
        return error_set(error, -EINVAL, "no provider is known for it");
    text_init(&wishes.unasked, UNASKED_MAX);
    wishes.everything = is_own_receiver(wishes.provider) && can_ask(&wishes, PROVIDER_EVERYTHING);
    if (!wishes.everything) {
        wish_areas(&wishes);
        for (size_t i = 0; i < config->watch.entry_count && !wishes.everything; i++)
            ask_for_entry(&wishes, &config->watch.entries[i]);
    }
    if (wishes.everything)
        request_everything(&wishes, ret_requests);
    else
        request_wishes(&wishes, ret_requests);
    // Where the feed has areas, what cannot be asked for is looked for there, as the operator
    // meant.
    if (!wishes.everything && wishes.unasked.length > 0 && feed->area_count == 0)
        result = error_set(error, -EINVAL, "%s", wishes.unasked.bytes);
    wishes_done(&wishes);
    return result;
}

void planned_requests_done(struct planned_request_array *requests)
{
    array_foreach (requests, request) {
        free(request->target);
        free(request->purpose);
    }
    array_free(requests);
}
