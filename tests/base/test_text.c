// SPDX-License-Identifier: MIT
#include "base/array.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void copies_and_trims(void **state)
{
    (void)state;
    char small[4];
    assert_true(text_copy(small, sizeof small, "abc"));
    assert_false(text_copy(small, sizeof small, "abcd"));
    assert_string_equal(small, "abc");
    char callsign[9];
    assert_true(text_copy_trimmed(callsign, sizeof callsign, "RFF7032 ", 8));
    assert_string_equal(callsign, "RFF7032");
    assert_true(text_copy_trimmed(callsign, sizeof callsign, "        ", 8));
    assert_string_equal(callsign, "");
}

static void matches_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *text, *pattern;
        bool matches;
    } cases[] = {
        {"RA-82038", "RA-82*", true},
        {"RA-86495", "RA-82*", false},
        {"ra-82038", "RA-*8", true},
        {"RA-82038", "RA-8203?", true},
        {"RA-8203", "RA-8203?", false},
        {"", "*", true},
        {"", "?", false},
        {"abc", "a*b*c", true},
        {"abc", "***", true},
        {"abcabd", "*abd", true},
        {"abc", "", false},
        {"aaaaaaaaaaaaaaaaab", "*a*a*a*a*c", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(text_matches_pattern(cases[i].text, cases[i].pattern), cases[i].matches);
}

static void tells_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        bool good;
    } cases[] = {
        {"plain", true},     {"Хмеймим", true},       {"\xf0\x9f\x9b\xa9", true},
        {"\xc0\x80", false}, {"\xed\xa0\x80", false}, {"\xf4\x90\x80\x80", false},
        {"\xe2\x82", false}, {"\xff", false},         {"\xe0\x9f\xbf", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(text_is_utf8(cases[i].bytes, strlen(cases[i].bytes)), cases[i].good);
    assert_false(text_is_utf8("a\0b", 3));
}

static void measures_how_far_words_are(void **state)
{
    (void)state;
    assert_int_equal(text_distance("IL62", "il62"), 0);
    assert_int_equal(text_distance("IL26", "IL62"), 1); // letters swapped
    assert_int_equal(text_distance("interval", "intervall_s"), 3);
    assert_int_equal(text_distance("", "abc"), 3);
}

static void grows_to_its_limit_and_not_beyond(void **state)
{
    (void)state;
    struct text text;
    text_init(&text, 10);
    text_append(&text, "12345");
    text_append_format(&text, "%d", 67890);
    assert_false(text.failed);
    text_append(&text, "x");
    assert_true(text.failed);
    assert_string_equal(text.bytes, "1234567890");
    text_clear(&text);
    assert_false(text.failed);
    text_append_json_string(&text, "\"\\\n\x01");
    assert_true(text.failed); // 14 bytes
    text_done(&text);
    text_init(&text, 100);
    text_append_json_string(&text, "a\"\\\n\x01é");
    assert_string_equal(text.bytes, "\"a\\\"\\\\\\n\\u0001é\"");
    text_done(&text);
}

static void bytes_come_back(void **state)
{
    (void)state;
    struct byte_writer writer;
    byte_writer_init(&writer, 1000);
    byte_writer_u8(&writer, 200);
    byte_writer_i32(&writer, -5);
    byte_writer_i64(&writer, INT64_MIN);
    byte_writer_double(&writer, -0.1);
    byte_writer_float(&writer, 1.5f);
    byte_writer_string(&writer, "OSLK");
    struct byte_reader reader = byte_reader_of(writer.bytes, writer.length);
    char text[8];
    assert_int_equal(byte_reader_u8(&reader), 200);
    assert_int_equal(byte_reader_i32(&reader), -5);
    assert_true(byte_reader_i64(&reader) == INT64_MIN);
    assert_true(byte_reader_double(&reader) == -0.1);
    assert_true(byte_reader_float(&reader) == 1.5f);
    byte_reader_string(&reader, text, sizeof text);
    assert_string_equal(text, "OSLK");
    assert_false(reader.failed);
    assert_int_equal(byte_reader_u32(&reader), 0);
    assert_true(reader.failed);
    byte_writer_done(&writer);
}

static void reader_refuses_counts_that_cannot_be(void **state)
{
    (void)state;
    const uint8_t bytes[] = {0xff, 0xff, 0xff, 0x7f, 1, 2, 3};
    struct byte_reader reader = byte_reader_of(bytes, sizeof bytes);
    assert_int_equal(byte_reader_count(&reader, 1), 0);
    assert_true(reader.failed);
    struct byte_writer writer;
    byte_writer_init(&writer, 3);
    byte_writer_u32(&writer, 1);
    assert_true(writer.failed);
    byte_writer_done(&writer);
}

static void errors_carry_their_context(void **state)
{
    (void)state;
    struct error error;
    assert_int_equal(error_set(&error, -EINVAL, "expected %s", "a number"), -EINVAL);
    assert_int_equal(error_prefix(&error, "feeds[%d]", 1), -EINVAL);
    assert_string_equal(error.message, "feeds[1]: expected a number");
    char long_text[3000];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    error_prefix(&error, "%s", long_text);
    assert_int_equal(strlen(error.message), sizeof error.message - 1);
    assert_int_equal(error_set(NULL, -EIO, "nobody listens"), -EIO);
}

struct number_array ARRAY_OF(int);

static void arrays_grow(void **state)
{
    (void)state;
    struct number_array numbers = {0};
    for (int i = 0; i < 1000; i++)
        *array_append(&numbers) = i;
    int sum = 0;
    const struct number_array *constant = &numbers;
    array_foreach (constant, number)
        sum += *number;
    assert_int_equal(sum, 499500);
    array_free(&numbers);
    array_foreach (&numbers, number)
        fail_msg("an empty array has no items, got %d", *number);
}

static void identifiers_are_made_from_names(void **state)
{
    (void)state;
    uint8_t first[DIGEST_UUID_SIZE], again[DIGEST_UUID_SIZE], other[DIGEST_UUID_SIZE];
    char text[DIGEST_UUID_TEXT_SIZE];
    digest_uuid(first, "sighting/%s/%d", "154076", 1);
    digest_uuid(again, "sighting/%s/%d", "154076", 1);
    digest_uuid(other, "sighting/%s/%d", "154076", 2);
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, other, sizeof first);
    digest_uuid_format(first, text);
    assert_int_equal(strlen(text), 36);
    assert_int_equal(text[14], '8');           // version
    assert_non_null(strchr("89ab", text[19])); // variant
    uint8_t digest[DIGEST_SHA256_SIZE];
    digest_sha256("abc", 3, digest); // FIPS 180-4's own example
    assert_int_equal(digest[0], 0xba);
    assert_int_equal(digest[31], 0xad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_and_trims),
        cmocka_unit_test(matches_patterns),
        cmocka_unit_test(tells_utf8),
        cmocka_unit_test(measures_how_far_words_are),
        cmocka_unit_test(grows_to_its_limit_and_not_beyond),
        cmocka_unit_test(bytes_come_back),
        cmocka_unit_test(reader_refuses_counts_that_cannot_be),
        cmocka_unit_test(errors_carry_their_context),
        cmocka_unit_test(arrays_grow),
        cmocka_unit_test(identifiers_are_made_from_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
