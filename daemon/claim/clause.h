// SPDX-License-Identifier: MIT
// Reports, claims and clauses as data. A report is an article; a claim is what reports assert, as a
// list of clauses, each testable on its own. Read by claim/read.h, judged by claim/judge.h.
#pragma once

#include "base/array.h"
#include "base/place.h"
#include "base/utc.h"
#include "claim/window.h"
#include "claim/words.h"
#include "feed/observation.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLAIM_ID_SIZE 81 // up to 80 of [a-z0-9.-]
#define CLAIM_WORD_SIZE 16
#define CLAIM_COUNT_OPEN UINT32_MAX // "at least"

struct claim_word {
    char text[CLAIM_WORD_SIZE];
};
struct claim_word_array ARRAY_OF(struct claim_word);

struct claim_id {
    char text[CLAIM_ID_SIZE];
};
struct claim_id_array ARRAY_OF(struct claim_id);

struct claim_place {
    char id[PLACE_ID_SIZE];
};
struct claim_place_array ARRAY_OF(struct claim_place);

// Which aircraft a clause speaks of: all keys that are given must match, one of each list is
// enough.
struct aircraft_selector {
    struct claim_word_array types;         // ICAO designators, exact
    struct claim_word_array registrations; // patterns with * and ?
    struct claim_word_array hexes;         // exact, lower case
};

struct report {
    char id[CLAIM_ID_SIZE];
    char *publisher;
    char *title;                                 // NULL where none is known
    char published_text[CLAIM_WINDOW_TEXT_SIZE]; // empty where it is not known
    utc_us published;                   // start of that day; UTC_UNKNOWN where it is not known
    char *url;                          // NULL where none is known
    struct claim_id_array derived_from; // reports that it retells
    char source_reliability;            // Admiralty, 'A' to 'F'; 'F' where not judged
    char *notes;                        // NULL where none
    char *document;                     // the object as it was read, canonical JSON
};
struct report_array ARRAY_OF(struct report);

struct clause_kind; // claim/kind.h

struct clause {
    char id[CLAIM_ID_SIZE];
    const struct clause_kind *kind;
    bool needed; // false: it is shown, but the claim does not fall with it
    struct aircraft_selector aircraft;
    struct claim_place_array places; // one; several for a route, in order
    enum claim_verb verb;
    struct claim_window window; // what the clause speaks of
    struct claim_window on;     // first and last: the day
    uint32_t count_min;
    uint32_t count_max; // CLAIM_COUNT_OPEN for "at least"
    double lasting_min_days, lasting_max_days;
    double every_days;
    char *reason; // untestable: why
    char *note;   // NULL where none
};
struct clause_array ARRAY_OF(struct clause);

struct claim {
    char id[CLAIM_ID_SIZE];
    char *statement;
    struct claim_id_array reports;
    // The event that it dates or counts. Claims about one event whose clauses cannot all be true
    // contradict one another (claim/conflict.h). Empty where none is named.
    char event[CLAIM_ID_SIZE];
    struct clause_array clauses;
    char *note;     // NULL where none
    char *document; // the object as it was read, canonical JSON: an edited claim has another one
};
struct claim_array ARRAY_OF(struct claim);

// All reports and claims that were read together.
struct claim_library {
    struct report_array reports;
    struct claim_array claims;
};

void report_done(struct report *report);
void clause_done(struct clause *clause);
void claim_done(struct claim *claim);
void claim_library_done(struct claim_library *library);

const struct report *claim_library_report(const struct claim_library *library, const char *id);
const struct claim *claim_library_claim(const struct claim_library *library, const char *id);

// Whether the selector takes an aircraft with this identity. A key that the aircraft lacks (an
// empty registration) matches no pattern but "*".
bool aircraft_selector_matches(const struct aircraft_selector *selector, const char *icao24,
                               const char *registration, const char *type_code);

// "A124 registered RA-* or RF-*", for sentences; "any aircraft" for an empty selector.
const char *aircraft_selector_describe(const struct aircraft_selector *selector, char *buffer,
                                       size_t size);
