// SPDX-License-Identifier: MIT
// A scenario: flights with their truth, and the feeds that hear them, well or badly.
#pragma once

#include "flight.h"
#include "maker.h"

#define WORLD_FLIGHTS_MAX 2
#define WORLD_FEEDS_MAX 3

struct world_feed;
// Changes what a feed reports of a state; false: it reports nothing.
typedef bool (*world_distortion)(const struct world_feed *feed, const struct true_state *state,
                                 struct observation *observation);

struct world_feed {
    const char *id;
    double poll_s; // one position in each poll, as old as seen_s
    double seen_s;
    double delay_s;       // from the position to our receiving it, beyond seen_s
    double clock_ahead_s; // of the feed's clock
    double floor_ft;      // hears nothing lower above the nearest field; negative: the ground too
    utc_us outage_from, outage_until; // answers nothing in between
    enum position_source source;
    uint32_t flights;         // bit n: hears flight n
    world_distortion distort; // or NULL
    // For distortions: where and when it goes wrong.
    utc_us wrong_from, wrong_until;
    struct position wrong_position;
};

struct world {
    struct flight flights[WORLD_FLIGHTS_MAX];
    size_t flight_count;
    struct world_feed feeds[WORLD_FEEDS_MAX];
    size_t feed_count;
};

void world_done(struct world *world);

// A feed with good habits: a position each 10 s, 2 s old, received at once, down to floor_ft.
struct world_feed *world_add_feed(struct world *world, const char *id, double floor_ft);
struct flight *world_add_flight(struct world *world);

// What the feeds gave, in the order in which it was received.
struct made_pushes world_pushes(const struct world *world);

const struct place *world_place(const char *id);
// What the evidence of visit `index` of the first flight must and may lead to.
void world_expect(struct world *world, size_t index, enum visit_grade least, enum visit_grade most);
