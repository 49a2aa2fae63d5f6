// SPDX-License-Identifier: MIT
// The writer against a real private PostgreSQL: every row exactly once, whatever breaks.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/watch.h"
#include "harness.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOURNAL_ID "0b6f4b0e-6d5c-4c7b-9d3e-0123456789ab"
#define START ((utc_us)1761465600 * UTC_SECOND) // 2025-10-26T08:00:00Z
#define LIMIT_S 120

static PGconn *looker;

static int set_up(void **state)
{
    (void)state;
    looker = harness_connect();
    harness_reset(looker);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    PQfinish(looker);
    return 0;
}

static struct source small_source(void)
{
    return (struct source){
        .journal_id = JOURNAL_ID,
        .shape = {.start = START, .aircraft = 50, .with_raw = true, .close_after = 10},
        .entries = 40,
        .entries_per_batch = 1,
        .stop_when_stored = true,
    };
}

static void stop_loop(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

// Everything of all entries is there, nothing twice, and the cursor is at the last one.
static void assert_all_stored(const struct source *source)
{
    int64_t points = source->entries * source->shape.aircraft;
    int64_t flights =
        source->shape.close_after > 0
            ? (source->entries + source->shape.close_after - 1) / source->shape.close_after
            : 1;
    assert_int_equal(harness_number(looker, "SELECT sequence FROM skywitness_store.journal_cursor"),
                     source->entries);
    assert_int_equal(harness_number(looker, "SELECT count(*) FROM skywitness.track_point"), points);
    assert_int_equal(harness_number(looker, "SELECT count(*) FROM skywitness.poll"),
                     source->entries);
    assert_int_equal(harness_number(looker, "SELECT count(*) FROM skywitness.raw_observation"),
                     source->shape.with_raw ? points : 0);
    assert_int_equal(harness_number(looker, "SELECT count(*) FROM skywitness.sighting"),
                     flights * source->shape.aircraft);
    assert_int_equal(harness_number(looker, "SELECT count(*) FROM skywitness.quarantine"), 0);
}

static void test_stores_what_it_is_given(void **state)
{
    (void)state;
    struct source source = small_source();
    source_init(&source);
    source_run(&source, LIMIT_S);
    assert_all_stored(&source);
    source_done(&source);

    // Values, not only numbers of rows.
    struct entry entry;
    char sql[512];
    entry_init(&entry);
    synthetic_entry(&entry, &source.shape, 17);
    const struct track_point *point = &entry.points.items[33];
    snprintf(
        sql, sizeof sql,
        "SELECT count(*) FROM skywitness.track_point WHERE icao24 = '%s' AND feed = 'synthetic' "
        "AND extract(epoch FROM observed_at) = %.6f AND latitude = %.17g AND longitude = %.17g "
        "AND altitude_baro_ft = %d AND squawk = '%s' AND nic = 8 AND ground_speed_kt = 420.5 "
        "AND position_source = 'adsb_icao' AND NOT on_ground AND flags = 0 AND doubts = '{}'",
        point->seen.icao24, utc_to_seconds(point->seen.observed_at),
        point->seen.position.latitude_deg, point->seen.position.longitude_deg,
        point->seen.altitude_baro_ft, point->seen.squawk);
    assert_int_equal(harness_number(looker, sql), 1);
    snprintf(sql, sizeof sql,
             "SELECT object FROM skywitness.raw_observation WHERE icao24 = '%s' "
             "AND extract(epoch FROM observed_at) = %.6f",
             point->seen.icao24, utc_to_seconds(point->seen.observed_at));
    assert_memory_equal(harness_text(looker, sql),
                        entry.raw_bytes.bytes + entry.raws.items[33].offset,
                        entry.raws.items[33].length);
    entry_done(&entry);

    // Aircraft 0, 7, ... say no geometric altitude: unknown is null, never zero.
    assert_int_equal(
        harness_number(
            looker, "SELECT count(*) FROM skywitness.track_point WHERE altitude_geom_ft IS NULL"),
        40 * 8);
    // Closed sightings have their path, count and feeds; each holds ten points a second apart.
    assert_int_equal(
        harness_number(looker,
                       "SELECT count(*) FROM skywitness.sighting WHERE state = 'landed' AND "
                       "point_count = 10 AND feeds = '{synthetic}' AND ST_NPoints(path) = 10 AND "
                       "ST_IsValidTrajectory(path) AND ST_SRID(path) = 4326 AND watch_ids = "
                       "'{synthetic-watch}' AND array_length(callsigns, 1) = 1 AND "
                       "abs(ST_M(ST_EndPoint(path)) - extract(epoch FROM last_seen)) < 0.000001"),
        4 * 50);
    assert_string_equal(
        harness_text(looker, "SELECT string_agg(DISTINCT state, ',') FROM skywitness_store.feed "
                             "JOIN skywitness.feed_health USING (feed)"),
        "idle");
}

// While it is being made, given up now and then, and all of it stored once.
static void test_stores_batches_in_parts(void **state)
{
    (void)state;
    struct source source = small_source();
    source.points_a_part = 8;
    source.given_up_every = 7;
    source_init(&source);
    source_run(&source, LIMIT_S);
    assert_all_stored(&source);
    assert_true(source.parts_sent >= (uint64_t)source.entries * (50 / 8));
    assert_int_equal(source.away_count, 0);
    source_done(&source);
}

// Rows of what was given up must not be there, also when nothing follows.
static void test_parts_given_up_leave_nothing(void **state)
{
    (void)state;
    struct source source = small_source();
    source.points_a_part = 8;
    source.entries = 7;
    source_init(&source);
    source_run(&source, LIMIT_S);
    struct entry entry;
    entry_init(&entry);
    synthetic_entry(&entry, &source.shape, 8);
    static const struct watch_list nothing = {0};
    struct store_batch *part = store_batch_new(&nothing);
    store_batch_add_points(part, entry.points.items, entry.points.count);
    assert_true(store_writer_begin_parts(source.writer));
    assert_false(store_writer_begin_parts(source.writer));
    store_writer_send_part(source.writer, part);
    store_writer_give_up_parts(source.writer);
    entry_done(&entry);
    uv_timer_start(&source.timer, stop_loop, 500, 0);
    source_run(&source, LIMIT_S);
    assert_all_stored(&source);
    assert_int_equal(source.away_count, 0);
    assert_true(store_writer_begin_parts(source.writer)); // and it is ready for more
    source_done(&source);
}

static void test_open_sightings_are_computed(void **state)
{
    (void)state;
    struct source source = small_source();
    source.shape.close_after = 0;
    source.entries = 7;
    source_init(&source);
    source_run(&source, LIMIT_S);
    source_done(&source);
    assert_int_equal(
        harness_number(looker,
                       "SELECT count(*) FROM skywitness.sighting WHERE state = 'open' AND "
                       "point_count = 7 AND ST_NPoints(path) = 7 AND feeds = '{synthetic}' AND "
                       "last_seen = first_seen + interval '6 seconds' AND "
                       "ST_Equals(ST_Force2D(ST_EndPoint(path)), last_position)"),
        50);
    // Nothing of that is stored: the row is as it was when the sighting opened.
    assert_int_equal(
        harness_number(looker, "SELECT count(*) FROM skywitness_store.sighting WHERE path IS NULL "
                               "AND point_count IS NULL AND last_seen = first_seen"),
        50);
}

static void test_goes_on_where_it_was(void **state)
{
    (void)state;
    struct source source = small_source();
    source.entries = 13;
    source_init(&source);
    source_run(&source, LIMIT_S);
    source_done(&source);
    source.entries = 40;
    source.entries_per_batch = 4;
    source.ready_count = 0;
    source_init(&source);
    source_run(&source, LIMIT_S);
    assert_all_stored(&source);
    // Another journal begins at its own beginning, and finds its rows there already.
    source_done(&source);
    source.journal_id = "ffffffff-6d5c-4c7b-9d3e-0123456789ab";
    source.ready_count = 0;
    source_init(&source);
    source_run(&source, LIMIT_S);
    source_done(&source);
    assert_int_equal(harness_number(looker, "SELECT count(*) FROM skywitness.track_point"),
                     40 * 50);
}

// So often and no more: on a slow machine a writer that is killed for ever gets nowhere, rightly.
#define BACKEND_KILLS 30
static int backend_kills; // still to come

static void kill_backend(uv_timer_t *timer)
{
    if (backend_kills-- == 0)
        return;
    harness_execute(looker, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                            "WHERE application_name = 'skywitnessd'");
    uv_timer_start(timer, kill_backend, 300 + (uint64_t)(rand() % 700), 0);
}

// The journal of a daemon that was dead while another went on.
static void test_what_comes_too_late_opens_nothing(void **state)
{
    (void)state;
    static const char open_sql[] =
        "SELECT count(*) FROM skywitness_store.sighting WHERE state = 'open'";
    struct source source = small_source();
    source.entries = 13;
    source_init(&source);
    source_run(&source, LIMIT_S);
    source_done(&source);
    int64_t open = harness_number(looker, open_sql);
    source.journal_id = "ffffffff-6d5c-4c7b-9d3e-0123456789ab";
    source.entries = 2; // before the first of them closed
    source.ready_count = 0;
    source_init(&source);
    source_run(&source, LIMIT_S);
    source_done(&source);
    assert_int_equal(harness_number(looker, open_sql), open);
    assert_true(harness_number(looker, "SELECT count(*) FROM skywitness_store.sighting") > open);
}

static void run_with_backends_killed(int kills, size_t points_a_part)
{
    struct source source = small_source();
    source.points_a_part = points_a_part;
    srand(1);
    source.shape.aircraft = 400;
    source.entries = 10 * kills;
    backend_kills = kills;
    source_init(&source);
    uv_timer_start(&source.timer, kill_backend, 100, 0);
    source_run(&source, LIMIT_S);
    uv_timer_stop(&source.timer);
    assert_true(source.away_count > 0);
    assert_all_stored(&source);
    source_done(&source);
}

static void test_backends_killed_at_random(void **state)
{
    (void)state;
    run_with_backends_killed(BACKEND_KILLS, 0);
}

static void test_backends_killed_between_parts(void **state)
{
    (void)state;
    run_with_backends_killed(BACKEND_KILLS / 3, 90);
}

static void commit_when_waited_for(uv_timer_t *timer)
{
    harness_execute(looker, "SELECT pg_stat_clear_snapshot()");
    if (harness_number(looker,
                       "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                       "AND application_name = 'skywitnessd'") > 0)
        harness_execute(looker, "UPDATE skywitness_store.journal_cursor SET sequence = 2; COMMIT");
    else
        uv_timer_start(timer, commit_when_waited_for, 50, 0);
}

// A connection of a process before us, half dead, commits the next entry while that one is on its
// way from us too: ours finds a row there already, and the entry behind it a cursor that fits.
static void test_another_connection_gets_there_first(void **state)
{
    (void)state;
    struct source source = small_source();
    source.entries = 1;
    source_init(&source);
    source_run(&source, LIMIT_S);
    source_done(&source);
    struct entry entry;
    char sql[512], time[UTC_TEXT_SIZE];
    entry_init(&entry);
    synthetic_entry(&entry, &source.shape, 2);
    const struct observation *seen = &entry.points.items[10].seen;
    snprintf(
        sql, sizeof sql,
        "BEGIN; INSERT INTO skywitness_store.track_point (icao24, observed_at, feed, received_at, latitude, "
        "longitude, flags, position_source, emitter, on_ground) "
        "VALUES ('%s', '%s', 'synthetic', now(), 0, 0, 0, 0, 0, false)",
        seen->icao24, utc_format(seen->observed_at, time));
    entry_done(&entry);
    harness_execute(looker, sql);
    source.entries = 6;
    source.ready_count = 0;
    source_init(&source);
    uv_timer_start(&source.timer, commit_when_waited_for, 50, 0);
    source_run(&source, LIMIT_S);
    assert_int_equal(source.away_count, 1);
    source_done(&source);
    assert_int_equal(harness_number(looker, "SELECT sequence FROM skywitness_store.journal_cursor"),
                     6);
    assert_int_equal(harness_number(looker, "SELECT count(*) FROM skywitness.track_point"),
                     5 * 50 + 1);
}

static void restart_server(struct source *source)
{
    // Three crashes in the middle of the load, with batches on their way.
    if (source->stored % 25 != 0 || source->away_count >= 3)
        return;
    harness_stop_server("immediate");
    harness_start_server();
}

static void test_server_crashes_under_load(void **state)
{
    (void)state;
    struct source source = small_source();
    source.shape.aircraft = 400;
    source.entries = 120;
    source.on_progress = restart_server;
    source_init(&source);
    source_run(&source, LIMIT_S);
    assert_int_equal(source.away_count, 3);
    PQreset(looker);
    assert_all_stored(&source);
    source_done(&source);
}

static void test_server_away_at_first(void **state)
{
    (void)state;
    struct source source = small_source();
    harness_stop_server("fast");
    source_init(&source);
    uv_timer_start(&source.timer, stop_loop, 1500, 0);
    source_run(&source, LIMIT_S);
    assert_true(source.away_count > 1);
    assert_int_equal(store_writer_state(source.writer), STORE_AWAY);
    assert_int_equal(store_writer_room(source.writer), 0);
    harness_start_server();
    source_run(&source, LIMIT_S);
    PQreset(looker);
    assert_all_stored(&source);
    source_done(&source);
}

// The writer's own process dies at any moment; the next one asks PostgreSQL where it was.
static void test_writer_killed_at_random(void **state)
{
    (void)state;
    struct source source = small_source();
    source.shape.aircraft = 200;
    source.entries = 400;
    srand(2);
    for (unsigned kills = 0; kills < 1000; kills++) {
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            source_init(&source);
            source_run(&source, LIMIT_S);
            _exit(source.stored == source.entries ? 0 : 1);
        }
        usleep((useconds_t)(30000 + rand() % 150000));
        kill(child, SIGKILL);
        int status;
        waitpid(child, &status, 0);
        if (WIFEXITED(status)) {
            assert_int_equal(WEXITSTATUS(status), 0);
            assert_true(kills > 3);
            break;
        }
    }
    assert_all_stored(&source);
}

// --- rows that cannot be stored -------------------------------------------------------------------

// 22021 for bytes that are no UTF-8, 23514 for a position out of range and for a day without a
// partition.
static void spoil_some(struct entry *entry)
{
    if (entry->sequence == 5)
        strcpy(entry->points.items[7].seen.squawk, "\xff\xfe");
    if (entry->sequence == 5)
        entry->points.items[31].seen.position.latitude_deg = 91;
    if (entry->sequence == 6)
        entry->points.items[0].seen.observed_at = -20 * 365 * UTC_DAY;
    if (entry->sequence == 10)
        strcpy(entry->sightings.items[3].registration, "\xc3");
}

static void run_spoilt(void (*spoil)(struct entry *entry), int64_t entries_per_batch,
                       size_t points_a_part)
{
    struct source source = small_source();
    source.spoil = spoil;
    source.entries_per_batch = entries_per_batch;
    source.points_a_part = points_a_part;
    source_init(&source);
    source_run(&source, LIMIT_S);
    assert_int_equal(source.away_count, 0);
    source_done(&source);
    assert_int_equal(harness_number(looker, "SELECT sequence FROM skywitness_store.journal_cursor"),
                     40);
}

static void assert_some_quarantined(void)
{
    assert_int_equal(harness_number(looker, "SELECT count(*) FROM skywitness.track_point"),
                     40 * 50 - 3);
    assert_int_equal(harness_number(looker, "SELECT count(*) FROM skywitness.quarantine"), 4);
    assert_int_equal(harness_number(looker, "SELECT count(*) FROM skywitness.quarantine WHERE "
                                            "kind = 'track_point' AND sqlstate = '22021' AND "
                                            "content::jsonb ->> 'icao24' = '3c0007'"),
                     1);
    assert_int_equal(
        harness_number(looker, "SELECT count(*) FROM skywitness.quarantine WHERE "
                               "sqlstate = '23514' AND content::jsonb ->> 'latitude' = '91' AND "
                               "reason LIKE '%track_point_position%'"),
        1);
    assert_int_equal(harness_number(looker, "SELECT count(*) FROM skywitness.quarantine WHERE "
                                            "sqlstate = '23514' AND "
                                            "content::jsonb ->> 'observed_at' LIKE '1950-%'"),
                     1);
    assert_int_equal(harness_number(looker,
                                    "SELECT count(*) FROM skywitness.quarantine WHERE "
                                    "kind = 'sighting' AND content::jsonb ->> 'icao24' = '3c0003'"),
                     1);
}

static void test_bad_rows_are_set_aside(void **state)
{
    (void)state;
    run_spoilt(spoil_some, 1, 0);
    assert_some_quarantined();
}

static void test_bad_rows_among_several_entries(void **state)
{
    (void)state;
    run_spoilt(spoil_some, 7, 0);
    assert_some_quarantined();
}

static void test_bad_rows_in_parts(void **state)
{
    (void)state;
    run_spoilt(spoil_some, 1, 8);
    assert_some_quarantined();
}

static void spoil_all(struct entry *entry)
{
    if (entry->sequence != 8)
        return;
    array_foreach (&entry->points, point)
        point->seen.position.longitude_deg = 181;
}

static void test_all_rows_bad(void **state)
{
    (void)state;
    run_spoilt(spoil_all, 1, 0);
    assert_int_equal(harness_number(looker, "SELECT count(*) FROM skywitness.quarantine"), 50);
    assert_int_equal(harness_number(looker, "SELECT count(*) FROM skywitness.track_point"),
                     39 * 50);
}

static void drop_partition(struct source *source)
{
    if (source->stored == 20)
        harness_execute(looker, "DROP TABLE skywitness_store.track_point_20251026");
}

// A partition that was retired under the writer is made again; its rows are no bad rows.
static void run_with_partition_retired(size_t points_a_part)
{
    struct source source = small_source();
    source.points_a_part = points_a_part;
    source.on_progress = drop_partition;
    source_init(&source);
    source_run(&source, LIMIT_S);
    source_done(&source);
    assert_int_equal(harness_number(looker, "SELECT count(*) FROM skywitness.quarantine"), 0);
    int64_t points = harness_number(looker, "SELECT count(*) FROM skywitness.track_point");
    assert_true(points >= 18 * 50 && points <= 20 * 50); // those after the drop
}

static void test_partition_retired_meanwhile(void **state)
{
    (void)state;
    run_with_partition_retired(0);
}

static void test_partition_retired_between_parts(void **state)
{
    (void)state;
    run_with_partition_retired(8);
}

// Half of a later part is of a day that no part before it was of.
static void put_some_into_other_days(struct entry *entry)
{
    for (size_t i = 20; i < entry->points.count; i += 2)
        entry->points.items[i].seen.observed_at += entry->sequence % 5 * UTC_DAY;
}

static void test_another_day_in_a_later_part(void **state)
{
    (void)state;
    struct source source = small_source();
    source.points_a_part = 8;
    source.shape.with_raw = false;
    source.spoil = put_some_into_other_days;
    source_init(&source);
    source_run(&source, LIMIT_S);
    assert_all_stored(&source);
    assert_int_equal(
        harness_number(looker,
                       "SELECT count(DISTINCT observed_at::date) FROM skywitness.track_point"),
        5);
    source_done(&source);
}

// --- refusals -------------------------------------------------------------------------------------

static void run_refused(const char *expected_words)
{
    struct source source = small_source();
    source.stop_when_refused = true;
    source_init(&source);
    source_run(&source, LIMIT_S);
    assert_int_equal(source.refused_count, 1);
    assert_int_equal(store_writer_state(source.writer), STORE_REFUSED);
    if (strstr(source.last_error.message, expected_words) == NULL)
        fail_msg("\"%s\" is not in: %s", expected_words, source.last_error.message);
    source_done(&source);
}

static void test_refused_schemas(void **state)
{
    (void)state;
    harness_execute(looker, "UPDATE skywitness_store.schema_version SET sha256 = sha256('x') "
                            "WHERE version = 2");
    run_refused("migration 2 was applied from another file");
    harness_reset(looker);
    harness_execute(looker, "DELETE FROM skywitness_store.schema_version WHERE version > 1");
    run_refused("run `skywitness db migrate`");
    harness_reset(looker);
    harness_execute(looker,
                    "INSERT INTO skywitness_store.schema_version VALUES (1000, 'future', '')");
    run_refused("is too old");
    harness_execute(looker, "DROP SCHEMA skywitness, skywitness_store CASCADE");
    run_refused("has no schema");
}

static void change_schema(struct source *source)
{
    if (source->stored == 10)
        harness_execute(looker, "ALTER TABLE skywitness_store.poll RENAME COLUMN bytes TO octets");
}

static void test_schema_changed_while_writing(void **state)
{
    (void)state;
    struct source source = small_source();
    source.on_progress = change_schema;
    source.stop_when_refused = true;
    source_init(&source);
    source_run(&source, LIMIT_S);
    assert_int_equal(source.refused_count, 1);
    source_done(&source);
}

// --- rights ---------------------------------------------------------------------------------------

static void test_writes_as_the_writer_role(void **state)
{
    (void)state;
    struct source source = small_source();
    source.database = "user=skywitness_writer";
    source_init(&source);
    source_run(&source, LIMIT_S);
    assert_all_stored(&source);
    source_done(&source);
}

int main(void)
{
#define WITH_DATABASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_DATABASE(test_stores_what_it_is_given),
        WITH_DATABASE(test_open_sightings_are_computed),
        WITH_DATABASE(test_goes_on_where_it_was),
        WITH_DATABASE(test_what_comes_too_late_opens_nothing),
        WITH_DATABASE(test_another_connection_gets_there_first),
        WITH_DATABASE(test_stores_batches_in_parts),
        WITH_DATABASE(test_parts_given_up_leave_nothing),
        WITH_DATABASE(test_backends_killed_at_random),
        WITH_DATABASE(test_backends_killed_between_parts),
        WITH_DATABASE(test_server_crashes_under_load),
        WITH_DATABASE(test_server_away_at_first),
        WITH_DATABASE(test_writer_killed_at_random),
        WITH_DATABASE(test_bad_rows_are_set_aside),
        WITH_DATABASE(test_bad_rows_among_several_entries),
        WITH_DATABASE(test_bad_rows_in_parts),
        WITH_DATABASE(test_all_rows_bad),
        WITH_DATABASE(test_partition_retired_meanwhile),
        WITH_DATABASE(test_partition_retired_between_parts),
        WITH_DATABASE(test_another_day_in_a_later_part),
        WITH_DATABASE(test_refused_schemas),
        WITH_DATABASE(test_schema_changed_while_writing),
        WITH_DATABASE(test_writes_as_the_writer_role),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
