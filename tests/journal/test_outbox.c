// SPDX-License-Identifier: MIT
// The outbox and a wall clock that is set: nothing waits until a time that was only dreamt of, and
// nothing is forgotten for being old by such a clock.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "journal/journal_file.h"
#include "journal/outbox.h"
#include "journal/trouble.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW (UTC_DAY * 20000)
#define WEBHOOK "desk"

static char folder[] = "/tmp/skywitness-outbox-XXXXXX";
static char path[128];
static struct journal *journal;
static struct error error;

static int open_empty(void **state)
{
    (void)state;
    const struct journal_settings settings = {.path = path, .limit_bytes = 1 << 20};
    return journal_open(&settings, &journal, &error);
}

static int close_it(void **state)
{
    (void)state;
    char name[160];
    journal_close(journal);
    for (size_t i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s%s", path, i == 0 ? "" : "-wal");
        unlink(name);
    }
    return 0;
}

// Appends what the entry holds.
static void append(struct entry *entry)
{
    int64_t sequence;
    struct byte_writer bytes;
    byte_writer_init(&bytes, 1 << 24);
    entry_encode(entry, &bytes);
    assert_int_equal(
        journal_append_entry(journal, bytes.bytes, bytes.length, entry, &sequence, &error), 0);
    byte_writer_done(&bytes);
    entry_done(entry);
}

// An alert of that number, found and due at the times given.
static void add(uint8_t number, utc_us found_at, utc_us due_at)
{
    struct entry entry;
    int64_t sequence;
    entry_init(&entry);
    struct entry_alert *alert = array_append(&entry.alerts);
    *alert = (struct entry_alert){
        .alert_id = {number}, .type = "visit.arrived", .found_at = found_at, .length = 2};
    byte_writer_raw(&entry.alert_bytes, "{}", 2);
    struct entry_delivery *delivery = array_append(&entry.deliveries);
    *delivery = (struct entry_delivery){.alert_id = {number},
                                        .endpoint = WEBHOOK,
                                        .state = DELIVERY_QUEUED,
                                        .due_at = due_at,
                                        .delivered_at = UTC_UNKNOWN};
    struct byte_writer bytes;
    byte_writer_init(&bytes, 1 << 16);
    entry_encode(&entry, &bytes);
    assert_int_equal(
        journal_append_entry(journal, bytes.bytes, bytes.length, &entry, &sequence, &error), 0);
    byte_writer_done(&bytes);
    entry_done(&entry);
}

static size_t due_at(utc_us now)
{
    struct outbox_item_array items = {0};
    assert_int_equal(outbox_due(journal, WEBHOOK, now, 100, &items, &error), 0);
    size_t count = items.count;
    array_foreach (&items, item)
        outbox_item_done(item);
    array_free(&items);
    return count;
}

static void test_clock_set_back(void **state)
{
    (void)state;
    add(1, NOW, NOW);                                 // due as the clock stands
    add(2, NOW, NOW + 3 * UTC_HOUR);                  // due when the clock was three hours ahead
    add(3, NOW, NOW + 3 * UTC_HOUR + 5 * UTC_MINUTE); // and one that was to wait five minutes
    assert_int_equal(due_at(NOW), 1);
    assert_int_equal(outbox_clock_set_back(journal, NOW, 3 * UTC_HOUR, &error), 0);
    assert_int_equal(due_at(NOW), 2);
    assert_int_equal(due_at(NOW + 5 * UTC_MINUTE - 1), 2);
    assert_int_equal(due_at(NOW + 5 * UTC_MINUTE), 3);
    // Further back than anything was to wait: at once, not before.
    add(4, NOW, NOW + UTC_HOUR);
    assert_int_equal(outbox_clock_set_back(journal, NOW, UTC_DAY, &error), 0);
    utc_us next = 0;
    assert_int_equal(outbox_next_due(journal, WEBHOOK, NOW, &next, &error), 0);
    assert_true(next == UTC_UNKNOWN);
    assert_int_equal(due_at(NOW), 4);
}

static void deliver(utc_us now)
{
    struct outbox_item_array items = {0};
    assert_int_equal(outbox_due(journal, WEBHOOK, now, 100, &items, &error), 0);
    array_foreach (&items, item) {
        const struct outbox_outcome outcome = {.delivery_id = item->delivery_id,
                                               .state = DELIVERY_DELIVERED,
                                               .attempt = 1,
                                               .due_at = UTC_UNKNOWN,
                                               .delivered_at = now,
                                               .last_status = 204};
        assert_int_equal(outbox_record(journal, &outcome, 1, &error), 0);
        outbox_item_done(item);
    }
    array_free(&items);
}

// An entry that carries what became of them.
static void mirror(void)
{
    struct entry entry;
    int64_t sequence;
    entry_init(&entry);
    assert_int_equal(outbox_unmirrored(journal, 100, &entry.deliveries, &error), 0);
    struct byte_writer bytes;
    byte_writer_init(&bytes, 1 << 16);
    entry_encode(&entry, &bytes);
    assert_int_equal(
        journal_append_entry(journal, bytes.bytes, bytes.length, &entry, &sequence, &error), 0);
    byte_writer_done(&bytes);
    entry_done(&entry);
}

static void test_purge_by_a_clock_far_ahead(void **state)
{
    (void)state;
    const uint8_t old[DIGEST_UUID_SIZE] = {1}, recent[DIGEST_UUID_SIZE] = {2};
    add(1, NOW - OUTBOX_REMEMBERED - UTC_DAY, NOW - UTC_DAY);
    add(2, NOW - UTC_DAY, NOW - UTC_DAY);
    add(3, NOW, NOW);
    deliver(NOW);
    // What PostgreSQL does not know yet is kept.
    assert_int_equal(outbox_purge(journal, NOW, &error), 0);
    mirror();
    assert_int_equal(outbox_purge(journal, NOW + 400 * UTC_DAY, &error), 1);
    assert_int_equal(outbox_knows(journal, old, &error), 0);
    assert_int_equal(outbox_knows(journal, recent, &error), 1);
}

static int64_t number_of(const char *sql)
{
    sqlite3_stmt *statement;
    assert_int_equal(
        sqlite3_prepare_v2(journal_file_of(journal)->database, sql, -1, &statement, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

// More than one purge takes; half of them were for nobody.
static void test_purge_until_nothing_is_left(void **state)
{
    (void)state;
    const size_t many = 2 * OUTBOX_PURGED_AT_ONCE + 200;
    struct entry entry;
    entry_init(&entry);
    byte_writer_raw(&entry.alert_bytes, "{}", 2);
    for (size_t i = 0; i < many; i++) {
        struct entry_alert *alert = array_append(&entry.alerts);
        *alert = (struct entry_alert){
            .type = "sighting.opened", .found_at = NOW - 2 * OUTBOX_REMEMBERED, .length = 2};
        memcpy(alert->alert_id, &i, sizeof i);
        alert->alert_id[DIGEST_UUID_SIZE - 1] = 1;
        if (i % 2 == 0)
            continue;
        struct entry_delivery *delivery = array_append(&entry.deliveries);
        *delivery = (struct entry_delivery){
            .endpoint = WEBHOOK, .due_at = NOW, .delivered_at = UTC_UNKNOWN};
        memcpy(delivery->alert_id, alert->alert_id, sizeof delivery->alert_id);
    }
    append(&entry);
    add(1, NOW, NOW);
    assert_int_equal(outbox_give_up(journal, WEBHOOK, "the test wants it", &error), 0);
    assert_int_equal(sqlite3_exec(journal_file_of(journal)->database,
                                  "UPDATE delivery SET mirrored = 1", NULL, NULL, NULL),
                     SQLITE_OK);
    size_t purged = 0;
    int count;
    do {
        count = outbox_purge(journal, NOW - OUTBOX_REMEMBERED, &error);
        assert_in_range(count, 0, OUTBOX_PURGED_AT_ONCE);
        purged += (size_t)count;
    } while (count == OUTBOX_PURGED_AT_ONCE);
    assert_int_equal(purged, many);
    assert_int_equal(number_of("SELECT count(*) FROM alert"), 1);
    assert_int_equal(number_of("SELECT count(*) FROM delivery"), 1);
}

// An opening that waits to settle is due when an entry says so, and no entry puts it off again.
static void test_made_due(void **state)
{
    (void)state;
    struct outbox_waiting_array waiting = {0};
    struct entry entry;
    add(1, NOW, NOW + 30 * UTC_DAY);
    add(2, NOW, NOW + UTC_HOUR);
    assert_int_equal(outbox_waiting(journal, WEBHOOK, NOW + UTC_DAY, &waiting, &error), 0);
    assert_int_equal(waiting.count, 1);
    assert_int_equal(waiting.items[0].alert_id[0], 1);
    for (int i = 0; i < 2; i++) {
        entry_init(&entry);
        struct entry_delivery *delivery = array_append(&entry.deliveries);
        *delivery = (struct entry_delivery){.alert_id = {1},
                                            .endpoint = WEBHOOK,
                                            .delivered_at = UTC_UNKNOWN,
                                            .due_at = i == 0 ? NOW : NOW + UTC_DAY};
        append(&entry);
        assert_int_equal(due_at(NOW), 1);
    }
    array_free(&waiting);
}

// What another daemon made comes without its text (store/known_alerts.h).
static void test_known_without_its_text(void **state)
{
    (void)state;
    const uint8_t id[DIGEST_UUID_SIZE] = {7};
    bool told = false;
    struct entry entry;
    entry_init(&entry);
    struct entry_alert *alert = array_append(&entry.alerts);
    *alert = (struct entry_alert){.alert_id = {7}, .type = "visit.arrived", .found_at = NOW};
    append(&entry);
    assert_int_equal(outbox_knows(journal, id, &error), 1);
    assert_int_equal(outbox_told(journal, id, WEBHOOK, &told, &error),
                     0); // whom that one told is not known
}

// What is out of order, over a restart; and in a file that an earlier program made.
static void test_troubles_are_remembered(void **state)
{
    (void)state;
    const struct journal_settings settings = {.path = path, .limit_bytes = 1 << 20};
    struct trouble_array found = {0};
    struct outbox_endpoint endpoint = {
        .failing_since = NOW, .unusable = true, .reason = "no secret"};
    struct trouble trouble = {
        .subject = "feed/one", .since = NOW, .announced = true, .reason = "HTTP status 503"};
    // As the second layout was.
    assert_int_equal(sqlite3_exec(journal_file_of(journal)->database,
                                  "DROP TABLE trouble; ALTER TABLE endpoint DROP COLUMN unusable;"
                                  "PRAGMA user_version = 2",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    add(1, NOW, NOW);
    journal_close(journal);
    assert_int_equal(journal_open(&settings, &journal, &error), 0);
    assert_int_equal(due_at(NOW), 1);
    assert_int_equal(journal_save_trouble(journal, &trouble, &error), 0);
    strcpy(trouble.subject, "feed/two");
    assert_int_equal(journal_save_trouble(journal, &trouble, &error), 0);
    trouble.since = NOW + 1;
    trouble.suspect = true;
    assert_int_equal(journal_save_trouble(journal, &trouble, &error), 0);
    assert_int_equal(journal_forget_trouble(journal, "feed/one", &error), 0);
    assert_int_equal(journal_forget_trouble(journal, "feed/three", &error), 0);
    assert_int_equal(outbox_save_endpoint(journal, WEBHOOK, &endpoint, &error), 0);
    journal_close(journal);
    assert_int_equal(journal_open(&settings, &journal, &error), 0);
    assert_int_equal(journal_load_troubles(journal, &found, &error), 0);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.items[0].subject, "feed/two");
    assert_string_equal(found.items[0].reason, "HTTP status 503");
    assert_true(found.items[0].since == NOW + 1 && found.items[0].announced &&
                found.items[0].suspect);
    assert_int_equal(outbox_load_endpoint(journal, WEBHOOK, &endpoint, &error), 0);
    assert_true(endpoint.unusable && endpoint.failing_since == NOW);
    array_free(&found);
}

int main(void)
{
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/journal", folder);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_clock_set_back, open_empty, close_it),
        cmocka_unit_test_setup_teardown(test_purge_by_a_clock_far_ahead, open_empty, close_it),
        cmocka_unit_test_setup_teardown(test_purge_until_nothing_is_left, open_empty, close_it),
        cmocka_unit_test_setup_teardown(test_made_due, open_empty, close_it),
        cmocka_unit_test_setup_teardown(test_known_without_its_text, open_empty, close_it),
        cmocka_unit_test_setup_teardown(test_troubles_are_remembered, open_empty, close_it),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
