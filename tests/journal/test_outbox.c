// SPDX-License-Identifier: MIT
// The outbox and a wall clock that is set: nothing waits until a time that was only dreamt of, and nothing is
// forgotten for being old by such a clock.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "journal/outbox.h"

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

// An alert of that number, found and due at the times given.
static void add(uint8_t number, utc_us found_at, utc_us due_at)
{
    struct entry entry;
    int64_t sequence;
    entry_init(&entry);
    struct entry_alert *alert = array_append(&entry.alerts);
    *alert = (struct entry_alert){.alert_id = {number}, .type = "visit.arrived", .found_at = found_at, .length = 2};
    byte_writer_raw(&entry.alert_bytes, "{}", 2);
    struct entry_delivery *delivery = array_append(&entry.deliveries);
    *delivery = (struct entry_delivery){.alert_id = {number}, .endpoint = WEBHOOK, .state = DELIVERY_QUEUED,
                                        .due_at = due_at, .delivered_at = UTC_UNKNOWN};
    struct byte_writer bytes;
    byte_writer_init(&bytes, 1 << 16);
    entry_encode(&entry, &bytes);
    assert_int_equal(journal_append_entry(journal, bytes.bytes, bytes.length, &entry, &sequence, &error), 0);
    byte_writer_done(&bytes);
    entry_done(&entry);
}

static size_t due_at(utc_us now)
{
    struct outbox_item_array items = {0};
    assert_int_equal(outbox_due(journal, WEBHOOK, now, 100, &items, &error), 0);
    size_t count = items.count;
    array_foreach(&items, item)
        outbox_item_done(item);
    array_free(&items);
    return count;
}

static void test_clock_set_back(void **state)
{
    (void)state;
    add(1, NOW, NOW);                                      // due as the clock stands
    add(2, NOW, NOW + 3 * UTC_HOUR);                       // due when the clock was three hours ahead
    add(3, NOW, NOW + 3 * UTC_HOUR + 5 * UTC_MINUTE);      // and one that was to wait five minutes
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
    array_foreach(&items, item) {
        const struct outbox_outcome outcome = {
            .delivery_id = item->delivery_id, .state = DELIVERY_DELIVERED, .attempt = 1, .due_at = UTC_UNKNOWN,
            .delivered_at = now, .last_status = 204};
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
    assert_int_equal(journal_append_entry(journal, bytes.bytes, bytes.length, &entry, &sequence, &error), 0);
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

int main(void)
{
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/journal", folder);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_clock_set_back, open_empty, close_it),
        cmocka_unit_test_setup_teardown(test_purge_by_a_clock_far_ahead, open_empty, close_it),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
