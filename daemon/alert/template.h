// SPDX-License-Identifier: MIT
// A body of one's own: text with {{path}} in it. Pure.
//
// A path names a value of the alert's document (`data.aircraft.registration`, `data.evidence.0`),
// or one of the words `text.title`, `text.sentence`, `text.grade`, `text.local_time`,
// `text.map_url`, `text.attribution`. A text's value is put in without quotes and, in a template
// that is JSON (its first character is `{` or `[`), escaped for the inside of a JSON string;
// numbers, true, false, objects and lists are put in as JSON; what is not there is nothing. There
// are no conditions and no loops.
#pragma once

#include "alert/message.h"
#include "base/error.h"

#define TEMPLATE_BYTES_MAX 16384
#define TEMPLATE_PATH_SIZE 128

struct alert_template;

// Copies. -EINVAL with line and column for a {{ without end, an empty or overlong path, or too long
// a text.
int alert_template_parse(const char *bytes, size_t length, struct alert_template **ret_template,
                         struct error *error);
// The same from a file.
int alert_template_load(const char *path, struct alert_template **ret_template,
                        struct error *error);
void alert_template_free(struct alert_template *template); // accepts NULL

bool alert_template_is_json(const struct alert_template *template);

// `local_time` is the webhook's (words_local_time). A result that finds no room sets text->failed.
void alert_template_write(const struct alert_template *template,
                          const struct alert_message *message, const char *local_time,
                          struct text *text);
