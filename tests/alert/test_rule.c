// SPDX-License-Identifier: MIT
#include "alert/maker.h"
#include "alert/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static char text_events_visit[] = "visit.*";
static char *events_visit[] = {text_events_visit};
static char text_events_arrived[] = "visit.arrived";
static char *events_arrived[] = {text_events_arrived};
static char text_events_claim[] = "claim.*";
static char *events_claim[] = {text_events_claim};
static char text_watch_an124[] = "an124";
static char *watch_an124[] = {text_watch_an124};
static char text_watch_il62[] = "il62";
static char *watch_il62[] = {text_watch_il62};
static char text_places_levant[] = "levant";
static char *places_levant[] = {text_places_levant};
static char text_places_oslk[] = "OSLK";
static char *places_oslk[] = {text_places_oslk};
static char text_places_none[] = "none";
static char *places_none[] = {text_places_none};
static char text_landed[] = "landed", text_arrived[] = "arrived", text_departed[] = "departed";
static char *verbs_landed[] = {text_landed};
static char *verbs_others[] = {text_arrived, text_departed};
static char grade_a3[] = "A3", grade_a4[] = "A4";

static const struct {
    char **events, **watch, **places;
    char *minimum_grade;
    char **verbs;
    utc_us age;
    bool send;
    const char *reason; // a part of it
} cases[] = {
    {NULL, NULL, NULL, NULL, NULL, 0, true, "event visit.arrived is *"},
    {events_visit, watch_il62, places_oslk, grade_a3, verbs_landed, 0, true,
     "event visit.arrived is visit.*; watch entry il62; place OSLK; grade A3 is at least A3; verb landed"},
    {events_claim, NULL, NULL, NULL, NULL, 0, false, "event visit.arrived is not among its events"},
    {NULL, watch_an124, NULL, NULL, NULL, 0, false, "none of its watch entries"},
    {NULL, NULL, places_levant, NULL, NULL, 0, true, "place levant"},
    {NULL, NULL, places_none, NULL, NULL, 0, false, "at none of its places"},
    {NULL, NULL, NULL, grade_a4, NULL, 0, false, "grade A3 is below its minimum A4"},
    {NULL, NULL, NULL, NULL, verbs_others, 0, false, "\"landed\" is not among its verbs"},
    {NULL, NULL, NULL, NULL, NULL, 86400 * UTC_SECOND, true, ""},
    {NULL, NULL, NULL, NULL, NULL, 86401 * UTC_SECOND, false,
     "86401 s before it was found, more than its maximum of 86400 s"},
};

static void set(struct config_webhook *webhook, size_t i)
{
    if (cases[i].events != NULL)
        webhook->events = cases[i].events;
    webhook->watch = cases[i].watch;
    webhook->watch_count = cases[i].watch != NULL;
    webhook->places = cases[i].places;
    webhook->place_count = cases[i].places != NULL;
    webhook->minimum_grade = cases[i].minimum_grade;
    webhook->verbs = cases[i].verbs;
    webhook->verb_count = cases[i].verbs == verbs_others ? 2 : cases[i].verbs != NULL;
}

static void decides_and_says_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config *config = maker_config();
        struct config_webhook *webhook = maker_webhook();
        struct alert_event event = maker_arrival();
        struct rule_decision decision;
        set(webhook, i);
        rule_decide(config, webhook, &event, event.happened_at + cases[i].age, &decision);
        if (decision.send != cases[i].send || strstr(decision.reason, cases[i].reason) == NULL)
            fail_msg("case %zu: %d \"%s\"", i, decision.send, decision.reason);
        assert_false(decision.ask_quiet);
    }
}

static void an_upgrade_over_the_minimum_is_news_of_the_arrival(void **state)
{
    (void)state;
    struct config *config = maker_config();
    struct config_webhook *webhook = maker_webhook();
    struct alert_event event = maker_arrival();
    struct rule_decision decision;
    webhook->events = events_arrived;
    webhook->minimum_grade = grade_a3;
    event.type = ALERT_VISIT_UPGRADED;
    event.has_grade_before = true;
    event.grade_before = VISIT_A2;
    rule_decide(config, webhook, &event, MAKER_NOW, &decision);
    assert_true(decision.send);
    // The same by the verb that the grade bears.
    webhook->minimum_grade = NULL;
    webhook->verbs = verbs_landed;
    webhook->verb_count = 1;
    rule_decide(config, webhook, &event, MAKER_NOW, &decision);
    assert_true(decision.send);
    webhook->minimum_grade = grade_a3;
    event.grade = VISIT_A4;
    event.grade_before = VISIT_A3; // the arrival was sent then
    rule_decide(config, webhook, &event, MAKER_NOW, &decision);
    assert_false(decision.send);
}

static void who_was_not_told_hears_of_no_withdrawal(void **state)
{
    (void)state;
    struct config *config = maker_config();
    struct config_webhook *webhook = maker_webhook();
    struct alert_event event = maker_arrival();
    struct rule_decision decision;
    webhook->minimum_grade = grade_a3;
    event.type = ALERT_VISIT_RETRACTED;
    event.has_grade_before = true;
    event.grade_before = VISIT_A2;
    rule_decide(config, webhook, &event, MAKER_NOW, &decision);
    assert_false(decision.send);
    event.grade_before = VISIT_A3;
    rule_decide(config, webhook, &event, MAKER_NOW, &decision);
    assert_true(decision.send);
}

static void settling_and_quiet(void **state)
{
    (void)state;
    struct config *config = maker_config();
    struct config_webhook *webhook = maker_webhook();
    struct alert_event event = maker_arrival();
    struct rule_decision decision;
    event.type = ALERT_SIGHTING_OPENED;
    event.between[0] = event.between[1];
    webhook->settling_s = 90;
    webhook->quiet_s = 600;
    rule_decide(config, webhook, &event, MAKER_NOW, &decision);
    assert_true(decision.send && decision.ask_quiet);
    assert_true(decision.due_at == MAKER_NOW + RULE_UNSETTLED);
    assert_non_null(strstr(decision.reason, "waits until it has been seen for 90 s"));
    event.between[0] = event.between[1] - 90 * UTC_SECOND;
    rule_decide(config, webhook, &event, MAKER_NOW, &decision);
    assert_true(decision.send && decision.due_at == MAKER_NOW);
    static const enum alert_type never_quiet[] = {ALERT_SQUAWK_EMERGENCY, ALERT_FEED_RECOVERED,
                                                  ALERT_VISIT_ARRIVED};
    for (size_t i = 0; i < sizeof never_quiet / sizeof *never_quiet; i++) {
        event.type = never_quiet[i];
        rule_decide(config, webhook, &event, MAKER_NOW, &decision);
        assert_true(decision.send && !decision.ask_quiet);
    }
}

static void its_own_failure_and_the_tests_of_others_are_not_sent(void **state)
{
    (void)state;
    struct config *config = maker_config();
    struct rule_decision decision;
    struct alert_event event = alert_event_of_webhook(ALERT_WEBHOOK_FAILING, "desk", "", MAKER_NOW);
    rule_decide(config, maker_webhook(), &event, MAKER_NOW, &decision);
    assert_false(decision.send);
    event = alert_event_of_webhook(ALERT_WEBHOOK_FAILING, "other", "", MAKER_NOW);
    rule_decide(config, maker_webhook(), &event, MAKER_NOW, &decision);
    assert_true(decision.send);
    event = alert_event_of_webhook(ALERT_WEBHOOK_TEST, "other", "", MAKER_NOW);
    rule_decide(config, maker_webhook(), &event, MAKER_NOW, &decision);
    assert_false(decision.send);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decides_and_says_why),
        cmocka_unit_test(an_upgrade_over_the_minimum_is_news_of_the_arrival),
        cmocka_unit_test(who_was_not_told_hears_of_no_withdrawal),
        cmocka_unit_test(settling_and_quiet),
        cmocka_unit_test(its_own_failure_and_the_tests_of_others_are_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
