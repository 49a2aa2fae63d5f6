// SPDX-License-Identifier: MIT
#include "store/watch_record.h"

#include "base/memory.h"
#include "config/config.h"
#include "config/watch_held.h"
#include "store/query.h"
#include "store/sql_array.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_SEPARATOR "\x1f"

static int compare_texts(const void *first, const void *second)
{
    return strcmp(((const struct text *)first)->bytes, ((const struct text *)second)->bytes);
}

// The entries in one order, so that the same list is always the same text.
static void write_entries(const struct watch_list *list, struct text *array)
{
    struct text *texts = memory_allocate_zeroed(list->entry_count + 1, sizeof *texts);
    bool failed = false;
    for (size_t i = 0; i < list->entry_count; i++) {
        text_init(&texts[i], WATCH_HELD_TEXT_MAX);
        watch_held_write(&list->entries[i], &texts[i]);
        failed = failed || texts[i].failed;
    }
    qsort(texts, list->entry_count, sizeof *texts, compare_texts);
    sql_array_begin(array);
    for (size_t i = 0; i < list->entry_count; i++) {
        if (i == 0 || strcmp(texts[i].bytes, texts[i - 1].bytes) != 0)
            sql_array_add(array, texts[i].bytes);
    }
    sql_array_end(array);
    array->failed = array->failed || failed;
    for (size_t i = 0; i < list->entry_count; i++)
        text_done(&texts[i]);
    free(texts);
}

static int find(struct query_connection *connection, const char *entries, int64_t *ret_watch_id,
                struct error *error)
{
    struct query *query;
    int ret = query_first(
        connection,
        "SELECT watch_id FROM skywitness_store.watch_held WHERE content = md5($1::text[]::text)::uuid",
        &entries, 1, &query, error);
    if (ret == 1)
        *ret_watch_id = query_integer(query, 0, 0);
    query_finish(query);
    return ret;
}

// Numbers are not used up by looking.
int watch_record_note(struct query_connection *connection, const struct watch_list *list,
                      int64_t *ret_watch_id, struct error *error)
{
    struct text entries = {0};
    write_entries(list, &entries);
    const char *const parameters[] = {entries.bytes};
    int ret = entries.failed
                  ? error_set(error, -E2BIG, "the watch list is too long to be remembered")
                  : find(connection, entries.bytes, ret_watch_id, error);
    if (ret == 0) {
        ret = query_execute(
            connection,
            "INSERT INTO skywitness_store.watch_held (content, entries)"
            " VALUES (md5($1::text[]::text)::uuid, $1::text[]) ON CONFLICT DO NOTHING",
            parameters, 1, error);
        if (ret == 0)
            ret = find(connection, entries.bytes, ret_watch_id, error);
        if (ret == 0)
            ret = error_set(error, -EIO, "the watch list was not remembered");
    }
    text_done(&entries);
    return ret < 0 ? ret : 0;
}

int watch_record_in_force(struct query_connection *connection, const struct watch_list *list,
                          utc_us since, struct error *error)
{
    int64_t watch_id = 0;
    char number[24], time[UTC_TEXT_SIZE];
    int ret = watch_record_note(connection, list, &watch_id, error);
    if (ret < 0)
        return ret;
    snprintf(number, sizeof number, "%lld", (long long)watch_id);
    const char *const parameters[] = {utc_format(since, time), number};
    return query_execute(
        connection,
        "INSERT INTO skywitness_store.watch_in_force (since, watch_id) SELECT $1::timestamptz, $2::integer"
        " WHERE $2::integer IS DISTINCT FROM (SELECT watch_id FROM skywitness_store.watch_in_force"
        "   ORDER BY since DESC LIMIT 1) ON CONFLICT DO NOTHING",
        parameters, 2, error);
}

// --- reading --------------------------------------------------------------------------------------

static struct watch_list read_list(const char *texts, const struct config *config)
{
    struct watch_list list = {.entries =
                                  memory_allocate_zeroed(WATCH_ENTRIES_MAX, sizeof *list.entries)};
    AUTO_FREE char *copy = memory_copy_string(texts);
    char *rest = copy;
    for (char *text;
         list.entry_count < WATCH_ENTRIES_MAX && (text = strsep(&rest, ENTRY_SEPARATOR)) != NULL;)
        list.entry_count += watch_held_read(text, config != NULL ? config->places : NULL,
                                            config != NULL ? config->place_count : 0,
                                            &list.entries[list.entry_count]);
    size_t airframes = config != NULL ? config->watch.airframe_count : 0;
    list.airframes = memory_allocate_zeroed(airframes + 1, sizeof *list.airframes);
    if (airframes > 0)
        memcpy(list.airframes, config->watch.airframes, airframes * sizeof *list.airframes);
    list.airframe_count = airframes;
    watch_list_compile(&list);
    return list;
}

int watch_record_read(struct query_connection *connection, const struct config *config,
                      struct remembered_watch_array *ret_lists, struct error *error)
{
    struct query *query;
    int ret = query_start(connection,
                          "SELECT watch_id, array_to_string(entries, E'"
                          "\\x1f"
                          "') FROM skywitness_store.watch_held"
                          " ORDER BY watch_id",
                          NULL, 0, &query, error);
    if (ret < 0)
        return ret;
    while ((ret = query_next(query, error)) == 1)
        *array_append(ret_lists) = (struct remembered_watch){
            .watch_id = query_integer(query, 0, 0),
            .list = read_list(query_text(query, 1), config),
        };
    query_finish(query);
    return ret;
}

void watch_record_free(struct remembered_watch_array *lists)
{
    array_foreach (lists, one)
        watch_list_done(&one->list);
    array_free(lists);
}

static bool holds_all(const struct watch_list *held, const struct watch_list *list)
{
    for (size_t i = 0; i < list->entry_count; i++)
        if (!watch_held_covers(held, &list->entries[i], NULL, 0))
            return false;
    return true;
}

int watch_record_holding(struct query_connection *connection, const struct config *config,
                         const struct watch_list *list, struct text *ret_ids, struct error *error)
{
    struct remembered_watch_array lists = {0};
    int ret = watch_record_read(connection, config, &lists, error);
    if (ret == 0) {
        sql_array_begin(ret_ids);
        array_foreach (&lists, one) {
            char number[24];
            snprintf(number, sizeof number, "%lld", (long long)one->watch_id);
            if (holds_all(&one->list, list))
                sql_array_add(ret_ids, number);
        }
        sql_array_end(ret_ids);
    }
    watch_record_free(&lists);
    return ret;
}
