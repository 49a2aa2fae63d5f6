// SPDX-License-Identifier: MIT
// The watch list: which aircraft are flagged. Pure: matching only; reading it is
// config/watch_read.c. An entry matches when all its keys match; entries are alternatives.
#pragma once

#include "base/array.h"
#include "base/place.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct observation; // feed/observation.h

#define WATCH_ENTRIES_MAX 64 // one bit each of a watch mask
#define WATCH_ID_SIZE 33
#define WATCH_PATTERNS_MAX 2000 // of one key of one entry
// Within an airfield means this close to its reference point: the circle of methods 3e.
#define WATCH_AIRFIELD_RADIUS_NM 25.0

struct watch_pattern_array ARRAY_OF(char *); // each owned

struct watch_entry {
    char id[WATCH_ID_SIZE];
    struct watch_pattern_array types;         // ICAO designators, exact; "*" for all
    struct watch_pattern_array registrations; // patterns with * and ?
    struct watch_pattern_array hexes;         // exact, or "*"; lower case
    struct watch_pattern_array callsigns;     // patterns
    struct watch_pattern_array squawks;       // exact
    const struct place *within;               // NULL: anywhere. Borrowed from the places
    int military;                             // -1 does not matter, 0 no, 1 yes
    int keep_raw; // -1 default (on unless the entry matches everything), 0, 1
};

// An airframe we know although feeds' databases may not (feeds.md 1.6): identity by address.
struct airframe {
    char icao24[8];
    char registration[13];
    char type_code[5];
    char operator_name[64];
};

struct watch_list {
    struct watch_entry *entries; // owned
    size_t entry_count;
    struct airframe *airframes; // owned, sorted by icao24
    size_t airframe_count;
    void *index; // compiled for speed; private to watch.c
};

// Builds the index after entries and airframes are set. To be called once, before any match.
void watch_list_compile(struct watch_list *list);
void watch_list_done(struct watch_list *list);

// Fills registration and type code that the feed left empty, from the airframes, else (registration
// only) from the address by the rule of feeds.md 7.2; then returns the mask of the entries that
// match. Thread-safe once compiled.
uint64_t watch_list_match(const struct watch_list *list, struct observation *observation);

// The same from an address alone, for a decoder that wants to skip early: false means that no entry
// can match whatever the other fields say.
bool watch_list_may_match_address(const struct watch_list *list, const char *icao24);

// The same from all that says who an aircraft is: address, registration, type and whether it is
// military. Callsign, squawk and position are not looked at.
bool watch_list_may_match_identity(const struct watch_list *list,
                                   const struct observation *identity);
// And from everything but the position.
bool watch_list_may_match_somewhere(const struct watch_list *list,
                                    const struct observation *observation);

// True when an entry matches every aircraft.
bool watch_list_matches_everything(const struct watch_list *list);

// Whether raw bytes are kept for an aircraft that matched with this mask.
bool watch_list_keeps_raw(const struct watch_list *list, uint64_t mask);

// The airframe of that address, or NULL.
const struct airframe *watch_list_airframe(const struct watch_list *list, const char *icao24);

// RA-NNNNN and RF-NNNNN (five digits, any letter case): address = 0x140000 + NNNNN (feeds.md 7.2).
// False for anything else.
bool watch_address_of_registration(const char *registration, char ret_icao24[8]);
// The inverse, as "RA-NNNNN". False outside 0x140000 + [0, 99999].
bool watch_registration_of_address(const char *icao24, char ret_registration[13]);

// Whether one of the patterns matches the registration in its own spelling or, for RA-NNNNN and
// RF-NNNNN, in the other one: both name the same address, and databases differ (feeds.md 7.2).
bool watch_registration_matches(const struct watch_pattern_array *patterns,
                                const char *registration);

// The addresses by which an entry's aircraft should be asked for besides their type or
// registration, since feeds' databases miss the airframes that matter most (feeds.md 1.6): the
// entry's own hexes; else those of the known airframes that fit its types and registrations, and,
// where the entry names no types, those that the address rule gives for its registration patterns
// ("RA-82*": a thousand). None for an entry that names neither. Distinct, ascending. Fills up to
// `capacity` of them and returns how many there are.
size_t watch_entry_addresses(const struct watch_list *list, const struct watch_entry *entry,
                             char (*ret_addresses)[8], size_t capacity);
