// SPDX-License-Identifier: MIT
// Bad positions, bad clocks, bad identities.
#include "library.h"
#include "routes.h"

#include <string.h>

#define GROUND (-1.0)

static void come_and_go(struct world *world, const struct scenario *scenario)
{
    struct flight *flight = route_begin(world);
    route_in(flight);
    flight_land(flight, world_place("OSLK"), 0);
    flight_park(flight, scenario->minutes * 60, false);
    flight_callsign(flight, "RFF7033");
    route_leave(flight, "OSLK");
    world_add_feed(world, "a", scenario->floor_ft)->poll_s = scenario->poll_s;
    world_expect(world, 0, scenario->least, scenario->most);
}

// When the first flight first comes below that height; only states before `until` count.
static utc_us first_below(const struct world *world, double altitude_ft)
{
    array_foreach (&world->flights[0].states, state)
        if (state->altitude_ft < altitude_ft)
            return state->at;
    return UTC_UNKNOWN;
}

static utc_us lift_off(const struct world *world)
{
    return world->flights[0].visits.items[0].departed;
}

static bool is_wrong(const struct world_feed *feed, const struct true_state *state)
{
    return state->at >= feed->wrong_from && state->at < feed->wrong_until;
}

// ---- Positions

// Round Beirut's field, whatever the aircraft does.
static bool spoofed(const struct world_feed *feed, const struct true_state *state,
                    struct observation *observation)
{
    if (is_wrong(feed, state)) {
        double angle_deg = (double)(state->at / UTC_SECOND % 360);
        observation->position = geodesy_destination(feed->wrong_position, angle_deg, 1.5);
    }
    return true;
}

static bool frozen(const struct world_feed *feed, const struct true_state *state,
                   struct observation *observation)
{
    if (is_wrong(feed, state))
        observation->position = feed->wrong_position;
    return true;
}

static bool jammed(const struct world_feed *feed, const struct true_state *state,
                   struct observation *observation)
{
    if (is_wrong(feed, state)) {
        observation->gps_ok_before = feed->wrong_from;
        observation->nic = 0;
        observation->nac_p = 0;
        observation->position = feed->wrong_position;
    }
    return true;
}

static bool inaccurate(const struct world_feed *feed, const struct true_state *state,
                       struct observation *observation)
{
    if (is_wrong(feed, state)) {
        observation->nac_p = 1;
        observation->sil = 0;
    }
    return true;
}

// Wrong from `height` down to the landing and until well after the take-off.
static void build_bad_positions(struct world *world, const struct scenario *scenario,
                                double from_ft, world_distortion distortion)
{
    come_and_go(world, scenario);
    struct world_feed *feed = &world->feeds[0];
    feed->distort = distortion;
    feed->wrong_from = first_below(world, from_ft);
    feed->wrong_until = lift_off(world) + 5 * UTC_MINUTE;
    feed->wrong_position = world_place("OLBA")->reference;
    if (distortion == frozen || distortion == jammed) {
        struct true_state at;
        if (flight_at(&world->flights[0], feed->wrong_from, &at))
            feed->wrong_position = at.position;
    }
}

static void build_spoofed(struct world *world, const struct scenario *scenario)
{
    build_bad_positions(world, scenario, 15000, spoofed);
}

static void build_spoofed_low(struct world *world, const struct scenario *scenario)
{
    build_bad_positions(world, scenario, 3500, spoofed);
}

// To a place that is on no list of clusters, and on, with the true height.
static void build_spoofed_elsewhere(struct world *world, const struct scenario *scenario)
{
    build_bad_positions(world, scenario, 15000, spoofed);
    world->feeds[0].wrong_position = world_place("OJAI")->reference;
}

// Passes by at FL330 and is shown at Beirut for half an hour.
static void build_spoofed_overflight(struct world *world, const struct scenario *scenario)
{
    struct flight *flight = route_begin(world);
    flight_to(flight, (struct position){35.2, 36.5}, 33000, 1000);
    struct world_feed *feed = world_add_feed(world, "a", scenario->floor_ft);
    feed->distort = spoofed;
    feed->wrong_from = flight->now.at;
    feed->wrong_position = world_place("OLBA")->reference;
    flight_on(flight, 180, 900, 33000, 1000);
    flight_on(flight, 0, 900, 33000, 1000);
    feed->wrong_until = flight->now.at;
    flight_to(flight, route_far_east, 33000, 1000);
}

// Descends to 2,000 ft unseen far in the east while it is shown at Beirut: nothing landed there.
static void build_spoofed_descent(struct world *world, const struct scenario *scenario)
{
    struct flight *flight = route_begin(world);
    route_in(flight);
    struct world_feed *feed = world_add_feed(world, "a", scenario->floor_ft);
    feed->distort = spoofed;
    feed->wrong_from = flight->now.at;
    feed->wrong_until = INT64_MAX;
    feed->wrong_position = world_place(scenario->place)->reference;
    flight_on(flight, 90, 1080, 2500, 1800);
    flight_park(flight, 3600, false);
}

static void build_frozen(struct world *world, const struct scenario *scenario)
{
    build_bad_positions(world, scenario, 9000, frozen);
}

static void build_jammed(struct world *world, const struct scenario *scenario)
{
    build_bad_positions(world, scenario, 8000, jammed);
}

static void build_inaccurate(struct world *world, const struct scenario *scenario)
{
    build_bad_positions(world, scenario, 9000, inaccurate);
}

static void build_mlat(struct world *world, const struct scenario *scenario)
{
    come_and_go(world, scenario);
    world->feeds[0].source = POSITION_SOURCE_MLAT;
}

// ---- Sources that prove nothing

static void build_adsc(struct world *world, const struct scenario *scenario)
{
    come_and_go(world, scenario);
    world->feeds[0].source = POSITION_SOURCE_ADSC;
    world->feeds[0].poll_s = 600;
}

// A feed goes on with its own guess down to the field, where the aircraft never went.
static bool guessed(const struct world_feed *feed, const struct true_state *state,
                    struct observation *observation)
{
    if (!is_wrong(feed, state))
        return true;
    observation->position_source = POSITION_SOURCE_ESTIMATED;
    double share = utc_to_seconds(state->at - feed->wrong_from) / 1200;
    struct position to = world_place("OSLK")->reference;
    observation->position = geodesy_destination(
        feed->wrong_position, geodesy_bearing_deg(feed->wrong_position, to),
        geodesy_distance_nm(feed->wrong_position, to) * (share < 1 ? share : 1));
    observation->altitude_baro_ft = share < 1 ? (int32_t)(18000 * (1 - share)) : 100;
    observation->vertical_rate_fpm = -900;
    return true;
}

static void build_estimated(struct world *world, const struct scenario *scenario)
{
    struct flight *flight = route_begin(world);
    route_in(flight);
    struct world_feed *feed = world_add_feed(world, "fr24", scenario->floor_ft);
    feed->distort = guessed;
    feed->wrong_from = flight->now.at;
    feed->wrong_until = INT64_MAX;
    feed->wrong_position = flight->now.position;
    flight_on(flight, 180, 1800, 18000, 1500);
}

// ---- Identity

static void build_two_on_one_address(struct world *world, const struct scenario *scenario)
{
    come_and_go(world, scenario);
    struct flight *other = world_add_flight(world);
    flight_begin(other, "1551df", "A320", "SYR501", ROUTE_START, (struct position){33.0, 36.0},
                 30000);
    for (int i = 0; i < 8; i++) {
        flight_on(other, 80, 1200, 30000, 500);
        flight_on(other, 260, 1200, 30000, 500);
    }
    world->feeds[0].flights = 1;
    world_add_feed(world, "b", GROUND)->flights = 2;
}

// The old call sign is still sent after the turn-round.
static void build_stale_callsign(struct world *world, const struct scenario *scenario)
{
    struct flight *flight = route_begin(world);
    route_in(flight);
    flight_land(flight, world_place("OSLK"), 0);
    flight_park(flight, scenario->minutes * 60, false);
    flight_take_off(flight, world_place("OSLK"), 0, 4000);
    flight_on(flight, 20, 300, 15000, 2200);
    flight_callsign(flight, "RFF7033");
    route_out(flight);
    world_add_feed(world, "a", scenario->floor_ft)->poll_s = scenario->poll_s;
    world_expect(world, 0, scenario->least, scenario->most);
}

// ---- Clocks and feeds

static void build_late_feed(struct world *world, const struct scenario *scenario)
{
    come_and_go(world, scenario);
    struct world_feed *late = world_add_feed(world, "late", GROUND);
    late->delay_s = 90;
}

static void build_two_feeds(struct world *world, const struct scenario *scenario)
{
    come_and_go(world, scenario);
    world_add_feed(world, "b", 300)->poll_s = 15;
    world_add_feed(world, "c", 6000)->poll_s = 30;
}

// poll_s stands for the skew in seconds here.
static void build_skewed(struct world *world, const struct scenario *scenario)
{
    come_and_go(world, scenario);
    world->feeds[0].poll_s = 10;
    world->feeds[0].clock_ahead_s = scenario->poll_s;
}

static void build_skewed_beside(struct world *world, const struct scenario *scenario)
{
    build_skewed(world, scenario);
    world_add_feed(world, "good", 5000);
}

// clang-format off
static const struct scenario scenarios[] = {
    {"spoofed/15000ft", "shown at Beirut from 15,000 ft down, lands at Latakia", build_spoofed, GROUND, 300, 10, VISIT_A0, VISIT_A2, ""},
    {"spoofed/15000ft/1500ft", "the same, lost at 1,500 ft", build_spoofed, 1500, 300, 10, VISIT_A0, VISIT_A2, ""},
    {"spoofed/3500ft", "shown at Beirut from 3,500 ft down", build_spoofed_low, 500, 300, 10, VISIT_A2, VISIT_A2, ""},
    {"spoofed/unlisted", "shown at a place on no list of clusters", build_spoofed_elsewhere, GROUND, 300, 10, VISIT_A0, VISIT_A2, ""},
    {"spoofed/overflight", "FL330, shown at Beirut for half an hour", build_spoofed_overflight, GROUND, 0, 10, VISIT_A0, VISIT_A4, ""},
    {"spoofed/descent", "descends elsewhere, shown at Beirut", build_spoofed_descent, 500, 0, 10, VISIT_A0, VISIT_A4, "OLBA"},
    {"spoofed/descent/unlisted", "descends elsewhere, shown at Amman", build_spoofed_descent, 500, 0, 10, VISIT_A0, VISIT_A4, "OJAI"},
    {"frozen/9000ft", "the position stands still from 9,000 ft down", build_frozen, 500, 300, 10, VISIT_A0, VISIT_A2, ""},
    {"jammed/8000ft", "GPS lost from 8,000 ft down, barometric altitude goes on", build_jammed, 500, 300, 10, VISIT_A1, VISIT_A2, ""},
    {"inaccurate/9000ft", "NACp 1 and SIL 0 near the field", build_inaccurate, 500, 300, 10, VISIT_A2, VISIT_A2, ""},
    {"inaccurate/ground", "NACp 1 and SIL 0 near the field, heard on the ground", build_inaccurate, GROUND, 300, 10, VISIT_A2, VISIT_A2, ""},
    {"mlat/1500ft", "computed positions only", build_mlat, 1500, 300, 10, VISIT_A2, VISIT_A2, ""},
    {"adsc", "a satellite fix each ten minutes", build_adsc, GROUND, 300, 10, VISIT_A0, VISIT_A1, ""},
    {"estimated", "a feed's guess goes to Latakia, the aircraft does not", build_estimated, GROUND, 0, 10, VISIT_A0, VISIT_A4, ""},
    {"two-on-one-address", "another aircraft with the same address in cruise", build_two_on_one_address, 1500, 120, 10, VISIT_A3, VISIT_A4, ""},
    {"callsign/changed", "another call sign after the stop", come_and_go, 1500, 120, 10, VISIT_A3, VISIT_A4, ""},
    {"callsign/stale", "the old call sign after the turn-round", build_stale_callsign, GROUND, 60, 10, VISIT_A4, VISIT_A4, ""},
    {"late-feed/4000ft", "one feed down to 4,000 ft, one to the ground but 90 s late", build_late_feed, 4000, 120, 10, VISIT_A4, VISIT_A4, ""},
    {"late-feed/ground", "two feeds to the ground, one 90 s late", build_late_feed, GROUND, 120, 10, VISIT_A4, VISIT_A4, ""},
    {"two-feeds", "three feeds of different reach and rhythm", build_two_feeds, 1500, 120, 10, VISIT_A4, VISIT_A4, ""},
    {"skew/ahead/ground", "the feed's clock is 3 minutes ahead", build_skewed, GROUND, 120, 180, VISIT_A4, VISIT_A4, ""},
    {"skew/behind/ground", "the feed's clock is 3 minutes behind", build_skewed, GROUND, 120, -180, VISIT_A4, VISIT_A4, ""},
    {"skew/ahead/1500ft", "the same, lost at 1,500 ft", build_skewed, 1500, 120, 180, VISIT_A3, VISIT_A4, ""},
    {"skew/behind/1500ft", "the same, lost at 1,500 ft", build_skewed, 1500, 120, -180, VISIT_A3, VISIT_A4, ""},
    {"skew/ahead/beside", "beside a good feed that hears less", build_skewed_beside, GROUND, 120, 180, VISIT_A3, VISIT_A4, ""},
    {"skew/behind/beside", "beside a good feed that hears less", build_skewed_beside, GROUND, 120, -180, VISIT_A3, VISIT_A4, ""},
};
// clang-format on

const struct scenario *scenarios_doubt(size_t *ret_count)
{
    *ret_count = sizeof scenarios / sizeof scenarios[0];
    return scenarios;
}
