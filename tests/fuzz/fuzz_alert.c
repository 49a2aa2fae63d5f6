// SPDX-License-Identifier: MIT
// Payloads, forms and templates. Input: one byte of the event's type, the event's texts with zero
// bytes between, and behind the last of them a template. Whatever the texts are, the document and
// the services' forms are JSON within their limits, and a template's result is UTF-8, and JSON
// where the template is.
#include "alert/event_json.h"
#include "alert/format.h"

#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void demand(bool met)
{
    if (!met)
        abort();
}

// The next text of the input, cut to its field.
static void take(const uint8_t **bytes, size_t *length, char *field, size_t size)
{
    const uint8_t *end = *length > 0 ? memchr(*bytes, 0, *length) : NULL;
    size_t found = end != NULL ? (size_t)(end - *bytes) : *length;
    size_t kept = found < size - 1 ? found : size - 1;
    if (kept > 0)
        memcpy(field, *bytes, kept);
    field[kept] = '\0';
    size_t used = end != NULL ? found + 1 : found;
    *bytes += used;
    *length -= used;
}

static void check_json(const struct text *text)
{
    demand(!text->failed && text_is_utf8(text->bytes, text->length));
    cJSON *json = cJSON_ParseWithOpts(text->bytes, NULL, true);
    demand(json != NULL);
    cJSON_Delete(json);
}

static void check_forms(const struct alert_message *message)
{
    static const char *const names[] = {"cloudevents", "slack",    "discord",
                                        "ntfy",        "telegram", "matrix"};
    const struct format_settings settings = {.local_time = "noon", .url = "https://x/?chat_id=1"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct text body;
        text_init(&body, FORMAT_BODY_BYTES_MAX);
        alert_format_find(names[i])->write(message, &settings, &body);
        if (strcmp(names[i], "ntfy") != 0)
            check_json(&body);
        else
            demand(!body.failed && body.length <= 4096 && text_is_utf8(body.bytes, body.length));
        text_done(&body);
    }
}

static void check_template(const struct alert_message *message, const uint8_t *bytes, size_t length)
{
    struct alert_template *template;
    struct error error;
    struct text body;
    if (alert_template_parse((const char *)bytes, length, &template, &error) < 0)
        return;
    text_init(&body, FORMAT_BODY_BYTES_MAX);
    alert_template_write(template, message, "noon", &body);
    demand(body.failed || body.length == 0 || text_is_utf8(body.bytes, strlen(body.bytes)));
    if (alert_template_is_json(template) && !body.failed)
        check_json(&body);
    text_done(&body);
    alert_template_free(template);
}

// What is kept of an event in PostgreSQL comes back as it was kept.
static void check_kept(const struct alert_event *event)
{
    struct alert_event copy;
    struct error error;
    struct text first, second;
    text_init(&first, EVENT_JSON_BYTES_MAX);
    text_init(&second, EVENT_JSON_BYTES_MAX);
    event_json_write(event, NULL, &first);
    check_json(&first);
    demand(event_json_read(first.bytes, NULL, &copy, &error) == 0);
    event_json_write(&copy, NULL, &second);
    demand(strcmp(first.bytes, second.bytes) == 0);
    text_done(&first);
    text_done(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    if (length == 0)
        return 0;
    struct alert_event event = {.type = (enum alert_type)(bytes[0] % ALERT_TYPE_COUNT),
                                .happened_at = UTC_DAY * 20000,
                                .between = {UTC_UNKNOWN, UTC_DAY * 20000},
                                .position = {35, 36},
                                .altitude_ft = OBSERVATION_UNKNOWN,
                                .has_grade = (bytes[0] & 0x80) != 0,
                                .grade = VISIT_A3,
                                .verb = "landed",
                                .feed_count = 1,
                                .evidence_count = 1};
    bytes++;
    length--;
    take(&bytes, &length, event.registration, sizeof event.registration);
    take(&bytes, &length, event.type_code, sizeof event.type_code);
    take(&bytes, &length, event.callsign, sizeof event.callsign);
    take(&bytes, &length, event.squawk, sizeof event.squawk);
    take(&bytes, &length, event.place, sizeof event.place);
    take(&bytes, &length, event.subject, sizeof event.subject);
    take(&bytes, &length, event.reason, sizeof event.reason);
    take(&bytes, &length, event.verdict, sizeof event.verdict);
    take(&bytes, &length, event.feeds[0], sizeof event.feeds[0]);
    take(&bytes, &length, event.evidence[0], sizeof event.evidence[0]);
    take(&bytes, &length, event.clause, sizeof event.clause);
    take(&bytes, &length, event.coverage, sizeof event.coverage);
    check_kept(&event);
    struct alert_message message;
    alert_message_init(&message, &event, NULL);
    demand(message.document.length <= ALERT_BODY_BYTES_MAX);
    check_json(&message.document);
    check_forms(&message);
    check_template(&message, bytes, length);
    alert_message_done(&message);
    return 0;
}
