// SPDX-License-Identifier: MIT
#include "alert/format.h"

#include <string.h>

#define JSON "application/json"

static const struct alert_format formats[] = {
    {"standard", JSON, "POST", FORMAT_SECRET_SIGNS, false, NULL},
    {"cloudevents", "application/cloudevents+json; charset=utf-8", "POST", FORMAT_SECRET_SIGNS,
     false, format_cloudevents},
    {"slack", JSON, "POST", FORMAT_SECRET_IN_URL, false, format_slack},
    {"discord", JSON, "POST", FORMAT_SECRET_IN_URL, false, format_discord},
    {"ntfy", "text/plain; charset=utf-8", "POST", FORMAT_SECRET_BEARER, false, format_ntfy},
    {"telegram", JSON, "POST", FORMAT_SECRET_IN_URL, false, format_telegram},
    {"matrix", JSON, "PUT", FORMAT_SECRET_BEARER, true, format_matrix},
    {"template", NULL, "POST", FORMAT_SECRET_SIGNS, false, format_template},
};

const struct alert_format *alert_format_find(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

void format_append_cut(struct text *text, const char *value, size_t limit)
{
    size_t characters = 0, last = 0; // where the last character that leaves room for "…" ends
    for (size_t i = 0;; i++) {
        bool begins = (value[i] & 0xc0) != 0x80; // the terminator too
        if (begins && characters + 1 == limit)
            last = i;
        if (value[i] == '\0')
            break;
        characters += begins;
        if (characters > limit) {
            text_append_bytes(text, value, last);
            text_append(text, "\xe2\x80\xa6");
            return;
        }
    }
    text_append(text, value);
}

static void append_line(struct text *text, const char *before, const char *value)
{
    if (value[0] != '\0')
        text_append_format(text, "%s%s%s", text->length > 0 ? "\n" : "", before, value);
}

void format_append_lines(struct text *text, const struct alert_message *message,
                         const struct format_settings *settings)
{
    append_line(text, "", alert_text(&message->sentence));
    append_line(text, "", message->grade);
    append_line(text, "Local time: ", settings->local_time);
    append_line(text, "Map: ", alert_text(&message->map_url));
    append_line(text, "Data: ", alert_text(&message->attribution));
}

void format_template(const struct alert_message *message, const struct format_settings *settings,
                     struct text *body)
{
    alert_template_write(settings->template, message, settings->local_time, body);
}
