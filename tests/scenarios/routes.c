// SPDX-License-Identifier: MIT
#include "routes.h"

const struct position route_far_east = {36.55, 40.60}, route_near_east = {36.05, 37.60};

struct flight *route_begin(struct world *world)
{
    struct flight *flight = world_add_flight(world);
    flight_begin(flight, "1551df", "IL62", "RFF7032", ROUTE_START, route_far_east, 33000);
    return flight;
}

void route_in(struct flight *flight)
{
    flight_to(flight, route_near_east, 33000, 1000);
}

void route_out(struct flight *flight)
{
    flight_to(flight, route_near_east, 33000, 2200);
    flight_to(flight, route_far_east, 33000, 1500);
}

void route_leave(struct flight *flight, const char *place)
{
    const struct place *field = world_place(place);
    flight_take_off(flight, field, 0, field->elevation_ft + 3000);
    route_out(flight);
}
