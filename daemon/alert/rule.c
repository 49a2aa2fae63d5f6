// SPDX-License-Identifier: MIT
#include "alert/rule.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// One event's way through one webhook's keys.
struct trial {
    const struct config *config;
    const struct config_webhook *webhook;
    const struct alert_event *event;
    utc_us now;
    struct rule_decision *decision;
    size_t length; // of the reason so far
};

// Adds to the reason; always returns `met`.
__attribute__((format(printf, 3, 4))) static bool say(struct trial *trial, bool met,
                                                      const char *format, ...)
{
    char *reason = trial->decision->reason;
    if (!met)
        trial->length = 0; // what was not met stands alone
    va_list arguments;
    va_start(arguments, format);
    size_t room = sizeof trial->decision->reason - trial->length;
    int written = 0;
    if (trial->length > 0 && room > 2) {
        memcpy(reason + trial->length, "; ", 3);
        trial->length += 2;
        room -= 2;
    }
    written = vsnprintf(reason + trial->length, room, format, arguments);
    va_end(arguments);
    if (written > 0)
        trial->length += (size_t)written < room ? (size_t)written : room - 1;
    return met;
}

static bool grade_is_enough(const struct config_webhook *webhook, enum visit_grade grade)
{
    return webhook->minimum_grade == NULL ||
           strcmp(visit_grade_name(grade), webhook->minimum_grade) >= 0;
}

static bool verb_is_wanted(const struct config_webhook *webhook, const char *verb)
{
    for (size_t i = 0; i < webhook->verb_count; i++)
        if (strcmp(webhook->verbs[i], verb) == 0)
            return true;
    return webhook->verb_count == 0;
}

// By grade and by verb.
static bool arrival_is_wanted(const struct config_webhook *webhook, enum visit_grade grade)
{
    return grade_is_enough(webhook, grade) && verb_is_wanted(webhook, visit_verb_name(grade));
}

// An upgrade that lifts a visit over the minimum is the first that this webhook hears of the
// arrival.
static bool is_first_news_of_arrival(const struct trial *trial)
{
    const struct alert_event *event = trial->event;
    return event->type == ALERT_VISIT_UPGRADED && event->has_grade_before &&
           !arrival_is_wanted(trial->webhook, event->grade_before) &&
           arrival_is_wanted(trial->webhook, event->grade);
}

static bool meets_type(struct trial *trial)
{
    const char *type = alert_type_row(trial->event->type)->name;
    const char *arrived = alert_type_row(ALERT_VISIT_ARRIVED)->name;
    for (size_t i = 0; i < trial->webhook->event_count; i++) {
        const char *pattern = trial->webhook->events[i];
        if (text_matches_pattern(type, pattern))
            return say(trial, true, "event %s is %s", type, pattern);
        if (is_first_news_of_arrival(trial) && text_matches_pattern(arrived, pattern))
            return say(trial, true, "event %s makes it the first %s wanted here", type, pattern);
    }
    return say(trial, false, "event %s is not among its events", type);
}

static bool meets_watch(struct trial *trial)
{
    const struct config_webhook *webhook = trial->webhook;
    const struct watch_list *watch = &trial->config->watch;
    if (webhook->watch_count == 0 || !alert_type_row(trial->event->type)->about_aircraft)
        return true;
    for (size_t i = 0; i < watch->entry_count; i++) {
        if ((trial->event->watch_mask & UINT64_C(1) << i) == 0)
            continue;
        for (size_t j = 0; j < webhook->watch_count; j++)
            if (strcmp(watch->entries[i].id, webhook->watch[j]) == 0)
                return say(trial, true, "watch entry %s", webhook->watch[j]);
    }
    return say(trial, false, "none of its watch entries matches the aircraft");
}

static bool is_at(const struct trial *trial, const struct place *place)
{
    const struct alert_event *event = trial->event;
    if (event->place[0] != '\0' && place_is_named(place, event->place))
        return true;
    return position_is_valid(event->position) &&
           place_contains(place, event->position, WATCH_AIRFIELD_RADIUS_NM);
}

static bool meets_place(struct trial *trial)
{
    const struct config_webhook *webhook = trial->webhook;
    if (webhook->place_count == 0 || !alert_type_row(trial->event->type)->about_aircraft)
        return true;
    for (size_t i = 0; i < webhook->place_count; i++) {
        const struct place *place = config_place(trial->config, webhook->places[i]);
        if (place != NULL && is_at(trial, place))
            return say(trial, true, "place %s", webhook->places[i]);
    }
    return say(trial, false, "at none of its places");
}

static bool meets_grade(struct trial *trial)
{
    const struct alert_event *event = trial->event;
    const char *minimum = trial->webhook->minimum_grade;
    if (minimum == NULL || !event->has_grade)
        return true;
    // Who was not told of the visit need not hear that it is withdrawn.
    bool withdrawn = event->type == ALERT_VISIT_RETRACTED && event->has_grade_before;
    enum visit_grade grade = withdrawn ? event->grade_before : event->grade;
    if (!grade_is_enough(trial->webhook, grade))
        return say(trial, false, "grade %s is below its minimum %s", visit_grade_name(grade),
                   minimum);
    return say(trial, true, "grade %s is at least %s", visit_grade_name(grade), minimum);
}

static bool meets_verb(struct trial *trial)
{
    const struct alert_event *event = trial->event;
    if (trial->webhook->verb_count == 0 || event->verb == NULL)
        return true;
    bool withdrawn = event->type == ALERT_VISIT_RETRACTED && event->has_grade_before;
    const char *verb = withdrawn ? visit_verb_name(event->grade_before) : event->verb;
    if (!verb_is_wanted(trial->webhook, verb))
        return say(trial, false, "\"%s\" is not among its verbs", verb);
    return say(trial, true, "verb %s", verb);
}

static bool meets_age(struct trial *trial)
{
    double age_s = utc_to_seconds(trial->now - trial->event->happened_at);
    if (age_s > trial->webhook->maximum_age_s)
        return say(trial, false,
                   "it happened %.0f s before it was found, more than its maximum of %.0f s", age_s,
                   trial->webhook->maximum_age_s);
    return true;
}

static bool meets_self(struct trial *trial)
{
    bool itself = strcmp(trial->event->subject, trial->webhook->id) == 0;
    if (trial->event->type == ALERT_WEBHOOK_FAILING && itself)
        return say(trial, false, "it is the webhook that fails");
    if (trial->event->type == ALERT_WEBHOOK_TEST && !itself)
        return say(trial, false, "the test is of another webhook");
    return true;
}

void rule_decide(const struct config *config, const struct config_webhook *webhook,
                 const struct alert_event *event, utc_us now, struct rule_decision *ret_decision)
{
    static bool (*const tests[])(struct trial *) = {
        meets_self, meets_type, meets_watch, meets_place, meets_grade, meets_verb, meets_age};
    *ret_decision = (struct rule_decision){.due_at = now};
    struct trial trial = {config, webhook, event, now, ret_decision, 0};
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        if (!tests[i](&trial))
            return;
    ret_decision->send = true;
    ret_decision->ask_quiet = alert_type_row(event->type)->quietable && webhook->quiet_s > 0;
    bool opens = event->type == ALERT_SIGHTING_OPENED;
    if (opens && utc_to_seconds(event->between[1] - event->between[0]) < webhook->settling_s) {
        ret_decision->due_at = now + RULE_UNSETTLED;
        say(&trial, true, "waits until it has been seen for %.0f s", webhook->settling_s);
    }
}
