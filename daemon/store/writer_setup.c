// SPDX-License-Identifier: MIT
#include "store/writer_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char new_cursor_sql[] =
    "INSERT INTO skywitness_store.journal_cursor (journal_id, sequence) "
    "VALUES ($1::uuid, 0) ON CONFLICT DO NOTHING";
static const char read_cursor_sql[] =
    "SELECT sequence FROM skywitness_store.journal_cursor WHERE journal_id = $1::uuid";

// Before the preparation of the tables' statements:
enum setup_statement {
    SETUP_PARTITIONS_AHEAD,
    SETUP_NEW_CURSOR,
    SETUP_READ_CURSOR,
};

static void on_setup_rows(void *data, int statement, const PGresult *rows)
{
    struct store_writer *writer = data;
    if (statement == SETUP_READ_CURSOR && PQntuples(rows) == 1)
        writer->cursor = strtoll(PQgetvalue(rows, 0, 0), NULL, 10);
}

static void on_setup_done(void *data, const struct segment_result *result)
{
    struct store_writer *writer = data;
    if (result->failed_statement == SEGMENT_STATEMENT_NONE) {
        writer_set_state(writer, STORE_READY, NULL);
        // The state's listener may have closed us.
        if (writer->state == STORE_READY && writer->on_closed == NULL)
            writer->events.on_ready(writer->events.data, writer->cursor);
    } else if (sqlstate_policy(result->sqlstate) == SQLSTATE_RETRY) {
        writer_start_over(writer, result);
    } else {
        writer_refuse_result(writer, "preparing to write", result);
    }
}

static void prepare(struct store_writer *writer, enum table table, const char *name,
                    void (*write_statement)(enum table table, struct text *sql))
{
    struct text sql;
    text_init(&sql, 8192);
    write_statement(table, &sql);
    assert(!sql.failed);
    session_prepare(writer->session, name, sql.bytes);
    text_done(&sql);
}

static void set_up(struct store_writer *writer)
{
    const struct segment_events events = {
        .on_rows = on_setup_rows, .on_done = on_setup_done, .data = writer};
    const char *values[] = {writer->journal_id};
    session_begin(writer->session, &events);
    session_query(writer->session, WRITER_PARTITIONS_AHEAD_SQL, 0, NULL);
    session_query(writer->session, new_cursor_sql, 1, values);
    session_query(writer->session, read_cursor_sql, 1, values);
    for (enum table table = 0; table < TABLE_COUNT; table++) {
        const struct table_description *description = table_description(table);
        prepare(writer, table, description->name, table_statement);
        if (description->new_rows_name != NULL)
            prepare(writer, table, description->new_rows_name, table_new_rows_statement);
    }
    session_end(writer->session);
}

static void on_schema_rows(void *data, int statement, const PGresult *rows)
{
    (void)statement;
    struct store_writer *writer = data;
    int version;
    struct error error = {0};
    writer->schema =
        schema_judge(rows, schema_migrations, schema_migration_count, &version, &error);
    if (writer->schema != SCHEMA_CURRENT)
        writer_refuse(writer, &error);
}

static void on_schema_done(void *data, const struct segment_result *result)
{
    struct store_writer *writer = data;
    if (result->failed_statement == SEGMENT_STATEMENT_NONE) {
        if (writer->schema == SCHEMA_CURRENT)
            set_up(writer);
        return;
    }
    struct error error;
    if (sqlstate_policy(result->sqlstate) != SQLSTATE_REFUSE) {
        writer_start_over(writer, result);
    } else if (strcmp(result->sqlstate, "42501") == 0) {
        writer_refuse_result(writer, "this role may not use the schema", result);
    } else {
        error_set(&error, -EPROTO, "the database has no schema: run `skywitness db migrate`");
        writer_refuse(writer, &error);
    }
}

void writer_set_up(void *data)
{
    struct store_writer *writer = data;
    const struct segment_events events = {
        .on_rows = on_schema_rows, .on_done = on_schema_done, .data = writer};
    session_begin(writer->session, &events);
    session_query(writer->session, SCHEMA_VERSIONS_SQL, 0, NULL);
    session_end(writer->session);
}
