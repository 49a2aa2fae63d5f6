// SPDX-License-Identifier: MIT
// What waits in a real PostgreSQL: once, only what is news, and with what it replaces. SYNTHETIC
// events.
#include "alert/event_json.h"
#include "alert/maker.h"
#include "store/migrate.h"
#include "store/pending_event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct query_connection *connection;
static struct error error;

static void must(int result)
{
    if (result < 0)
        fail_msg("%s", error.message);
}

static void sql(const char *statement)
{
    must(query_execute(connection, statement, NULL, 0, &error));
}

static int set_up(void **state)
{
    (void)state;
    int before, after;
    must(query_connect("dbname=skywitness", NULL, &connection, &error));
    must(migrate_apply(query_native(connection), schema_migrations, schema_migration_count, &before,
                       &after, &error));
    sql("DELETE FROM skywitness_store.pending_event");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    query_close(connection);
    return 0;
}

static uint64_t count(void)
{
    uint64_t number = 0;
    must(pending_event_count(connection, &number, &error));
    return number;
}

// The newest that waits.
static struct alert_event newest(void)
{
    struct pending_event_array events = {0};
    struct alert_event event;
    must(pending_event_read(connection, 100, &events, &error));
    assert_true(events.count > 0);
    const struct pending_event *last = &events.items[events.count - 1];
    must(event_json_read(last->document, maker_config(), &event, &error));
    assert_memory_equal(event.alert_id, last->event_id, sizeof event.alert_id);
    pending_event_array_done(&events);
    return event;
}

static struct alert_event arrival(enum visit_grade grade)
{
    struct alert_event event = maker_arrival();
    event.grade = grade;
    alert_event_identify(&event);
    return event;
}

static void add(const struct alert_event *event)
{
    must(pending_event_add(connection, maker_config(), event, &error));
}

static void an_arrival_rises_and_is_withdrawn(void **state)
{
    (void)state;
    struct alert_event first = arrival(VISIT_A2), better = arrival(VISIT_A3),
                       worse = arrival(VISIT_A1);
    add(&first);
    add(&first);
    assert_int_equal(count(), 1);
    assert_int_equal(newest().type, ALERT_VISIT_ARRIVED);
    add(&worse);
    assert_int_equal(count(), 1);
    add(&better);
    assert_int_equal(count(), 2);
    struct alert_event upgrade = newest();
    assert_int_equal(upgrade.type, ALERT_VISIT_UPGRADED);
    assert_true(upgrade.has_replaced && upgrade.grade_before == VISIT_A2);
    assert_memory_equal(upgrade.replaced_id, first.alert_id, sizeof first.alert_id);
    add(&better); // told already
    assert_int_equal(count(), 2);
    better.type = ALERT_VISIT_RETRACTED;
    alert_event_identify(&better);
    add(&better);
    assert_int_equal(count(), 3);
    struct alert_event retraction = newest();
    assert_memory_equal(retraction.replaced_id, upgrade.alert_id, sizeof upgrade.alert_id);
    assert_int_equal(retraction.grade_before, VISIT_A3);
}

static void what_was_alerted_about_is_no_news(void **state)
{
    (void)state;
    struct alert_event event = arrival(VISIT_A3);
    char statement[400], id[DIGEST_UUID_TEXT_SIZE];
    snprintf(
        statement, sizeof statement,
        "INSERT INTO skywitness_store.alert (alert_id, happened_at, found_at, type, subject, body)"
        " VALUES ('%s', now(), now(), 'visit.arrived', '1551df', '{}')",
        digest_uuid_format(event.alert_id, id));
    sql(statement);
    add(&event);
    assert_int_equal(count(), 0);
    // Its retraction refers to it.
    event.type = ALERT_VISIT_RETRACTED;
    alert_event_identify(&event);
    add(&event);
    assert_int_equal(count(), 1);
    struct alert_event told = arrival(VISIT_A3);
    assert_memory_equal(newest().replaced_id, told.alert_id, sizeof told.alert_id);
    sql("DELETE FROM skywitness_store.alert");
}

static void nobody_was_told(void **state)
{
    (void)state;
    struct alert_event event = arrival(VISIT_A3);
    event.type = ALERT_VISIT_RETRACTED;
    alert_event_identify(&event);
    add(&event);
    event.type = ALERT_VISIT_UPGRADED;
    alert_event_identify(&event);
    add(&event);
    must(pending_event_add_retraction(connection, maker_config(), "1551df",
                                      "00000000-0000-8000-8000-000000000000", MAKER_NOW, &error));
    assert_int_equal(count(), 0);
}

static void a_stored_visit_is_withdrawn(void **state)
{
    (void)state;
    struct alert_event event = arrival(VISIT_A3);
    char statement[1000], id[DIGEST_UUID_TEXT_SIZE];
    digest_uuid_format(event.visit_id, id);
    snprintf(statement, sizeof statement,
             "INSERT INTO skywitness_store.visit (visit_id, anchored_at, decided_at, "
             "arrived_after, arrived_before,"
             " latitude, longitude, emitter, detector_version, arrival_seen, departure_seen, "
             "icao24, place, state,"
             " grade, verb, registration, type_code, callsign_in, watch_ids, reasons) VALUES "
             "('%s', now(), now(),"
             " '2025-10-26T11:31Z', '2025-10-26T11:42Z', 35.4, 35.95, 0, 1, true, false, '1551df', "
             "'OSLK',"
             " 'confirmed', 'A3', 'landed', 'RA-86495', 'IL62', 'RFF7032', '{il62,gone}', '[]')",
             id);
    sql(statement);
    add(&event);
    must(pending_event_add_retraction(connection, maker_config(), "1551df", id, MAKER_NOW, &error));
    assert_int_equal(count(), 2);
    struct alert_event retraction = newest();
    assert_int_equal(retraction.type, ALERT_VISIT_RETRACTED);
    assert_memory_equal(retraction.replaced_id, event.alert_id, sizeof event.alert_id);
    assert_memory_equal(retraction.visit_id, event.visit_id, sizeof event.visit_id);
    assert_string_equal(retraction.registration, "RA-86495");
    assert_string_equal(retraction.callsign, "RFF7032");
    assert_string_equal(retraction.place, "OSLK");
    assert_true(retraction.watch_mask == 2); // il62
    assert_true(retraction.happened_at == MAKER_NOW);
    sql("DELETE FROM skywitness_store.visit");
}

static void it_is_part_of_the_transaction(void **state)
{
    (void)state;
    struct alert_event event = arrival(VISIT_A3);
    sql("BEGIN");
    add(&event);
    assert_int_equal(count(), 1);
    sql("ROLLBACK");
    assert_int_equal(count(), 0);
    add(&event);
    must(pending_event_remove(connection, event.alert_id, &error));
    assert_int_equal(count(), 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_arrival_rises_and_is_withdrawn),
        TEST(what_was_alerted_about_is_no_news),
        TEST(nobody_was_told),
        TEST(a_stored_visit_is_withdrawn),
        TEST(it_is_part_of_the_transaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
