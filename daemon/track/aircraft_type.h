// SPDX-License-Identifier: MIT
// What a type of aircraft can do: for brackets, feasibility and the runway it needs.
#pragma once

struct aircraft_type {
    char code[5];       // ICAO Doc 8643 designator; empty for the row of all others
    const char *name;   // "Il-62M"
    int top_speed_kt;   // highest true airspeed in service
    double endurance_h; // longest flight with full tanks
    int runway_min_ft;  // below that it does not go (0: does not matter)
};

// Never NULL: a type that is not in the table gets a row of generous values.
const struct aircraft_type *aircraft_type_find(const char *code);
