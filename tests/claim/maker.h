// SPDX-License-Identifier: MIT
// Synthetic facts and clauses for the tests of the claim stage. Every flight made here is made up.
#pragma once

#include "claim/judge.h"
#include "claim/read.h"

// A moment from its text; fails the test when it is none.
utc_us at(const char *text);

// A handful of airfields and regions with their real positions and zones.
const struct place *maker_places(size_t *ret_count);

// Fixed offsets: Asia/Damascus and Europe/Moscow +3 h, Africa/Tripoli +2 h, Asia/Kolkata +5:30, and
// Test/Changing, which steps from +1 h to +2 h on 2025-03-30T01:00Z.
struct claim_vocabulary maker_vocabulary(void);

// Reads one claim with these clauses (the inside of the JSON list); fails the test on any error.
struct claim_library maker_claim(const char *clauses_json);

// Facts as of a moment, with three feeds: 0 "adsb.lol", 1 "adsb.fi", 2 "theairtraffic" that shares
// receivers with adsb.lol, 3 "made-up" that is synthetic.
struct claim_facts maker_facts(const char *as_of);

#define FEED_ADSB_LOL 1u
#define FEED_ADSB_FI 2u
#define FEED_THEAIRTRAFFIC 4u
#define FEED_MADE_UP 8u

// A visit of an An-124 (RA-82038) unless changed: arrival bracket as given, a stop of three hours,
// grade A3, from adsb.lol, known from the beginning. The pointer is valid until the next one is
// made.
struct known_visit *maker_visit(struct claim_facts *facts, const char *id, const char *place,
                                const char *arrived_after, const char *arrived_before);
void maker_aircraft(struct known_visit *visit, const char *icao24, const char *registration,
                    const char *type_code);
struct known_presence *maker_presence(struct claim_facts *facts, const char *id, const char *region,
                                      const char *entered, const char *left);

// `state` for every hour from `from` until before `to`.
void maker_hours(struct claim_facts *facts, const char *place, const char *from, const char *to,
                 enum coverage_state state);
// Of every hundred hours in [from, to) the first `percent` in `state`, the rest in `otherwise`.
void maker_hours_share(struct claim_facts *facts, const char *place, const char *from,
                       const char *to, unsigned percent, enum coverage_state state,
                       enum coverage_state otherwise);

// Judges the claim's first clause; the finding is the caller's.
struct finding maker_judge(const struct claim_library *library, struct claim_facts *facts);

// Judges the first clause and compares its verdict's word; releases the finding.
void assert_verdict(const struct claim_library *library, struct claim_facts *facts,
                    const char *verdict);
