// SPDX-License-Identifier: MIT
// Events, the judge and the outbox together: what is new, what replaces what, what is quiet, what is withdrawn.
#include "alert/judge.h"
#include "alert/maker.h"
#include "journal/outbox.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct bench {
    char folder[64], path[100];
    struct journal *journal;
    struct alert_judge *judge;
    struct entry entry; // the last one
};

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    struct error error;
    strcpy(bench->folder, "/tmp/skywitness-alert-XXXXXX");
    assert_non_null(mkdtemp(bench->folder));
    snprintf(bench->path, sizeof bench->path, "%s/journal.sqlite", bench->folder);
    const struct journal_settings settings = {bench->path, 1 << 30, false};
    assert_int_equal(journal_open(&settings, &bench->journal, &error), 0);
    bench->judge = alert_judge_new(maker_config(), ALERT_JUDGE_SENDS);
    entry_init(&bench->entry);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    char command[200];
    alert_judge_free(bench->judge);
    journal_close(bench->journal);
    entry_done(&bench->entry);
    snprintf(command, sizeof command, "rm -r %s", bench->folder);
    assert_int_equal(system(command), 0);
    free(bench);
    return 0;
}

static void fill(struct entry *entry)
{
    entry_init(entry);
    strcpy(entry->poll.feed, "adsb.lol");
}

// Judges and commits what the entry holds, after a round through its bytes.
static size_t commit(struct bench *bench, struct entry *entry, utc_us now)
{
    struct byte_writer bytes;
    struct error error;
    int64_t sequence;
    size_t queued = alert_judge_entry(bench->judge, bench->journal, NULL, now, entry);
    byte_writer_init(&bytes, 1 << 26);
    entry_encode(entry, &bytes);
    entry_done(&bench->entry);
    assert_int_equal(entry_decode(bytes.bytes, bytes.length, &bench->entry, &error), 0);
    assert_int_equal(journal_append_entry(bench->journal, bytes.bytes, bytes.length, &bench->entry,
                                          &sequence, &error),
                     0);
    byte_writer_done(&bytes);
    entry_done(entry);
    return queued;
}

static struct sighting sighting_of(const char *icao24, utc_us opened_at, enum sighting_state state)
{
    struct sighting sighting = {.opened_at = opened_at, .state = state, .watch_mask = 1};
    strcpy(sighting.icao24, icao24);
    strcpy(sighting.type_code, "A124");
    sighting.first_seen = sighting.last_seen = opened_at;
    sighting.first_position = sighting.last_position = (struct position){35, 36};
    sighting.last_altitude_ft = 30000;
    return sighting;
}

static size_t see(struct bench *bench, const char *icao24, utc_us opened_at, enum sighting_state state,
                  utc_us now)
{
    struct entry entry;
    fill(&entry);
    *array_append(&entry.sightings) = sighting_of(icao24, opened_at, state);
    return commit(bench, &entry, now);
}

static struct visit visit_of(enum visit_state state, enum visit_grade grade)
{
    struct visit visit = {.state = state, .grade = grade, .watch_mask = 2, .anchored_at = MAKER_NOW};
    strcpy(visit.icao24, "1551df");
    strcpy(visit.place, "OSLK");
    visit.arrived_after = MAKER_NOW - UTC_HOUR;
    visit.arrived_before = MAKER_NOW;
    visit.departed_after = visit.departed_before = visit.sighting_out = UTC_UNKNOWN;
    visit.sighting_in = MAKER_NOW;
    visit.position = (struct position){35.4, 35.9};
    return visit;
}

static size_t visit(struct bench *bench, struct visit state)
{
    struct entry entry;
    fill(&entry);
    *array_append(&entry.visits) = state;
    return commit(bench, &entry, MAKER_NOW + UTC_MINUTE);
}

static void the_same_event_is_sent_once(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(see(bench, "154001", MAKER_NOW, SIGHTING_OPEN, MAKER_NOW), 1);
    assert_string_equal(bench->entry.alerts.items[0].type, "sighting.opened");
    assert_int_equal(see(bench, "154001", MAKER_NOW, SIGHTING_OPEN, MAKER_NOW + UTC_SECOND), 0);
    assert_int_equal(bench->entry.alerts.count, 0);
    // Another journal finds the same id.
    struct alert_judge *other = alert_judge_new(maker_config(), ALERT_JUDGE_RECORDS);
    struct entry entry;
    fill(&entry);
    *array_append(&entry.sightings) = sighting_of("154002", MAKER_NOW, SIGHTING_OPEN);
    assert_int_equal(alert_judge_entry(other, bench->journal, NULL, MAKER_NOW, &entry), 0);
    uint8_t id[DIGEST_UUID_SIZE];
    memcpy(id, entry.alerts.items[0].alert_id, sizeof id);
    assert_int_equal(entry.deliveries.count, 0);
    entry_done(&entry);
    alert_judge_free(other);
    see(bench, "154002", MAKER_NOW, SIGHTING_OPEN, MAKER_NOW);
    assert_memory_equal(bench->entry.alerts.items[0].alert_id, id, sizeof id);
}

static void quiet_is_for_one_aircraft_and_kind(void **state)
{
    struct bench *bench = *state;
    maker_webhook()->quiet_s = 600;
    assert_int_equal(see(bench, "154001", MAKER_NOW, SIGHTING_OPEN, MAKER_NOW), 1);
    assert_int_equal(see(bench, "154001", MAKER_NOW + UTC_MINUTE, SIGHTING_OPEN, MAKER_NOW + UTC_MINUTE), 0);
    assert_int_equal(bench->entry.alerts.count, 1); // recorded all the same
    assert_int_equal(bench->entry.deliveries.items[0].state, DELIVERY_NOT_SENT);
    assert_non_null(strstr(bench->entry.deliveries.items[0].reason, "within its quiet period of 600 s"));
    assert_int_equal(see(bench, "154009", MAKER_NOW, SIGHTING_OPEN, MAKER_NOW), 1);
    assert_int_equal(see(bench, "154001", MAKER_NOW, SIGHTING_LANDED, MAKER_NOW + 2 * UTC_MINUTE), 1);
    assert_int_equal(see(bench, "154001", MAKER_NOW + UTC_HOUR, SIGHTING_OPEN, MAKER_NOW + UTC_HOUR), 1);
}

static void what_does_not_settle_is_withdrawn(void **state)
{
    struct bench *bench = *state;
    struct error error;
    struct outbox_item_array items = {0};
    maker_webhook()->settling_s = 300;
    assert_int_equal(see(bench, "154001", MAKER_NOW, SIGHTING_OPEN, MAKER_NOW), 1);
    outbox_due(bench->journal, "desk", MAKER_NOW + 299 * UTC_SECOND, 10, &items, &error);
    assert_int_equal(items.count, 0);
    see(bench, "154001", MAKER_NOW, SIGHTING_LOST_LOW, MAKER_NOW + UTC_MINUTE);
    assert_int_equal(bench->entry.deliveries.items[0].state, DELIVERY_CANCELLED);
    outbox_due(bench->journal, "desk", MAKER_NOW + UTC_HOUR, 10, &items, &error);
    assert_int_equal(items.count, 1); // the close alone
    assert_string_equal(items.items[0].type, "sighting.closed");
    outbox_item_done(&items.items[0]);
    array_free(&items);
}

static void a_visit_arrives_rises_and_is_withdrawn(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(visit(bench, visit_of(VISIT_PROVISIONAL, VISIT_A2)), 1);
    assert_string_equal(bench->entry.alerts.items[0].type, "visit.arrived");
    uint8_t arrived[DIGEST_UUID_SIZE];
    memcpy(arrived, bench->entry.alerts.items[0].alert_id, sizeof arrived);
    assert_int_equal(visit(bench, visit_of(VISIT_CONFIRMED, VISIT_A2)), 0);
    assert_int_equal(visit(bench, visit_of(VISIT_UPGRADED, VISIT_A3)), 1);
    assert_string_equal(bench->entry.alerts.items[0].type, "visit.upgraded");
    char text[DIGEST_UUID_TEXT_SIZE], expected[80];
    const struct entry_alert *alert = &bench->entry.alerts.items[0];
    char body[ALERT_BODY_BYTES_MAX + 1] = "";
    memcpy(body, bench->entry.alert_bytes.bytes + alert->offset, alert->length);
    snprintf(expected, sizeof expected, "\"replaces_alert_id\":\"%s\"", digest_uuid_format(arrived, text));
    assert_non_null(strstr(body, expected));
    assert_non_null(strstr(body, "\"grade_before\":\"A2\""));
    uint8_t upgraded[DIGEST_UUID_SIZE];
    memcpy(upgraded, alert->alert_id, sizeof upgraded);
    assert_int_equal(visit(bench, visit_of(VISIT_UPGRADED, VISIT_A3)), 0);

    struct visit departed = visit_of(VISIT_UPGRADED, VISIT_A4);
    departed.departed_after = departed.departed_before = MAKER_NOW + UTC_MINUTE;
    assert_int_equal(visit(bench, departed), 2);
    assert_string_equal(bench->entry.alerts.items[0].type, "visit.departed");
    assert_string_equal(bench->entry.alerts.items[1].type, "visit.upgraded");
    memcpy(upgraded, bench->entry.alerts.items[1].alert_id, sizeof upgraded);

    assert_int_equal(visit(bench, visit_of(VISIT_SUPERSEDED, VISIT_A4)), 1);
    alert = &bench->entry.alerts.items[0];
    memset(body, 0, sizeof body);
    memcpy(body, bench->entry.alert_bytes.bytes + alert->offset, alert->length);
    snprintf(expected, sizeof expected, "\"replaces_alert_id\":\"%s\"", digest_uuid_format(upgraded, text));
    assert_string_equal(alert->type, "visit.retracted");
    assert_non_null(strstr(body, expected));
}

// One answer may bring a visit that has risen already: it arrives, and rises no more.
static void a_visit_that_was_first_seen_risen_only_arrives(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(visit(bench, visit_of(VISIT_UPGRADED, VISIT_A3)), 1);
    assert_int_equal(bench->entry.alerts.count, 1);
    assert_string_equal(bench->entry.alerts.items[0].type, "visit.arrived");
    assert_int_equal(visit(bench, visit_of(VISIT_UPGRADED, VISIT_A3)), 0);
}

static void nothing_is_withdrawn_that_nobody_was_told(void **state)
{
    struct bench *bench = *state;
    assert_int_equal(visit(bench, visit_of(VISIT_SUPERSEDED, VISIT_A2)), 0);
    assert_int_equal(bench->entry.alerts.count, 0);
}

// Old history is recorded and not sent; nor is its withdrawal, which happens now.
static void who_was_told_nothing_hears_of_no_withdrawal(void **state)
{
    struct bench *bench = *state;
    maker_webhook()->maximum_age_s = 0;
    assert_int_equal(visit(bench, visit_of(VISIT_CONFIRMED, VISIT_A3)), 0);
    assert_int_equal(bench->entry.alerts.count, 1);
    maker_webhook()->maximum_age_s = 86400;
    assert_int_equal(visit(bench, visit_of(VISIT_SUPERSEDED, VISIT_A3)), 0);
    assert_int_equal(bench->entry.alerts.count, 1);
    assert_string_equal(bench->entry.alerts.items[0].type, "visit.retracted");
    assert_string_equal(bench->entry.deliveries.items[0].reason, "it was told of nothing that this withdraws");
}

static void outcomes_are_recorded_mirrored_and_repeated(void **state)
{
    struct bench *bench = *state;
    struct error error;
    struct outbox_item_array items = {0};
    struct entry_delivery_array deliveries = {0};
    see(bench, "154001", MAKER_NOW, SIGHTING_OPEN, MAKER_NOW);
    assert_int_equal(outbox_unmirrored(bench->journal, 10, &deliveries, &error), 0);
    assert_int_equal(deliveries.count, 0); // the entry itself carries the first state
    assert_int_equal(outbox_due(bench->journal, "desk", MAKER_NOW, 10, &items, &error), 0);
    assert_int_equal(items.count, 1);
    const struct outbox_outcome outcome = {items.items[0].delivery_id, DELIVERY_DELIVERED, 1, UTC_UNKNOWN,
                                           MAKER_NOW, 204, ""};
    assert_int_equal(outbox_record(bench->journal, &outcome, 1, &error), 0);
    outbox_item_done(&items.items[0]);
    array_clear(&items);
    assert_int_equal(outbox_due(bench->journal, "desk", MAKER_NOW + UTC_DAY, 10, &items, &error), 0);
    assert_int_equal(items.count, 0);

    struct entry entry;
    entry_init(&entry);
    assert_int_equal(outbox_unmirrored(bench->journal, 10, &entry.deliveries, &error), 0);
    assert_int_equal(entry.deliveries.count, 1);
    uint8_t alert_id[DIGEST_UUID_SIZE];
    memcpy(alert_id, entry.deliveries.items[0].alert_id, sizeof alert_id);
    commit(bench, &entry, MAKER_NOW);
    assert_int_equal(outbox_unmirrored(bench->journal, 10, &deliveries, &error), 0);
    assert_int_equal(deliveries.count, 0);

    assert_int_equal(outbox_again(bench->journal, alert_id, "nobody", MAKER_NOW, &error), 0);
    assert_int_equal(outbox_again(bench->journal, alert_id, "", MAKER_NOW, &error), 1);
    assert_int_equal(outbox_due(bench->journal, "desk", MAKER_NOW, 10, &items, &error), 0);
    assert_int_equal(items.count, 1);
    assert_memory_equal(items.items[0].alert_id, alert_id, sizeof alert_id);
    // Nothing is forgotten while it is queued; after that, all of it.
    assert_int_equal(outbox_purge(bench->journal, MAKER_NOW + UTC_DAY, &error), 0);
    struct outbox_outcome dead = outcome;
    dead.state = DELIVERY_DEAD;
    assert_int_equal(outbox_record(bench->journal, &dead, 1, &error), 0);
    entry_init(&entry);
    outbox_unmirrored(bench->journal, 10, &entry.deliveries, &error);
    commit(bench, &entry, MAKER_NOW);
    // By the newest alert it is not old yet, whatever the clock says.
    assert_int_equal(outbox_purge(bench->journal, MAKER_NOW + UTC_DAY, &error), 0);
    utc_us later = MAKER_NOW + OUTBOX_REMEMBERED + UTC_DAY;
    see(bench, "154002", later, SIGHTING_OPEN, later);
    assert_int_equal(outbox_purge(bench->journal, MAKER_NOW + UTC_DAY, &error), 1);
    assert_int_equal(outbox_knows(bench->journal, alert_id, &error), 0);
    outbox_item_done(&items.items[0]);
    array_free(&items);
    array_free(&deliveries);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_same_event_is_sent_once),
        TEST(quiet_is_for_one_aircraft_and_kind),
        TEST(what_does_not_settle_is_withdrawn),
        TEST(a_visit_arrives_rises_and_is_withdrawn),
        TEST(a_visit_that_was_first_seen_risen_only_arrives),
        TEST(nothing_is_withdrawn_that_nobody_was_told),
        TEST(who_was_told_nothing_hears_of_no_withdrawal),
        TEST(outcomes_are_recorded_mirrored_and_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
