// SPDX-License-Identifier: MIT
#include "alert/form.h"

#include "alert/words.h"

#include <errno.h>

#define LOCAL_TIME_BYTES_MAX 160

int webhook_form_load(const struct config_webhook *webhook, struct webhook_form *ret_form,
                      struct error *error)
{
    struct webhook_form form = {.format = alert_format_find(webhook->format), .url = webhook->url};
    int result = 0;
    if (form.format == NULL)
        return error_set(error, -EINVAL, "webhook %s: no format \"%s\"", webhook->id,
                         webhook->format);
    if (webhook->time_zone != NULL)
        result = zone_load(webhook->time_zone, &form.zone, error);
    if (result == 0 && webhook->template_file != NULL)
        result = alert_template_load(webhook->template_file, &form.template, error);
    if (result < 0) {
        webhook_form_done(&form);
        return error_prefix(error, "webhook %s", webhook->id);
    }
    *ret_form = form;
    return 0;
}

void webhook_form_done(struct webhook_form *form)
{
    zone_free(form->zone);
    alert_template_free(form->template);
    *form = (struct webhook_form){0};
}

bool webhook_form_write(const struct webhook_form *form, const struct alert_message *message,
                        struct text *body)
{
    if (form->format->write == NULL)
        return true;
    struct text local_time;
    text_init(&local_time, LOCAL_TIME_BYTES_MAX);
    words_local_time(form->zone, message->event->happened_at, &local_time);
    const struct format_settings settings = {
        .template = form->template,
        .local_time = alert_text(&local_time),
        .url = form->url,
    };
    form->format->write(message, &settings, body);
    text_done(&local_time);
    return false;
}

const char *webhook_form_refusal(const struct webhook_form *form)
{
    bool is_json = form->template != NULL && alert_template_is_json(form->template);
    return is_json ? "its template makes no JSON of this alert, or too much of it"
                   : "its format makes no body of this alert";
}

const char *webhook_form_content_type(const struct webhook_form *form)
{
    if (form->format->content_type != NULL)
        return form->format->content_type;
    bool is_json = form->template == NULL || alert_template_is_json(form->template);
    return is_json ? "application/json" : "text/plain; charset=utf-8";
}
