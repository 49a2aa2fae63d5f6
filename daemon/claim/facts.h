// SPDX-License-Identifier: MIT
// What is known that may bear on a clause: rows of visits, sightings, presences, coverage, as the
// database has them. The claim stage's only input beside the claim itself. Rows carry since when
// they are known and until when they were believed, so that the same facts can be judged as of an
// earlier day. The order of rows never matters.
#pragma once

#include "base/array.h"
#include "base/place.h"
#include "base/utc.h"
#include "claim/control_sample.h"
#include "claim/words.h"
#include "feed/observation.h"

#include <stdbool.h>
#include <stdint.h>

#define FACT_ID_SIZE 37 // a UUID as text
#define FACT_FEEDS_MAX 64
#define FACT_FEED_SIZE 33

// Since when a row is in the record, and when it was superseded (UTC_UNKNOWN: it still stands).
struct fact_life {
    utc_us recorded_at; // UTC_UNKNOWN: from the beginning
    utc_us superseded_at;
};

struct known_visit {
    struct fact_life life;
    char visit_id[FACT_ID_SIZE];
    char icao24[ICAO24_SIZE];
    char registration[REGISTRATION_SIZE];
    char type_code[TYPE_CODE_SIZE];
    char place[PLACE_ID_SIZE];
    enum evidence_grade grade;
    utc_us arrived_after, arrived_before; // UTC_UNKNOWN where unbounded
    utc_us departed_after, departed_before;
    char sighting_in[FACT_ID_SIZE], sighting_out[FACT_ID_SIZE]; // may be empty
    uint64_t feeds; // bit n: claim_facts.feeds[n] has points of it
};
struct known_visit_array ARRAY_OF(struct known_visit);

// One aircraft seen inside one region during one sighting.
struct known_presence {
    struct fact_life life;
    char sighting_id[FACT_ID_SIZE];
    char icao24[ICAO24_SIZE];
    char registration[REGISTRATION_SIZE];
    char type_code[TYPE_CODE_SIZE];
    char region[PLACE_ID_SIZE];
    utc_us entered_at, left_at; // first and last plausible point inside
    uint64_t feeds;
};
struct known_presence_array ARRAY_OF(struct known_presence);

// Where an airframe certainly was at a moment: a sighting's first or last plausible position.
struct known_fix {
    struct fact_life life;
    char sighting_id[FACT_ID_SIZE];
    char icao24[ICAO24_SIZE];
    char registration[REGISTRATION_SIZE];
    char type_code[TYPE_CODE_SIZE];
    utc_us at;
    struct position position;
    uint64_t feeds;
};
struct known_fix_array ARRAY_OF(struct known_fix);

// One row of coverage_hour. A missing row means that nobody looked.
struct known_hour {
    char place[PLACE_ID_SIZE];
    utc_us hour;
    enum coverage_state state;
    bool synthetic; // some of its answers are made up
    // Bit n: those of whom the claim's clause n speaks were not looked for, so that to it nobody
    // looked.
    uint64_t unwatched;
};
struct known_hour_array ARRAY_OF(struct known_hour);

// Arrivals of other traffic at a place that are known to have happened, and how many of them were
// seen.
struct known_control {
    char place[PLACE_ID_SIZE];
    struct control_sample sample;
};
struct known_control_array ARRAY_OF(struct known_control);

struct known_feed {
    char id[FACT_FEED_SIZE];
    char shares_receivers_with[FACT_FEED_SIZE]; // another feed's id, or empty
    bool synthetic;                             // made-up data: labelled wherever it is evidence
};
struct known_feed_array ARRAY_OF(struct known_feed);

struct claim_facts {
    utc_us as_of; // the moment of the judgement: what was recorded after it does not count
    const struct place *places; // borrowed: all airfields and regions
    size_t place_count;
    size_t clause; // the number of the clause that is judged, for the bits of known_hour.unwatched
    struct known_visit_array visits;
    struct known_presence_array presences;
    struct known_fix_array fixes;
    struct known_hour_array hours;
    struct known_control_array controls;
    struct known_feed_array feeds; // at most FACT_FEEDS_MAX
};

void claim_facts_done(struct claim_facts *facts);
// Keeps feeds, places and as_of; drops the rest but not its memory.
void claim_facts_clear(struct claim_facts *facts);

// Puts rows into the one order in which they are judged (by time, then by id), whatever order they
// came in, and drops rows given twice. To be called before judging.
void claim_facts_sort(struct claim_facts *facts);

bool fact_is_known(const struct fact_life *life, utc_us as_of);

// NULL when there is no such place.
const struct place *claim_facts_place(const struct claim_facts *facts, const char *id);

// Whether a visit to airfield `airfield` is one to `place`: the same by id or alias, or a field in
// the region.
bool claim_facts_is_at(const struct claim_facts *facts, const char *airfield, const char *place);
