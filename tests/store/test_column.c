// SPDX-License-Identifier: MIT
// Columns as PostgreSQL reads them, and the search for bad rows.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness.h"

#include "config/watch.h"
#include "store/column.h"
#include "store/repair.h"
#include "store/sqlstate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static PGconn *connection;

static int connect_once(void **state)
{
    (void)state;
    connection = harness_connect();
    harness_execute(connection, "SET extra_float_digits = 3");
    return 0;
}

static int disconnect(void **state)
{
    (void)state;
    PQfinish(connection);
    return 0;
}

static void add_values(struct column *column)
{
    static const uint8_t odd_bytes[16] = {0, 1, 0xff, 0x80, 10, 13, 34, 92};
    switch (column->type) {
    case COLUMN_TIME:
        column_add_time(column, 0);
        column_add_time(column, UTC_UNKNOWN);
        column_add_time(column, 1761465600123456);
        break;
    case COLUMN_DAY:
        column_add_time(column, -1); // the day before 1970
        column_add_time(column, UTC_UNKNOWN);
        column_add_time(column, 1761465600123456);
        break;
    case COLUMN_DOUBLE:
        column_add_double(column, -0.1);
        column_add_double(column, NAN);
        column_add_double(column, 1e300);
        break;
    case COLUMN_REAL:
        column_add_real(column, 420.5f);
        column_add_real(column, NAN);
        column_add_real(column, -1.5f);
        break;
    case COLUMN_BIG:
        column_add_big(column, INT64_MIN);
        column_add_null(column);
        column_add_big(column, 1);
        break;
    case COLUMN_INTEGER:
        column_add_integer(column, INT32_MIN);
        column_add_null(column);
        column_add_integer(column, 258);
        break;
    case COLUMN_SMALL:
        column_add_small(column, INT16_MIN);
        column_add_null(column);
        column_add_small(column, 258);
        break;
    case COLUMN_BOOLEAN:
        column_add_boolean(column, true);
        column_add_null(column);
        column_add_boolean(column, false);
        break;
    case COLUMN_TEXT:
    case COLUMN_LIST:
        column_add_text(column, "\xc3\xa9 \"quoted\"");
        column_add_text_or_null(column, "");
        column_add_text(column, "x");
        break;
    case COLUMN_JSON:
        column_add_text(column, "{}");
        column_add_null(column);
        column_add_text(column, "[1]");
        break;
    case COLUMN_UUID:
    case COLUMN_BYTES:
        column_add_bytes(column, odd_bytes, sizeof odd_bytes);
        column_add_null(column);
        column_add_bytes(column, odd_bytes + 1,
                         sizeof odd_bytes - (column->type == COLUMN_UUID ? 0 : 1));
        break;
    }
}

static const char *as_text(struct column *column)
{
    static char text[1024];
    char sql[200];
    const char *value = (const char *)column->bytes;
    column_finish(column);
    const int length = (int)column->length;
    const int format = 1;
    snprintf(sql, sizeof sql,
             "SELECT coalesce(string_agg(coalesce(x::text, 'null'), '|'), 'nothing') "
             "FROM unnest($1::%s[]) AS x",
             column_type_name(column->type));
    PGresult *result = PQexecParams(connection, sql, 1, NULL, &value, &length, &format, 0);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", column_type_name(column->type), PQresultErrorMessage(result));
    snprintf(text, sizeof text, "%s", PQgetvalue(result, 0, 0));
    PQclear(result);
    return text;
}

static const struct {
    enum column_type type;
    const char *all, *last_two, *without_middle, *described;
} cases[] = {
    {COLUMN_TIME, "1970-01-01 00:00:00+00|null|2025-10-26 08:00:00.123456+00",
     "null|2025-10-26 08:00:00.123456+00", "1970-01-01 00:00:00+00|2025-10-26 08:00:00.123456+00",
     "\"1970-01-01T00:00:00Z\" null \"2025-10-26T08:00:00.123456Z\""},
    {COLUMN_DAY, "1969-12-31|null|2025-10-26", "null|2025-10-26", "1969-12-31|2025-10-26",
     "\"1969-12-31\" null \"2025-10-26\""},
    {COLUMN_DOUBLE, "-0.1|null|1e+300", "null|1e+300", "-0.1|1e+300",
     "-0.10000000000000001 null 1.0000000000000001e+300"},
    {COLUMN_REAL, "420.5|null|-1.5", "null|-1.5", "420.5|-1.5", "420.5 null -1.5"},
    {COLUMN_BIG, "-9223372036854775808|null|1", "null|1", "-9223372036854775808|1",
     "-9223372036854775808 null 1"},
    {COLUMN_INTEGER, "-2147483648|null|258", "null|258", "-2147483648|258", "-2147483648 null 258"},
    {COLUMN_SMALL, "-32768|null|258", "null|258", "-32768|258", "-32768 null 258"},
    {COLUMN_BOOLEAN, "true|null|false", "null|false", "true|false", "true null false"},
    {COLUMN_TEXT, "\xc3\xa9 \"quoted\"|null|x", "null|x", "\xc3\xa9 \"quoted\"|x",
     "\"\xc3\xa9 \\u0022quoted\\u0022\" null \"x\""},
    {COLUMN_JSON, "{}|null|[1]", "null|[1]", "{}|[1]", "\"{}\" null \"[1]\""},
    {COLUMN_BYTES, "\\x0001ff800a0d225c0000000000000000|null|\\x01ff800a0d225c0000000000000000",
     "null|\\x01ff800a0d225c0000000000000000",
     "\\x0001ff800a0d225c0000000000000000|\\x01ff800a0d225c0000000000000000", NULL},
};

static void test_columns(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static const bool middle[] = {false, true, false};
        struct column column, slice;
        struct text text;
        column_init(&column, cases[i].type);
        add_values(&column);
        assert_string_equal(as_text(&column), cases[i].all);
        column_slice(&column, 1, 3, &slice);
        assert_string_equal(as_text(&slice), cases[i].last_two);
        column_done(&slice);
        column_slice(&column, 1, 1, &slice);
        assert_string_equal(as_text(&slice), "nothing");
        column_done(&slice);
        text_init(&text, 1000);
        for (size_t element = 0; element < 3; element++) {
            text_append(&text, element > 0 ? " " : "");
            column_describe(&column, element, &text);
        }
        if (cases[i].described != NULL)
            assert_string_equal(text.bytes, cases[i].described);
        assert_true(text_is_utf8(text.bytes, text.length));
        text_done(&text);
        column_remove(&column, middle);
        assert_string_equal(as_text(&column), cases[i].without_middle);
        column_done(&column);
    }
}

static void test_empty_and_large_columns(void **state)
{
    (void)state;
    struct column column;
    column_init(&column, COLUMN_INTEGER);
    assert_string_equal(as_text(&column), "nothing");
    column_done(&column);
    column_init(&column, COLUMN_INTEGER);
    for (int32_t i = 1; i <= 100000; i++)
        column_add_integer(&column, i);
    column_finish(&column);
    const char *value = (const char *)column.bytes;
    const int length = (int)column.length, format = 1;
    PGresult *result = PQexecParams(connection, "SELECT sum(x), count(*) FROM unnest($1::int4[]) x",
                                    1, NULL, &value, &length, &format, 0);
    assert_string_equal(PQgetvalue(result, 0, 0), "5000050000");
    PQclear(result);
    column_done(&column);
}

// --- halving --------------------------------------------------------------------------------------

// Finds the bad ones of `count` rows; returns how many tries it took.
static unsigned search(size_t count, const bool *bad, size_t expected)
{
    static const uint8_t journal_id[DIGEST_UUID_SIZE];
    static const struct watch_list no_watch;
    struct store_batch *batch = store_batch_new(&no_watch);
    struct table_rows *rows = &batch->tables[TABLE_FEED];
    for (size_t i = 0; i < count; i++) {
        char name[16];
        size_t place = 0;
        snprintf(name, sizeof name, "%s%zu", bad[i] ? "bad" : "good", i);
        column_add_text(table_rows_next(rows, &place), name);
    }
    struct repair *repair = repair_new(batch, TABLE_FEED, "22021", "whole \xc3\xa9");
    size_t from, to;
    unsigned tries = 0;
    while (repair_next(repair, &from, &to)) {
        bool fails = false;
        for (size_t i = from; i < to; i++)
            fails = fails || bad[i];
        if (fails)
            repair_failed(repair, "22021", "invalid byte \xc3"); // cut within a character
        else
            repair_passed(repair);
        tries++;
    }
    assert_int_equal(repair_apply(repair, journal_id), expected);
    assert_int_equal(rows->count, count - expected);
    assert_int_equal(batch->tables[TABLE_QUARANTINE].count, expected);
    struct text text;
    text_init(&text, 1 << 20);
    for (size_t i = 0; i < rows->count; i++)
        table_rows_describe(rows, i, &text);
    assert_true(text.length == 0 || strstr(text.bytes, "bad") == NULL);
    text_clear(&text);
    for (size_t i = 0; i < expected; i++)
        table_rows_describe(&batch->tables[TABLE_QUARANTINE], i, &text);
    assert_true(text.length == 0 || (strstr(text.bytes, "good") == NULL && !text.failed));
    assert_true(text.length == 0 || text_is_utf8(text.bytes, text.length));
    text_done(&text);
    repair_free(repair);
    store_batch_free(batch);
    return tries;
}

static void test_search_for_bad_rows(void **state)
{
    (void)state;
    static bool bad[2000];
    bad[1234] = true;
    assert_true(search(2000, bad, 1) <= 22); // twice the logarithm
    bad[0] = bad[1999] = true;
    assert_true(search(2000, bad, 3) <= 66);
    memset(bad, 0, sizeof bad);
    assert_int_equal(search(2, bad, 0), 2); // together they fail, alone they do not
    memset(bad, 1, sizeof bad);
    search(1, bad, 1);
    search(100, bad, 100);
}

static void test_policies(void **state)
{
    (void)state;
    static const struct {
        const char *sqlstate;
        enum sqlstate_policy policy;
    } expected[] = {
        {"08006", SQLSTATE_RETRY},  {"57P01", SQLSTATE_RETRY},  {"57014", SQLSTATE_RETRY},
        {"53100", SQLSTATE_RETRY},  {"40P01", SQLSTATE_RETRY},  {"55P03", SQLSTATE_RETRY},
        {"25006", SQLSTATE_RETRY},  {"SW001", SQLSTATE_RETRY},  {"XX000", SQLSTATE_RETRY},
        {"22021", SQLSTATE_DATA},   {"22003", SQLSTATE_DATA},   {"23514", SQLSTATE_DATA},
        {"54000", SQLSTATE_DATA},   {"42P01", SQLSTATE_REFUSE}, {"42501", SQLSTATE_REFUSE},
        {"3F000", SQLSTATE_REFUSE},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_int_equal(sqlstate_policy(expected[i].sqlstate), expected[i].policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_empty_and_large_columns),
        cmocka_unit_test(test_search_for_bad_rows),
        cmocka_unit_test(test_policies),
    };
    return cmocka_run_group_tests(tests, connect_once, disconnect);
}
