// SPDX-License-Identifier: MIT
// One aircraft object of the readsb family, field by field (feeds.md 1.2, 1.3 and 9). Made-up
// objects.
#include "support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *members; // behind "hex"
    const char *field, *expected;
} rows[] = {
    // Identity.
    {"\"flight\":\"RFF7032 \"", "callsign", "RFF7032"},
    {"\"flight\":\"  AB1   \"", "callsign", "AB1"},
    {"\"flight\":\"82038   \"", "callsign", "82038"},
    {"\"flight\":\"rff7032 \"", "callsign", "RFF7032"},
    {"\"flight\":\"RA 82038\"", "callsign", "RA 82038"},
    {"\"flight\":\"        \"", "callsign", ""},
    {"\"flight\":\"@@@@@@@@\"", "callsign", ""},
    {"\"flight\":\"00000000\"", "callsign", ""},
    {"\"flight\":\"0000    \"", "callsign", ""},
    {"\"flight\":\"11111111\"", "callsign", ""},
    {"\"flight\":\"11111112\"", "callsign", "11111112"},
    {"\"flight\":\"TEST1234\"", "callsign", ""},
    {"\"flight\":\"N/A\"", "callsign", ""},
    {"\"flight\":\"AB#12   \"", "callsign", ""},
    {"\"flight\":\"NINECHARS\"", "callsign", ""},
    {"\"flight\":\"\"", "callsign", ""},
    {"\"flight\":null", "callsign", ""},
    {"\"flight\":7032", "callsign", ""},
    {"\"flight\":\"R\\u0046F1\"", "callsign", "RFF1"},
    {"\"flight\":\"RFF1\\t\"", "callsign", ""},
    {"\"x\":1", "callsign", ""},
    {"\"r\":\"57+04\"", "registration", "57+04"},
    {"\"r\":\"123456789012\"", "registration", "123456789012"},
    {"\"r\":\"1234567890123\"", "registration", ""},
    {"\"r\":\"CONTACTADSBXY\"", "registration", ""},
    {"\"r\":\"R\xc3\x84-1\"", "registration", ""},
    {"\"r\":\"R\xff-1\"", "registration", ""},
    {"\"t\":\"P8 ?\"", "type_code", "P8 ?"},
    {"\"t\":\"A124\"", "type_code", "A124"},
    {"\"t\":\"A124X\"", "type_code", ""},
    {"\"type\":\"adsb_icao\",\"t\":\"IL62\"", "type_code", "IL62"},
    {"\"squawk\":\"0021\"", "squawk", "0021"},
    {"\"squawk\":\"7777\"", "squawk", "7777"},
    {"\"squawk\":\"d276\"", "squawk", ""},
    {"\"squawk\":\"11919\"", "squawk", ""},
    {"\"squawk\":\"1289\"", "squawk", ""},
    {"\"squawk\":\"123\"", "squawk", ""},
    {"\"squawk\":7700", "squawk", ""},
    {"\"dbFlags\":1", "military", "true"},
    {"\"dbFlags\":9", "military", "true"},
    {"\"dbFlags\":8", "military", "false"},
    {"\"dbFlags\":0", "military", "false"},
    {"\"dbFlags\":-1", "military", "false"},
    {"\"dbFlags\":1e300", "military", "false"},
    {"\"dbFlags\":\"1\"", "military", "false"},

    // Altitude.
    {"\"alt_baro\":3450", "altitude_baro_ft", "3450"},
    {"\"alt_baro\":-350", "altitude_baro_ft", "-350"},
    {"\"alt_baro\":-1500", "altitude_baro_ft", "-1500"},
    {"\"alt_baro\":-1501", "altitude_baro_ft", "unknown"},
    {"\"alt_baro\":62700", "altitude_baro_ft", "62700"},
    {"\"alt_baro\":79999", "altitude_baro_ft", "79999"},
    {"\"alt_baro\":80000", "altitude_baro_ft", "unknown"},
    {"\"alt_baro\":126700", "altitude_baro_ft", "unknown"},
    {"\"alt_baro\":1e999", "altitude_baro_ft", "unknown"},
    {"\"alt_baro\":-1e999", "on_ground", "false"},
    {"\"alt_baro\":31996.4", "altitude_baro_ft", "31996"},
    {"\"alt_baro\":0", "altitude_baro_ft", "0"},
    {"\"alt_baro\":\"3450\"", "altitude_baro_ft", "unknown"},
    {"\"alt_baro\":\"ground\"", "altitude_baro_ft", "unknown"},
    {"\"alt_baro\":\"ground\"", "on_ground", "true"},
    {"\"alt_baro\":\"gr\\u006fund\"", "on_ground", "true"},
    {"\"alt_baro\":\"Ground\"", "on_ground", "false"},
    {"\"alt_baro\":\"ground\",\"altitude\":3000", "altitude_baro_ft", "unknown"},
    {"\"alt_baro\":3450", "on_ground", "false"},
    {"\"alt_baro\":null", "altitude_baro_ft", "unknown"},
    {"\"alt_geom\":3600", "altitude_geom_ft", "3600"},
    {"\"alt_geom\":-3001", "altitude_geom_ft", "unknown"},
    {"\"alt_geom\":80000", "altitude_geom_ft", "unknown"},
    {"\"alt_geom\":\"ground\"", "on_ground", "false"},

    // Motion.
    {"\"gs\":0", "ground_speed_kt", "0"},
    {"\"gs\":2000", "ground_speed_kt", "2000"},
    {"\"gs\":2000.1", "ground_speed_kt", "unknown"},
    {"\"gs\":-0.5", "ground_speed_kt", "unknown"},
    {"\"track\":359.99", "track_deg", "359.98999"},
    {"\"track\":360", "track_deg", "0"},
    {"\"track\":359.9999999", "track_deg", "0"},
    {"\"track\":360.01", "track_deg", "unknown"},
    {"\"track\":-1", "track_deg", "unknown"},
    {"\"track\":null", "track_deg", "unknown"},
    {"\"calc_track\":171", "track_deg", "171"},
    {"\"true_heading\":90", "track_deg", "unknown"},
    {"\"mag_heading\":90", "track_deg", "unknown"},
    {"\"alt_baro\":\"ground\",\"true_heading\":90", "track_deg", "90"},
    {"\"alt_baro\":\"ground\",\"true_heading\":90,\"track\":12", "track_deg", "12"},
    {"\"baro_rate\":-640", "vertical_rate_fpm", "-640"},
    {"\"geom_rate\":64", "vertical_rate_fpm", "64"},
    {"\"geom_rate\":64,\"baro_rate\":-640", "vertical_rate_fpm", "-640"},
    {"\"baro_rate\":null,\"geom_rate\":64", "vertical_rate_fpm", "64"},
    {"\"baro_rate\":32641", "vertical_rate_fpm", "unknown"},

    // Quality.
    {"\"nic\":0", "nic", "0"},
    {"\"nic\":11", "nic", "11"},
    {"\"nic\":12", "nic", "unknown"},
    {"\"nic\":7.5", "nic", "unknown"},
    {"\"rc\":186", "nic", "unknown"},
    {"\"nac_p\":11", "nac_p", "11"},
    {"\"nac_p\":-1", "nac_p", "unknown"},
    {"\"sil\":3", "sil", "3"},
    {"\"sil\":4", "sil", "unknown"},
    {"\"version\":2", "adsb_version", "2"},
    {"\"version\":8", "adsb_version", "unknown"},
    {"\"gpsOkBefore\":1761465500.5", "gps_ok_before_s", "1.7614655e+09"},
    {"\"gpsOkBefore\":1761465500500", "gps_ok_before_s", "unknown"},
    {"\"gpsOkBefore\":0", "gps_ok_before_s", "unknown"},

    // Old keys (dump1090 of 2016), which give way to the new ones.
    {"\"altitude\":12975", "altitude_baro_ft", "12975"},
    {"\"altitude\":\"ground\"", "on_ground", "true"},
    {"\"altitude\":\"ground\",\"alt_baro\":500", "on_ground", "false"},
    {"\"altitude\":1,\"alt_baro\":500", "altitude_baro_ft", "500"},
    {"\"altitude\":12975,\"alt_baro\":null", "altitude_baro_ft", "12975"},
    {"\"speed\":262", "ground_speed_kt", "262"},
    {"\"speed\":262,\"gs\":12", "ground_speed_kt", "12"},
    {"\"vert_rate\":64", "vertical_rate_fpm", "64"},
    {"\"vert_rate\":64,\"geom_rate\":-64", "vertical_rate_fpm", "-64"},
    {"\"nucp\":7", "nic", "8"},
    {"\"nucp\":0", "nic", "0"},
    {"\"nucp\":9", "nic", "11"},
    {"\"nucp\":2", "nic", "1"},
    {"\"nucp\":10", "nic", "unknown"},
    {"\"nucp\":9,\"nic\":3", "nic", "3"},

    // Position and its time.
    {"\"lat\":35.4011,\"lon\":35.9487", "latitude", "35.4011"},
    {"\"lon\":-35.9487,\"lat\":-35.4011", "longitude", "-35.9487"},
    {"\"lat\":90,\"lon\":180", "has_position", "true"},
    {"\"lat\":90.000001,\"lon\":0", "has_position", "false"},
    {"\"lat\":0,\"lon\":180.000001", "has_position", "false"},
    {"\"lat\":0,\"lon\":0", "has_position", "false"},
    {"\"lat\":-0.0,\"lon\":0.000000", "has_position", "false"},
    {"\"lat\":0,\"lon\":0.000001", "has_position", "true"},
    {"\"lat\":35.4", "has_position", "false"},
    {"\"lat\":35.4,\"lon\":null", "has_position", "false"},
    {"\"lat\":\"35.4\",\"lon\":\"35.9\"", "has_position", "false"},
    {"\"lat\":1e999,\"lon\":1", "has_position", "false"},
    {"\"rr_lat\":35.4,\"rr_lon\":35.9", "has_position", "false"},
    {"\"gpsOkLat\":35.4,\"gpsOkLon\":35.9", "has_position", "false"},
    {"\"lastPosition\":{\"lat\":35.4,\"lon\":35.9,\"nic\":8,\"seen_pos\":422}", "has_position",
     "false"},
    {"\"lastPosition\":{\"lat\":35.4,\"lon\":35.9,\"nic\":8,\"seen_pos\":422}", "nic", "unknown"},
    {"\"lat\":1,\"lon\":2,\"seen_pos\":0.48,\"seen\":0.1", "age_s", "0.48"},
    {"\"lat\":1,\"lon\":2,\"seen_pos\":3267.5,\"seen\":0.1", "age_s", "3267.5"},
    {"\"lat\":1,\"lon\":2,\"seen_pos\":0.48", "seen_position_s", "0.479999989"},
    {"\"lat\":1,\"lon\":2,\"seen\":12.1", "age_s", "12.1"},
    {"\"lat\":1,\"lon\":2,\"seen\":12.1", "seen_position_s", "unknown"},
    {"\"lat\":1,\"lon\":2", "age_s", "0"},
    {"\"lat\":1,\"lon\":2,\"seen_pos\":-1,\"seen\":2", "age_s", "2"},
    {"\"lat\":1,\"lon\":2,\"seen_pos\":1209600", "age_s", "1209600"},
    {"\"lat\":1,\"lon\":2,\"seen_pos\":1209601", "age_s", "0"},
    {"\"seen_pos\":0.48,\"seen\":12.1", "age_s", "12.1"},
    {"\"seen_pos\":0.48,\"seen\":347", "seen_position_s", "unknown"},
    {"\"now\":5,\"seen\":1", "age_s", "1"},

    // Where the position came from.
    {"\"type\":\"adsb_icao\",\"lat\":1,\"lon\":2", "position_source", "adsb_icao"},
    {"\"type\":\"adsc\",\"lat\":1,\"lon\":2", "position_source", "adsc"},
    {"\"type\":\"nonsense\",\"lat\":1,\"lon\":2,\"nic\":8", "position_source", "unknown"},
    {"\"type\":\"mode_s\"", "position_source", "mode_s"},
    {"\"type\":\"mode_s\",\"lat\":1,\"lon\":2", "position_source", "mlat"},
    {"\"type\":\"adsb_icao\",\"lat\":1,\"lon\":2,\"mlat\":[\"gs\",\"lat\",\"lon\"]",
     "position_source", "mlat"},
    {"\"type\":\"adsb_icao\",\"lat\":1,\"lon\":2,\"mlat\":[\"gs\",\"altitude\"]", "position_source",
     "adsb_icao"},
    {"\"type\":\"adsb_icao\",\"lat\":1,\"lon\":2,\"tisb\":[\"lat\"]", "position_source",
     "tisb_icao"},
    {"\"type\":\"tisb_trackfile\",\"lat\":1,\"lon\":2,\"tisb\":[\"lat\"]", "position_source",
     "tisb_trackfile"},
    {"\"lat\":1,\"lon\":2,\"nic\":8,\"mlat\":[],\"tisb\":[]", "position_source", "adsb_icao"},
    {"\"lat\":1,\"lon\":2,\"nucp\":7", "position_source", "adsb_icao"},
    {"\"lat\":1,\"lon\":2,\"nic\":0,\"mlat\":[\"lat\"]", "position_source", "mlat"},
    {"\"lat\":1,\"lon\":2", "position_source", "unknown"},
    {"\"nic\":8", "position_source", "unknown"},
    {"\"type\":\"adsb_icao\",\"lat\":1,\"lon\":2,\"mlat\":[[\"lat\"],{\"a\":\"lat\"},null]",
     "position_source", "adsb_icao"},

    // JSON: the first of two keys counts, case counts, escapes in keys do not matter.
    {"\"gs\":1,\"gs\":2", "ground_speed_kt", "1"},
    {"\"gs\":null,\"gs\":2", "ground_speed_kt", "unknown"},
    {"\"GS\":1", "ground_speed_kt", "unknown"},
    {"\"g\\u0073\":7", "ground_speed_kt", "7"},
    {"\"a key that is far longer than any we know\":1,\"gs\":7", "ground_speed_kt", "7"},
    {"\"\":1,\"gs\":7", "ground_speed_kt", "7"},
    {"\"acas_ra\":{\"a\":[1,{\"gs\":5}]},\"gs\":7", "ground_speed_kt", "7"},
};

static void test_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char members[512], found[64];
        snprintf(members, sizeof members, "\"hex\":\"4ca2ad\",%s", rows[i].members);
        char *answer = test_envelope(members);
        struct feed_batch batch = test_decode(answer);
        assert_int_equal(batch.kept.count, 1);
        test_field(&batch.kept.items[0], rows[i].field, found, sizeof found);
        if (strcmp(found, rows[i].expected) != 0)
            fail_msg("%s: %s is %s, expected %s", rows[i].members, rows[i].field, found,
                     rows[i].expected);
        feed_batch_done(&batch);
        free(answer);
    }
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *expected; // NULL: refused
    } cases[] = {
        {"\"15405a\"", "15405a"}, {"\"15405A\"", "15405a"}, {"\"~2A3b4c\"", "~2a3b4c"},
        {"\"15405\"", NULL},      {"\"015405a\"", NULL},    {"\"15405g\"", NULL},
        {"\"~15405\"", NULL},     {"\"~~15405\"", NULL},    {"\"\"", NULL},
        {"\"~\"", NULL},          {"\" 15405a\"", NULL},    {"15405", NULL},
        {"null", NULL},           {"\"000000\"", NULL},     {"\"ffffff\"", NULL},
        {"\"FFFFFF\"", NULL},     {"\"~000000\"", NULL},    {"\"1540\\u0035a\"", "15405a"},
        {"\"000001\"", "000001"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char members[256];
        // The second one keeps an answer of refused objects from being an error.
        snprintf(members, sizeof members, "\"hex\":%s},{\"hex\":\"aaaaaa\"", cases[i].hex);
        char *answer = test_envelope(members);
        struct feed_batch batch = test_decode(answer);
        bool taken = cases[i].expected != NULL;
        assert_int_equal(batch.aircraft_heard, taken ? 2 : 1);
        assert_int_equal(batch.objects_refused, taken ? 0 : 1);
        assert_string_equal(batch.kept.items[0].icao24, taken ? cases[i].expected : "aaaaaa");
        feed_batch_done(&batch);
        free(answer);
    }
}

// The watch list fills in what the feed's database did not know, and decides.
static void test_watched_only(void **state)
{
    (void)state;
    const char *answer =
        "{\"ac\":[{\"hex\":\"aaaaaa\",\"t\":\"B738\",\"lat\":1,\"lon\":2},\n"
        "{\"hex\":\"15405a\",\"seen\":1}\n,{\"hex\":\"bbbbbb\"},5],\"now\":1761465600}";
    struct watch_list watch = {.entries = memory_allocate_zeroed(1, sizeof(struct watch_entry)),
                               .entry_count = 1};
    watch.entries->military = -1;
    *array_append(&watch.entries->registrations) = memory_copy_string("RA-82*");
    watch_list_compile(&watch);
    struct feed_interest interest = {.watch = &watch};
    struct feed_batch batch;
    assert_int_equal(feed_decoder_find("readsb")->decode(answer, strlen(answer), TEST_NOW,
                                                         &interest, &batch, NULL),
                     0);
    assert_int_equal(batch.aircraft_heard, 3);
    assert_int_equal(batch.aircraft_with_position, 1);
    assert_int_equal(batch.objects_refused, 1);
    assert_int_equal(batch.nearby_count, 0);
    assert_null(batch.nearby);
    assert_int_equal(batch.kept.count, 1);
    const struct observation *kept = &batch.kept.items[0];
    assert_string_equal(kept->registration, "RA-82010");
    assert_int_equal(kept->watch_mask, 1);
    assert_int_equal(kept->raw_length, strlen("{\"hex\":\"15405a\",\"seen\":1}"));
    assert_memory_equal(answer + kept->raw_offset, "{\"hex\":\"15405a\",\"seen\":1}",
                        kept->raw_length);
    feed_batch_done(&batch);
    watch_list_done(&watch);
}

static void test_position_sources(void **state)
{
    (void)state;
    for (unsigned i = 0; i < POSITION_SOURCE_COUNT; i++) {
        const char *name = position_source_name((enum position_source)i);
        assert_int_equal(position_source_from_name(name, strlen(name)), i);
        assert_int_equal(position_source_from_name(name, strlen(name) - 1),
                         POSITION_SOURCE_UNKNOWN);
    }
    assert_int_equal(position_source_from_name("", 0), POSITION_SOURCE_UNKNOWN);
    assert_string_equal(position_source_name((enum position_source) - 1), "unknown");
    assert_string_equal(position_source_name(POSITION_SOURCE_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_watched_only),
        cmocka_unit_test(test_position_sources),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
