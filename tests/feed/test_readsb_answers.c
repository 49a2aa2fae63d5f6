// SPDX-License-Identifier: MIT
// Whole answers of the readsb family: shapes, times, what is refused, limits (feeds.md 1.1 and 9).
// Made up.
#include "support.h"

#include "base/text.h"
#include "feed/readsb.h"
#include "feed/readsb_field.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ONE "{\"hex\":\"15405a\",\"lat\":35.4,\"lon\":35.9,\"seen_pos\":0.5}"
#define AT_MS ",\"now\":1761465600250}"
#define AT_S ",\"now\":1761465600.25}"

static const struct {
    const char *answer;
    unsigned heard, refused;
    double now_s; // 0: none given
} good[] = {
    {"{\"ac\":[" ONE "]" AT_MS, 1, 0, 1761465600.25},
    {"{\"ac\":[" ONE "]" AT_S, 1, 0, 1761465600.25},
    {"{\"aircraft\":[" ONE "]" AT_S, 1, 0, 1761465600.25},
    {"{\"aircraft\":[" ONE "]" AT_MS, 1, 0, 1761465600.25},
    {"{\"now\":1761465600.25,\"messages\":1,\"aircraft\":[" ONE "]}", 1, 0, 1761465600.25},
    {" \r\n\t{ \"now\" : 1761465600.25 ,\n \"aircraft\" : [ " ONE " , " ONE " ] } \n", 2, 0,
     1761465600.25},
    {"{\"ac\":[],\"msg\":\"No error\"" AT_MS, 0, 0, 1761465600.25},
    {"{\"ac\":[],\"msg\":\"No error\",\"total\":0,\"ctime\":1,\"ptime\":0" AT_MS, 0, 0,
     1761465600.25},
    {"{\"ac\":[ ]" AT_MS, 0, 0, 1761465600.25},
    {"{\"aircraft\":[],\"messages\":0,\"resultCount\":0" AT_S, 0, 0, 1761465600.25},
    {"{\"ac\":[" ONE "],\"total\":391" AT_MS, 1, 0, 1761465600.25},
    {"{\"ac\":null,\"aircraft\":[" ONE "]" AT_S, 1, 0, 1761465600.25},
    {"{\"ac\":[" ONE "],\"ac\":[" ONE "," ONE "]" AT_MS, 1, 0, 1761465600.25},
    {"{\"ac\":[null,1,\"x\",[[]],{},{\"hex\":\"zz\"}," ONE "]" AT_MS, 1, 6, 1761465600.25},
    // One aircraft, as ADSBexchange answers for a single address.
    {"{\"hex\":\"15405a\",\"lat\":35.4,\"lon\":35.9,\"seen_pos\":0.5" AT_MS, 1, 0, 1761465600.25},
    {ONE, 1, 0, 0},
    {ONE "\n", 1, 0, 0},
    // One a line, from the JSON port.
    {"{\"now\" : 1761465599.5,\"hex\":\"15405a\",\"lat\":35.4,\"lon\":35.9,\"seen_pos\":0.5}\n"
     "{\"flight\":\"N/A\",\"now\":1761465600}\n{\"now\" : 1761465598.5,\"hex\":\"15405b\"}\n",
     2, 1, 1761465600},
    {ONE ",\n" ONE " , \r\n\n" ONE "\r\n" ONE ",", 4, 0, 0},
};

static void test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct feed_batch batch = test_decode(good[i].answer);
        utc_us now = good[i].now_s > 0 ? utc_from_seconds(good[i].now_s) : UTC_UNKNOWN;
        if (batch.aircraft_heard != good[i].heard || batch.objects_refused != good[i].refused ||
            batch.now != now)
            fail_msg("heard %u, refused %u: %s", batch.aircraft_heard, batch.objects_refused,
                     good[i].answer);
        // A position is as old as it says, before the feed's time or else ours.
        if (batch.kept.count > 0 && good[i].refused != 1)
            assert_int_equal(batch.kept.items[0].observed_at,
                             (now != UTC_UNKNOWN ? now : TEST_NOW) - UTC_SECOND / 2);
        feed_batch_done(&batch);
    }
}

// Each line of the JSON port has its own time.
static void test_lines_have_their_own_time(void **state)
{
    (void)state;
    struct feed_batch batch = test_decode("{\"now\":1761465601,\"hex\":\"15405a\",\"seen\":1}\n"
                                          "{\"hex\":\"15405b\",\"seen\":2}\n"
                                          "{\"now\":1761465590000,\"hex\":\"15405a\"}\n");
    assert_int_equal(batch.now, 1761465601 * UTC_SECOND);
    assert_int_equal(batch.kept.items[0].observed_at, 1761465600 * UTC_SECOND);
    assert_int_equal(batch.kept.items[1].observed_at, TEST_NOW - 2 * UTC_SECOND);
    assert_int_equal(batch.kept.items[2].observed_at, 1761465590 * UTC_SECOND);
    feed_batch_done(&batch);
}

static const struct {
    const char *answer;
    int code;
    const char *message; // a part of it
} bad[] = {
    // No answer at all.
    {"", -EPROTO, "empty"},
    {" \r\n", -EPROTO, "empty"},
    {"<!DOCTYPE html><html>Sorry, you have been blocked</html>", -EPROTO, "HTML"},
    {"\n<html>", -EPROTO, "HTML"},
    {"\x1f\x8b\x08", -EBADMSG, "gzip"},
    {"Too many requests", -EBADMSG, "expected an object"},
    {"[" ONE "]", -EBADMSG, "byte 0: expected an object"},
    {"null", -EBADMSG, "expected an object"},
    // Fakes and answers that contradict themselves.
    {"{\"ac\":[{\"hex\":\"abcdef\",\"r\":\"CONTACTADSBX\",\"squawk\":\"7600\",\"lat\":0,\"lon\":0}"
     "]" AT_MS,
     -EPROTO, "CONTACTADSBX"},
    {"{\"ac\":[" ONE ",{\"hex\":\"abcdef\",\"flight\":\" CONTACTADSBX \"}]" AT_MS, -EPROTO,
     "CONTACTADSBX"},
    {"{\"ac\":[{\"hex\":\"abcdef\",\"r\":\"CONTACT\\u0041DSBX\"}]" AT_MS, -EPROTO, "CONTACTADSBX"},
    {"{\"ac\":[],\"total\":391" AT_MS, -EPROTO, "counted"},
    {"{\"aircraft\":[],\"resultCount\":1" AT_S, -EPROTO, "counted"},
    {"{\"ac\":[],\"msg\":\"Rate limit exceeded\"" AT_MS, -EPROTO, "Rate limit exceeded"},
    {"{\"ac\":[{\"hex\":\"zz\"},7]" AT_MS, -EBADMSG, "none of 2"},
    // ADSBexchange's version 1, and other things with other names.
    {"{\"ac\":[{\"postime\":\"1761465600993\",\"icao\":\"484219\",\"lat\":\"52.3\"}],\"total\":1,"
     "\"ctime\":1761465600213}",
     -EBADMSG, "version 1"},
    {"{\"detail\":[{\"loc\":[\"path\",\"lat\"],\"msg\":\"value is not a valid float\"}]}", -EBADMSG,
     "none of 1"},
    {"{\"message\":\"You are not subscribed to this API.\"}", -EBADMSG, "none of 1"},
    {"{\"hex\":\"aaad49\",\"callsign\":\"SWA4513\",\"fixes\":[]}", -EBADMSG, "none of 1"},
    {"{\"now\":1761465600}", -EBADMSG, "none of 1"},
    {"{}", -EBADMSG, "none of 1"},
    {"{\"ac\":null" AT_MS, -EBADMSG, "none of 1"},
    {"{\"ac\":\"none\"" AT_MS, -EBADMSG, "expected an array"},
    {"{\"ac\":{}" AT_MS, -EBADMSG, "expected an array"},
    // Times.
    {"{\"ac\":[" ONE "]}", -EBADMSG, "without the time"},
    {"{\"ac\":[" ONE "],\"now\":\"1761465600\"}", -EBADMSG, "without the time"},
    {"{\"ac\":[" ONE "],\"now\":null}", -EBADMSG, "without the time"},
    {"{\"ac\":[" ONE "],\"now\":1761379199}", -EPROTO, "more than a day"},
    {"{\"ac\":[" ONE "],\"now\":1761552001000}", -EPROTO, "more than a day"},
    {"{\"ac\":[" ONE "],\"now\":0}", -EPROTO, "more than a day"},
    {"{\"ac\":[" ONE "],\"now\":-1}", -EPROTO, "more than a day"},
    {"{\"ac\":[" ONE "],\"now\":1e999}", -EPROTO, "more than a day"},
    {"{\"hex\":\"15405a\",\"now\":5}", -EPROTO, "more than a day"},
    // More than one answer.
    {"{\"ac\":[]" AT_MS "{}", -EBADMSG, "more bytes"},
    {"{\"ac\":[]" AT_MS "\n{\"ac\":[]" AT_MS, -EBADMSG, "more bytes"},
    {"{\"ac\":[]" AT_MS ",", -EBADMSG, "more bytes"},
    {ONE ONE, -EBADMSG, "more bytes"},
    {ONE "," ONE, -EBADMSG, "more bytes"},
    {ONE "\n," ONE, -EBADMSG, "expected an object on the next line"},
    {ONE "\n[]", -EBADMSG, "expected an object on the next line"},
    {ONE ",,\n" ONE, -EBADMSG, "more bytes"},
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error error = {0};
        int code = test_refused(bad[i].answer, &error);
        if (code != bad[i].code || strstr(error.message, bad[i].message) == NULL)
            fail_msg("%d, %s: %s", code, error.message, bad[i].answer);
    }
}

// The borders of the day that a feed's time may be off.
static void test_time_tolerance(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "{\"ac\":[" ONE "],\"now\":1761379200}",
        "{\"ac\":[" ONE "],\"now\":1761552000000}",
    };
    for (size_t i = 0; i < 2; i++) {
        struct feed_batch batch = test_decode(answers[i]);
        feed_batch_done(&batch);
    }
}

// What is not JSON is an error wherever it stands, also in values that nobody wants.
static void test_strict(void **state)
{
    (void)state;
    static const char *const values[] = {
        "01",
        "-",
        "-01",
        "+1",
        ".5",
        "5.",
        "1.e5",
        "1e",
        "1e+",
        "0x10",
        "1.2.3",
        "--1",
        "1-2",
        "NaN",
        "Infinity",
        "tru",
        "True",
        "nulll",
        "'a'",
        "\"a\nb\"",
        "\"\x1f\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1,}",
        "{\"a\" 1}",
        "[",
        "{",
        "]",
        "}",
        "",
        "\"",
        "1/2",
        "12/34567890123456",
        "1234567890123456.",
        "12345678901234567890123.e",
        "00000000000000000001",
        "-00000000000000000.1",
        "\x01",
        "[1}",
        "{\"a\":1]",
        "/**/1",
        "1 1",
    };
    static const char *const around[][2] = {
        {"{\"ac\":[{\"hex\":\"15405a\",\"x\":", "}],\"now\":1761465600}"},
        {"{\"ac\":[{\"hex\":\"15405a\",\"gs\":",
         ",\"lat\":1.25,\"lon\":2.5,\"seen_pos\":0.25}],\"now\":1761465600}"},
        {"{\"x\":",
         ",\"ac\":[],\"now\":1761465600,\"something\":\"to have more bytes behind it\"}"},
        {"{\"ac\":[", "],\"now\":1761465600}"},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        for (size_t j = 0; j < sizeof around / sizeof *around; j++) {
            if (j == 3 && values[i][0] == '\0')
                continue; // an empty list
            char answer[512];
            struct error error = {0};
            snprintf(answer, sizeof answer, "%s%s%s", around[j][0], values[i], around[j][1]);
            int code = test_refused(answer, &error);
            if (code != -EBADMSG || strncmp(error.message, "byte ", 5) != 0)
                fail_msg("%d, %s: %s", code, error.message, answer);
        }
}

// An answer cut at any byte is refused, and nothing behind the cut is looked at.
static void test_truncated(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "{\"ac\":[\n{\"hex\":\"15405a\",\"flight\":\"RFF7032 "
        "\",\"alt_baro\":\"ground\",\"gs\":180.5,\"lat\":35.421100,"
        "\"nav_modes\":[\"a\",\"b\"],\"lon\":-135.948700,\"mlat\":[],\"lastPosition\":{\"lat\":1},"
        "\"seen_pos\":0.480}\n,"
        "{\"hex\":\"15405b\",\"flight\":\"\\ud83d\\ude00\",\"alt_baro\":-1.5e+3}]\n,\"msg\": \"No "
        "error\",\"now\": 1761465600123\n}",
        "{\"hex\":\"15405a\",\"now\":1761465600.125,\"nav_altitude_mcp\":17504,\"x\":true}",
    };
    for (size_t i = 0; i < 2; i++) {
        char *answer = strdup(answers[i]);
        struct feed_batch batch = test_decode(answer);
        feed_batch_done(&batch);
        for (size_t length = strlen(answer); length > 0; length--) {
            answer[length - 1] = '\0';
            struct error error = {0};
            test_refused(answer, &error);
        }
        free(answer);
    }
}

static int decode_length(const char *body, size_t length, struct error *error)
{
    struct test_body exact = test_body_of(body, length);
    struct watch_list watch = {0};
    watch_list_compile(&watch);
    struct feed_interest interest = {.watch = &watch};
    struct feed_batch batch;
    int code = readsb_decoder.decode(exact.bytes, exact.length, TEST_NOW, &interest, &batch, error);
    if (code == 0)
        assert_true(batch.aircraft_heard > 0);
    feed_batch_done(&batch);
    watch_list_done(&watch);
    test_body_done(&exact);
    return code;
}

static int decode_many(unsigned aircraft, struct error *error)
{
    struct text answer;
    text_init(&answer, 1 << 24);
    text_append(&answer, "{\"now\":1761465600,\"aircraft\":[{\"hex\":\"15405a\"}");
    for (unsigned i = 1; i < aircraft; i++)
        text_append(&answer, ",{\"hex\":\"15405a\"}");
    text_append(&answer, "]}");
    int code = decode_length(answer.bytes, answer.length, error);
    text_done(&answer);
    return code;
}

// An object of so many bytes, in an envelope or alone.
static int decode_large(size_t size, bool alone, struct error *error)
{
    static const char start[] = "{\"hex\":\"15405a\",\"seen\":1,\"x\":\"", end[] = "\"}";
    struct text answer;
    text_init(&answer, 1 << 24);
    text_append(&answer, alone ? "" : "{\"now\":1761465600,\"aircraft\":[");
    text_append(&answer, start);
    for (size_t i = strlen(start) + strlen(end); i < size; i++)
        text_append(&answer, "x");
    text_append(&answer, end);
    text_append(&answer, alone ? "" : "]}");
    int code = decode_length(answer.bytes, answer.length, error);
    text_done(&answer);
    return code;
}

static int decode_nested(unsigned depth, char open, struct error *error)
{
    struct text answer;
    text_init(&answer, 1 << 16);
    // Three containers are open around the value.
    text_append(&answer, "{\"now\":1761465600,\"aircraft\":[{\"hex\":\"15405a\",\"x\":");
    for (unsigned i = 3; i < depth; i++)
        text_append(&answer, open == '[' ? "[" : i + 1 < depth ? "{\"a\":" : "{");
    for (unsigned i = 3; i < depth; i++)
        text_append(&answer, open == '[' ? "]" : "}");
    text_append(&answer, "}]}");
    int code = decode_length(answer.bytes, answer.length, error);
    text_done(&answer);
    return code;
}

static void test_limits(void **state)
{
    (void)state;
    struct error error;
    assert_int_equal(decode_many(FEED_AIRCRAFT_MAX, &error), 0);
    assert_int_equal(decode_many(FEED_AIRCRAFT_MAX + 1, &error), -E2BIG);
    for (int alone = 0; alone < 2; alone++) {
        assert_int_equal(decode_large(FEED_OBJECT_BYTES_MAX, alone, &error), 0);
        assert_int_equal(decode_large(FEED_OBJECT_BYTES_MAX + 1, alone, &error), -E2BIG);
    }
    assert_int_equal(decode_nested(FEED_NESTING_MAX, '[', &error), 0);
    assert_int_equal(decode_nested(FEED_NESTING_MAX + 1, '[', &error), -E2BIG);
    assert_int_equal(decode_nested(FEED_NESTING_MAX, '{', &error), 0);
    assert_int_equal(decode_nested(FEED_NESTING_MAX + 1, '{', &error), -E2BIG);
    assert_int_equal(decode_nested(10000, '[', &error), -E2BIG);
}

static void test_decoder_table(void **state)
{
    (void)state;
    assert_ptr_equal(feed_decoder_find("readsb"), &readsb_decoder);
    assert_null(feed_decoder_find("Readsb"));
    assert_null(feed_decoder_find(""));
    struct feed_batch zeroed = {0};
    feed_batch_done(&zeroed);
    // Errors are optional.
    struct feed_interest interest = {0};
    struct feed_batch batch;
    assert_int_equal(readsb_decoder.decode("", 0, TEST_NOW, &interest, &batch, NULL), -EPROTO);
}

static void test_keys(void **state)
{
    (void)state;
    struct readsb_keys keys;
    readsb_keys_build(&keys);
    for (unsigned field = 1; field < READSB_FIELD_COUNT; field++) {
        const char *name = readsb_field_name((enum readsb_field)field);
        size_t length = strlen(name);
        assert_int_equal(readsb_keys_find(&keys, name, length, length), field);
        assert_int_not_equal(readsb_keys_find(&keys, name, length - 1, length), field);
        char changed[32];
        for (size_t i = 0; i < length; i++) {
            strcpy(changed, name);
            changed[i] ^= 0x20;
            assert_int_equal(readsb_keys_find(&keys, changed, length, length), READSB_FIELD_NONE);
        }
    }
    assert_int_equal(readsb_keys_find(&keys, "", 0, 0), READSB_FIELD_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),   cmocka_unit_test(test_lines_have_their_own_time),
        cmocka_unit_test(test_bad),    cmocka_unit_test(test_time_tolerance),
        cmocka_unit_test(test_strict), cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_limits), cmocka_unit_test(test_decoder_table),
        cmocka_unit_test(test_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
