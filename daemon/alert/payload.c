// SPDX-License-Identifier: MIT
#include "alert/payload.h"

#include "alert/words.h"

#include <string.h>

#define STRING_BYTES_MAX 2048
// What is kept free for the fields behind the evidence.
#define EVIDENCE_ENDS_AT (ALERT_BODY_BYTES_MAX - 8000)
#define ATTRIBUTION_BYTES_MAX 300

void payload_string(struct text *text, const char *value)
{
    char clean[STRING_BYTES_MAX];
    text_append_json_string(text, words_clean(value, clean, sizeof clean));
}

static void append_key(struct text *text, const char *name)
{
    bool is_first = text->length > 0 && text->bytes[text->length - 1] == '{';
    text_append_format(text, "%s\"%s\":", is_first ? "" : ",", name);
}

static void append_text(struct text *text, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0')
        return;
    append_key(text, name);
    payload_string(text, value);
}

static void append_id(struct text *text, const char *name, const uint8_t id[DIGEST_UUID_SIZE])
{
    char buffer[DIGEST_UUID_TEXT_SIZE];
    append_text(text, name, digest_uuid_format(id, buffer));
}

static void append_time(struct text *text, utc_us time)
{
    char buffer[UTC_TEXT_SIZE];
    if (time == UTC_UNKNOWN)
        text_append(text, "null");
    else
        text_append_format(text, "\"%s\"", utc_format(time, buffer));
}

static void append_aircraft(struct text *text, const struct alert_event *event)
{
    append_key(text, "aircraft");
    text_append(text, "{");
    append_text(text, "icao24", event->icao24);
    append_text(text, "registration", event->registration);
    append_text(text, "type_code", event->type_code);
    append_text(text, "callsign", event->callsign);
    append_text(text, "squawk", event->squawk);
    text_append(text, "}");
}

static void append_watch_ids(struct text *text, const struct alert_event *event,
                             const struct config *config)
{
    append_key(text, "watch_ids");
    text_append(text, "[");
    bool any = false;
    for (size_t i = 0; config != NULL && i < config->watch.entry_count; i++) {
        if ((event->watch_mask & UINT64_C(1) << i) == 0)
            continue;
        text_append(text, any ? "," : "");
        payload_string(text, config->watch.entries[i].id);
        any = true;
    }
    text_append(text, "]");
}

static void append_place(struct text *text, const struct alert_event *event,
                         const struct config *config)
{
    if (event->place[0] == '\0')
        return;
    const struct place *place = config != NULL ? config_place(config, event->place) : NULL;
    append_key(text, "place");
    text_append(text, "{");
    append_text(text, "id", event->place);
    append_text(text, "name", place != NULL ? place->name : NULL);
    text_append(text, "}");
}

static void append_position(struct text *text, const struct alert_event *event)
{
    if (!position_is_valid(event->position))
        return;
    append_key(text, "position");
    text_append_format(text, "{\"latitude\":%.5f,\"longitude\":%.5f", event->position.latitude_deg,
                       event->position.longitude_deg);
    if (event->altitude_ft != OBSERVATION_UNKNOWN)
        text_append_format(text, ",\"altitude_ft\":%d", (int)event->altitude_ft);
    text_append(text, "}");
}

static void append_evidence(struct text *text, const struct alert_event *event)
{
    append_key(text, "evidence");
    text_append(text, "[");
    for (size_t i = 0; i < event->evidence_count && text->length < EVIDENCE_ENDS_AT; i++) {
        text_append(text, i > 0 ? "," : "");
        payload_string(text, event->evidence[i]);
    }
    text_append(text, "]");
}

static void append_feeds(struct text *text, const struct alert_event *event,
                         const struct config *config)
{
    append_key(text, "feeds");
    text_append(text, "[");
    for (size_t i = 0; i < event->feed_count; i++) {
        text_append(text, i > 0 ? "," : "");
        payload_string(text, event->feeds[i]);
    }
    text_append(text, "],\"attribution\":[");
    for (size_t i = 0; i < event->feed_count; i++) {
        struct text line;
        char cut[ATTRIBUTION_BYTES_MAX];
        text_init(&line, STRING_BYTES_MAX);
        words_feed_attribution(event->feeds[i], config, &line);
        text_append(text, i > 0 ? "," : "");
        payload_string(text, words_clean(line.bytes != NULL ? line.bytes : "", cut, sizeof cut));
        text_done(&line);
    }
    text_append(text, "]");
}

static void append_between(struct text *text, const struct alert_event *event)
{
    if (event->between[0] == UTC_UNKNOWN && event->between[1] == UTC_UNKNOWN)
        return;
    append_key(text, "between");
    text_append(text, "[");
    append_time(text, event->between[0]);
    text_append(text, ",");
    append_time(text, event->between[1]);
    text_append(text, "]");
}

// The one that counts, and all of them.
static void append_replaced(struct text *text, const struct alert_event *event)
{
    char buffer[DIGEST_UUID_TEXT_SIZE];
    if (!event->has_replaced)
        return;
    append_id(text, "replaces_alert_id", event->replaced_id);
    append_key(text, "replaces_alert_ids");
    text_append_format(text, "[\"%s\"", digest_uuid_format(event->replaced_id, buffer));
    for (size_t i = 0; i < event->replaced_count; i++)
        if (memcmp(event->replaced_ids[i], event->replaced_id, DIGEST_UUID_SIZE) != 0)
            text_append_format(text, ",\"%s\"", digest_uuid_format(event->replaced_ids[i], buffer));
    text_append(text, "]");
}

static void append_visit(struct text *text, const struct alert_event *event)
{
    if (event->has_grade)
        append_text(text, "grade", visit_grade_name(event->grade));
    append_text(text, "verb", event->verb);
    append_between(text, event);
    if (event->has_sighting)
        append_id(text, "sighting_id", event->sighting_id);
    if (event->has_visit)
        append_id(text, "visit_id", event->visit_id);
    append_replaced(text, event);
    if (event->has_grade_before)
        append_text(text, "grade_before", visit_grade_name(event->grade_before));
}

static void append_subject(struct text *text, const struct alert_event *event)
{
    switch (event->type) {
    case ALERT_FEED_SILENT:
    case ALERT_FEED_SUSPECT:
    case ALERT_FEED_RECOVERED:
        append_text(text, "feed", event->subject);
        append_text(text, "reason", event->reason);
        break;
    case ALERT_WEBHOOK_FAILING:
    case ALERT_WEBHOOK_TEST:
        append_text(text, "webhook", event->subject);
        append_text(text, "reason", event->reason);
        break;
    case ALERT_CLAIM_ASSESSED:
    case ALERT_CLAIM_OVERDUE:
        append_text(text, "claim_id", event->subject);
        append_text(text, "statement", event->reason);
        append_text(text, "verdict", event->verdict);
        append_text(text, "verdict_before", event->verdict_before);
        append_text(text, "confidence", event->confidence);
        append_text(text, "clause", event->clause);
        append_text(text, "coverage", event->coverage);
        append_between(text, event);
        break;
    default:
        append_text(text, "reason", event->reason);
        break;
    }
}

static void append_summary(struct text *text, const struct alert_event *event,
                           const struct config *config)
{
    struct text sentence;
    text_init(&sentence, STRING_BYTES_MAX);
    words_sentence(event, config, &sentence);
    append_text(text, "summary", sentence.bytes);
    text_done(&sentence);
}

void payload_write(const struct alert_event *event, const struct config *config, struct text *text)
{
    const struct alert_type_row *row = alert_type_row(event->type);
    text_append_format(text, "{\"type\":\"%s\",\"timestamp\":", row->name);
    append_time(text, event->happened_at);
    text_append(text, ",\"data\":{");
    append_id(text, "alert_id", event->alert_id);
    if (row->about_aircraft) {
        append_aircraft(text, event);
        append_watch_ids(text, event, config);
        append_place(text, event, config);
        append_visit(text, event);
        append_position(text, event);
        append_evidence(text, event);
    }
    append_subject(text, event);
    append_summary(text, event, config);
    append_feeds(text, event, config);
    text_append(text, "}}");
}
