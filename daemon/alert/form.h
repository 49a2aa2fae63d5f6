// SPDX-License-Identifier: MIT
// A webhook's form: its format with what the format needs, read once when the configuration is.
#pragma once

#include "alert/format.h"
#include "base/error.h"
#include "config/config.h"

struct webhook_form {
    const struct alert_format *format;
    struct zone *zone;               // NULL for UTC alone
    struct alert_template *template; // format "template"
    const char *url;                 // the configuration's
};

// Reads zone and template. Nothing is left allocated on failure.
int webhook_form_load(const struct config_webhook *webhook, struct webhook_form *ret_form,
                      struct error *error);
void webhook_form_done(struct webhook_form *form); // accepts a zeroed struct

// Appends the body of the request. True when the document's own bytes are the body: then nothing
// was appended.
bool webhook_form_write(const struct webhook_form *form, const struct alert_message *message,
                        struct text *body);

// Why it made no body, after webhook_form_write has set body->failed.
const char *webhook_form_refusal(const struct webhook_form *form);

const char *webhook_form_content_type(const struct webhook_form *form);
