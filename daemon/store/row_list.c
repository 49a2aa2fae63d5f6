// SPDX-License-Identifier: MIT
#include "store/row_list.h"

#include "store/query.h"
#include "store/sql_array.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

void row_list_init(struct row_list *list, size_t column_count)
{
    *list = (struct row_list){.column_count = column_count};
    for (size_t i = 0; i < column_count; i++)
        sql_array_begin(&list->columns[i]);
}

void row_list_done(struct row_list *list)
{
    for (size_t i = 0; i < list->column_count; i++)
        text_done(&list->columns[i]);
    *list = (struct row_list){0};
}

void row_list_clear(struct row_list *list)
{
    size_t column_count = list->column_count;
    row_list_done(list);
    row_list_init(list, column_count);
}

void row_list_text(struct row_list *list, const char *text)
{
    sql_array_add(&list->columns[list->next++], text);
    if (list->next == list->column_count) {
        list->next = 0;
        list->count++;
    }
}

void row_list_number(struct row_list *list, int64_t number)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, number);
    row_list_text(list, text);
}

void row_list_time(struct row_list *list, utc_us time)
{
    char text[UTC_TEXT_SIZE];
    row_list_text(list, utc_format(time, text));
}

int row_list_ask(const struct row_list *list, struct query_connection *connection, const char *sql,
                 const char *first, struct query **ret_query, struct error *error)
{
    struct text ended[ROW_LIST_COLUMNS_MAX];
    const char *parameters[ROW_LIST_COLUMNS_MAX + 1] = {first};
    bool failed = false;
    for (size_t i = 0; i < list->column_count; i++) {
        text_init(&ended[i], SQL_ARRAY_BYTES_MAX);
        text_append_bytes(&ended[i], list->columns[i].bytes, list->columns[i].length);
        sql_array_end(&ended[i]);
        failed = failed || list->columns[i].failed || ended[i].failed;
        parameters[i + 1] = ended[i].bytes;
    }
    int ret =
        failed ? error_set(error, -E2BIG, "more rows than one transaction may hold")
               : query_start(connection, sql, parameters, list->column_count + 1, ret_query, error);
    for (size_t i = 0; i < list->column_count; i++)
        text_done(&ended[i]);
    return ret;
}

int row_list_store(const struct row_list *list, struct query_connection *connection,
                   const char *sql, const char *first, struct error *error)
{
    struct query *query = NULL;
    if (list->count == 0)
        return 0;
    int ret = row_list_ask(list, connection, sql, first, &query, error);
    if (ret == 0)
        while ((ret = query_next(query, error)) == 1)
            continue;
    query_finish(query);
    return ret;
}
