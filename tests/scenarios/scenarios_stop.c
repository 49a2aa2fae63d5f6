// SPDX-License-Identifier: MIT
// Flights that come to Latakia, stop, and leave again, heard down to one height or another.
#include "library.h"
#include "routes.h"

static void land_and_leave(struct world *world, double minutes)
{
    const struct place *latakia = world_place("OSLK");
    struct flight *flight = route_begin(world);
    route_in(flight);
    flight_land(flight, latakia, 0);
    flight_park(flight, minutes * 60 - 300, false);
    flight_callsign(flight, "RFF7033");
    route_leave(flight, "OSLK");
}

// floor_ft: what the feed hears; minutes: the stop; poll_s.
static void build_stop(struct world *world, const struct scenario *scenario)
{
    land_and_leave(world, scenario->minutes);
    world_add_feed(world, "a", scenario->floor_ft)->poll_s = scenario->poll_s;
    world_expect(world, 0, scenario->least, scenario->most);
}

// The same, but it is not seen to leave while the record lasts.
static void build_stay(struct world *world, const struct scenario *scenario)
{
    struct flight *flight = route_begin(world);
    route_in(flight);
    flight_land(flight, world_place("OSLK"), 0);
    flight_park(flight, 3600, false);
    world_add_feed(world, "a", scenario->floor_ft)->poll_s = scenario->poll_s;
    world_expect(world, 0, scenario->least, scenario->most);
}

// The record begins while it is parked.
static void build_departure(struct world *world, const struct scenario *scenario)
{
    struct flight *flight = world_add_flight(world);
    flight_begin_parked(flight, "1551df", "IL62", "RFF7033", ROUTE_START, world_place("OSLK"));
    flight_park(flight, 600, false);
    route_leave(flight, "OSLK");
    world_add_feed(world, "a", scenario->floor_ft)->poll_s = scenario->poll_s;
    world_expect(world, 0, scenario->least, scenario->most);
}

// To Latakia, and found again at another field: the hop between was not heard.
static void build_hop(struct world *world, const struct scenario *scenario)
{
    const struct place *latakia = world_place("OSLK"), *other = world_place(scenario->place);
    struct flight *flight = route_begin(world);
    route_in(flight);
    flight_land(flight, latakia, 0);
    flight_park(flight, scenario->minutes * 30, false);
    flight_take_off(flight, latakia, 0, 3000);
    flight_to(flight, other->reference, 3500, 1500);
    flight_land(flight, other, 0);
    flight_park(flight, scenario->minutes * 30, false);
    route_leave(flight, scenario->place);
    world_add_feed(world, "a", scenario->floor_ft)->poll_s = scenario->poll_s;
    world_expect(world, 0, scenario->least, scenario->most);
    world_expect(world, 1, VISIT_A2, scenario->most);
}

// Two landings at two fields, all heard.
static void build_tour(struct world *world, const struct scenario *scenario)
{
    struct flight *flight = route_begin(world);
    route_in(flight);
    flight_land(flight, world_place("OSLK"), 0);
    flight_park(flight, scenario->minutes * 60, false);
    flight_take_off(flight, world_place("OSLK"), 0, 12000);
    flight_land(flight, world_place(scenario->place), 0);
    flight_park(flight, scenario->minutes * 60, false);
    route_leave(flight, scenario->place);
    world_add_feed(world, "a", scenario->floor_ft)->poll_s = scenario->poll_s;
    world_expect(world, 0, scenario->least, scenario->most);
    world_expect(world, 1, scenario->least, scenario->most);
}

#define GROUND (-1.0)

// clang-format off
static const struct scenario scenarios[] = {
    {"stop/ground/40min", "heard on the ground, 40 minutes", build_stop, GROUND, 40, 10, VISIT_A4, VISIT_A4, ""},
    {"stop/ground/5h", "heard on the ground, 5 hours", build_stop, GROUND, 300, 10, VISIT_A4, VISIT_A4, ""},
    {"stop/ground/2d", "heard on the ground, two days", build_stop, GROUND, 2880, 10, VISIT_A4, VISIT_A4, ""},
    {"stop/ground/overnight", "over UTC midnight", build_stop, GROUND, 960, 10, VISIT_A4, VISIT_A4, ""},
    {"stop/300ft/40min", "lost on short final", build_stop, 300, 40, 10, VISIT_A4, VISIT_A4, ""},
    {"stop/300ft/5h", "lost on short final", build_stop, 300, 300, 10, VISIT_A4, VISIT_A4, ""},
    {"stop/1500ft/40min", "lost at 1,500 ft", build_stop, 1500, 40, 10, VISIT_A3, VISIT_A4, ""},
    {"stop/1500ft/5h", "lost at 1,500 ft", build_stop, 1500, 300, 10, VISIT_A3, VISIT_A4, ""},
    {"stop/1500ft/2d", "lost at 1,500 ft", build_stop, 1500, 2880, 10, VISIT_A3, VISIT_A4, ""},
    {"stop/4000ft/40min", "lost at 4,000 ft", build_stop, 4000, 40, 10, VISIT_A3, VISIT_A4, ""},
    {"stop/4000ft/5h", "lost at 4,000 ft", build_stop, 4000, 300, 10, VISIT_A3, VISIT_A4, ""},
    {"stop/4000ft/overnight", "lost at 4,000 ft, over UTC midnight", build_stop, 4000, 960, 10, VISIT_A3, VISIT_A4, ""},
    {"stop/4000ft/2d", "lost at 4,000 ft", build_stop, 4000, 2880, 10, VISIT_A3, VISIT_A4, ""},
    {"stop/8000ft/40min", "lost at 8,000 ft", build_stop, 8000, 40, 10, VISIT_A2, VISIT_A4, ""},
    {"stop/8000ft/5h", "lost at 8,000 ft", build_stop, 8000, 300, 10, VISIT_A2, VISIT_A4, ""},
    {"stop/8000ft/2d", "lost at 8,000 ft", build_stop, 8000, 2880, 10, VISIT_A2, VISIT_A4, ""},
    {"stop/12000ft/40min", "lost at 12,000 ft", build_stop, 12000, 40, 10, VISIT_A0, VISIT_A2, ""},
    {"stop/12000ft/5h", "lost at 12,000 ft", build_stop, 12000, 300, 10, VISIT_A0, VISIT_A2, ""},
    {"stop/12000ft/2d", "lost at 12,000 ft", build_stop, 12000, 2880, 10, VISIT_A0, VISIT_A2, ""},
    {"coarse/ground", "polls of 60 s, heard on the ground", build_stop, GROUND, 120, 60, VISIT_A4, VISIT_A4, ""},
    {"coarse/1500ft", "polls of 60 s, lost at 1,500 ft", build_stop, 1500, 120, 60, VISIT_A3, VISIT_A4, ""},
    {"coarse/4000ft", "polls of 60 s, lost at 4,000 ft", build_stop, 4000, 120, 60, VISIT_A2, VISIT_A4, ""},
    {"fast/1500ft", "polls of 1 s, lost at 1,500 ft", build_stop, 1500, 120, 1, VISIT_A3, VISIT_A4, ""},
    {"quick/ground/25min", "a turn-round of 25 minutes, heard on the ground", build_stop, GROUND, 25, 10, VISIT_A4, VISIT_A4, ""},
    {"stay/ground", "not seen to leave", build_stay, GROUND, 0, 10, VISIT_A3, VISIT_A4, ""},
    {"stay/1500ft", "lost at 1,500 ft, not seen to leave", build_stay, 1500, 0, 10, VISIT_A2, VISIT_A2, ""},
    {"stay/4000ft", "lost at 4,000 ft, not seen to leave", build_stay, 4000, 0, 10, VISIT_A2, VISIT_A2, ""},
    {"stay/8000ft", "lost at 8,000 ft, not seen to leave", build_stay, 8000, 0, 10, VISIT_A0, VISIT_A1, ""},
    {"stay/12000ft", "lost at 12,000 ft, not seen to leave", build_stay, 12000, 0, 10, VISIT_A0, VISIT_A1, ""},
    {"departure/ground", "first heard taxiing out", build_departure, GROUND, 0, 10, VISIT_A3, VISIT_A4, ""},
    {"departure/1500ft", "first heard climbing through 1,500 ft", build_departure, 1500, 0, 10, VISIT_A2, VISIT_A2, ""},
    {"departure/4000ft", "first heard climbing through 4,000 ft", build_departure, 4000, 0, 10, VISIT_A2, VISIT_A2, ""},
    {"departure/12000ft", "first heard above 12,000 ft", build_departure, 12000, 0, 10, VISIT_A0, VISIT_A1, ""},
    {"hop/OSDI/10h", "found again at Damascus, the hop unheard", build_hop, 4000, 600, 10, VISIT_A2, VISIT_A3, "OSDI"},
    {"hop/OSAP/4d", "found again at Aleppo four days later", build_hop, 4000, 5760, 10, VISIT_A2, VISIT_A3, "OSAP"},
    {"tour/OSDI", "Latakia, then Damascus, all heard", build_tour, GROUND, 90, 10, VISIT_A4, VISIT_A4, "OSDI"},
    {"tour/LCLK", "Latakia, then Larnaca, lost at 1,500 ft at both", build_tour, 1500, 90, 10, VISIT_A3, VISIT_A4, "LCLK"},
};
// clang-format on

const struct scenario *scenarios_stop(size_t *ret_count)
{
    *ret_count = sizeof scenarios / sizeof scenarios[0];
    return scenarios;
}
