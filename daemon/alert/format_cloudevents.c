// SPDX-License-Identifier: MIT
// CloudEvents 1.0, structured mode: the document's data in CloudEvents' envelope. `source` and `id`
// together are unique, and the same at every try.
#include "alert/format.h"
#include "alert/payload.h"

#include <string.h>

#define SOURCE "/skywitness"
#define TYPE_PREFIX "org.skywitness."

void format_cloudevents(const struct alert_message *message, const struct format_settings *settings,
                        struct text *body)
{
    (void)settings;
    const struct alert_event *event = message->event;
    char time[UTC_TEXT_SIZE];
    text_append_format(body,
                       "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"" SOURCE
                       "\",\"type\":\"" TYPE_PREFIX "%s\",\"time\":\"%s\",\"subject\":",
                       message->alert_id, alert_type_row(event->type)->name,
                       utc_format(event->happened_at, time));
    payload_string(body, event->subject);
    text_append(body, ",\"datacontenttype\":\"application/json\",");
    // The document ends in its data: {"type":..., "timestamp":..., "data":{...}}.
    const char *data = strstr(alert_text(&message->document), "\"data\":");
    text_append(body, data != NULL ? data : "\"data\":null}");
}
