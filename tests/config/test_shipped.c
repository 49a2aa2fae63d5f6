// SPDX-License-Identifier: MIT
// The configuration that is shipped: it loads, and says what it is meant to say.
#include "base/text.h"
#include "build_config.h"
#include "config/config.h"
#include "config/watch_held.h"
#include "feed/observation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct config *config;

static int load(void **state)
{
    (void)state;
    struct config_problems problems;
    config_problems_init(&problems);
    int result = config_load(SKYWITNESS_SOURCE_ROOT "/config/skywitness.json", &config, &problems);
    if (result != 0)
        print_error("%s", problems.lines.bytes);
    config_problems_done(&problems);
    return result;
}

static int unload(void **state)
{
    (void)state;
    config_free(config);
    return 0;
}

static bool watches(const char *id, const char *icao24, const char *registration, const char *type)
{
    struct observation observation = {.has_position = false};
    text_copy(observation.icao24, sizeof observation.icao24, icao24);
    text_copy(observation.registration, sizeof observation.registration, registration);
    text_copy(observation.type_code, sizeof observation.type_code, type);
    uint64_t mask = watch_list_match(&config->watch, &observation);
    for (size_t i = 0; i < config->watch.entry_count; i++)
        if (strcmp(config->watch.entries[i].id, id) == 0)
            return (mask >> i & 1) != 0;
    fail_msg("no watch entry %s", id);
    return false;
}

// The airframes of feeds.md 7.3, as a feed that knows nothing of them would give them.
static void watches_the_airframes_by_address_alone(void **state)
{
    (void)state;
    static const char *const air_force_an124[] = {
        "15405a", "15405b", "15405c", "15405d", "15405e", "154064", "154065", "154066", "154067",
        "154068", "154069", "15406a", "15406b", "15406c", "15406d", "15406e", "15406f", "154070",
        "154071", "154072", "154073", "154074", "154075", "154076", "154077", "154078", "154079"};
    for (size_t i = 0; i < sizeof air_force_an124 / sizeof air_force_an124[0]; i++) {
        assert_true(watches("an124", air_force_an124[i], "", ""));
        assert_true(watches("an124-ru", air_force_an124[i], "", ""));
        assert_true(watches("an124-air-force", air_force_an124[i], "", ""));
        assert_false(watches("an124-volga-dnepr", air_force_an124[i], "", ""));
    }
    static const char *const il62[] = {"1551df", "1551e0", "15520a", "15520b", "15520c",
                                       "15521b", "15521f", "155221", "15522c"};
    for (size_t i = 0; i < sizeof il62 / sizeof il62[0]; i++) {
        assert_true(watches("il62", il62[i], "", ""));
        assert_true(watches("il62-ru", il62[i], "", ""));
        assert_true(watches("il62-series", il62[i], "", ""));
        assert_true(watches("il62-air-force", il62[i], "", ""));
    }
    assert_true(watches("an124-volga-dnepr", "15407a", "", ""));
    assert_true(watches("an124-antonov", "508003", "", ""));
    assert_false(watches("an124-ru", "508003", "UR-82029", "A124"));
    assert_true(watches("il62", "510099", "EW-450TR", "IL62"));
    assert_false(watches("il62-ru", "510099", "EW-450TR", "IL62"));
    assert_true(watches("syria-government", "778663", "", ""));
    assert_false(watches("an124", "3c6444", "D-AIBD", "A320"));
}

static void regions_hold_their_airfields(void **state)
{
    (void)state;
    static const struct {
        const char *region, *inside, *outside; // airfields, by blanks
    } cases[] = {
        {"libya", "HLLB HL59 HL69 HLLM HLTQ HLLS HL56 LY-BCQ HL66 HLGD HLKF HL77 HLMS",
         "OSLK HECA DTTA LMML LGAV"},
        {"moscow-region", "UUMU UUBW UUWW UUEE UUDD UUMO", "UUEM RU-5672 RU-0240 UUBP ULLI"},
        {"latakia-province", "OSLK", "OSAP OS58 LTDA OLBA LCLK"},
        {"hmeimim-25nm", "OSLK", "OSAP OS58 LTDA"},
        {"syria", "OSLK OSDI OSKL OSAP OSDZ OSPR OS72 OS65 OS58 OS57 OS60 OS64 OS69 OS70",
         "OLBA LTDA LTAJ OJAI ORBI LLBG OLKA"},
        {"north-eastern-syria", "OSKL", "OSLK OSAP OSPR OSDI LTCR LTAJ"},
        {"eastern-mediterranean", "OSLK LCLK LCRA LCPH OLBA LLBG LCEN", "OSAP OSDI HLLB LTFM HECA"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct place *region = config_place(config, cases[i].region);
        assert_non_null(region);
        for (int inside = 0; inside < 2; inside++) {
            char ids[200];
            text_copy(ids, sizeof ids, inside ? cases[i].inside : cases[i].outside);
            for (char *id = strtok(ids, " "); id != NULL; id = strtok(NULL, " ")) {
                const struct place *field = config_place(config, id);
                if (field == NULL)
                    fail_msg("no airfield %s", id);
                if (place_contains(region, field->reference, 0) != (inside != 0))
                    fail_msg("%s is %s %s", id, inside ? "not in" : "in", cases[i].region);
            }
        }
    }
}

// feeds.md 7.5, and the neighbours so that airfields compete.
static void the_airfields_are_there(void **state)
{
    (void)state;
    static const char *const ids[] = {
        "OSLK", "OSDI",    "OSKL",    "OSAP", "OSDZ",    "OSPR",    "OS72",    "OS65", "OS58",
        "HLLB", "HL59",    "HL69",    "HLLM", "HLTQ",    "HLGN",    "HLLS",    "HL56", "LY-BCQ",
        "HL66", "HLGD",    "HLKF",    "UUMU", "UUBW",    "UUWW",    "UUEE",    "UUDD", "UUMO",
        "UUEM", "RU-0240", "RU-5672", "UWLW", "RU-0152", "RU-0089", "RU-0211", "URSS", "URMM",
        "GABS", "DFFD",    "DRRN",    "LCRA", "FEFF",    "HSPN",    "OIIE",    "UDYZ", "LTAG",
        "LTAF", "LCLK",    "LCPH",    "LLBG", "OLBA",    "OJAI",    "HECA"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        const struct place *field = config_place(config, ids[i]);
        if (field == NULL)
            fail_msg("no airfield %s", ids[i]);
        assert_int_equal(field->kind, PLACE_AIRFIELD);
        assert_true(field->time_zone[0] != '\0');
        bool is_mozdok = strcmp(ids[i], "RU-0152") == 0; // OurAirports gives it no elevation
        assert_int_equal(field->elevation_ft == PLACE_ELEVATION_UNKNOWN, is_mozdok);
        // A runway's ends belong to this field: a wrong row would lie far off.
        for (size_t j = 0; j < field->runway_count; j++)
            for (size_t k = 0; k < 2; k++)
                if (position_is_valid(field->runways[j].ends[k].threshold))
                    assert_true(geodesy_distance_nm(field->reference,
                                                    field->runways[j].ends[k].threshold) < 5);
    }
    assert_int_equal(place_longest_runway_ft(config_place(config, "OSLK")), 9175);
    assert_true(config_place(config, "OLBA")->spoof_radius_nm == 5);
    assert_ptr_equal(config_place(config, "HLGN"), config_place(config, "HLTQ"));
    assert_float_equal(geodesy_distance_nm(config_place(config, "OSLK")->reference,
                                           config_place(config, "LCRA")->reference),
                       153, 2);
}

static void the_feeds_are_gentle(void **state)
{
    (void)state;
    assert_string_equal(config->feeds[0].id, "adsb.lol");
    static const struct {
        const char *id;
        bool enabled;
    } feeds[] = {{"adsb.lol", true},
                 {"adsb.fi", true},
                 {"airplanes.live", true},
                 {"adsbexchange", false},
                 {"receiver", false}};
    for (size_t i = 0; i < sizeof feeds / sizeof feeds[0]; i++) {
        const struct config_feed *feed = config_feed_find(config, feeds[i].id);
        assert_non_null(feed);
        assert_int_equal(feed->enabled, feeds[i].enabled);
        assert_true(!feed->enabled || feed->interval_s >= 10);
    }
    for (size_t i = 0; i < config->webhook_count; i++)
        assert_false(config->webhooks[i].enabled);
    assert_string_equal(config->status_listen, "127.0.0.1:8124");
}

static void airframes_keep_the_address_rule(void **state)
{
    (void)state;
    size_t russian = 0, kept = 0;
    for (size_t i = 0; i < config->watch.airframe_count; i++) {
        const struct airframe *airframe = &config->watch.airframes[i];
        char icao24[8];
        if (!watch_address_of_registration(airframe->registration, icao24))
            continue;
        russian++;
        kept += strcmp(icao24, airframe->icao24) == 0;
    }
    print_message("%zu of %zu Russian airframes keep the rule\n", kept, russian);
    assert_true(russian > 300);
    assert_true(kept * 10 >= russian * 9);
}

// What the shipped claims say of types at Hmeimim can be told from silence there.
static void watches_what_the_claims_speak_of(void **state)
{
    (void)state;
    static const char types[] =
        "types=A124,AN12,AN26,AN72,IL62,IL76,T134,T154 registrations=RA-*,RF-*";
    struct watch_entry wanted;
    const struct place *hmeimim = config_place(config, "OSLK");
    assert_true(watch_held_read(types, config->places, config->place_count, &wanted));
    assert_true(watch_held_covers(&config->watch, &wanted, &hmeimim, 1));
    watch_held_done(&wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(watches_what_the_claims_speak_of),
        cmocka_unit_test(watches_the_airframes_by_address_alone),
        cmocka_unit_test(regions_hold_their_airfields),
        cmocka_unit_test(the_airfields_are_there),
        cmocka_unit_test(the_feeds_are_gentle),
        cmocka_unit_test(airframes_keep_the_address_rule),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
