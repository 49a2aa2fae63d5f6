// SPDX-License-Identifier: MIT
// What a watch list held: a text for each entry, by which the database remembers whom a day was
// read for, and whether such a list would have kept all that a claim or another list names. Pure.
#pragma once

#include "base/text.h"
#include "config/watch.h"

// Room for the patterns of one entry, WATCH_PATTERNS_MAX of each of five keys.
#define WATCH_HELD_TEXT_MAX 200000

// How far round an airfield an entry's region must reach for what comes down there to be seen: on a
// path of three degrees an aircraft is below 3,200 ft within 10 NM, and DROPPED_BELOW_FT is 5,000
// ft [inference].
#define WATCH_HELD_APPROACH_NM 10.0

// "types=A124,IL62 registrations=RA-*,RF-* within=syria military=yes": the keys that the entry has,
// in one order, the words of each sorted and each once. What does not choose aircraft (id,
// keep_raw) is left out; an entry that matches everything is "*".
void watch_held_write(const struct watch_entry *entry, struct text *text);

// The entry of such a text, without an id; to be freed by watch_held_done. Returns false for a text
// of another form, or when it lies within a place that is not among `places` any more. `within` is
// borrowed from there.
bool watch_held_read(const char *text, const struct place *places, size_t place_count,
                     struct watch_entry *ret_entry);
void watch_held_done(struct watch_entry *entry);

// Whether every aircraft that `wanted` names would have been kept by one of the entries of `held`,
// whose airframes tell types and registrations of addresses. An entry that keeps some region only
// does where `at_count` airfields lie well inside it. True means sure; patterns that are wide in
// another way may come out false.
bool watch_held_covers(const struct watch_list *held, const struct watch_entry *wanted,
                       const struct place *const *at, size_t at_count);
