// SPDX-License-Identifier: MIT
// From watch list and areas to the fewest requests of each provider.
#include "feed/planner.h"

#include "base/memory.h"
#include "base/text.h"
#include "build_config.h"
#include "config/provider.h"
#include "feed/planner_area.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

// A configuration around a watch list and a feed, read by the reader that the programs use.
static struct config *config_of(const char *watch, const char *feed)
{
    char path[] = "/tmp/skywitness-planner-XXXXXX";
    struct config_problems problems;
    struct config *config = NULL;
    int descriptor = mkstemp(path);
    FILE *file = fdopen(descriptor, "w");

    fprintf(file,
            "{\"database\": \"postgresql:///x\", \"state_directory\": \"/tmp\",\n"
            " \"watch\": [%s],\n \"places\": [\"%s/tests/net/planner_places.json\"],\n"
            " \"feeds\": [{\"id\": \"feed\", %s}]}\n",
            watch, SKYWITNESS_SOURCE_ROOT, feed);
    fclose(file);
    config_problems_init(&problems);
    int result = config_load(path, &config, &problems);
    unlink(path);
    if (result != 0)
        fail_msg("%s", problems.lines.bytes);
    config_problems_done(&problems);
    return config;
}

#define ADSB_LOL "\"provider\": \"adsb.lol\""
#define ADSB_FI "\"provider\": \"adsb.fi\""
#define ADSBX "\"provider\": \"adsbexchange\", \"token\": {\"env\": \"TOKEN\"}"
#define LOCAL "\"provider\": \"local\", \"url\": \"http://127.0.0.1/data\""

static const struct {
    const char *watch;
    const char *feed;
    const char *targets[8]; // in order; NULL ends them
    const char *warning;    // a part of it, or NULL
} ROWS[] = {
    // One list of each kind, the union over entries, sorted and without repetition.
    {"{\"id\": \"a\", \"types\": [\"IL62\", \"A124\"]}, {\"id\": \"b\", \"types\": [\"A124\", "
     "\"T154\"]}",
     ADSB_LOL,
     {"/v2/type/A124,IL62,T154"},
     NULL},
    {"{\"id\": \"a\", \"hexes\": [\"1551df\", \"15405a\"]}, {\"id\": \"b\", \"hexes\": "
     "[\"1551DF\"]}",
     ADSB_LOL,
     {"/v2/hex/15405a,1551df"},
     NULL},
    // The narrowest key of an entry is enough, since all must match.
    {"{\"id\": \"a\", \"hexes\": [\"1551df\"], \"types\": [\"IL62\"], \"callsigns\": [\"RFF*\"]}",
     ADSB_LOL,
     {"/v2/hex/1551df"},
     NULL},
    // An exact registration by its address; another one by name.
    {"{\"id\": \"a\", \"registrations\": [\"RA-82010\", \"RF-86495\", \"YK-ATA\"]}",
     ADSB_LOL,
     {"/v2/hex/15405a,1551df", "/v2/reg/YK-ATA"},
     NULL},
    // A pattern whose addresses are few.
    {"{\"id\": \"a\", \"registrations\": [\"RA-8201?\"]}",
     ADSB_LOL,
     {"/v2/hex/15405a,15405b,15405c,15405d,15405e,15405f,154060,154061,154062,154063"},
     NULL},
    // One that is too wide is left to other answers, and said so.
    {"{\"id\": \"wide\", \"registrations\": [\"RA-*\"]}", ADSB_LOL, {NULL}, "\"wide\""},
    {"{\"id\": \"wide\", \"registrations\": [\"YK-*\"]}", ADSB_LOL, {NULL}, "\"wide\""},
    {"{\"id\": \"wide\", \"registrations\": [\"RA-*\", \"RA-82010\"]}",
     ADSB_LOL,
     {"/v2/hex/15405a"},
     "\"wide\""},
    {"{\"id\": \"wide\", \"registrations\": [\"RA-*\"]}",
     ADSB_LOL ", \"areas\": [{\"place\": \"OSLK\", \"radius_nm\": 250}]",
     {"/v2/point/35.4011/35.9487/250"},
     NULL},
    {"{\"id\": \"a\", \"types\": [\"IL62\"], \"registrations\": [\"RA-*\", \"RF-*\"]}",
     ADSB_LOL,
     {"/v2/type/IL62"},
     NULL},
    // Callsigns: exact ones, and what stands beside a pattern.
    {"{\"id\": \"a\", \"callsigns\": [\"RFF7032\", \"ADB124\"]}",
     ADSB_LOL,
     {"/v2/callsign/ADB124,RFF7032"},
     NULL},
    {"{\"id\": \"b\", \"callsigns\": [\"RFF7032\", \"RFF*\"]}",
     ADSB_LOL,
     {"/v2/callsign/RFF7032"},
     "\"b\""},
    {"{\"id\": \"b\", \"callsigns\": [\"RFF*\"], \"military\": true}", ADSB_LOL, {"/v2/mil"}, NULL},
    // Squawks one at a time; each provider's own path.
    {"{\"id\": \"a\", \"squawks\": [\"7700\", \"7500\"]}",
     ADSB_LOL,
     {"/v2/sqk/7500", "/v2/sqk/7700"},
     NULL},
    {"{\"id\": \"a\", \"squawks\": [\"7700\"]}",
     "\"provider\": \"airplanes.live\"",
     {"/v2/squawk/7700"},
     NULL},
    {"{\"id\": \"a\", \"military\": true}", ADSB_LOL, {"/v2/mil"}, NULL},
    {"{\"id\": \"civil\", \"military\": false}", ADSB_LOL, {NULL}, "\"civil\""},
    {"{\"id\": \"all\", \"hexes\": [\"*\"]}", ADSB_LOL, {NULL}, "\"all\""},
    {"{\"id\": \"all\", \"hexes\": [\"*\"]}", ADSBX, {"/all"}, NULL},
    {"{\"id\": \"all\", \"hexes\": [\"*\"]}",
     ADSBX ", \"areas\": [{\"place\": \"OSLK\", \"radius_nm\": 100}]",
     {"/lat/35.4011/lon/35.9487/dist/100"},
     NULL},
    // Not ICAO's: adsb.lol would refuse the whole request.
    {"{\"id\": \"a\", \"hexes\": [\"~2a3b4c\", \"1551df\"]}",
     ADSB_LOL,
     {"/v2/hex/1551df"},
     "\"a\""},
    // Within: by type, which shares its request with others; else one circle of the place.
    {"{\"id\": \"a\", \"types\": [\"A124\"], \"within\": \"OSLK\"}, {\"id\": \"b\", \"types\": "
     "[\"IL62\"]}",
     ADSB_LOL,
     {"/v2/type/A124,IL62"},
     NULL},
    {"{\"id\": \"a\", \"callsigns\": [\"RFF*\"], \"within\": \"OSLK\"}",
     ADSB_LOL,
     {"/v2/point/35.4011/35.9487/26"},
     NULL},
    {"{\"id\": \"a\", \"callsigns\": [\"RFF*\"], \"within\": \"OSLK\"}",
     ADSB_LOL ", \"areas\": [{\"place\": \"OSLK\", \"radius_nm\": 100}]",
     {"/v2/point/35.4011/35.9487/100"},
     NULL},
    // Two places that one circle holds; two that none does.
    {"{\"id\": \"a\", \"squawks\": [\"7700\"], \"within\": \"OSLK\"},"
     "{\"id\": \"b\", \"squawks\": [\"7700\"], \"within\": \"OSDI\"}",
     ADSB_LOL,
     {"/v2/point/34.4066/36.2355/87"},
     NULL},
    {"{\"id\": \"a\", \"squawks\": [\"7700\"], \"within\": \"OSLK\"},"
     "{\"id\": \"b\", \"squawks\": [\"7700\"], \"within\": \"HLLB\"}",
     ADSB_LOL,
     {"/v2/point/35.4011/35.9487/26", "/v2/point/32.0968/20.2695/26"},
     NULL},
    // A place that is too large for the provider: by the other keys.
    {"{\"id\": \"a\", \"types\": [\"A124\"], \"within\": \"large\"}",
     ADSB_LOL,
     {"/v2/type/A124"},
     NULL},
    {"{\"id\": \"a\", \"within\": \"large\"}", ADSB_LOL, {NULL}, "\"a\""},
    // Configured areas are asked for as they are; the one inside the other is not.
    {"{\"id\": \"a\", \"types\": [\"A124\"]}",
     ADSB_LOL ", \"areas\": [{\"place\": \"OSLK\", \"radius_nm\": 50}, {\"place\": \"OSLK\", "
              "\"radius_nm\": 250},"
              "{\"place\": \"OSDI\", \"radius_nm\": 60}]",
     {"/v2/type/A124", "/v2/point/35.4011/35.9487/250"},
     NULL},
    // adsb.fi has no query by type: nothing is known of the type without a table of airframes.
    {"{\"id\": \"a\", \"types\": [\"A124\"]}", ADSB_FI, {NULL}, "\"a\""},
    {"{\"id\": \"a\", \"types\": [\"A124\"], \"within\": \"OSLK\"}",
     ADSB_FI,
     {"/v2/lat/35.4011/lon/35.9487/dist/26"},
     NULL},
    {"{\"id\": \"a\", \"callsigns\": [\"RFF1\", \"RFF2\"]}",
     ADSB_FI,
     {"/v2/callsign/RFF1", "/v2/callsign/RFF2"},
     NULL},
    // ADSBexchange takes ten addresses, and the comma that makes a collection of one.
    {"{\"id\": \"a\", \"registrations\": [\"RA-8201?\"]}, {\"id\": \"b\", \"hexes\": [\"1551df\"]}",
     ADSBX,
     {"/hex/15405a,15405b,15405c,15405d,15405e,15405f,154060,154061,154062,154063,",
      "/hex/1551df,"},
     NULL},
    // A receiver of one's own: all it has, in one answer.
    {"{\"id\": \"a\", \"types\": [\"A124\"]}, {\"id\": \"b\", \"registrations\": [\"RA-*\"]}",
     LOCAL,
     {"/aircraft.json"},
     NULL},
    {"{\"id\": \"a\", \"types\": [\"A124\"]}",
     "\"provider\": \"local\", \"url\": \"http://127.0.0.1/dump/aircraft.json\"",
     {""},
     NULL},
    {"{\"id\": \"a\", \"callsigns\": [\"RFF*\"]}",
     "\"provider\": \"readsb-api\", \"url\": \"http://127.0.0.1:30152\"",
     {"/?all&jv2"},
     NULL},
};

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct config *config = config_of(ROWS[i].watch, ROWS[i].feed);
        struct planned_request_array requests = {0};
        struct error error = {0};
        int result = planner_plan(config, &config->feeds[0], &requests, &error);
        print_message("%s @ %s: %d %s\n", ROWS[i].watch, ROWS[i].feed, result, error.message);
        array_foreach (&requests, request)
            print_message("    %s (%s)\n", request->target, request->purpose);
        assert_int_equal(result, ROWS[i].warning != NULL ? -EINVAL : 0);
        if (ROWS[i].warning != NULL)
            assert_non_null(strstr(error.message, ROWS[i].warning));
        size_t expected = 0;
        for (; ROWS[i].targets[expected] != NULL; expected++) {
            assert_true(expected < requests.count);
            assert_string_equal(requests.items[expected].target, ROWS[i].targets[expected]);
            assert_true(requests.items[expected].purpose[0] != '\0');
        }
        assert_int_equal(requests.count, expected);
        planned_requests_done(&requests);
        config_free(config);
    }
}

// How many words the lists of a plan hold, and that none of its targets is longer than the provider
// takes.
static size_t words_in(const struct planned_request_array *requests, const char *prefix,
                       const struct provider *provider, size_t list_max)
{
    size_t words = 0;

    array_foreach (requests, request) {
        assert_true(strlen(request->target) <= provider->request_target_max);
        if (strncmp(request->target, prefix, strlen(prefix)) != 0)
            continue;
        size_t here = 1;
        for (const char *at = request->target; (at = strchr(at, ',')) != NULL; at++)
            here++;
        assert_true(here <= list_max);
        words += here;
    }
    return words;
}

static void test_a_thousand_addresses_are_one_request(void **state)
{
    struct config *config = config_of("{\"id\": \"a\", \"registrations\": [\"RA-82*\"]}", ADSB_LOL);
    const struct provider *provider = provider_find("adsb.lol");
    struct planned_request_array requests = {0};

    (void)state;
    assert_int_equal(planner_plan(config, &config->feeds[0], &requests, NULL), 0);
    assert_int_equal(requests.count, 1);
    assert_int_equal(words_in(&requests, "/v2/hex/", provider, 1000), 1000);
    assert_non_null(strstr(requests.items[0].target, "15405a"));
    planned_requests_done(&requests);
    config_free(config);
}

static void test_patterns_beyond_two_requests_are_left_out(void **state)
{
    struct config *config =
        config_of("{\"id\": \"first\", \"registrations\": [\"RA-82*\"]},"
                  "{\"id\": \"second\", \"registrations\": [\"RA-76*\"]},"
                  "{\"id\": \"third\", \"registrations\": [\"RA-864*\", \"RA-86540\"]}",
                  ADSB_LOL);
    const struct provider *provider = provider_find("adsb.lol");
    struct planned_request_array requests = {0};
    struct error error = {0};

    (void)state;
    assert_int_equal(planner_plan(config, &config->feeds[0], &requests, &error), -EINVAL);
    assert_int_equal(requests.count, 3); // one address more than two requests hold: it was named
    assert_int_equal(words_in(&requests, "/v2/hex/", provider, 1000), 2001);
    assert_non_null(strstr(error.message, "\"third\""));
    assert_null(strstr(error.message, "\"first\""));
    planned_requests_done(&requests);
    config_free(config);
}

static void test_splits_at_list_and_length(void **state)
{
    struct config *config = config_of("{\"id\": \"a\", \"types\": [\"A124\"]}", ADSB_LOL);
    struct watch_entry *entry = &config->watch.entries[0];
    const struct provider *provider = provider_find("adsb.lol");
    struct planned_request_array requests = {0};

    (void)state;
    for (unsigned i = 0; i < 1999; i++) {
        char word[16];
        snprintf(word, sizeof word, "REG-%08u", i);
        *array_append(&entry->registrations) = memory_copy_string(word);
    }
    free(entry->types.items[0]);
    array_free(&entry->types);
    assert_int_equal(planner_plan(config, &config->feeds[0], &requests, NULL), 0);
    // 12 characters and a comma: 576 in 7,500 less the path.
    assert_int_equal(requests.count, 4);
    assert_int_equal(words_in(&requests, "/v2/reg/", provider, 1000), 1999);
    planned_requests_done(&requests);
    config_free(config);
}

static void test_circles(void **state)
{
    struct circle_array circles = {0};

    (void)state;
    // The same circle twice stays once, whichever is configured.
    for (int i = 0; i < 2; i++) {
        struct circle *circle = array_append(&circles);
        circle->centre = (struct position){35, 36};
        circle->radius_nm = 50;
        circle->configured = i == 0;
    }
    circles_settle(&circles, 250);
    assert_int_equal(circles.count, 1);
    // Random circles: whatever was in one of them is in one of those that are left.
    srand(7032);
    for (int round = 0; round < 200; round++) {
        struct circle before[12];
        array_clear(&circles);
        for (int i = 0; i < 12; i++) {
            before[i] = (struct circle){.centre = {20 + rand() % 20, rand() % 30},
                                        .radius_nm = 5 + rand() % 60,
                                        .configured = rand() % 4 == 0};
            *array_append(&circles) = before[i];
        }
        circles_settle(&circles, 250);
        assert_true(circles.count <= 12);
        for (int i = 0; i < 12; i++) {
            for (int bearing = 0; bearing < 360; bearing += 15) {
                struct position rim =
                    geodesy_destination(before[i].centre, bearing, before[i].radius_nm);
                bool found = false;
                array_foreach (&circles, circle)
                    found = found ||
                            geodesy_distance_nm(circle->centre, rim) <= circle->radius_nm + 0.5;
                assert_true(found);
            }
        }
        array_foreach (&circles, circle)
            assert_true(circle->radius_nm <= 250);
    }
    array_free(&circles);
}

static void test_the_shipped_configuration(void **state)
{
    struct config_problems problems;
    struct config *config = NULL;

    (void)state;
    if (access(SKYWITNESS_SOURCE_ROOT "/config/skywitness.json", R_OK) != 0)
        skip(); // not written yet
    config_problems_init(&problems);
    if (config_load(SKYWITNESS_SOURCE_ROOT "/config/skywitness.json", &config, &problems) != 0)
        fail_msg("%s", problems.lines.bytes);
    config_problems_done(&problems);
    assert_true(config->feed_count > 0);
    for (size_t i = 0; i < config->feed_count; i++) {
        struct planned_request_array requests = {0};
        struct error error = {0};
        planner_plan(config, &config->feeds[i], &requests, &error);
        print_message("%s: %zu requests; %s\n", config->feeds[i].id, requests.count, error.message);
        array_foreach (&requests, request)
            print_message("    %.100s (%s)\n", request->target, request->purpose);
        assert_true(requests.count > 0);
        words_in(&requests, "", provider_find(config->feeds[i].provider), 1000);
        planned_requests_done(&requests);
    }
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_a_thousand_addresses_are_one_request),
        cmocka_unit_test(test_patterns_beyond_two_requests_are_left_out),
        cmocka_unit_test(test_splits_at_list_and_length),
        cmocka_unit_test(test_circles),
        cmocka_unit_test(test_the_shipped_configuration),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
