// SPDX-License-Identifier: MIT
#include "config/csv.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static FILE *file_of(const char *bytes, size_t length)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    rewind(file);
    return file;
}

// Reads all rows of columns a and b as "a|b;a|b;".
static int read_all(const char *bytes, size_t length, char *rows, size_t size, struct error *error)
{
    FILE *file = file_of(bytes, length);
    struct csv_reader *reader = NULL;
    size_t a = 0, b = 0;
    rows[0] = '\0';
    int result = csv_reader_new(file, "x.csv", &reader, error);
    if (result == 0)
        result = csv_reader_column(reader, "a", &a, error);
    if (result == 0)
        result = csv_reader_column(reader, "b", &b, error);
    while (result == 0 && (result = csv_reader_next(reader, error)) == 1) {
        size_t used = strlen(rows);
        snprintf(rows + used, size - used, "%s|%s;", csv_reader_field(reader, a),
                 csv_reader_field(reader, b));
        result = 0;
    }
    csv_reader_free(reader);
    fclose(file);
    return result;
}

static void reads_rows(void **state)
{
    (void)state;
    static const struct {
        const char *text, *rows;
    } cases[] = {
        {"a,b\n1,2\n3,4\n", "1|2;3|4;"},
        {"a,b\n1,2", "1|2;"},
        {"a,b\r\n1,2\r\n", "1|2;"},
        {"a,b\r\n1,2\r", "1|2;"},
        {"\xef\xbb\xbf\"a\",\"b\"\n1,2\n", "1|2;"},
        {"b,x,a\n2,,1\n", "1|2;"},
        {"a,b\n\"1,5\",\"say \"\"yes\"\"\"\n", "1,5|say \"yes\";"},
        {"a,b\n\"two\nlines\",\"\"\n", "two\nlines|;"},
        {"a,b\n\"two\r\nlines\",x\r\n", "two\r\nlines|x;"},
        {"a,b\n\n1,2\n\r\n3,4\n\n", "1|2;3|4;"},
        {"a,b\n1\n1,2,3\n,\n", "1|;1|2;|;"},
        {"a,b\n", ""},
        {"a,b\n\"\",\"\"\"\"\n", "|\";"},
        {"a,b\n \"x\n", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char rows[200];
        struct error error = {0};
        int result = read_all(cases[i].text, strlen(cases[i].text), rows, sizeof rows, &error);
        if (cases[i].rows == NULL) {
            assert_int_equal(result, -EBADMSG);
            continue;
        }
        assert_int_equal(result, 0);
        assert_string_equal(rows, cases[i].rows);
    }
}

static void refuses(const char *bytes, size_t length, int code, const char *message)
{
    char rows[200];
    struct error error = {0};
    assert_int_equal(read_all(bytes, length, rows, sizeof rows, &error), code);
    if (strstr(error.message, message) == NULL)
        fail_msg("%s, expected: %s", error.message, message);
}

static void refuses_what_is_broken(void **state)
{
    (void)state;
    refuses("", 0, -EBADMSG, "x.csv: no header line");
    refuses("a,c\n", 4, -EBADMSG, "x.csv: the header has no column \"b\"");
    refuses("a,b\n1,2\n\"3,4\n5,6\n", 17, -EBADMSG, "x.csv:3: a quote that begins here");
    refuses("a,b\n1,\"2\"x\n", 11, -EBADMSG, "x.csv:2: a quote stands amidst a field");
    refuses("a,b\n1,2\"x\n", 10, -EBADMSG, "x.csv:2: a quote stands amidst a field");
    refuses("a,b\n1\0,2\n", 9, -EBADMSG, "x.csv:2: a NUL byte");
    refuses("a,b\n\"1\0\",2\n", 11, -EBADMSG, "x.csv:2: a NUL byte");
    refuses("a,b\n\"\n\n\",2\n\"\n", 13, -EBADMSG, "x.csv:5: a quote that begins here");
}

static void keeps_its_limits(void **state)
{
    (void)state;
    static char bytes[2 * CSV_ROW_BYTES_MAX];
    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes, "a,b\n", 4);
    refuses(bytes, sizeof bytes, -E2BIG, "x.csv:2: row of more than 64 KiB");
    bytes[4] = '"';
    refuses(bytes, sizeof bytes, -E2BIG, "x.csv:2: row of more than 64 KiB");
    memset(bytes, ',', 200);
    refuses(bytes, 200, -E2BIG, "x.csv:1: row of more than 64 fields");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_rows),
        cmocka_unit_test(refuses_what_is_broken),
        cmocka_unit_test(keeps_its_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
