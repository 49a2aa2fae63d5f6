// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness.h"

#include "config/watch.h"
#include "store/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void ignore_notice(void *data, const char *message)
{
    (void)data;
    (void)message;
}

PGconn *harness_connect(void)
{
    PGconn *connection = PQconnectdb("");
    if (PQstatus(connection) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(connection));
    PQsetNoticeProcessor(connection, ignore_notice, NULL);
    return connection;
}

static PGresult *run(PGconn *connection, const char *sql)
{
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQresultErrorMessage(result));
    return result;
}

void harness_execute(PGconn *connection, const char *sql)
{
    PQclear(run(connection, sql));
}

const char *harness_text(PGconn *connection, const char *sql)
{
    static char text[4096];
    PGresult *result = run(connection, sql);
    if (PQntuples(result) < 1)
        fail_msg("%s: no row", sql);
    snprintf(text, sizeof text, "%s", PQgetvalue(result, 0, 0));
    PQclear(result);
    return text;
}

int64_t harness_number(PGconn *connection, const char *sql)
{
    return strtoll(harness_text(connection, sql), NULL, 10);
}

void harness_expect_error(PGconn *connection, const char *sql, const char *sqlstate)
{
    PGresult *result = PQexec(connection, sql);
    const char *met = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (met == NULL || strcmp(met, sqlstate) != 0)
        fail_msg("%s: expected %s, got %s %s", sql, sqlstate, met != NULL ? met : "no error",
                 PQresultErrorMessage(result));
    PQclear(result);
}

void harness_reset(PGconn *connection)
{
    int before, after;
    struct error error = {0};
    harness_execute(connection, "DROP SCHEMA IF EXISTS skywitness, skywitness_store CASCADE");
    if (migrate_apply(connection, schema_migrations, schema_migration_count, &before, &after,
                      &error) != 0)
        fail_msg("%s", error.message);
}

static void run_server_script(const char *command, const char *mode)
{
    char line[1024];
    const char *script = getenv("SKYWITNESS_PRIVATE_POSTGRESQL_SCRIPT");
    const char *folder = getenv("SKYWITNESS_PRIVATE_POSTGRESQL");
    assert_non_null(script);
    assert_non_null(folder);
    snprintf(line, sizeof line, "'%s' %s '%s' %s >/dev/null", script, command, folder, mode);
    if (system(line) != 0)
        fail_msg("%s failed", line);
}

void harness_stop_server(const char *mode)
{
    run_server_script("stop", mode);
}

void harness_start_server(void)
{
    run_server_script("start", "");
}

// --- the source -----------------------------------------------------------------------------------

static struct watch_entry synthetic_watch_entry = {.id = "synthetic-watch"};
static struct watch_list synthetic_watch = {.entries = &synthetic_watch_entry, .entry_count = 1};

static void make_entry(struct source *source, int64_t number, struct entry *entry)
{
    entry_init(entry);
    synthetic_entry(entry, &source->shape, number);
    if (source->spoil != NULL)
        source->spoil(entry);
}

static struct store_batch *make_batch(struct source *source)
{
    struct store_batch *batch = store_batch_new(&synthetic_watch);
    for (int64_t i = 0; i < source->entries_per_batch && source->submitted < source->entries; i++) {
        struct entry entry;
        make_entry(source, ++source->submitted, &entry);
        store_batch_add(batch, &entry);
        entry_done(&entry);
    }
    return batch;
}

static void pump(struct source *source);

static void finish_parts(struct source *source)
{
    struct entry *entry = &source->entry;
    struct store_batch *rest = store_batch_new(&synthetic_watch);
    bool is_given_up = source->given_up_every > 0 && entry->sequence % source->given_up_every == 0;
    store_batch_add_rest(rest, entry, is_given_up ? 0 : source->points_sent);
    source->in_parts = false;
    if (is_given_up)
        store_writer_give_up_parts(source->writer);
    if (is_given_up && source->submitted == entry->sequence - 1 &&
        store_writer_room(source->writer) > 0) {
        source->submitted = entry->sequence;
        store_writer_submit(source->writer, rest);
    } else if (is_given_up) {
        store_batch_free(rest);
    } else if (store_writer_finish_parts(source->writer, rest)) {
        assert_int_equal(source->submitted, entry->sequence - 1);
        source->submitted = entry->sequence;
    }
    entry_done(entry);
    pump(source);
}

// Each a moment after the one before, so that whatever may happen can happen between them.
static void send_next_part(uv_timer_t *timer)
{
    struct source *source = timer->data;
    const struct track_point_array *points = &source->entry.points;
    if (points->count - source->points_sent < source->points_a_part) {
        finish_parts(source);
        return;
    }
    struct store_batch *part = store_batch_new(&synthetic_watch);
    store_batch_add_points(part, points->items + source->points_sent, source->points_a_part);
    store_writer_send_part(source->writer, part);
    source->points_sent += source->points_a_part;
    source->parts_sent++;
    uv_timer_start(timer, send_next_part, 1, 0);
}

static bool begin_parts(struct source *source)
{
    if (source->points_a_part == 0 || !store_writer_begin_parts(source->writer))
        return false;
    make_entry(source, source->submitted + 1, &source->entry);
    source->points_sent = 0;
    source->in_parts = true;
    uv_timer_start(&source->next_part, send_next_part, 1, 0);
    return true;
}

static void pump(struct source *source)
{
    while (!source->in_parts && source->submitted < source->entries &&
           store_writer_room(source->writer) > 0) {
        if (begin_parts(source) ||
            (source->points_a_part > 0 && source->stored < source->submitted))
            break; // the next one too is to go in parts
        store_writer_submit(source->writer, make_batch(source));
    }
    // The window bounds what libpq may be holding for us.
    assert_true(source->submitted - source->stored <= 2 * source->entries_per_batch);
}

static void on_ready(void *data, int64_t cursor)
{
    struct source *source = data;
    source->ready_count++;
    assert_true(cursor <= source->submitted || source->ready_count == 1);
    source->submitted = source->stored = cursor;
    pump(source);
    if (source->stored == source->entries && source->stop_when_stored)
        uv_stop(&source->loop);
}

static void on_stored(void *data, int64_t sequence)
{
    struct source *source = data;
    assert_true(sequence > source->stored);
    source->stored = sequence;
    pump(source);
    if (source->on_progress != NULL)
        source->on_progress(source);
    if (source->stored == source->entries && source->stop_when_stored)
        uv_stop(&source->loop);
}

static void on_state(void *data, enum store_state state, const struct error *error)
{
    struct source *source = data;
    source->away_count += state == STORE_AWAY;
    source->refused_count += state == STORE_REFUSED;
    if (error != NULL)
        source->last_error = *error;
    if (state == STORE_REFUSED && source->stop_when_refused)
        uv_stop(&source->loop);
}

static void on_deadline(uv_timer_t *timer)
{
    struct source *source = timer->data;
    fail_msg("%lld of %lld entries stored in time; last error: %s", (long long)source->stored,
             (long long)source->entries, source->last_error.message);
}

void source_init(struct source *source)
{
    assert_int_equal(uv_loop_init(&source->loop), 0);
    uv_timer_init(&source->loop, &source->timer);
    uv_timer_init(&source->loop, &source->deadline);
    uv_timer_init(&source->loop, &source->next_part);
    source->timer.data = source->deadline.data = source->next_part.data = source;
    source->in_parts = false;
    source->submitted = source->stored = 0;
    const struct store_writer_settings settings = {
        .database = source->database != NULL ? source->database : "",
        .journal_id = source->journal_id,
    };
    const struct store_writer_events events = {
        .on_ready = on_ready, .on_stored = on_stored, .on_state = on_state, .data = source};
    source->writer = store_writer_new(&source->loop, &settings, &events);
    store_writer_start(source->writer);
}

void source_run(struct source *source, unsigned limit_s)
{
    uv_update_time(&source->loop);
    uv_timer_start(&source->deadline, on_deadline, limit_s * 1000, 0);
    uv_run(&source->loop, UV_RUN_DEFAULT);
    uv_timer_stop(&source->deadline);
}

static void on_closed(void *data)
{
    struct source *source = data;
    uv_close((uv_handle_t *)&source->timer, NULL);
    uv_close((uv_handle_t *)&source->deadline, NULL);
    uv_close((uv_handle_t *)&source->next_part, NULL);
    if (source->in_parts)
        entry_done(&source->entry);
}

void source_done(struct source *source)
{
    store_writer_close(source->writer, on_closed, source);
    assert_int_equal(uv_run(&source->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&source->loop), 0);
}
