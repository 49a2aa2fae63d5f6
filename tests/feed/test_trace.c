// SPDX-License-Identifier: MIT
// The trace scanner on what recordings hold rarely or never. All traces here are made up.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/memory.h"
#include "feed/trace.h"

#include <errno.h>
#include <string.h>

#define DAY ((utc_us)1761436800 * UTC_SECOND) // 2025-10-26
#define HEAD                                                                                       \
    "{\"icao\":\"1551df\",\"r\":\"RA-86495\",\"t\":\"IL62\",\"dbFlags\":1,\"timestamp\":1761436800.000,"

static struct watch_list watch;
static const struct place places[] = {
    {.id = "OSLK", .reference = {35.4011, 35.9487}, .elevation_ft = 157},
};
static struct trace_reader *reader;

static int set_up(void **state)
{
    (void)state;
    static struct feed_interest interest;
    watch.entry_count = 1;
    watch.entries = memory_allocate_zeroed(1, sizeof *watch.entries);
    watch.entries[0].military = watch.entries[0].keep_raw = -1;
    *array_append(&watch.entries[0].types) = memory_copy_string("IL62");
    watch_list_compile(&watch);
    interest = (struct feed_interest){
        .watch = &watch, .places = places, .place_count = 1, .radius_nm = 25, .low_ft = 10000};
    reader = trace_reader_new(&interest);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    trace_reader_free(reader);
    watch_list_done(&watch);
    return 0;
}

static struct trace read_good(const char *json)
{
    struct trace trace;
    struct error error = {0};
    // In a block of its exact size, so that reading past it is found.
    size_t length = strlen(json);
    AUTO_FREE char *body = memory_allocate(length);
    memcpy(body, json, length);
    if (trace_reader_read(reader, body, length, &trace, &error) < 0)
        fail_msg("%s: %s", json, error.message);
    return trace;
}

static void test_nine_elements_and_nulls(void **state)
{
    (void)state;
    struct trace trace = read_good(
        HEAD
        "\"trace\":[[0,35.1,35.2,null,null,null,0,null,null],"
        "[10.5,35.1,35.3,\"ground\",12.5,90,0,null,{\"type\":\"adsb_icao\",\"flight\":\"RFF7032 \",\"squawk\":\"2154\"}],"
        "[20.25,35.1,35.4,1200,12.5,90,0,-64,null]]}");
    assert_int_equal(trace.points, 3);
    assert_int_equal(trace.kept.count, 3);
    const struct observation *seen = trace.kept.items;
    assert_string_equal(seen[0].registration, "RA-86495");
    assert_true(seen[0].military);
    assert_int_equal(seen[0].observed_at, DAY);
    assert_int_equal(seen[0].altitude_baro_ft, OBSERVATION_UNKNOWN);
    assert_false(seen[0].on_ground);
    assert_true(isnan(seen[0].ground_speed_kt));
    assert_string_equal(seen[0].callsign, "");
    assert_true(seen[1].on_ground);
    assert_int_equal(seen[1].observed_at, DAY + 10500000);
    assert_int_equal(seen[1].position_source, POSITION_SOURCE_ADSB_ICAO);
    assert_string_equal(seen[2].callsign, "RFF7032"); // carried forward
    assert_string_equal(seen[2].squawk, "2154");
    assert_int_equal(seen[2].vertical_rate_fpm, -64);
    trace_done(&trace);
}

static void test_flags_say_what_an_altitude_is(void **state)
{
    (void)state;
    struct trace trace =
        read_good(HEAD "\"trace\":[[1,35,36,5000,1,1,8,64,null,\"adsb_icao\",null,null,null,null],"
                       "[2,35,36,5000,1,1,12,64,null,\"mlat\",5400,128,null,null,7],"
                       "[3,35,36,5000,1,360,0,64,null,\"mode_s\",5400,128,null,null]]}");
    const struct observation *seen = trace.kept.items;
    assert_int_equal(seen[0].altitude_baro_ft, OBSERVATION_UNKNOWN);
    assert_int_equal(seen[0].altitude_geom_ft, 5000);
    assert_int_equal(seen[1].altitude_geom_ft, 5400);
    assert_int_equal(seen[1].vertical_rate_fpm, 128);
    assert_int_equal(seen[1].position_source, POSITION_SOURCE_MLAT);
    assert_int_equal(seen[2].altitude_baro_ft, 5000);
    assert_int_equal(seen[2].vertical_rate_fpm, 64);
    assert_int_equal(seen[2].position_source, POSITION_SOURCE_MLAT);
    assert_true(seen[2].track_deg == 0.0f);
    trace_done(&trace);
}

static void test_what_was_said_does_not_hold_for_another_flight(void **state)
{
    (void)state;
    struct trace trace = read_good(
        HEAD
        "\"trace\":[[0,35,36,5000,1,1,0,0,{\"flight\":\"RFF1\",\"version\":2,\"sil\":0},\"adsb_icao\"],"
        "[30,35,36,5000,1,1,0,0,null,\"adsb_icao\"],"
        "[60,35,36,5000,1,1,3,0,null,\"adsb_icao\"],"
        "[90,35,36,5000,1,1,0,0,{\"flight\":\"RFF2\"},\"adsb_icao\"],"
        "[2000,35,36,5000,1,1,1,0,null,\"adsb_icao\"]]}");
    const char *const callsigns[] = {"RFF1", "RFF1", "", "RFF2", ""};
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(trace.kept.items[i].callsign, callsigns[i]);
    assert_int_equal(trace.kept.items[1].adsb_version, 2);
    assert_int_equal(trace.kept.items[1].sil, 0);
    assert_int_equal(trace.kept.items[2].adsb_version, OBSERVATION_SMALL_UNKNOWN);
    trace_done(&trace);
}

static void test_times_that_repeat_or_fall(void **state)
{
    (void)state;
    struct trace trace =
        read_good(HEAD "\"trace\":[[10,35,36],[10,35,36],[30,35,36],[20,35,36],[30,35.5,36],"
                       "[-1,35,36],[1e9,35,36],[40,91,36],[41,null,36],[42],[],7,\"x\",{}]}");
    assert_int_equal(trace.repeated, 2);
    assert_int_equal(trace.refused, 9);
    assert_int_equal(trace.kept.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(trace.kept.items[i].observed_at, DAY + (utc_us)(i + 1) * 10 * UTC_SECOND);
    trace_done(&trace);
}

static void test_header_after_the_points(void **state)
{
    (void)state;
    struct trace trace =
        read_good("{\"trace\":[[0.01,35,36,5000]],\"t\":\"IL62\",\"timestamp\":1738703622.619,"
                  "\"noRegData\":true,\"more\":{\"a\":[1]},\"icao\":\"1551DF\"}\n");
    assert_string_equal(trace.icao24, "1551df");
    assert_int_equal(trace.kept.count, 1);
    assert_int_equal(trace.kept.items[0].observed_at, (utc_us)1738703622629000);
    trace_done(&trace);
}

static void test_others_are_heard_not_kept(void **state)
{
    (void)state;
    struct trace trace =
        read_good("{\"icao\":\"4ba111\",\"t\":\"A321\",\"timestamp\":1761436800,\"trace\":["
                  "[3590,35.4,35.9,9000,1,1,0,0,null,\"adsb_icao\",9100],"
                  "[3595,35.4,35.9,8000,1,1,0,0,null,\"adsb_icao\",8100],"
                  "[3605,35.4,35.9,\"ground\",1,1,0,0,null,\"adsb_icao\"],"
                  "[3610,35.4,35.9,12000,1,1,0,0,null,\"adsb_icao\"]," // too high
                  "[7300,36.4,35.9,1000,1,1,0,0,null,\"adsb_icao\"],"  // too far
                  "[7400,35.4,35.9,1000,1,1,0,0,null,\"adsc\"],"       // by satellite
                  "[7500,35.4,35.9,null,1,1,0,0,null,\"adsb_icao\"]]}");
    assert_int_equal(trace.points, 7);
    assert_int_equal(trace.kept.count, 0);
    assert_int_equal(trace.heard.count, 2);
    assert_int_equal(trace.heard.items[0].hour, DAY);
    assert_int_equal(trace.heard.items[0].lowest_ft, 8100);
    assert_int_equal(trace.heard.items[1].hour, DAY + UTC_HOUR);
    assert_int_equal(trace.heard.items[1].lowest_ft, 157);
    trace_done(&trace);
}

static void test_what_is_no_trace(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "[]",
        "null",
        "<html>",
        "\x1f\x8b\x08",
        "{}",
        "{\"icao\":\"1551df\",\"timestamp\":1761436800}",
        "{\"icao\":\"1551df\",\"timestamp\":\"now\",\"trace\":[]}",
        "{\"icao\":\"1551df\",\"timestamp\":1e99,\"trace\":[]}",
        "{\"icao\":\"../../etc\",\"timestamp\":1761436800,\"trace\":[]}",
        "{\"icao\":\"000000\",\"timestamp\":1761436800,\"trace\":[]}",
        HEAD "\"trace\":{}}",
        HEAD "\"trace\":[[1,2,3]",
        HEAD "\"trace\":[[1,2,3]}",
        HEAD "\"trace\":[[1,2,3,]]}",
        HEAD "\"trace\":[[1 2]]}",
        HEAD "\"trace\":[[01,2,3]]}",
        HEAD "\"trace\":[]} {}",
        HEAD "\"trace\":[[1,2,3,4,5,6,0,7,{\"flight\":\"\\u0000\"}]]}",
        HEAD "\"trace\":[[1,2,3,[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct trace trace;
        struct error error = {0};
        int ret = trace_reader_read(reader, bad[i], strlen(bad[i]), &trace, &error);
        if (ret != -EBADMSG && ret != -E2BIG)
            fail_msg("%s: taken (%d)", bad[i], ret);
        assert_string_not_equal(error.message, "");
    }
}

static void test_too_many_points(void **state)
{
    (void)state;
    static const char point[] = "[1,35,36],";
    size_t head = strlen(HEAD "\"trace\":["), one = sizeof point - 1;
    size_t length = head + one * (TRACE_POINTS_MAX + 1);
    AUTO_FREE char *body = memory_allocate(length);
    memcpy(body, HEAD "\"trace\":[", head);
    for (size_t i = 0; i <= TRACE_POINTS_MAX; i++)
        memcpy(body + head + i * one, point, one);
    struct trace trace;
    assert_int_equal(trace_reader_read(reader, body, length, &trace, NULL), -E2BIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nine_elements_and_nulls),
        cmocka_unit_test(test_flags_say_what_an_altitude_is),
        cmocka_unit_test(test_what_was_said_does_not_hold_for_another_flight),
        cmocka_unit_test(test_times_that_repeat_or_fall),
        cmocka_unit_test(test_header_after_the_points),
        cmocka_unit_test(test_others_are_heard_not_kept),
        cmocka_unit_test(test_what_is_no_trace),
        cmocka_unit_test(test_too_many_points),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
