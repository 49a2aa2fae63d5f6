// SPDX-License-Identifier: MIT
// The forms in which a webhook may want its alerts. Pure.
//
// To add one: write format_NAME.c with a function that appends the body, declare it below, add its
// row to the table in format.c and its name to the words that configuration accepts
// (config/webhook_read.c and config/schema/skywitness.schema.json), give it a case in
// tests/alert/test_format.c with the service's documented limits, and a section in
// docs/webhooks.md.
#pragma once

#include "alert/message.h"
#include "alert/template.h"

// What a webhook's secret is for.
enum format_secret {
    FORMAT_SECRET_SIGNS,  // Standard Webhooks headers
    FORMAT_SECRET_BEARER, // "Authorization: Bearer SECRET"
    FORMAT_SECRET_IN_URL, // stands where the URL says {secret}
};

// What differs by webhook.
struct format_settings {
    const struct alert_template *template; // format "template" only
    const char *local_time;                // "" without a zone
    const char *url;
};

typedef void format_write(const struct alert_message *message,
                          const struct format_settings *settings, struct text *body);

struct alert_format {
    const char *name;
    const char *content_type; // NULL: as the template says
    const char *method;
    enum format_secret secret;
    // The URL ends in "/" and the alert's id: Matrix takes the same one once.
    bool id_in_url;
    format_write *write; // NULL: the document itself
};

const struct alert_format *alert_format_find(const char *name); // NULL for none

format_write format_cloudevents, format_slack, format_discord, format_ntfy, format_telegram,
    format_matrix, format_template;

// A body longer than this is refused: no service takes more of what we send.
#define FORMAT_BODY_BYTES_MAX 65536

// For the formats: appends at most `limit` characters (not bytes) of UTF-8 text, "…" in the place
// of the rest.
void format_append_cut(struct text *text, const char *value, size_t limit);
// The plain words of a message, one thing a line: sentence, grade, local time, map, attribution.
void format_append_lines(struct text *text, const struct alert_message *message,
                         const struct format_settings *settings);
