// SPDX-License-Identifier: MIT
// What the files of claim_store share. For them only.
#pragma once

#include "alert/event.h"
#include "claim/facts.h"
#include "store/claim_store.h"
#include "store/query.h"

struct zone_entry {
    char zone[PLACE_ZONE_SIZE];
    utc_us at;
    int32_t offset_min;
};
struct zone_entry_array ARRAY_OF(struct zone_entry);
struct designator_array ARRAY_OF(const char *);

struct claim_store {
    struct query_connection *connection; // borrowed
    const struct config *config;         // borrowed, or NULL
    struct claim_vocabulary vocabulary;
    struct zone_entry_array zones; // offsets asked before
    struct designator_array designators;
    struct known_feed_array feeds;
};

// A longer stay, or a bracket that reaches further, than this beyond a clause's window is not
// looked for.
#define CLAIM_STAY_DAYS_MAX 60
#define CLAIM_BRACKET_DAYS_MAX 30

// Airframes that a clause names one by one, as addresses; registrations of RA- and RF- by the rule
// of feeds 7.2. Empty when it names none, or some that no rule turns into an address.
void claim_named_airframes(const struct clause *clause, struct claim_word_array *ret_hexes);

// The airfields and regions of which rows can bear on a clause: its places, and the airfields in
// its regions.
void claim_places_concerned(const struct claim_store *store, const struct clause *clause,
                            struct claim_place_array *ret_places);

// Records an assessment whose essence differs from the newest one's, and in the same transaction
// what is to be told: a changed verdict, and these predictions that went by. Fills id, number,
// is_new and the previous verdict.
int claim_record(struct claim_store *store, const struct claim *claim,
                 const struct claim_facts *facts, const struct alert_event_array *overdue,
                 struct claim_assessed *assessed, struct error *error);
