// SPDX-License-Identifier: MIT
#include "alert/words.h"

#include "track/aircraft_type.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *words_clean(const char *source, char *buffer, size_t size)
{
    text_copy(buffer, size, source);
    // A cut in the middle of a character is repaired from the end before anything else.
    for (size_t length = strlen(buffer), tries = 0; tries < 4; tries++) {
        if (text_is_utf8(buffer, length))
            return buffer;
        if (length == 0 || strlen(source) < size || (buffer[length - 1] & 0x80) == 0)
            break;
        buffer[--length] = '\0';
    }
    for (char *at = buffer; *at != '\0'; at++)
        if ((*at & 0x80) != 0)
            *at = '?';
    return buffer;
}

static void clean(char *text, size_t size)
{
    char copy[ALERT_REASON_SIZE];
    if (!text_is_utf8(text, strlen(text)))
        text_copy(text, size, words_clean(text, copy, sizeof copy));
}

void words_clean_event(struct alert_event *event)
{
#define CLEAN(field) clean(event->field, sizeof event->field)
    CLEAN(subject);
    CLEAN(icao24);
    CLEAN(registration);
    CLEAN(type_code);
    CLEAN(callsign);
    CLEAN(squawk);
    CLEAN(place);
    CLEAN(reason);
    CLEAN(verdict);
    CLEAN(verdict_before);
    CLEAN(confidence);
    CLEAN(clause);
    CLEAN(coverage);
    for (size_t i = 0; i < event->feed_count; i++)
        CLEAN(feeds[i]);
    for (size_t i = 0; i < event->evidence_count; i++)
        CLEAN(evidence[i]);
#undef CLEAN
}

// --- times -------------------------------------------------------------------------------------

static const char *const months[] = {"January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December"};

static void clock_text(utc_us time, char ret_text[6])
{
    char iso[UTC_TEXT_SIZE];
    utc_format(time, iso);
    memcpy(ret_text, iso + 11, 5);
    ret_text[5] = '\0';
}

static void day_text(utc_us time, char *ret_text, size_t size)
{
    char iso[UTC_TEXT_SIZE];
    int year = 0, month = 1, day = 1;
    utc_format(time, iso);
    if (sscanf(iso, "%4d-%2d-%2d", &year, &month, &day) == 3 && month >= 1 && month <= 12)
        snprintf(ret_text, size, "%d %s %d", day, months[month - 1], year);
    else
        text_copy(ret_text, size, "an unknown day");
}

static void append_moment(struct text *text, const char *word, utc_us time)
{
    char clock[6], day[40];
    if (time == UTC_UNKNOWN)
        return;
    clock_text(time, clock);
    day_text(time, day, sizeof day);
    text_append_format(text, " %s %s UTC on %s", word, clock, day);
}

// " between 11:31 and 11:42 UTC on 26 October 2025", or what of it is known.
static void append_between(struct text *text, const utc_us between[2])
{
    if (between[0] == UTC_UNKNOWN || between[1] == UTC_UNKNOWN || between[0] >= between[1]) {
        if (between[1] != UTC_UNKNOWN)
            append_moment(text, between[0] == between[1] ? "at" : "before", between[1]);
        else
            append_moment(text, "after", between[0]);
        return;
    }
    char clock[6], day[40];
    clock_text(between[0], clock);
    if (utc_day_start(between[0]) == utc_day_start(between[1])) {
        text_append_format(text, " between %s", clock);
    } else {
        day_text(between[0], day, sizeof day);
        text_append_format(text, " between %s UTC on %s", clock, day);
    }
    append_moment(text, "and", between[1]);
}

void words_local_time(const struct zone *zone, utc_us time, struct text *text)
{
    if (zone == NULL || time == UTC_UNKNOWN)
        return;
    utc_us local = time + (utc_us)zone_offset_s(zone, time) * UTC_SECOND;
    char clock[6], day[40];
    clock_text(local, clock);
    day_text(local, day, sizeof day);
    text_append_format(text, "%s on %s in %s", clock, day, zone_name(zone));
}

// --- the sentence ------------------------------------------------------------------------------

static bool begins_with_vowel(const char *name)
{
    return strchr("AEIOU", name[0]) != NULL;
}

static void append_aircraft(struct text *text, const struct alert_event *event)
{
    char registration[REGISTRATION_SIZE], callsign[CALLSIGN_SIZE], code[TYPE_CODE_SIZE];
    words_clean(event->registration, registration, sizeof registration);
    words_clean(event->callsign, callsign, sizeof callsign);
    words_clean(event->type_code, code, sizeof code);
    const struct aircraft_type *type = aircraft_type_find(code);
    const char *name = type->code[0] != '\0' ? type->name : code[0] != '\0' ? code : "aircraft";
    bool vowel = begins_with_vowel(name) || strcmp(name, "aircraft") == 0;
    text_append_format(text, "%s %s (%s", vowel ? "An" : "A", name,
                       registration[0] != '\0' ? registration : event->icao24);
    text_append_format(text, callsign[0] != '\0' ? ", %s)" : ")", callsign);
}

static void append_place(struct text *text, const char *before, const struct alert_event *event,
                         const struct config *config)
{
    if (event->place[0] == '\0')
        return;
    const struct place *place = config != NULL ? config_place(config, event->place) : NULL;
    text_append_format(text, "%s%s", before,
                       place != NULL && place->name[0] != '\0' ? place->name : event->place);
}

static void append_position(struct text *text, const struct alert_event *event)
{
    if (!position_is_valid(event->position))
        return;
    text_append_format(text, " at %.2f%c %.2f%c", fabs(event->position.latitude_deg),
                       event->position.latitude_deg < 0 ? 'S' : 'N',
                       fabs(event->position.longitude_deg),
                       event->position.longitude_deg < 0 ? 'W' : 'E');
    if (event->altitude_ft != OBSERVATION_UNKNOWN)
        text_append_format(text, ", %d ft,", (int)event->altitude_ft);
}

static const char *arrival_words(const struct alert_event *event)
{
    static const char *const words[] = {"was reported at", "was heading to", "arrived at",
                                        "landed at", "landed at"};
    return words[event->has_grade && event->grade <= VISIT_A4 ? event->grade : VISIT_A0];
}

static void append_arrival(struct text *text, const struct alert_event *event,
                           const struct config *config)
{
    append_aircraft(text, event);
    text_append_format(text, " %s", arrival_words(event));
    append_place(text, " ", event, config);
    append_between(text, event->between);
    text_append(text, ".");
}

static void append_closed(struct text *text, const struct alert_event *event,
                          const struct config *config)
{
    append_aircraft(text, event);
    bool landed = event->verb != NULL && strcmp(event->verb, "landed") == 0;
    text_append(text, landed ? " landed" : " is out of sight; it was last seen");
    append_place(text, landed ? " at " : " near ", event, config);
    append_position(text, event);
    append_moment(text, "at", event->between[1]);
    text_append(text, ".");
}

static void append_claim(struct text *text, const struct alert_event *event)
{
    if (event->type == ALERT_CLAIM_OVERDUE) {
        text_append_format(text, "Claim %s: what it predicts", event->subject);
        append_between(text, event->between);
        text_append_format(text, " has not come: %s %s", event->reason, event->coverage);
    } else {
        text_append_format(text, "Claim %s is now %s", event->subject, event->verdict);
        if (event->verdict_before[0] != '\0')
            text_append_format(text, " (was %s)", event->verdict_before);
        append_moment(text, "as of", event->happened_at);
        text_append_format(text, ": %s", event->reason);
    }
}

static void append_about_aircraft(struct text *text, const struct alert_event *event,
                                  const struct config *config)
{
    switch (event->type) {
    case ALERT_SIGHTING_OPENED:
        append_aircraft(text, event);
        text_append(text, " was seen");
        append_place(text, " leaving ", event, config);
        append_position(text, event);
        append_moment(text, "at", event->happened_at);
        text_append(text, ".");
        break;
    case ALERT_SIGHTING_CLOSED:
        append_closed(text, event, config);
        break;
    case ALERT_VISIT_ARRIVED:
        append_arrival(text, event, config);
        break;
    case ALERT_VISIT_UPGRADED:
        text_append(text, "More evidence: ");
        append_arrival(text, event, config);
        break;
    case ALERT_VISIT_RETRACTED:
        text_append(text, "Withdrawn, later data contradicts it: ");
        append_arrival(text, event, config);
        break;
    case ALERT_VISIT_DEPARTED:
        append_aircraft(text, event);
        append_place(text, " left ", event, config);
        append_between(text, event->between);
        text_append(text, ".");
        break;
    case ALERT_IDENTITY_CONFLICT:
        text_append_format(text, "The address %s is in two places: %s", event->icao24,
                           event->reason);
        append_moment(text, "at", event->happened_at);
        text_append(text, ".");
        break;
    default:
        append_aircraft(text, event);
        text_append_format(text, " squawks %s (%s)", event->squawk,
                           alert_squawk_meaning(event->squawk) != NULL
                               ? alert_squawk_meaning(event->squawk)
                               : "no emergency");
        append_position(text, event);
        append_moment(text, "at", event->happened_at);
        text_append(text, ".");
        break;
    }
}

static void append_about_others(struct text *text, const struct alert_event *event)
{
    char reason[ALERT_REASON_SIZE];
    words_clean(event->reason, reason, sizeof reason);
    switch (event->type) {
    case ALERT_FEED_SILENT:
        text_append_format(text, "The feed %s gives no answer", event->subject);
        append_moment(text, "since", event->happened_at);
        text_append_format(text, ": %s.", reason);
        break;
    case ALERT_FEED_SUSPECT:
        text_append_format(text, "The feed %s gives answers that cannot be right", event->subject);
        append_moment(text, "since", event->happened_at);
        text_append_format(text, ": %s.", reason);
        break;
    case ALERT_FEED_RECOVERED:
        text_append_format(text, "The feed %s answers again", event->subject);
        append_moment(text, "since", event->happened_at);
        text_append(text, ".");
        break;
    case ALERT_INTAKE_STOPPED:
        text_append(text, "No feed is asked any more");
        append_moment(text, "since", event->happened_at);
        text_append_format(text,
                           ", for want of room: %s. Nothing accepted is lost; it goes on by itself "
                           "when there is room.",
                           reason);
        break;
    case ALERT_INTAKE_RESUMED:
        text_append(text, "There is room again");
        append_moment(text, "since", event->happened_at);
        text_append(text, ", and the feeds are asked again.");
        break;
    case ALERT_WEBHOOK_FAILING:
        text_append_format(text, "The webhook %s takes no alerts", event->subject);
        append_moment(text, "since", event->happened_at);
        text_append_format(text, ": %s.", reason);
        break;
    case ALERT_CLAIM_ASSESSED:
    case ALERT_CLAIM_OVERDUE:
        append_claim(text, event);
        break;
    default:
        text_append_format(text, "This is a test of the webhook %s", event->subject);
        append_moment(text, "at", event->happened_at);
        text_append(text, ".");
        break;
    }
}

void words_sentence(const struct alert_event *event, const struct config *config, struct text *text)
{
    if (alert_type_row(event->type)->about_aircraft)
        append_about_aircraft(text, event, config);
    else
        append_about_others(text, event);
}

const char *words_grade(const struct alert_event *event)
{
    static const char *const words[] = {
        "Grade A0: others say so, no track does.",
        "Grade A1: weak, it was only seen on the way there.",
        "Grade A2: fair, one end of the stay was seen.",
        "Grade A3: strong, one end of the stay was seen and the other follows from where it was "
        "found again.",
        "Grade A4: the strongest, both ends of the stay were seen on the field.",
    };
    return event->has_grade && event->grade <= VISIT_A4 ? words[event->grade] : "";
}

void words_map_url(const struct alert_event *event, struct text *text)
{
    if (!position_is_valid(event->position))
        return;
    double latitude = event->position.latitude_deg, longitude = event->position.longitude_deg;
    text_append_format(text, "https://www.openstreetmap.org/?mlat=%.4f&mlon=%.4f#map=9/%.4f/%.4f",
                       latitude, longitude, latitude, longitude);
}

void words_feed_attribution(const char *feed, const struct config *config, struct text *text)
{
    const struct config_credit credit =
        config != NULL ? config_credit(config, feed) : (struct config_credit){0};
    if (credit.attribution != NULL && credit.attribution[0] != '\0') {
        text_append(text, credit.attribution);
        return;
    }
    text_append(text, feed);
    if (credit.licence != NULL && credit.licence[0] != '\0')
        text_append_format(text, ", %s", credit.licence);
}

void words_attribution(const struct alert_event *event, const struct config *config,
                       struct text *text)
{
    for (size_t i = 0; i < event->feed_count; i++) {
        text_append(text, i > 0 ? "; " : "");
        words_feed_attribution(event->feeds[i], config, text);
    }
}
