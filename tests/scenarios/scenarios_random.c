// SPDX-License-Identifier: MIT
// Flights put together by chance: any field, direction, floor, rhythm and length of stop, with the
// odd hold, go-around, overflight or outage on the way. They look for what the written scenarios
// did not think of.
#include "scenarios_random.h"

static uint32_t below(uint64_t *seed, uint32_t limit)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(*seed >> 33) % limit;
}

static double between(uint64_t *seed, double low, double high)
{
    return low + (high - low) * below(seed, 10000) / 10000.0;
}

static const struct place *any_field(uint64_t *seed)
{
    static const char *const fields[] = {"OSLK", "OSDI", "OLBA", "OS72", "OS65", "OSAP", "OS58",
                                         "LCLK", "LTAG", "UUMU", "UUWW", "HLLM", "HL59"};
    return world_place(fields[below(seed, sizeof fields / sizeof fields[0])]);
}

static void wander(struct flight *flight, uint64_t *seed, const struct place *field)
{
    struct position near =
        geodesy_destination(field->reference, between(seed, 0, 360), between(seed, 15, 60));
    switch (below(seed, 5)) {
    case 0: // holds near by
        flight_to(flight, near, field->elevation_ft + between(seed, 4000, 12000), 1800);
        flight_hold(flight, between(seed, 120, 900));
        break;
    case 1: // goes around
        flight_approach(flight, field, (int)below(seed, 2), between(seed, 200, 2000));
        flight_on(flight, between(seed, 0, 360), 240, field->elevation_ft + 4000, 2000);
        break;
    case 2: // low over the field first
        flight_to(flight, near, field->elevation_ft + 4000, 2000);
        flight_to(flight, field->reference, field->elevation_ft + between(seed, 2000, 6000), 1500);
        flight_on(flight, between(seed, 0, 360), 300, field->elevation_ft + 6000, 1500);
        break;
    default:
        break;
    }
}

void scenario_random(struct world *world, uint64_t with_seed)
{
    uint64_t seed = with_seed * 2654435761U + 1;
    for (int i = 0; i < 4; i++)
        below(&seed, 2);
    const struct place *field = any_field(&seed);
    struct position start =
        geodesy_destination(field->reference, between(&seed, 0, 360), between(&seed, 80, 220));
    struct flight *flight = world_add_flight(world);
    flight_begin(flight, "1551df", "IL76", "RFF7032", MAKER_START, start,
                 between(&seed, 18000, 36000));
    uint32_t legs = 1 + below(&seed, 3);
    for (uint32_t leg = 0; leg < legs; leg++) {
        wander(flight, &seed, field);
        if (below(&seed, 6) == 0) {
            // Does not land after all.
            flight_on(flight, between(&seed, 0, 360), 1500, between(&seed, 20000, 34000), 2000);
        } else {
            flight_land(flight, field, (int)below(&seed, 2));
            flight_park(flight, between(&seed, 0, 600), true);
            flight_park(flight, between(&seed, 1800, 90000), false);
            flight_take_off(flight, field, (int)below(&seed, 2), field->elevation_ft + 2500);
            flight_on(flight, between(&seed, 0, 360), between(&seed, 900, 2400),
                      between(&seed, 16000, 34000), 2200);
        }
        if (below(&seed, 2) == 0)
            field = any_field(&seed);
    }
    static const double floors_ft[] = {-1, -1, 300, 800, 1500, 2500, 4000, 6000, 8000, 12000};
    static const double polls_s[] = {1, 5, 10, 10, 15, 30, 60};
    uint32_t feeds = 1 + below(&seed, 2);
    static const char *const names[] = {"a", "b"};
    for (uint32_t i = 0; i < feeds; i++) {
        struct world_feed *feed = world_add_feed(world, names[i], floors_ft[below(&seed, 10)]);
        feed->poll_s = polls_s[below(&seed, 7)];
        feed->seen_s = between(&seed, 0, 8);
        // Late, or with a wrong clock; both at once cannot be told from the truth.
        switch (below(&seed, 10)) {
        case 0:
        case 1:
            feed->delay_s = between(&seed, 30, 120);
            break;
        case 2:
            feed->clock_ahead_s = between(&seed, -180, 180);
            break;
        default:
            break;
        }
        if (below(&seed, 4) == 0) {
            utc_us span = flight->now.at - MAKER_START;
            feed->outage_from = MAKER_START + (utc_us)(between(&seed, 0, 1) * (double)span);
            feed->outage_until = feed->outage_from + (utc_us)between(&seed, 300, 5400) * UTC_SECOND;
        }
    }
}
