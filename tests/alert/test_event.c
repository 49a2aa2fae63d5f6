// SPDX-License-Identifier: MIT
// Events, the judge and the outbox together: what is new, what replaces what, what is quiet, what
// is withdrawn.
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

static size_t see(struct bench *bench, const char *icao24, utc_us opened_at,
                  enum sighting_state state, utc_us now)
{
    struct entry entry;
    fill(&entry);
    *array_append(&entry.sightings) = sighting_of(icao24, opened_at, state);
    return commit(bench, &entry, now);
}

static struct visit visit_of(enum visit_state state, enum visit_grade grade)
{
    struct visit visit = {
        .state = state, .grade = grade, .watch_mask = 2, .anchored_at = MAKER_NOW};
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
    assert_int_equal(
        see(bench, "154001", MAKER_NOW + UTC_MINUTE, SIGHTING_OPEN, MAKER_NOW + UTC_MINUTE), 0);
    assert_int_equal(bench->entry.alerts.count, 1); // recorded all the same
    assert_int_equal(bench->entry.deliveries.items[0].state, DELIVERY_NOT_SENT);
    assert_non_null(
        strstr(bench->entry.deliveries.items[0].reason, "within its quiet period of 600 s"));
    assert_int_equal(see(bench, "154009", MAKER_NOW, SIGHTING_OPEN, MAKER_NOW), 1);
    assert_int_equal(see(bench, "154001", MAKER_NOW, SIGHTING_LANDED, MAKER_NOW + 2 * UTC_MINUTE),
                     1);
    assert_int_equal(
        see(bench, "154001", MAKER_NOW + UTC_HOUR, SIGHTING_OPEN, MAKER_NOW + UTC_HOUR), 1);
}

// How many are due at the webhook then, and the type of the first.
static size_t due(struct bench *bench, utc_us now, char ret_type[ALERT_TYPE_SIZE])
{
    struct error error;
    struct outbox_item_array items = {0};
    assert_int_equal(outbox_due(bench->journal, "desk", now, 10, &items, &error), 0);
    size_t count = items.count;
    strcpy(ret_type, count > 0 ? items.items[0].type : "");
    array_foreach (&items, item)
        outbox_item_done(item);
    array_free(&items);
    return count;
}

static size_t see_until(struct bench *bench, const char *icao24, utc_us last_seen,
                        enum sighting_state state)
{
    struct entry entry;
    fill(&entry);
    struct sighting *sighting = array_append(&entry.sightings);
    *sighting = sighting_of(icao24, MAKER_NOW, state);
    sighting->last_seen = last_seen;
    return commit(bench, &entry, last_seen);
}

static void what_does_not_settle_is_withdrawn(void **state)
{
    struct bench *bench = *state;
    char type[ALERT_TYPE_SIZE];
    maker_webhook()->settling_s = 300;
    assert_int_equal(see(bench, "154001", MAKER_NOW, SIGHTING_OPEN, MAKER_NOW), 1);
    assert_int_equal(see_until(bench, "154001", MAKER_NOW + UTC_MINUTE, SIGHTING_OPEN), 0);
    // It is seen no more. Nobody knows yet that it has ended, and nobody is told that it came.
    assert_int_equal(due(bench, MAKER_NOW + UTC_HOUR, type), 0);
    assert_int_equal(see_until(bench, "154001", MAKER_NOW + UTC_MINUTE, SIGHTING_LOST_LOW), 0);
    assert_int_equal(bench->entry.deliveries.count, 1);
    assert_int_equal(bench->entry.deliveries.items[0].state, DELIVERY_NOT_SENT);
    assert_string_equal(bench->entry.deliveries.items[0].reason,
                        "its opening was not told: it had not settled");
    assert_int_equal(due(bench, MAKER_NOW + 2 * UTC_HOUR, type), 0);
    // Late points may show that it went on.
    assert_int_equal(see_until(bench, "154001", MAKER_NOW + UTC_HOUR, SIGHTING_OPEN), 1);
    assert_int_equal(due(bench, MAKER_NOW + 2 * UTC_HOUR, type), 1);
    // One that landed has ended for good.
    assert_int_equal(see(bench, "154004", MAKER_NOW, SIGHTING_OPEN, MAKER_NOW), 1);
    assert_int_equal(see_until(bench, "154004", MAKER_NOW + UTC_MINUTE, SIGHTING_LANDED), 0);
    assert_int_equal(bench->entry.deliveries.count, 2);
    assert_int_equal(bench->entry.deliveries.items[0].state, DELIVERY_CANCELLED);
    assert_int_equal(bench->entry.deliveries.items[1].state, DELIVERY_NOT_SENT);
    assert_int_equal(due(bench, MAKER_NOW + 60 * UTC_DAY, type), 1);
    // Nor of one that a later derivation does without.
    assert_int_equal(see(bench, "154002", MAKER_NOW, SIGHTING_OPEN, MAKER_NOW), 1);
    assert_int_equal(see(bench, "154002", MAKER_NOW, SIGHTING_SUPERSEDED, MAKER_NOW), 0);
    assert_int_equal(bench->entry.deliveries.items[0].state, DELIVERY_CANCELLED);
    assert_int_equal(due(bench, MAKER_NOW + 60 * UTC_DAY, type), 1); // the first alone
    // Nor of one whose end another daemon has seen.
    assert_int_equal(see(bench, "154003", MAKER_NOW, SIGHTING_OPEN, MAKER_NOW), 1);
    struct entry entry;
    fill(&entry);
    assert_int_equal(commit(bench, &entry, MAKER_NOW + UTC_DAY + UTC_SECOND), 0);
    assert_int_equal(bench->entry.deliveries.items[0].state, DELIVERY_CANCELLED);
    assert_int_equal(due(bench, MAKER_NOW + 60 * UTC_DAY, type), 1); // the first alone
}

static void what_settles_is_sent(void **state)
{
    struct bench *bench = *state;
    char type[ALERT_TYPE_SIZE];
    maker_webhook()->settling_s = 300;
    assert_int_equal(see(bench, "154001", MAKER_NOW, SIGHTING_OPEN, MAKER_NOW), 1);
    assert_int_equal(see_until(bench, "154002", MAKER_NOW + UTC_HOUR, SIGHTING_OPEN),
                     1); // settled when it is found
    assert_int_equal(due(bench, MAKER_NOW + UTC_HOUR, type), 1);
    utc_us settled = MAKER_NOW + 300 * UTC_SECOND;
    assert_int_equal(see_until(bench, "154001", settled, SIGHTING_OPEN), 1);
    assert_int_equal(bench->entry.deliveries.items[0].state, DELIVERY_QUEUED);
    assert_string_equal(bench->entry.deliveries.items[0].reason, "it has been seen for 300 s");
    assert_int_equal(due(bench, settled, type), 1);
    assert_string_equal(type, "sighting.opened");
    assert_int_equal(see_until(bench, "154001", settled + UTC_SECOND, SIGHTING_OPEN), 0); // once
    assert_int_equal(see_until(bench, "154001", settled + UTC_SECOND, SIGHTING_LANDED), 1);
    assert_int_equal(due(bench, MAKER_NOW + UTC_HOUR, type), 3);
}

static void write_template(struct bench *bench, char *path, size_t size, const char *text)
{
    snprintf(path, size, "%s/template.json", bench->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

// What became of one event without aircraft or position, number `number` of its kind.
static const struct entry_delivery *tell(struct bench *bench, int number, struct entry *entry)
{
    struct alert_event event =
        alert_event_of_feed(ALERT_FEED_SILENT, "adsb.lol", "HTTP status 503", MAKER_NOW + number);
    entry_init(entry);
    alert_judge_event(bench->judge, bench->journal, &event, MAKER_NOW + number, entry);
    assert_int_equal(entry->deliveries.count, 1);
    return &entry->deliveries.items[0];
}

static void a_template_that_fails_says_so(void **state)
{
    struct bench *bench = *state;
    static char template[] = "template";
    char path[120] = "/nonexistent/template.json";
    struct entry entry;
    struct config *config = maker_config();
    maker_webhook()->format = template;
    maker_webhook()->template_file = path;
    alert_judge_set_config(bench->judge, config);
    const struct entry_delivery *delivery = tell(bench, 0, &entry);
    assert_int_equal(delivery->state, DELIVERY_NOT_SENT);
    assert_non_null(strstr(delivery->reason, "No such file"));
    entry_done(&entry);
    // Once it is there no reload is needed.
    write_template(bench, path, sizeof path,
                   "{\"where\": {{data.position}}, \"feed\": {{data.feed}}}");
    delivery = tell(bench, 1, &entry);
    assert_int_equal(delivery->state, DELIVERY_QUEUED);
    static const char body[] = "{\"where\": null, \"feed\": \"adsb.lol\"}";
    assert_int_equal(delivery->length, strlen(body));
    assert_memory_equal(entry.alert_bytes.bytes + delivery->offset, body, strlen(body));
    entry_done(&entry);
    write_template(bench, path, sizeof path, "{\"feed\": {{data.feed}}{{data.feed}}}");
    alert_judge_set_config(bench->judge, config);
    delivery = tell(bench, 2, &entry);
    assert_int_equal(delivery->state, DELIVERY_NOT_SENT);
    assert_non_null(strstr(delivery->reason, "its template makes no JSON of this alert"));
    entry_done(&entry);
}

static struct alert_event emergency(uint8_t number)
{
    struct alert_event event = {.type = ALERT_SQUAWK_EMERGENCY,
                                .alert_id = {number},
                                .happened_at = MAKER_NOW,
                                .position = {35, 36},
                                .between = {UTC_UNKNOWN, UTC_UNKNOWN},
                                .altitude_ft = OBSERVATION_UNKNOWN};
    strcpy(event.subject, "154001");
    strcpy(event.icao24, "154001");
    return event;
}

// Radio failure, then unlawful interference: each code has an id of its own, and none is kept
// quiet.
static void another_emergency_is_told(void **state)
{
    struct bench *bench = *state;
    maker_webhook()->quiet_s = 600;
    for (uint8_t number = 1; number <= 2; number++) {
        struct alert_event event = emergency(number);
        struct entry entry;
        entry_init(&entry);
        assert_int_equal(alert_judge_event(bench->judge, bench->journal, &event, MAKER_NOW, &entry),
                         1);
        commit(bench, &entry, MAKER_NOW);
    }
}

// Many in one answer: each is known to those behind it, and the quiet period holds within it.
static void one_entry_knows_its_own_alerts(void **state)
{
    struct bench *bench = *state;
    struct entry entry;
    maker_webhook()->quiet_s = 600;
    fill(&entry);
    for (unsigned i = 0; i < 200; i++) {
        char icao24[ICAO24_SIZE];
        snprintf(icao24, sizeof icao24, "15%04x", i);
        *array_append(&entry.sightings) = sighting_of(icao24, MAKER_NOW, SIGHTING_OPEN);
    }
    *array_append(&entry.sightings) = sighting_of("150001", MAKER_NOW + UTC_MINUTE, SIGHTING_OPEN);
    *array_append(&entry.visits) = visit_of(VISIT_PROVISIONAL, VISIT_A2);
    *array_append(&entry.visits) = visit_of(VISIT_UPGRADED, VISIT_A3);
    assert_int_equal(commit(bench, &entry, MAKER_NOW + UTC_MINUTE), 202);
    assert_int_equal(bench->entry.alerts.count, 203);
    assert_non_null(strstr(bench->entry.deliveries.items[200].reason, "within its quiet period"));
    assert_string_equal(bench->entry.alerts.items[201].type, "visit.arrived");
    assert_string_equal(bench->entry.alerts.items[202].type, "visit.upgraded");
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
    snprintf(expected, sizeof expected, "\"replaces_alert_id\":\"%s\"",
             digest_uuid_format(arrived, text));
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
    uint8_t left[DIGEST_UUID_SIZE];
    memcpy(left, bench->entry.alerts.items[0].alert_id, sizeof left);
    memcpy(upgraded, bench->entry.alerts.items[1].alert_id, sizeof upgraded);

    assert_int_equal(visit(bench, visit_of(VISIT_SUPERSEDED, VISIT_A4)), 1);
    alert = &bench->entry.alerts.items[0];
    memset(body, 0, sizeof body);
    memcpy(body, bench->entry.alert_bytes.bytes + alert->offset, alert->length);
    snprintf(expected, sizeof expected, "\"replaces_alert_id\":\"%s\"",
             digest_uuid_format(upgraded, text));
    assert_string_equal(alert->type, "visit.retracted");
    assert_non_null(strstr(body, expected));
    // A webhook that had only the first, or only the departure, finds it too.
    snprintf(expected, sizeof expected, "\"replaces_alert_ids\":[\"%s\",", text);
    assert_non_null(strstr(body, expected));
    const char *list = strstr(body, "\"replaces_alert_ids\"");
    assert_non_null(strstr(list, digest_uuid_format(arrived, text)));
    assert_non_null(strstr(list, digest_uuid_format(left, text)));
    assert_int_equal(strcspn(list, "]") - strcspn(list, "["), 1 + 4 * 39 - 1);
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
    assert_string_equal(bench->entry.deliveries.items[0].reason,
                        "it was told of nothing that this withdraws");
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
    const struct outbox_outcome outcome = {
        items.items[0].delivery_id, DELIVERY_DELIVERED, 1, UTC_UNKNOWN, MAKER_NOW, 204, ""};
    assert_int_equal(outbox_record(bench->journal, &outcome, 1, &error), 0);
    outbox_item_done(&items.items[0]);
    array_clear(&items);
    assert_int_equal(outbox_due(bench->journal, "desk", MAKER_NOW + UTC_DAY, 10, &items, &error),
                     0);
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
        TEST(what_settles_is_sent),
        TEST(a_template_that_fails_says_so),
        TEST(another_emergency_is_told),
        TEST(one_entry_knows_its_own_alerts),
        TEST(a_visit_arrives_rises_and_is_withdrawn),
        TEST(a_visit_that_was_first_seen_risen_only_arrives),
        TEST(nothing_is_withdrawn_that_nobody_was_told),
        TEST(who_was_told_nothing_hears_of_no_withdrawal),
        TEST(outcomes_are_recorded_mirrored_and_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
