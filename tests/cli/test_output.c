// SPDX-License-Identifier: MIT
// The row writers: every format from the same cells.
#include "cli/output.h"
#include "cli/output_format.h"

#include "base/memory.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct output_column columns[] = {
    {"id", NULL, OUTPUT_TEXT, 0},          {"name", "name", OUTPUT_TEXT, 8},
    {"height_ft", "ft", OUTPUT_NUMBER, 0}, {"seen_at", "seen", OUTPUT_MINUTE, 0},
    {"calls", "calls", OUTPUT_LIST, 0},    {"military", "mil", OUTPUT_BOOLEAN, 0},
};

struct row {
    const char *id, *name;
    double height_ft;
    utc_us seen_at;
    const char *calls;
    bool military;
};

// 2025-10-26T08:00:00.210Z
#define SEEN_AT ((utc_us)1761465600210000)

static char *render(enum output_format format, const struct row *rows, size_t count)
{
    char *bytes = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&bytes, &length);
    struct output *output = output_begin(file, format, columns, 6);
    for (size_t i = 0; i < count; i++) {
        output_text(output, rows[i].id);
        output_text(output, rows[i].name);
        output_number(output, rows[i].height_ft, 0);
        output_time(output, rows[i].seen_at);
        output_list(output, rows[i].calls);
        output_boolean(output, rows[i].military);
        output_row_end(output);
    }
    assert_int_equal(output_row_count(output), count);
    assert_int_equal(output_end(output), 0);
    fclose(file);
    return bytes;
}

static void check(enum output_format format, const struct row *rows, size_t count,
                  const char *expected)
{
    char *bytes = render(format, rows, count);
    assert_string_equal(bytes, expected);
    free(bytes);
}

static const struct row two_rows[] = {
    {"1", "Hmeimim", 157, SEEN_AT,
     "RFF7032\x1f"
     "82013",
     true},
    {"2", NULL, NAN, UTC_UNKNOWN, NULL, false},
};

static void a_table_is_aligned(void **state)
{
    (void)state;
    check(OUTPUT_TABLE, two_rows, 2,
          "name      ft  seen               calls          mil\n"
          "Hmeimim  157  2025-10-26T08:00Z  RFF7032 82013  true\n"
          "-          -  -                  -              false\n");
}

static void json_is_an_array_of_objects(void **state)
{
    (void)state;
    check(OUTPUT_JSON, two_rows, 2,
          "[\n"
          "{\"id\": \"1\", \"name\": \"Hmeimim\", \"height_ft\": 157, "
          "\"seen_at\": \"2025-10-26T08:00:00.210Z\", \"calls\": [\"RFF7032\", \"82013\"], "
          "\"military\": true},\n"
          "{\"id\": \"2\", \"name\": null, \"height_ft\": null, \"seen_at\": null, "
          "\"calls\": null, \"military\": false}\n"
          "]\n");
}

static void csv_tells_unknown_from_empty(void **state)
{
    (void)state;
    const struct row rows[] = {
        {"1", "", -12.5, SEEN_AT, "", true},
        {"a,b", "say \"it\"\r\nnow", NAN, UTC_UNKNOWN,
         "A\x1f"
         "B",
         false},
        {NULL, NULL, NAN, UTC_UNKNOWN, NULL, false},
    };
    check(OUTPUT_CSV, rows, 3,
          "id,name,height_ft,seen_at,calls,military\r\n"
          "1,\"\",-12,2025-10-26T08:00:00.210Z,\"\",true\r\n"
          "\"a,b\",\"say \"\"it\"\"\r\nnow\",,,A B,false\r\n"
          ",,,,,false\r\n");
}

static void nothing_is_still_a_document(void **state)
{
    (void)state;
    check(OUTPUT_TABLE, NULL, 0, "name  ft  seen  calls  mil\n");
    check(OUTPUT_JSON, NULL, 0, "[]\n");
    check(OUTPUT_CSV, NULL, 0, "id,name,height_ft,seen_at,calls,military\r\n");
}

static void json_escapes(void **state)
{
    (void)state;
    const struct row rows[] = {{"q\"\\\n\t\x01", "Lat\xc3\xa4kia", 0, UTC_UNKNOWN, "a\"b", false}};
    check(OUTPUT_JSON, rows, 1,
          "[\n{\"id\": \"q\\\"\\\\\\n\\t\\u0001\", \"name\": \"Lat\xc3\xa4kia\", \"height_ft\": 0, "
          "\"seen_at\": null, \"calls\": [\"a\\\"b\"], \"military\": false}\n]\n");
}

static void a_table_cannot_steer_the_terminal(void **state)
{
    (void)state;
    const struct row rows[] = {
        {"1", "\x1b[2J\x07", 1, UTC_UNKNOWN, "a\nb\tc", true},
        {"2",
         "\xc2\x9b"
         "31m",
         1, UTC_UNKNOWN, "", true}, // C1's CSI
    };
    char *bytes = render(OUTPUT_TABLE, rows, 2);
    for (const char *at = bytes; *at != '\0'; at++)
        assert_true((unsigned char)*at >= 0x20 || *at == '\n');
    assert_null(strstr(bytes, "\xc2\x9b"));
    assert_non_null(strstr(bytes, "?[2J?"));
    assert_non_null(strstr(bytes, "a b c"));
    free(bytes);
}

static void long_cells_are_cut_by_width_not_by_bytes(void **state)
{
    (void)state;
    const struct row rows[] = {
        {"1", "ÄÖÜäöüßé", 1, UTC_UNKNOWN, "x", true},  // eight columns fit
        {"2", "ÄÖÜäöüßéà", 1, UTC_UNKNOWN, "x", true}, // nine do not
        {"3", "北京首都国际", 1, UTC_UNKNOWN, "x", true},
    };
    check(OUTPUT_TABLE, rows, 3,
          "name      ft  seen  calls  mil\n"
          "ÄÖÜäöüßé   1  -     x      true\n"
          "ÄÖÜäöüß…   1  -     x      true\n"
          "北京首…    1  -     x      true\n");
}

static void later_rows_stream_in_the_measured_widths(void **state)
{
    (void)state;
    static const struct output_column one[] = {{"n", "n", OUTPUT_TEXT, 0},
                                               {"m", "m", OUTPUT_TEXT, 0}};
    char *bytes = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&bytes, &length);
    struct output *output = output_begin(file, OUTPUT_TABLE, one, 2);
    for (int i = 0; i < 2500; i++) {
        output_text(output, i < 2000 ? "abc" : "abcdef");
        output_text(output, "x");
        output_row_end(output);
    }
    assert_int_equal(output_end(output), 0);
    fclose(file);
    size_t lines = 0;
    for (const char *at = bytes; *at != '\0'; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 2501);
    assert_memory_equal(bytes, "n    m\nabc  x\n", 14);
    assert_string_equal(bytes + length - 10, "abcdef  x\n");
    free(bytes);
}

static void cells_left_out_are_unknown_and_too_many_are_ignored(void **state)
{
    (void)state;
    char *bytes = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&bytes, &length);
    struct output *output = output_begin(file, OUTPUT_CSV, columns, 2);
    output_text(output, "1");
    output_row_end(output);
    output_text(output, "2");
    output_text(output, "two");
    output_text(output, "three");
    output_row_end(output);
    assert_int_equal(output_end(output), 0);
    fclose(file);
    assert_string_equal(bytes, "id,name\r\n1,\r\n2,two\r\n");
    free(bytes);
}

static void a_full_disk_is_reported(void **state)
{
    (void)state;
    FILE *file = fopen("/dev/full", "w");
    if (file == NULL)
        skip();
    struct output *output = output_begin(file, OUTPUT_JSON, columns, 2);
    output_row_end(output);
    assert_true(output_end(output) < 0);
    fclose(file);
}

static void widths(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t width;
    } cases[] = {
        {"", 0},  {"abc", 3},      {"ä", 1},        {"a\xcc\x88", 1},        {"北京", 4},
        {"…", 1}, {"\xff\xfe", 2}, {"\xe5\x8c", 2}, {"\xf0\x9f\x9b\xa9", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(output_display_width(cases[i].text), cases[i].width);
    assert_int_equal(output_bytes_within_width("北京", 3), 3);
    assert_int_equal(output_bytes_within_width("abc", 10), 3);
}

static void formats_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < OUTPUT_FORMAT_COUNT; i++) {
        enum output_format format = OUTPUT_TABLE;
        assert_true(output_format_from_name(output_format_name((enum output_format)i), &format));
        assert_int_equal(format, i);
    }
    enum output_format format = OUTPUT_CSV;
    assert_false(output_format_from_name("xml", &format));
    assert_int_equal(format, OUTPUT_CSV);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_aligned),
        cmocka_unit_test(json_is_an_array_of_objects),
        cmocka_unit_test(csv_tells_unknown_from_empty),
        cmocka_unit_test(nothing_is_still_a_document),
        cmocka_unit_test(json_escapes),
        cmocka_unit_test(a_table_cannot_steer_the_terminal),
        cmocka_unit_test(long_cells_are_cut_by_width_not_by_bytes),
        cmocka_unit_test(later_rows_stream_in_the_measured_widths),
        cmocka_unit_test(cells_left_out_are_unknown_and_too_many_are_ignored),
        cmocka_unit_test(a_full_disk_is_reported),
        cmocka_unit_test(widths),
        cmocka_unit_test(formats_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
