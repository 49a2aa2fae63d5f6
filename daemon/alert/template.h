// SPDX-License-Identifier: MIT
// A body of one's own: text with {{path}} in it. Pure.
//
// A path names a value of the alert's document (`data.aircraft.registration`, `data.evidence.0`),
// or one of the words `text.title`, `text.sentence`, `text.grade`, `text.local_time`,
// `text.map_url`, `text.attribution`. A template whose first character is `{` or `[` is JSON, and
// so is its result: inside a string a value becomes the inside of one (nothing where it is not
// there), elsewhere a value of its own kind (null where it is not there). In any other template a
// text is put in as it is, other values as JSON, and what is not there is nothing. There are no
// conditions and no loops.
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

// `local_time` is the webhook's (words_local_time). A result that finds no room, and one of
// a JSON template that is no JSON, set text->failed.
void alert_template_write(const struct alert_template *template,
                          const struct alert_message *message, const char *local_time,
                          struct text *text);
