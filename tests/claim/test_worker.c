// SPDX-License-Identifier: MIT
// The worker beside a libuv loop, against a real PostgreSQL: first round, a visit, a stopped
// server, a reload, a server that hangs when it is closed.
#include "base/memory.h"
#include "config/config.h"
#include "store/claim_worker.h"
#include "store/migrate.h"
#include "store/query.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define INTERVAL_MS 100
#define DEADLINE_MS 60000

struct seen {
    unsigned verdicts, first_verdicts, problems, released, closed;
    char claim[96], verdict[32], before[32], problem[2048];
};

static void on_verdict(void *data, const struct claim_news *news)
{
    struct seen *seen = data;
    assert_true(news->assessment_id > 0);
    assert_true(news->number > 0);
    assert_true(news->statement[0] != '\0');
    seen->verdicts++;
    seen->first_verdicts += news->verdict_before[0] == '\0';
    snprintf(seen->claim, sizeof seen->claim, "%s", news->claim_id);
    snprintf(seen->verdict, sizeof seen->verdict, "%s", news->verdict);
    snprintf(seen->before, sizeof seen->before, "%s", news->verdict_before);
}

static void on_problem(void *data, const char *problem)
{
    struct seen *seen = data;
    seen->problems++;
    snprintf(seen->problem, sizeof seen->problem, "%s", problem);
}

static void count(void *data)
{
    ++*(unsigned *)data;
}

static void on_deadline(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

// Runs the loop until *counter reaches `wanted`.
static void run_until(uv_loop_t *loop, const unsigned *counter, unsigned wanted)
{
    bool late = false;
    uv_timer_t deadline;
    uv_timer_init(loop, &deadline);
    deadline.data = &late;
    uv_timer_start(&deadline, on_deadline, DEADLINE_MS, 0);
    while (*counter < wanted && !late)
        uv_run(loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&deadline, NULL);
    uv_run(loop, UV_RUN_NOWAIT);
    if (*counter < wanted)
        fail_msg("%u of %u within the deadline", *counter, wanted);
}

static struct query_connection *connect_database(void)
{
    struct query_connection *connection;
    struct error error;
    if (query_connect("dbname=skywitness", NULL, &connection, &error) < 0)
        fail_msg("%s", error.message);
    return connection;
}

static void migrate(void)
{
    struct query_connection *connection = connect_database();
    struct error error;
    int before, after;
    if (migrate_apply(query_native(connection), schema_migrations, schema_migration_count, &before,
                      &after, &error) < 0)
        fail_msg("%s", error.message);
    query_close(connection);
}

static struct config *load_config(void)
{
    struct config *config;
    struct config_problems problems;
    config_problems_init(&problems);
    if (config_load(SOURCE_ROOT "/config/skywitness.json", &config, &problems) < 0)
        fail_msg("%s", problems.lines.bytes);
    config_problems_done(&problems);
    free(config->database);
    config->database = memory_copy_string("dbname=skywitness");
    return config;
}

static void insert_visit(void)
{
    struct query_connection *connection = connect_database();
    struct error error;
    static const char sql[] = "WITH v AS (INSERT INTO skywitness_store.visit (visit_id,"
                              "   anchored_at, decided_at, arrived_after,"
                              "   arrived_before, departed_after, departed_before, emitter, "
                              "detector_version, arrival_seen,"
                              "   departure_seen, icao24, place, state, grade, verb, registration, "
                              "type_code, watch_ids, reasons)"
                              " VALUES (gen_random_uuid(), '2025-07-01T10:00Z', now(),"
                              "   '2025-07-01T10:00Z', '2025-07-01T10:20Z',"
                              "   '2025-07-01T13:00Z', '2025-07-01T13:20Z', 0, 1, true, true, "
                              "'154076', 'OSLK', 'confirmed', 'A3',"
                              "   'landed', 'RA-82038', 'A124', '{}', '[]') RETURNING *)"
                              " INSERT INTO skywitness_store.visit_history SELECT * FROM v";
    if (query_execute(connection, sql, NULL, 0, &error) < 0)
        fail_msg("%s", error.message);
    query_close(connection);
}

static void server(const char *command)
{
    char line[1024];
    snprintf(line, sizeof line, "\"%s\" %s \"%s\" >/dev/null 2>&1",
             getenv("SKYWITNESS_PRIVATE_POSTGRESQL_SCRIPT"), command,
             getenv("SKYWITNESS_PRIVATE_POSTGRESQL"));
    assert_int_equal(system(line), 0);
}

// Stops the one that the worker is connected to.
static pid_t stop_server_process(void)
{
    struct query_connection *connection = connect_database();
    struct query *query;
    struct error error;
    assert_int_equal(
        query_start(connection,
                    "SELECT pid FROM pg_stat_activity WHERE application_name = 'skywitness'"
                    " AND pid <> pg_backend_pid()",
                    NULL, 0, &query, &error),
        0);
    assert_int_equal(query_next(query, &error), 1);
    pid_t process = (pid_t)query_integer(query, 0, 0);
    query_finish(query);
    query_close(connection);
    assert_int_equal(kill(process, SIGSTOP), 0);
    return process;
}

static void keeps_verdicts_up_to_date(void **state)
{
    (void)state;
    uv_loop_t loop;
    struct seen seen = {0};
    struct query_connection *connection;
    struct config *config = load_config(), *other = load_config();
    struct claim_worker_events events = {on_verdict, on_problem, &seen};
    migrate();
    uv_loop_init(&loop);
    struct claim_worker *worker = claim_worker_new(&loop, config, NULL, &events);
    claim_worker_start(worker, INTERVAL_MS);

    run_until(&loop, &seen.verdicts, 18); // every shipped claim, on an empty database
    assert_int_equal(seen.first_verdicts, 18);
    assert_int_equal(seen.problems, 0);

    insert_visit(); // in the pause: both claims of a pause are contradicted
    run_until(&loop, &seen.verdicts, 20);
    assert_non_null(strstr(seen.claim, "flights-resumed-after"));
    assert_string_equal(seen.verdict, "contradicted");
    assert_string_equal(seen.before, "unverifiable");

    server("stop");
    run_until(&loop, &seen.problems, 1);
    for (int i = 0; i < 20; i++) // some more rounds: told once
        uv_run(&loop, UV_RUN_ONCE);
    unsigned told = seen.problems;
    assert_true(told <= 2); // the lost connection, then the refused one
    server("start");

    connection = connect_database();
    struct query *query;
    struct error error;
    assert_int_equal(
        query_start(
            connection,
            "SELECT count(*), (SELECT round((public.ST_Area(geography) / 1852 ^ 2)::numeric)"
            "  FROM skywitness.place WHERE place = 'hmeimim-25nm'),"
            " (SELECT public.ST_Y(geography::public.geometry)"
            "  FROM skywitness.place WHERE place = 'OSLK')"
            " FROM skywitness.place",
            NULL, 0, &query, &error),
        0);
    assert_int_equal(query_next(query, &error), 1);
    assert_int_equal(query_integer(query, 0, 0), config->place_count);
    assert_in_range(query_integer(query, 1, 0), 1900, 1970); // pi * 25^2 = 1963, less the corners
    assert_true(query_number(query, 2) > 35.3 && query_number(query, 2) < 35.5);
    query_finish(query);
    query_close(connection);

    // A reload leaves the database what it was.
    free(other->database);
    other->database = memory_copy_string("dbname=nothing_there");
    unsigned problems = seen.problems;
    claim_worker_reload(worker, other, count, &seen.released);
    run_until(&loop, &seen.released, 1);
    config_free(config);
    insert_visit(); // nothing new in the verdict: no news
    for (int i = 0; i < 20; i++)
        uv_run(&loop, UV_RUN_ONCE);
    assert_int_equal(seen.verdicts, 20);
    assert_int_equal(seen.problems, problems);

    pid_t stopped = stop_server_process();
    for (int i = 0; i < 20; i++) // a round is under way that will never end
        uv_run(&loop, UV_RUN_ONCE);
    claim_worker_close(worker, count, &seen.closed);
    run_until(&loop, &seen.closed, 1);
    kill(stopped, SIGCONT);
    config_free(other);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_verdicts_up_to_date)};
    if (getenv("SKYWITNESS_PRIVATE_POSTGRESQL") == NULL) {
        fputs("run by with_postgresql.sh\n", stderr);
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
