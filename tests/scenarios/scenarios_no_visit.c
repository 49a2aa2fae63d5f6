// SPDX-License-Identifier: MIT
// What looks like a landing and is none, or is one elsewhere or later.
#include "library.h"
#include "routes.h"

#define GROUND (-1.0)

static void feed_for(struct world *world, const struct scenario *scenario)
{
    world_add_feed(world, "a", scenario->floor_ft)->poll_s = scenario->poll_s;
}

static void outage(struct world *world, utc_us from, double minutes)
{
    struct world_feed *feed = &world->feeds[world->feed_count - 1];
    feed->outage_from = from;
    feed->outage_until = from + (utc_us)(minutes * 60) * UTC_SECOND;
}

static void build_go_around(struct world *world, const struct scenario *scenario)
{
    const struct place *latakia = world_place("OSLK");
    struct flight *flight = route_begin(world);
    route_in(flight);
    flight_approach(flight, latakia, 0, 300);
    flight_on(flight, 177, 90, 2500, 2000);
    flight_on(flight, 270, 60, 2500, 500);
    flight_on(flight, 357, 300, 3000, 500);
    flight_land(flight, latakia, 0);
    flight_park(flight, 7200, false);
    route_leave(flight, "OSLK");
    feed_for(world, scenario);
    world_expect(world, 0, scenario->least, scenario->most);
}

// Goes around and lands at another field.
static void build_diversion(struct world *world, const struct scenario *scenario)
{
    const struct place *other = world_place(scenario->place);
    struct flight *flight = route_begin(world);
    route_in(flight);
    flight_approach(flight, world_place("OSLK"), 0, scenario->minutes); // height here, not minutes
    flight_on(flight, 200, 120, 9000, 2500);
    flight_land(flight, other, 0);
    flight_park(flight, 7200, false);
    route_leave(flight, scenario->place);
    feed_for(world, scenario);
    world_expect(world, 0, scenario->least, scenario->most);
}

static void build_touch_and_go(struct world *world, const struct scenario *scenario)
{
    struct flight *flight = route_begin(world);
    route_in(flight);
    flight_touch_and_go(flight, world_place("OSLK"), 0, scenario->minutes); // seconds on the runway
    route_out(flight);
    feed_for(world, scenario);
}

// Three times round, then a full stop.
static void build_circuits(struct world *world, const struct scenario *scenario)
{
    const struct place *latakia = world_place("OSLK");
    struct flight *flight = route_begin(world);
    route_in(flight);
    for (int i = 0; i < 3; i++) {
        flight_touch_and_go(flight, latakia, 0, 20);
        flight_on(flight, 270, 60, 2000, 1500);
        flight_on(flight, 357, 240, 2500, 1000);
    }
    flight_land(flight, latakia, 0);
    flight_park(flight, 7200, false);
    route_leave(flight, "OSLK");
    feed_for(world, scenario);
    world_expect(world, 0, scenario->least, scenario->most);
}

// Low over the field without landing; with minutes > 0 unheard for so long from just before it.
static void build_overflight(struct world *world, const struct scenario *scenario)
{
    const struct place *latakia = world_place("OSLK");
    struct flight *flight = route_begin(world);
    flight_to(flight, (struct position){35.8, 36.9}, 9000, 2000);
    flight_to(flight, (struct position){35.55, 36.25}, 3000, 1500);
    flight_on(flight, 236, 60, 3000, 500);
    feed_for(world, scenario);
    if (scenario->minutes > 0)
        outage(world, flight->now.at, scenario->minutes);
    flight_to(flight, latakia->reference, 3000, 500);
    flight_on(flight, 210, 600, 3000, 500);
    flight_on(flight, 30, 300, 3000, 500);
    route_out(flight);
}

static void build_high_overflight(struct world *world, const struct scenario *scenario)
{
    struct flight *flight = route_begin(world);
    flight_to(flight, world_place("OSLK")->reference, 33000, 1000);
    flight_on(flight, 250, 1200, 33000, 1000);
    feed_for(world, scenario);
    if (scenario->minutes > 0)
        outage(world, flight->now.at - 20 * UTC_MINUTE, scenario->minutes);
}

// In a hold at 6,000 ft, below what the feed hears, then on; lands only if a place is given.
static void build_hold(struct world *world, const struct scenario *scenario)
{
    struct flight *flight = route_begin(world);
    route_in(flight);
    flight_to(flight, (struct position){35.72, 36.30}, 7000, 2000);
    flight_hold(flight, scenario->minutes * 60);
    if (scenario->place[0] != '\0') {
        flight_land(flight, world_place(scenario->place), 0);
        flight_park(flight, 7200, false);
        route_leave(flight, scenario->place);
    } else {
        route_out(flight);
    }
    feed_for(world, scenario);
    world_expect(world, 0, scenario->least, scenario->most);
}

// Lost at 4,000 ft on approach, but it broke off below and is found again far away, too soon for a
// stop.
static void build_broken_off(struct world *world, const struct scenario *scenario)
{
    struct flight *flight = route_begin(world);
    route_in(flight);
    flight_approach(flight, world_place("OSLK"), 0, 600);
    flight_on(flight, 177, scenario->minutes * 60, 3500, 1500);
    flight_on(flight, 90, 900, 20000, 2200);
    feed_for(world, scenario);
}

// Between Tiyas and Shayrat: lost on the way down, and lands at one of them.
static void build_between(struct world *world, const struct scenario *scenario)
{
    const struct place *field = world_place(scenario->place);
    struct flight *flight = world_add_flight(world);
    flight_begin(flight, "1551df", "IL62", "RFF7032", ROUTE_START, (struct position){35.9, 37.6},
                 24000);
    flight_to(flight, (struct position){34.75, 37.25}, 9000, 2500);
    flight_land(flight, field, 0);
    flight_park(flight, scenario->minutes * 60, false);
    if (scenario->minutes > 0) {
        flight_take_off(flight, field, 0, 8000);
        flight_to(flight, (struct position){35.9, 38.6}, 30000, 2200);
    }
    feed_for(world, scenario);
    world_expect(world, 0, scenario->least, scenario->most);
}

// Nothing answers from 6,000 ft on the way in until after the landing.
static void build_outage(struct world *world, const struct scenario *scenario)
{
    const struct place *latakia = world_place("OSLK");
    struct flight *flight = route_begin(world);
    route_in(flight);
    flight_to(flight, (struct position){35.80, 36.30}, 6000, 2000);
    feed_for(world, scenario);
    outage(world, flight->now.at, scenario->minutes);
    flight_land(flight, latakia, 0);
    flight_park(flight, 1800, true);
    flight_park(flight, 5400, false);
    route_leave(flight, "OSLK");
    world_expect(world, 0, scenario->least, scenario->most);
}

// Nothing answers while it flies level at 7,000 ft, not far from Latakia; no landing.
static void build_outage_in_flight(struct world *world, const struct scenario *scenario)
{
    struct flight *flight = route_begin(world);
    flight_to(flight, (struct position){35.9, 37.2}, 7000, 2500);
    flight_to(flight, (struct position){35.55, 36.30}, 7000, 500);
    feed_for(world, scenario);
    outage(world, flight->now.at, scenario->minutes);
    flight_on(flight, 180, scenario->minutes * 60 + 60, 7000, 500);
    flight_on(flight, 90, 900, 20000, 2000);
}

// Comes down at a strip that is on no list, 22 nm from Latakia and not on the way there.
static void build_unlisted(struct world *world, const struct scenario *scenario)
{
    struct flight *flight = route_begin(world);
    flight_to(flight, (struct position){35.75, 36.75}, 9000, 2500);
    flight_to(flight, (struct position){35.72, 36.37}, 1500, 1500);
    flight_on(flight, 330, 60, 300, 800);
    flight_park(flight, 3600, false);
    feed_for(world, scenario);
}

// clang-format off
static const struct scenario scenarios[] = {
    {"go-around/ground", "goes around, then lands", build_go_around, GROUND, 0, 10, VISIT_A4, VISIT_A4, ""},
    {"go-around/1500ft", "goes around below what is heard, then lands", build_go_around, 1500, 0, 10, VISIT_A3, VISIT_A4, ""},
    {"diversion/OSDI/ground", "goes around at 400 ft and lands at Damascus", build_diversion, GROUND, 400, 10, VISIT_A4, VISIT_A4, "OSDI"},
    {"diversion/OSDI/1500ft", "turns away at 2,000 ft, lands at Damascus", build_diversion, 1500, 2000, 10, VISIT_A3, VISIT_A4, "OSDI"},
    {"diversion/OSDI/4000ft", "turns away unheard at 2,000 ft, lands at Damascus", build_diversion, 4000, 2000, 10, VISIT_A3, VISIT_A4, "OSDI"},
    {"diversion/OLBA/ground", "lands at Beirut indeed", build_diversion, GROUND, 1500, 10, VISIT_A4, VISIT_A4, "OLBA"},
    {"diversion/OLBA/1500ft", "lands at Beirut indeed, lost at 1,500 ft", build_diversion, 1500, 2000, 10, VISIT_A2, VISIT_A4, "OLBA"},
    {"touch-and-go/ground", "20 s on the runway, then away", build_touch_and_go, GROUND, 20, 5, VISIT_A0, VISIT_A4, ""},
    {"touch-and-go/1500ft", "unheard below 1,500 ft", build_touch_and_go, 1500, 20, 10, VISIT_A0, VISIT_A4, ""},
    {"touch-and-go/4000ft", "unheard below 4,000 ft", build_touch_and_go, 4000, 20, 10, VISIT_A0, VISIT_A4, ""},
    {"circuits/ground", "three touch-and-goes and a landing", build_circuits, GROUND, 0, 10, VISIT_A4, VISIT_A4, ""},
    {"circuits/1500ft", "the same, heard down to 1,500 ft", build_circuits, 1500, 0, 10, VISIT_A3, VISIT_A4, ""},
    {"overflight/low", "3,000 ft over the field", build_overflight, GROUND, 0, 10, VISIT_A0, VISIT_A4, ""},
    {"overflight/low/12min", "the same, unheard for 12 minutes", build_overflight, GROUND, 12, 10, VISIT_A0, VISIT_A4, ""},
    {"overflight/low/22min", "the same, unheard for 22 minutes", build_overflight, GROUND, 22, 10, VISIT_A0, VISIT_A4, ""},
    {"overflight/low/4000ft", "the same, below what is heard", build_overflight, 4000, 0, 10, VISIT_A0, VISIT_A4, ""},
    {"overflight/high", "FL330 over the field", build_high_overflight, GROUND, 0, 10, VISIT_A0, VISIT_A4, ""},
    {"overflight/high/40min", "FL330, lost over the field", build_high_overflight, GROUND, 40, 10, VISIT_A0, VISIT_A4, ""},
    {"hold/20min", "holds at 7,000 ft, heard", build_hold, GROUND, 20, 10, VISIT_A0, VISIT_A4, ""},
    {"hold/20min/8000ft", "holds unheard for 20 minutes, then leaves", build_hold, 8000, 20, 10, VISIT_A0, VISIT_A4, ""},
    {"hold/25min/land", "holds unheard below 8,000 ft, then lands", build_hold, 8000, 25, 10, VISIT_A2, VISIT_A4, "OSLK"},
    {"broken-off/15min", "breaks off unheard, found again after 15 minutes", build_broken_off, 4000, 15, 10, VISIT_A0, VISIT_A4, ""},
    {"broken-off/26min", "breaks off unheard, found again after 26 minutes", build_broken_off, 4000, 26, 10, VISIT_A0, VISIT_A4, ""},
    {"between/OS72/back", "lost between two fields, emerges from Tiyas", build_between, 8000, 300, 10, VISIT_A2, VISIT_A4, "OS72"},
    {"between/OS65/back", "lost between two fields, emerges from Shayrat", build_between, 8000, 300, 10, VISIT_A2, VISIT_A4, "OS65"},
    {"between/OS72", "lost between two fields, not seen again", build_between, 8000, 0, 10, VISIT_A0, VISIT_A1, "OS72"},
    {"between/OS65/3000ft", "lost at 3,000 ft on the way to Shayrat", build_between, 3000, 0, 10, VISIT_A2, VISIT_A2, "OS65"},
    {"outage/ground", "the feed is away during the landing, heard parked", build_outage, GROUND, 25, 10, VISIT_A4, VISIT_A4, ""},
    {"outage/1500ft", "the feed is away during the landing", build_outage, 1500, 40, 10, VISIT_A2, VISIT_A4, ""},
    {"outage/in-flight/15min", "the feed is away in level flight at 7,000 ft", build_outage_in_flight, GROUND, 15, 10, VISIT_A0, VISIT_A4, ""},
    {"outage/in-flight/25min", "the feed is away in level flight at 7,000 ft", build_outage_in_flight, GROUND, 25, 10, VISIT_A0, VISIT_A4, ""},
    {"unlisted/22nm", "a strip on no list, 22 nm off", build_unlisted, 1500, 0, 10, VISIT_A0, VISIT_A4, ""},
};
// clang-format on

const struct scenario *scenarios_no_visit(size_t *ret_count)
{
    *ret_count = sizeof scenarios / sizeof scenarios[0];
    return scenarios;
}
