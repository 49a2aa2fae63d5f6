// SPDX-License-Identifier: MIT
#include "base/text.h"
#include "journal/entry.h"
#include "journal/entry_id.h"
#include "store/derive_internal.h"
#include "store/pending_event.h"

#include <string.h>

static bool has_id(const uint8_t uuid[DIGEST_UUID_SIZE], const struct derive_change *change)
{
    char text[DIGEST_UUID_TEXT_SIZE];
    return strcmp(digest_uuid_format(uuid, text), change->id) == 0;
}

static void add_visit(const struct derivation *derivation, const struct derive_change *change,
                      struct entry *entry)
{
    uint8_t uuid[DIGEST_UUID_SIZE];
    array_foreach (&derivation->visits, decided) {
        visit_uuid(&decided->visit, uuid);
        if (has_id(uuid, change))
            *array_append(&entry->visits) = decided->visit;
    }
}

static void add_sighting(const struct derivation *derivation, const struct derive_change *change,
                         struct entry *entry)
{
    uint8_t uuid[DIGEST_UUID_SIZE];
    array_foreach (&derivation->sightings, sighting) {
        sighting_uuid(sighting, uuid);
        if (has_id(uuid, change))
            *array_append(&entry->sightings) = *sighting;
    }
}

// What is no longer supported and was not derived either has nothing but its row.
static int retract(struct derivation *derivation, const struct derive_change *change, utc_us now,
                   struct error *error)
{
    return pending_event_add_retraction(derivation->connection, derivation->config,
                                        derivation->icao24, change->id, now, error);
}

int derive_add_events(struct derivation *derivation, const struct derive_change_array *changes,
                      size_t first, utc_us now, struct error *error)
{
    struct entry entry;
    int ret = 0;
    if (changes->count == first)
        return 0;
    entry_init(&entry);
    for (size_t i = first; i < changes->count && ret == 0; i++) {
        const struct derive_change *change = &changes->items[i];
        bool is_visit = strcmp(change->what, "visit") == 0;
        if (change->is[0] == '\0')
            ret = is_visit ? retract(derivation, change, now, error) : 0;
        else if (is_visit)
            add_visit(derivation, change, &entry);
        else
            add_sighting(derivation, change, &entry);
    }
    array_foreach (&derivation->conflicts, conflict)
        *array_append(&entry.conflicts) = *conflict;
    if (ret == 0)
        ret = pending_event_add_entry(derivation->connection, derivation->config, &entry,
                                      derivation->tracker, now, error);
    entry_done(&entry);
    return ret;
}
