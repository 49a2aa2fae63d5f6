// SPDX-License-Identifier: MIT
// An event goes into its document and comes out the same. SYNTHETIC events.
#include "alert/event_json.h"
#include "alert/maker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *document_of(const struct alert_event *event, const struct config *config)
{
    struct text text;
    text_init(&text, EVENT_JSON_BYTES_MAX);
    event_json_write(event, config, &text);
    assert_false(text.failed);
    return text.bytes;
}

// By the bytes: what is written of the one that was read is what was written of the first.
static void assert_comes_back(const struct alert_event *event, const struct config *config)
{
    struct alert_event copy;
    struct error error;
    char *first = document_of(event, config);
    if (event_json_read(first, config, &copy, &error) < 0)
        fail_msg("%s: %s", error.message, first);
    char *second = document_of(&copy, config);
    assert_string_equal(first, second);
    assert_int_equal(copy.type, event->type);
    assert_memory_equal(copy.alert_id, event->alert_id, sizeof copy.alert_id);
    assert_true(copy.happened_at == event->happened_at);
    assert_true(copy.watch_mask == event->watch_mask);
    assert_int_equal(copy.has_grade, event->has_grade);
    assert_int_equal(copy.grade, event->grade);
    assert_int_equal(copy.altitude_ft, event->altitude_ft);
    assert_true((copy.verb == NULL) == (event->verb == NULL));
    free(first);
    free(second);
}

static void all_of_it_comes_back(void **state)
{
    (void)state;
    struct config *config = maker_config();
    struct alert_event event = maker_arrival();
    event.altitude_ft = -120;
    event.has_replaced = event.has_grade_before = true;
    event.grade_before = VISIT_A1;
    memset(event.replaced_id, 0xab, sizeof event.replaced_id);
    strcpy(event.squawk, "7700");
    event.watch_mask = 3;
    assert_comes_back(&event, config);
    const struct alert_event_claim claim = {.claim_id = "a-claim",
                                            .statement = "It \"will\" come.\n",
                                            .verdict = "unverifiable",
                                            .confidence = "none",
                                            .clause = "comes",
                                            .coverage = "We could not have seen it (3 hours).",
                                            .window = {MAKER_NOW - UTC_DAY, MAKER_NOW}};
    event = alert_event_of_claim(ALERT_CLAIM_OVERDUE, &claim, MAKER_NOW + 1);
    assert_comes_back(&event, config);
    event = alert_event_of_feed(ALERT_FEED_SILENT, "adsb.lol", "\xff no UTF-8", MAKER_NOW);
    assert_comes_back(&event, NULL);
}

static void watch_entries_go_by_name(void **state)
{
    (void)state;
    struct config *config = maker_config();
    struct alert_event event = maker_arrival(), copy;
    struct error error;
    event.watch_mask = 1; // an124
    char *document = document_of(&event, config);
    struct watch_entry first = config->watch.entries[0];
    config->watch.entries[0] = config->watch.entries[1];
    config->watch.entries[1] = first;
    assert_int_equal(event_json_read(document, config, &copy, &error), 0);
    assert_true(copy.watch_mask == 2);
    config->watch.entry_count = 1; // the reader's has none of that name
    assert_int_equal(event_json_read(document, config, &copy, &error), 0);
    assert_true(copy.watch_mask == 0);
    free(document);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
#define GOOD_ID "\"alert_id\":\"00000000-0000-8000-8000-000000000001\""
#define GOOD_TIME "\"happened_at\":\"2025-10-26T11:42:10Z\""
    static const struct {
        const char *document, *part; // of the error; NULL: it can be read
    } cases[] = {
        {"{\"type\":\"feed.silent\"," GOOD_ID "," GOOD_TIME "}", NULL},
        {"", "no JSON object"},
        {"[]", "no JSON object"},
        {"{\"type\":\"feed.loud\"," GOOD_ID "," GOOD_TIME "}", "type"},
        {"{" GOOD_ID "," GOOD_TIME "}", "type"},
        {"{\"type\":\"feed.silent\"," GOOD_TIME "}", "alert_id"},
        {"{\"type\":\"feed.silent\",\"alert_id\":\"zz\"," GOOD_TIME "}", "alert_id"},
        {"{\"type\":\"feed.silent\"," GOOD_ID "}", "happened_at"},
        {"{\"type\":\"feed.silent\"," GOOD_ID ",\"happened_at\":\"yesterday\"}", "happened_at"},
        {"{\"type\":\"visit.arrived\"," GOOD_ID "," GOOD_TIME ",\"grade\":\"A5\"}", "grade"},
        {"{\"type\":\"visit.arrived\"," GOOD_ID "," GOOD_TIME ",\"visit_id\":\"-\"}", "visit_id"},
        {"{\"type\":\"feed.silent\"," GOOD_ID "," GOOD_TIME ",\"altitude_ft\":1e300,\"feeds\":7,"
         "\"evidence\":{\"a\":1},\"watch\":[1],\"verb\":\"fell\",\"latitude\":\"x\"}",
         NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alert_event event;
        struct error error;
        int result = event_json_read(cases[i].document, maker_config(), &event, &error);
        assert_int_equal(result < 0, cases[i].part != NULL);
        if (result < 0 && strstr(error.message, cases[i].part) == NULL)
            fail_msg("%s: %s", cases[i].document, error.message);
        if (result == 0)
            assert_int_equal(event.altitude_ft, OBSERVATION_UNKNOWN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_comes_back),
        cmocka_unit_test(watch_entries_go_by_name),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
