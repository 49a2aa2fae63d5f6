// SPDX-License-Identifier: MIT
// What the schema promises: rights, partitions and their locks, views in step with the daemon's
// words.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness.h"

#include "feed/observation.h"
#include "track/point.h"

#include <stdio.h>
#include <string.h>

#define NO_RIGHT "42501"

static PGconn *connection;

static int set_up(void **state)
{
    (void)state;
    connection = harness_connect();
    harness_reset(connection);
    harness_execute(connection,
                    "SELECT skywitness_store.ensure_partitions('2025-10-26', '2025-10-28')");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    PQfinish(connection);
    return 0;
}

static void insert_point(const char *icao24, const char *time, int flags, const char *rest)
{
    char sql[512];
    snprintf(
        sql, sizeof sql,
        "INSERT INTO skywitness_store.track_point (icao24, observed_at, received_at, feed, latitude, "
        "longitude, altitude_baro_ft, altitude_geom_ft, on_ground, flags, emitter, position_source) "
        "VALUES ('%s', '2025-10-26 %s+00', now(), %s, %d, 0, 1)",
        icao24, time, rest, flags);
    harness_execute(connection, sql);
}

// --- rights ---------------------------------------------------------------------------------------

static void test_reader(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "SELECT * FROM skywitness_store.track_point",
        "SELECT * FROM skywitness_store.quarantine",
        "INSERT INTO skywitness.poll (feed) VALUES ('a')",
        "DELETE FROM skywitness.sighting",
        "UPDATE skywitness.poll SET error = 'x'",
        "CREATE TABLE skywitness.mine (x int)",
        "CREATE TABLE skywitness_store.mine (x int)",
        "CREATE TABLE public.mine (x int)",
        "SELECT skywitness_store.ensure_partitions('2025-10-26', '2025-10-26')",
        "SELECT skywitness_store.finish_sightings('{}', '{}')",
        "SELECT skywitness_store.move_cursor(gen_random_uuid(), 0, 1)",
    };
    insert_point("15405a", "08:00", 0, "'a', 35, 36, 1000, NULL, false");
    insert_point("15405a", "08:01", 0, "'a', 35.1, 36, 1000, NULL, false");
    harness_execute(connection,
                    "INSERT INTO skywitness_store.sighting (sighting_id, icao24, opened_at, "
                    "first_seen, last_seen, emitter, state, callsigns, watch_ids, feeds) VALUES "
                    "(gen_random_uuid(), '15405a', '2025-10-26 08:00+00', '2025-10-26 08:00+00', "
                    "'2025-10-26 08:00+00', 0, 'open', '{}', '{}', '{}')");
    harness_execute(connection, "SET ROLE skywitness_reader");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        harness_expect_error(connection, refused[i], NO_RIGHT);
    assert_int_equal(harness_number(connection, "SELECT count(*) FROM skywitness.track_point"), 2);
    assert_int_equal(harness_number(connection, "SELECT ST_NPoints(path) FROM skywitness.sighting"),
                     2);
    // Every view there is can be read, those of later migrations too.
    PGresult *views =
        PQexec(connection, "SELECT viewname FROM pg_views WHERE schemaname = 'skywitness'");
    assert_true(PQntuples(views) > 5);
    for (int i = 0; i < PQntuples(views); i++) {
        char sql[200];
        snprintf(sql, sizeof sql, "SELECT * FROM skywitness.%s", PQgetvalue(views, i, 0));
        harness_execute(connection, sql);
    }
    PQclear(views);
}

static void test_writer_has_no_ddl(void **state)
{
    (void)state;
    static const char *const refused[] = {
        "CREATE TABLE skywitness_store.mine (x int)",
        "CREATE VIEW skywitness.mine AS SELECT 1",
        "CREATE TABLE public.mine (x int)",
        "CREATE SCHEMA mine",
        "ALTER TABLE skywitness_store.track_point ADD COLUMN x int",
        "DROP TABLE skywitness_store.track_point_20251026",
        "TRUNCATE skywitness_store.track_point",
        "DELETE FROM skywitness_store.track_point",
        "UPDATE skywitness_store.track_point SET flags = 0", // stored and never changed
        "UPDATE skywitness_store.poll SET error = NULL",
        "DELETE FROM skywitness_store.sighting",
        "INSERT INTO skywitness_store.schema_version VALUES (99, 'x', '')",
        "SELECT * FROM skywitness_store.retirement('2026-01-01')",
    };
    harness_execute(connection, "SET ROLE skywitness_writer");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        harness_expect_error(connection, refused[i], NO_RIGHT);
    assert_int_equal(
        harness_number(connection,
                       "SELECT skywitness_store.ensure_partitions('2025-10-28', '2025-10-29')"),
        2);
}

static void test_definer_functions_have_a_search_path(void **state)
{
    (void)state;
    assert_int_equal(
        harness_number(connection,
                       "SELECT count(*) FROM pg_proc WHERE prosecdef AND pronamespace IN "
                       "('skywitness'::regnamespace, 'skywitness_store'::regnamespace) AND "
                       "NOT coalesce(array_to_string(proconfig, ','), '') LIKE '%search_path=%'"),
        0);
    assert_int_equal(
        harness_number(connection,
                       "SELECT count(*) FROM information_schema.role_table_grants WHERE "
                       "table_schema LIKE 'skywitness%' AND grantee = 'PUBLIC'"),
        0);
}

// --- partitions -----------------------------------------------------------------------------------

static void test_partitions_are_made_once(void **state)
{
    (void)state;
    assert_int_equal(
        harness_number(connection,
                       "SELECT skywitness_store.ensure_partitions('2025-10-27', '2025-10-30')"),
        4); // two days, two tables
    harness_expect_error(connection,
                         "SELECT skywitness_store.ensure_partitions('2025-10-28', '2025-10-27')",
                         "22023");
    harness_expect_error(connection,
                         "SELECT skywitness_store.ensure_partitions('1980-01-01', '1980-01-01')",
                         "22023");
    harness_expect_error(
        connection,
        "SELECT skywitness_store.ensure_partitions(current_date + 99, current_date + 99)", "22023");
    // No default partition, and each like its parent.
    assert_int_equal(
        harness_number(connection,
                       "SELECT count(*) FROM pg_partitioned_table WHERE partdefid <> 0"),
        0);
    assert_int_equal(
        harness_number(connection,
                       "SELECT count(*) FROM pg_indexes WHERE schemaname = 'skywitness_store' AND "
                       "tablename = 'track_point_20251029' AND indexdef LIKE '%minmax_multi%'"),
        1);
    insert_point("15405a", "23:59:59.999999", 0, "'a', 35, 36, 1000, NULL, false");
    assert_int_equal(
        harness_number(connection, "SELECT count(*) FROM skywitness_store.track_point_20251026"),
        1);
}

static int64_t exclusive_locks(const char *table)
{
    char sql[300];
    snprintf(
        sql, sizeof sql,
        "SELECT count(*) FROM pg_locks WHERE relation = 'skywitness_store.%s'::regclass AND mode IN "
        "('AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock')",
        table);
    return harness_number(connection, sql);
}

// What making a partition locks on the parent lets readers and writers go on.
static void test_partitions_do_not_lock_the_parent(void **state)
{
    (void)state;
    harness_execute(connection, "BEGIN");
    harness_execute(connection,
                    "SELECT skywitness_store.ensure_partitions('2025-11-01', '2025-11-03')");
    assert_int_equal(exclusive_locks("track_point"), 0);
    assert_int_equal(exclusive_locks("raw_observation"), 0);
    PGconn *other = harness_connect();
    harness_execute(other, "SET lock_timeout = '1s'");
    harness_execute(
        other, "INSERT INTO skywitness_store.track_point (icao24, observed_at, received_at, feed, "
               "latitude, longitude, on_ground, flags, emitter, position_source) VALUES "
               "('15405a', '2025-10-26 08:00+00', now(), 'a', 35, 36, false, 0, 0, 1)");
    assert_int_equal(harness_number(other, "SELECT count(*) FROM skywitness.track_point"), 1);
    PQfinish(other);
    // The check can fail: this is what we do not do.
    harness_execute(connection,
                    "CREATE TABLE skywitness_store.wrong PARTITION OF skywitness_store.track_point "
                    "FOR VALUES FROM ('2024-01-01') TO ('2024-01-02')");
    assert_int_equal(exclusive_locks("track_point"), 1);
    harness_execute(connection, "ROLLBACK");
}

static void test_retirement(void **state)
{
    (void)state;
    harness_execute(connection,
                    "INSERT INTO skywitness_store.held_day VALUES ('2025-10-26', 'evidence')");
    PGresult *steps =
        PQexec(connection, "SELECT statement FROM skywitness_store.retirement('2025-10-28')");
    assert_int_equal(PQntuples(steps),
                     6); // two tables of one day: keep what must stay, detach, drop
    for (int i = 0; i < PQntuples(steps); i++)
        harness_execute(connection, PQgetvalue(steps, i, 0));
    PQclear(steps);
    assert_string_equal(
        harness_text(connection, "SELECT string_agg(DISTINCT day::text, ',' ORDER BY day::text) "
                                 "FROM skywitness_store.partitions()"),
        "2025-10-26,2025-10-28");
    // One that was detached but not dropped is dropped the next time.
    harness_execute(connection, "ALTER TABLE skywitness_store.track_point DETACH PARTITION "
                                "skywitness_store.track_point_20251028 CONCURRENTLY");
    assert_string_equal(
        harness_text(connection, "SELECT string_agg(statement, ';') FROM "
                                 "skywitness_store.retirement('2025-10-29') "
                                 "WHERE partition LIKE 'track_point%'"),
        "SELECT skywitness_store.drop_retired('track_point_20251028', '2025-10-29 00:00:00+00')");
}

// --- views ----------------------------------------------------------------------------------------

static void test_words_are_the_daemons(void **state)
{
    (void)state;
    char sql[200];
    for (int source = 0; source < POSITION_SOURCE_COUNT; source++) {
        snprintf(sql, sizeof sql, "SELECT skywitness_store.position_source_name(%d::smallint)",
                 source);
        assert_string_equal(harness_text(connection, sql),
                            position_source_name((enum position_source)source));
    }
    assert_int_equal(harness_number(connection, "SELECT skywitness_store.implausible_flags()"),
                     TRACK_POINT_IMPLAUSIBLE);
    static const struct {
        int flags;
        const char *names;
    } flags[] = {
        {0, "{}"},
        {TRACK_POINT_STALE | TRACK_POINT_SECOND_EMITTER, "{stale,second_emitter}"},
        {TRACK_POINT_ESTIMATED | TRACK_POINT_MLAT | TRACK_POINT_TISB, "{estimated,mlat,tisb}"},
        {TRACK_POINT_SPEED_FAIL | TRACK_POINT_SIL0 | TRACK_POINT_NACP_LOW,
         "{speed_fail,sil0,nacp_low}"},
        {TRACK_POINT_SPOOF_CLUSTER | TRACK_POINT_FROZEN, "{spoof_cluster,frozen}"},
        {TRACK_POINT_GPS_LOST | TRACK_POINT_BAD_GROUND | TRACK_POINT_LATE,
         "{gps_lost,bad_ground,late}"},
    };
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        snprintf(sql, sizeof sql, "SELECT skywitness_store.flag_names(%d)", flags[i].flags);
        assert_string_equal(harness_text(connection, sql), flags[i].names);
    }
}

static void test_path(void **state)
{
    (void)state;
    static const char draw[] = "SELECT ST_AsText(skywitness_store.draw_path('15405a', 0::smallint, "
                               "'2025-10-26 08:00+00', '2025-10-26 09:00+00'))";
    assert_string_equal(harness_text(connection, draw), "");
    insert_point("15405a", "08:00", 0, "'a', 35, 36, NULL, NULL, true");
    assert_string_equal(harness_text(connection, draw), ""); // one point is no line
    insert_point("15405a", "08:01", 0, "'a', 35.1, 36, 1000, 1200, false");
    insert_point("15405a", "08:02", 0, "'a', 35.2, 36, NULL, NULL, false");
    insert_point("15405a", "08:02", 0,
                 "'b', 50, 50, 9000, NULL, false"); // same moment: one is drawn
    insert_point("15405a", "08:03", TRACK_POINT_SPEED_FAIL, "'a', 60, 60, 5000, NULL, false");
    insert_point("15405a", "08:04", TRACK_POINT_MLAT, "'a', 35.4, 36, NULL, 2000, false");
    insert_point("15405b", "08:02:30", 0, "'a', 70, 70, 5000, NULL, false"); // another aircraft
    assert_string_equal(harness_text(connection, draw),
                        "LINESTRING ZM (36 35 304.8 1761465600,36 35.1 304.8 1761465660,"
                        "36 35.2 304.8 1761465720,36 35.4 609.6 1761465840)");
}

static void test_odd_bytes_are_readable(void **state)
{
    (void)state;
    harness_execute(connection,
                    "INSERT INTO skywitness_store.raw_observation VALUES ('2025-10-26 08:00+00', "
                    "gen_random_uuid(), '15405a', 'a', '\\x7b22666c69676874223a22c3a9227d')");
    harness_execute(connection,
                    "INSERT INTO skywitness_store.raw_observation VALUES ('2025-10-26 08:01+00', "
                    "gen_random_uuid(), '15405a', 'a', '\\x41ff00')");
    assert_string_equal(harness_text(connection,
                                     "SELECT string_agg(object, ' ' ORDER BY observed_at) "
                                     "FROM skywitness.raw_observation"),
                        "{\"flight\":\"\xc3\xa9\"} A\\377\\000");
}

static void insert_poll(const char *feed, const char *age, const char *error)
{
    char sql[400];
    snprintf(
        sql, sizeof sql,
        "INSERT INTO skywitness_store.poll (poll_id, asked_at, answered_at, bytes, status, aircraft_heard, "
        "aircraft_kept, points, feed, request, error) VALUES (gen_random_uuid(), now() - interval '%s', "
        "now() - interval '%s', 1, 200, 5, 2, 1, '%s', '/', %s)",
        age, age, feed, error);
    harness_execute(connection, sql);
    snprintf(sql, sizeof sql,
             "INSERT INTO skywitness_store.feed VALUES ('%s') ON CONFLICT DO NOTHING", feed);
    harness_execute(connection, sql);
}

static void test_feed_health(void **state)
{
    (void)state;
    insert_poll("good", "2 minutes", "'bad once'");
    insert_poll("good", "1 minute", "NULL");
    insert_poll("failing", "30 minutes", "NULL");
    insert_poll("failing", "1 minute", "'HTTP 503'");
    insert_poll("down", "2 hours", "NULL");
    insert_poll("down", "1 minute", "'HTTP 503'");
    insert_poll("idle", "1 day", "NULL");
    assert_string_equal(harness_text(connection,
                                     "SELECT string_agg(feed || ' ' || state || ' ' || "
                                     "requests_last_hour || ' ' || failures_last_hour || ' ' || "
                                     "points_last_hour, ', ' ORDER BY feed) "
                                     "FROM skywitness.feed_health"),
                        "down down 1 1 1, failing failing 2 1 2, good good 2 1 2, idle idle 0 0 0");
}

// --- several daemons
// ------------------------------------------------------------------------------

#define LOOK(daemon)                                                                               \
    "SELECT mine || ' ' || others FROM skywitness_store.look_at_leases("                           \
    "'00000000-0000-0000-0000-00000000000" daemon "', 'host', '{feed}', '{}', true)"
#define LET_GO(daemon)                                                                             \
    "SELECT skywitness_store.let_leases_go('00000000-0000-0000-0000-00000000000" daemon "')"

static void pass_hours(int hours)
{
    char sql[200];
    snprintf(sql, sizeof sql,
             "UPDATE skywitness_store.feed_standby SET seen_at = seen_at - interval '%d hours'",
             hours);
    harness_execute(connection, sql);
}

// One that is off for hours comes back: until then the other must not think that it is alone.
static void test_other_daemons_are_remembered(void **state)
{
    PGconn *second = harness_connect();
    (void)state;
    assert_string_equal(harness_text(connection, LOOK("1")), "true false");
    assert_string_equal(harness_text(second, LOOK("2")), "false true");
    harness_execute(second, LET_GO("2"));
    pass_hours(2);
    assert_string_equal(harness_text(connection, LOOK("1")), "true true");
    pass_hours(24 * 7);
    assert_string_equal(harness_text(connection, LOOK("1")), "true false");
    // Nor has one gone for good that asked, whether it ended in good order or not.
    harness_execute(connection, LET_GO("1"));
    assert_string_equal(harness_text(second, LOOK("2")), "true true");
    pass_hours(2);
    assert_string_equal(harness_text(second, LOOK("2")), "true true");
    PQfinish(second);
    while (harness_number(connection, "SELECT count(*) FROM skywitness_store.feed_lock_holders()") >
           0)
        ;
    assert_string_equal(harness_text(connection, LOOK("1")), "true true");
}

int main(void)
{
#define WITH_DATABASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_DATABASE(test_reader),
        WITH_DATABASE(test_writer_has_no_ddl),
        WITH_DATABASE(test_definer_functions_have_a_search_path),
        WITH_DATABASE(test_partitions_are_made_once),
        WITH_DATABASE(test_partitions_do_not_lock_the_parent),
        WITH_DATABASE(test_retirement),
        WITH_DATABASE(test_words_are_the_daemons),
        WITH_DATABASE(test_path),
        WITH_DATABASE(test_odd_bytes_are_readable),
        WITH_DATABASE(test_feed_health),
        WITH_DATABASE(test_other_daemons_are_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
