// SPDX-License-Identifier: MIT
#include "cli/backfill_order.h"

#include "base/text.h"
#include "claim/kind.h"
#include "cli/cli.h"
#include "config/config.h"
#include "store/claim_store.h"

#include <stdlib.h>
#include <string.h>

// A visit that begins or ends in a window has the flight before it or after it: mostly of the same
// day, at the latest of the one beside it [inference].
#define WINDOW_MARGIN_DAYS 1
#define ADDRESSES_MAX 100000

void backfill_order_done(struct backfill_order *order)
{
    array_free(&order->spans);
    array_free(&order->aircraft);
    if (order->has_watch)
        watch_list_done(&order->watch);
    *order = (struct backfill_order){0};
}

// --- days -----------------------------------------------------------------------------------------

static int compare_spans(const void *first, const void *second)
{
    utc_us a = ((const struct backfill_span *)first)->first_day,
           b = ((const struct backfill_span *)second)->first_day;
    return (a > b) - (a < b);
}

// Spans that touch become one.
static void join_spans(struct backfill_spans *spans)
{
    size_t kept = 0;
    if (spans->count > 1)
        qsort(spans->items, spans->count, sizeof *spans->items, compare_spans);
    for (size_t i = 0; i < spans->count; i++) {
        struct backfill_span *last = kept > 0 ? &spans->items[kept - 1] : NULL,
                             span = spans->items[i];
        if (last != NULL && span.first_day <= last->last_day + UTC_DAY)
            last->last_day = span.last_day > last->last_day ? span.last_day : last->last_day;
        else
            spans->items[kept++] = span;
    }
    spans->count = kept;
}

static void clip_spans(struct backfill_spans *spans, utc_us first_day, utc_us last_day)
{
    size_t kept = 0;
    for (size_t i = 0; i < spans->count; i++) {
        struct backfill_span span = spans->items[i];
        if (first_day != UTC_UNKNOWN && span.first_day < first_day)
            span.first_day = first_day;
        if (last_day != UTC_UNKNOWN && span.last_day > last_day)
            span.last_day = last_day;
        if (span.first_day <= span.last_day)
            spans->items[kept++] = span;
    }
    spans->count = kept;
}

static int settle_days(const struct cli *cli, const struct backfill_wish *wish,
                       struct backfill_order *order)
{
    char first[UTC_TEXT_SIZE];
    utc_us today = utc_day_start(cli->now);
    if (wish->claim == NULL)
        *array_append(&order->spans) = (struct backfill_span){wish->from, wish->to};
    else
        clip_spans(&order->spans, wish->from, wish->to);
    join_spans(&order->spans);
    for (size_t i = 0; i < order->spans.count; i++) {
        const struct backfill_span *span = &order->spans.items[i];
        if (span->last_day < today)
            continue;
        cli_say(cli, "days from %s on are left out: they are not over",
                utc_format_day(span->first_day > today ? span->first_day : today, first));
        break;
    }
    clip_spans(&order->spans, UTC_UNKNOWN, today - UTC_DAY);
    if (order->spans.count > 0)
        return EXIT_STATUS_GOOD;
    cli_say(cli, "there is no day to fetch%s",
            wish->claim != NULL ? ": no clause of the claim with a window lies within these days"
                                : "");
    return EXIT_STATUS_WANTING;
}

// --- aircraft -------------------------------------------------------------------------------------

static int compare_aircraft(const void *first, const void *second)
{
    return strcmp(((const struct history_aircraft *)first)->icao24,
                  ((const struct history_aircraft *)second)->icao24);
}

static void settle_aircraft(struct history_aircraft_array *aircraft)
{
    size_t kept = 0;
    if (aircraft->count > 1)
        qsort(aircraft->items, aircraft->count, sizeof *aircraft->items, compare_aircraft);
    for (size_t i = 0; i < aircraft->count; i++)
        if (kept == 0 || compare_aircraft(&aircraft->items[kept - 1], &aircraft->items[i]) != 0)
            aircraft->items[kept++] = aircraft->items[i];
    aircraft->count = kept;
}

static void add_aircraft(struct history_aircraft_array *aircraft, const char *icao24)
{
    text_copy(array_append(aircraft)->icao24, ICAO24_SIZE, icao24);
}

static void add_addresses(const struct watch_list *list, const struct watch_entry *entry,
                          struct history_aircraft_array *aircraft)
{
    AUTO_FREE char(*addresses)[8] = memory_allocate_zeroed(ADDRESSES_MAX, sizeof *addresses);
    size_t count = watch_entry_addresses(list, entry, addresses, ADDRESSES_MAX);
    for (size_t i = 0; i < count && i < ADDRESSES_MAX; i++)
        add_aircraft(aircraft, addresses[i]);
}

static bool is_hex(const char *text)
{
    const char *digits = text[0] == '~' ? text + 1 : text;
    return strlen(digits) == 6 && strspn(digits, "0123456789abcdef") == 6;
}

static int read_hexes(const struct cli *cli, const char *words,
                      struct history_aircraft_array *aircraft)
{
    AUTO_FREE char *copy = memory_copy_string(words);
    char *rest = copy, *word;
    while ((word = strsep(&rest, ",")) != NULL) {
        text_to_lower(word);
        if (!is_hex(word)) {
            cli_say(
                cli,
                "--hex: expected addresses of six hexadecimal digits with commas between them, got \"%.40s\"",
                word);
            return EXIT_STATUS_USAGE;
        }
        add_aircraft(aircraft, word);
    }
    return EXIT_STATUS_GOOD;
}

// --- a claim --------------------------------------------------------------------------------------

static void copy_words(struct watch_pattern_array *patterns, const struct claim_word_array *words)
{
    array_foreach (words, word)
        *array_append(patterns) = memory_copy_string(word->text);
}

static void copy_patterns(struct watch_pattern_array *copy,
                          const struct watch_pattern_array *patterns)
{
    array_foreach (patterns, pattern)
        *array_append(copy) = memory_copy_string(*pattern);
}

static struct watch_entry copy_entry(const struct watch_entry *entry)
{
    struct watch_entry copy = *entry;
    copy.types = copy.registrations = copy.hexes = copy.callsigns = copy.squawks =
        (struct watch_pattern_array){0};
    copy_patterns(&copy.types, &entry->types);
    copy_patterns(&copy.registrations, &entry->registrations);
    copy_patterns(&copy.hexes, &entry->hexes);
    copy_patterns(&copy.callsigns, &entry->callsigns);
    copy_patterns(&copy.squawks, &entry->squawks);
    return copy;
}

static void begin_watch(struct backfill_order *order, const struct watch_list *list)
{
    struct watch_list *watch = &order->watch;
    watch->entries = memory_allocate_zeroed(WATCH_ENTRIES_MAX, sizeof *watch->entries);
    for (size_t i = 0; i < list->entry_count; i++)
        watch->entries[watch->entry_count++] = copy_entry(&list->entries[i]);
    watch->airframes = memory_allocate_zeroed(list->airframe_count + 1, sizeof *watch->airframes);
    for (size_t i = 0; i < list->airframe_count; i++)
        watch->airframes[watch->airframe_count++] = list->airframes[i];
    order->has_watch = true;
}

// A clause about any aircraft chooses none: nobody stores all of the world's.
static void add_selector(struct backfill_order *order, const struct aircraft_selector *selector)
{
    struct watch_list *watch = &order->watch;
    bool is_empty =
        selector->types.count + selector->registrations.count + selector->hexes.count == 0;
    if (is_empty || watch->entry_count == WATCH_ENTRIES_MAX)
        return;
    struct watch_entry *entry = &watch->entries[watch->entry_count++];
    *entry = (struct watch_entry){.id = "claim", .military = -1, .keep_raw = -1};
    copy_words(&entry->types, &selector->types);
    copy_words(&entry->registrations, &selector->registrations);
    copy_words(&entry->hexes, &selector->hexes);
}

static void add_window(struct backfill_order *order, const struct clause *clause, bool record)
{
    struct claim_window window = record ? clause_reach(clause) : clause->window;
    if (clause->kind->needs == 0 || !claim_window_is_set(&window))
        return;
    *array_append(&order->spans) = (struct backfill_span){
        utc_day_start(window.from) - WINDOW_MARGIN_DAYS * UTC_DAY,
        utc_day_start(window.to - 1) + WINDOW_MARGIN_DAYS * UTC_DAY,
    };
}

static void take_claim(const struct claim *claim, const struct watch_list *list, bool record,
                       struct backfill_order *order)
{
    size_t own = list->entry_count;
    begin_watch(order, list);
    array_foreach (&claim->clauses, clause) {
        if (clause->kind->needs == 0)
            continue;
        add_window(order, clause, record);
        add_selector(order, &clause->aircraft);
    }
    for (size_t i = own; i < order->watch.entry_count; i++)
        add_addresses(&order->watch, &order->watch.entries[i], &order->aircraft);
    watch_list_compile(&order->watch);
}

static int read_claim(struct cli *cli, const struct config *config,
                      struct query_connection *connection, const struct backfill_wish *wish,
                      struct backfill_order *order)
{
    struct claim_store *store;
    struct claim_library library = {0};
    struct claim_id_array ids = {0};
    struct error error = {0};
    text_copy(array_append(&ids)->text, CLAIM_ID_SIZE, wish->claim);
    int ret = claim_store_new(connection, config, &store, &error);
    if (ret == 0) {
        ret = claim_store_load(store, &ids, &library, &error);
        if (ret == 0)
            take_claim(&library.claims.items[0], &config->watch, wish->record, order);
        claim_store_free(store);
    }
    claim_library_done(&library);
    array_free(&ids);
    return ret < 0 ? cli_fail(cli, &error) : EXIT_STATUS_GOOD;
}

// --- all of it ------------------------------------------------------------------------------------

static int choose_aircraft(const struct cli *cli, const struct config *config,
                           const struct backfill_wish *wish, struct backfill_order *order)
{
    if (!wish->needs_aircraft)
        array_clear(&order->aircraft);
    if (wish->hexes != NULL) {
        array_clear(&order->aircraft);
        int status = read_hexes(cli, wish->hexes, &order->aircraft);
        if (status != EXIT_STATUS_GOOD)
            return status;
    }
    if (wish->needs_aircraft && wish->hexes == NULL && wish->claim == NULL)
        for (size_t i = 0; i < config->watch.entry_count; i++)
            add_addresses(&config->watch, &config->watch.entries[i], &order->aircraft);
    settle_aircraft(&order->aircraft);
    if (order->aircraft.count > 0 || !wish->needs_aircraft)
        return EXIT_STATUS_GOOD;
    cli_say(cli, "no address is known of the aircraft; name them with --hex");
    return EXIT_STATUS_WANTING;
}

int backfill_order_make(struct cli *cli, const struct config *config,
                        struct query_connection *connection, const struct backfill_wish *wish,
                        struct backfill_order *ret_order)
{
    struct backfill_order order = {0};
    int status = EXIT_STATUS_GOOD;
    if (wish->claim != NULL)
        status = read_claim(cli, config, connection, wish, &order);
    if (status == EXIT_STATUS_GOOD)
        status = settle_days(cli, wish, &order);
    if (status == EXIT_STATUS_GOOD)
        status = choose_aircraft(cli, config, wish, &order);
    if (status == EXIT_STATUS_GOOD)
        *ret_order = order;
    else
        backfill_order_done(&order);
    return status;
}
