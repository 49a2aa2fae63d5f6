// SPDX-License-Identifier: MIT
#include "store/claim_watch.h"

#include "base/text.h"
#include "config/config.h"
#include "config/watch_held.h"
#include "store/watch_record.h"

#include <stdlib.h>
#include <string.h>

struct airfield_array ARRAY_OF(const struct place *);

static void borrow_words(struct watch_pattern_array *patterns, struct claim_word_array *words)
{
    array_foreach (words, word)
        *array_append(patterns) = word->text;
}

// The airfields at which a clause's aircraft would have been seen.
static void find_airfields(const struct claim_store *store, const struct clause *clause,
                           struct airfield_array *airfields)
{
    struct claim_place_array places = {0};
    claim_places_concerned(store, clause, &places);
    array_foreach (&places, id) {
        const struct place *place =
            store->config != NULL ? config_place(store->config, id->id) : NULL;
        if (place != NULL && place->kind == PLACE_AIRFIELD)
            *array_append(airfields) = place;
    }
    array_free(&places);
}

static bool clause_is_held(const struct watch_list *list, const struct clause *clause,
                           const struct airfield_array *airfields)
{
    struct aircraft_selector aircraft = clause->aircraft; // shares the words
    struct watch_entry wanted = {.military = -1, .keep_raw = -1};
    borrow_words(&wanted.types, &aircraft.types);
    borrow_words(&wanted.registrations, &aircraft.registrations);
    borrow_words(&wanted.hexes, &aircraft.hexes);
    bool is_held = watch_held_covers(list, &wanted, airfields->items, airfields->count);
    array_free(&wanted.types);
    array_free(&wanted.registrations);
    array_free(&wanted.hexes);
    return is_held;
}

static uint64_t clauses_held(const struct claim_store *store, const struct claim *claim,
                             const struct watch_list *list)
{
    uint64_t clauses = 0;
    for (size_t i = 0; i < claim->clauses.count && i < 64; i++) {
        const struct clause *clause = &claim->clauses.items[i];
        struct airfield_array airfields = {0};
        find_airfields(store, clause, &airfields);
        clauses |= (uint64_t)clause_is_held(list, clause, &airfields) << i;
        array_free(&airfields);
    }
    return clauses;
}

int claim_watch_read(struct claim_store *store, const struct claim *claim,
                     struct claim_watch *ret_watch, struct error *error)
{
    struct remembered_watch_array remembered = {0};
    struct claim_watch watch = {.unknown = UINT64_MAX};
    int ret = watch_record_read(store->connection, store->config, &remembered, error);
    array_foreach (&remembered, one)
        *array_append(&watch.lists) =
            (struct claim_watch_list){one->watch_id, clauses_held(store, claim, &one->list)};
    watch_record_free(&remembered);
    if (watch.lists.count > 0)
        watch.unknown = watch.lists.items[0].clauses;
    else if (store->config != NULL)
        watch.unknown = clauses_held(store, claim, &store->config->watch);
    if (ret == 0)
        *ret_watch = watch;
    else
        claim_watch_done(&watch);
    return ret;
}

void claim_watch_done(struct claim_watch *watch)
{
    array_free(&watch->lists);
    *watch = (struct claim_watch){0};
}

static uint64_t clauses_of(const struct claim_watch *watch, int64_t watch_id)
{
    array_foreach (&watch->lists, list)
        if (list->watch_id == watch_id)
            return list->clauses;
    return watch->unknown;
}

uint64_t claim_watch_clauses(struct claim_watch *watch, const char *lists)
{
    if (lists == NULL)
        return watch->unknown;
    if (watch->last[0] != '\0' && strcmp(watch->last, lists) == 0)
        return watch->last_clauses;
    bool by_each = lists[0] == '&';
    uint64_t clauses = by_each ? UINT64_MAX : 0;
    for (const char *at = lists + by_each; *at != '\0';) {
        char *end;
        uint64_t held = clauses_of(watch, strtoll(at, &end, 10));
        clauses = by_each ? clauses & held : clauses | held;
        if (end == at)
            break;
        at = *end == ',' ? end + 1 : end;
    }
    if (!text_copy(watch->last, sizeof watch->last, lists))
        watch->last[0] = '\0';
    watch->last_clauses = clauses;
    return clauses;
}
