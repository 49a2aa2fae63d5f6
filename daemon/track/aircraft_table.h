// SPDX-License-Identifier: MIT
// The aircraft by their address, walked in the order in which they were put in.
#pragma once

#include <stddef.h>

struct aircraft;
struct aircraft_table;

struct aircraft_table *aircraft_table_new(void);
void aircraft_table_free(struct aircraft_table *table); // and all its aircraft

struct aircraft *aircraft_table_find(const struct aircraft_table *table, const char *icao24);
// Takes ownership. The address must not be in the table yet.
void aircraft_table_put(struct aircraft_table *table, struct aircraft *aircraft);
// Frees the aircraft.
void aircraft_table_remove(struct aircraft_table *table, struct aircraft *aircraft);
void aircraft_table_clear(struct aircraft_table *table);
size_t aircraft_table_count(const struct aircraft_table *table);

// The aircraft after `previous`, or the first for NULL; NULL at the end. To remove one while
// walking, ask for the next one first.
struct aircraft *aircraft_table_next(const struct aircraft_table *table,
                                     const struct aircraft *previous);
