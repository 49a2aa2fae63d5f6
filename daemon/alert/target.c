// SPDX-License-Identifier: MIT
#include "alert/target.h"

#include "base/text.h"
#include "build_config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_MARK "{secret}"

static void wipe(char *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

// --- loading -----------------------------------------------------------------------------------

static char *url_with_secret(const char *url, const char *secret)
{
    const char *mark = strstr(url, SECRET_MARK);
    char *result = NULL;
    if (mark == NULL || secret == NULL)
        return memory_copy_string(url);
    if (asprintf(&result, "%.*s%s%s", (int)(mark - url), url, secret, mark + strlen(SECRET_MARK)) <
        0)
        abort();
    return result;
}

// A secret that goes into a header or an address must not end it.
static bool is_token(const char *secret)
{
    for (; *secret != '\0'; secret++)
        if ((unsigned char)*secret <= ' ' || (unsigned char)*secret >= 0x7f)
            return false;
    return true;
}

static int take_secret(struct webhook_target *target, const struct config_webhook *webhook,
                       const char *secret, struct error *error)
{
    if (target->form.format->secret == FORMAT_SECRET_SIGNS) {
        if (target->secret_count == SIGNATURE_SECRETS_MAX)
            return 0; // configuration allows no more
        int result = signature_secret_parse(secret, &target->secrets[target->secret_count], error);
        target->secret_count += result == 0;
        return result;
    }
    if (!is_token(secret))
        return error_set(error, -EINVAL,
                         "the secret holds blanks or characters that are not ASCII");
    if (target->form.format->secret == FORMAT_SECRET_BEARER && target->bearer == NULL) {
        target->bearer = memory_copy_string(secret);
    } else if (target->form.format->secret == FORMAT_SECRET_IN_URL && target->url == NULL) {
        target->url = url_with_secret(webhook->url, secret);
    }
    return 0;
}

static int load_secrets(struct webhook_target *target, const struct config_webhook *webhook,
                        struct error *error)
{
    for (size_t i = 0; i < webhook->secret_count; i++) {
        char *secret = NULL;
        int result = credential_read(&webhook->secrets[i], &secret, error);
        if (result == 0)
            result = take_secret(target, webhook, secret, error);
        wipe(secret);
        if (result < 0)
            return error_prefix(error, "webhook %s", webhook->id);
    }
    return 0;
}

int webhook_target_load(const struct config_webhook *webhook, const char *contact,
                        struct webhook_target *ret_target, struct error *error)
{
    struct webhook_target target = {.local = webhook->local};
    text_copy(target.id, sizeof target.id, webhook->id);
    snprintf(target.user_agent, sizeof target.user_agent, "skywitness/%s%s%s%s", SKYWITNESS_VERSION,
             contact != NULL ? " (" : "", contact != NULL ? contact : "",
             contact != NULL ? ")" : "");
    int result = webhook_form_load(webhook, &target.form, error);
    if (result == 0)
        result = load_secrets(&target, webhook, error);
    if (result < 0) {
        webhook_target_done(&target);
        return result;
    }
    if (target.url == NULL)
        target.url = memory_copy_string(webhook->url);
    target.form.url = ""; // the configuration may go
    *ret_target = target;
    return 0;
}

void webhook_target_done(struct webhook_target *target)
{
    wipe(target->url);
    wipe(target->bearer);
    webhook_form_done(&target->form);
    explicit_bzero(target, sizeof *target);
}

// --- the request -------------------------------------------------------------------------------

__attribute__((format(printf, 2, 3))) static void add_header(struct target_request *request,
                                                             const char *format, ...)
{
    size_t count = 0;
    while (request->headers[count] != NULL)
        count++;
    va_list arguments;
    va_start(arguments, format);
    if (count + 1 < sizeof request->headers / sizeof *request->headers &&
        vasprintf(&request->headers[count], format, arguments) < 0)
        abort();
    va_end(arguments);
}

static void add_signature(struct target_request *request, const struct webhook_target *target,
                          const struct target_letter *letter)
{
    struct text value;
    int64_t timestamp_s = letter->sent_at / UTC_SECOND;
    add_header(request, "webhook-id: %s", letter->alert_id);
    add_header(request, "webhook-timestamp: %lld", (long long)timestamp_s);
    if (target->secret_count == 0)
        return;
    text_init(&value, 1024);
    signature_header(target->secrets, target->secret_count, letter->alert_id, timestamp_s,
                     letter->body, letter->body_length, &value);
    add_header(request, "webhook-signature: %s", value.bytes != NULL ? value.bytes : "");
    text_done(&value);
}

// ntfy shows these beside the message (docs.ntfy.sh, publishing).
static void add_ntfy(struct target_request *request, const struct target_letter *letter)
{
    enum alert_type type = alert_type_find(letter->type);
    const struct alert_type_row *row = alert_type_row(type);
    add_header(request, "Title: %s", row->title);
    add_header(request, "Tags: %s", row->tag);
    if (row->urgent)
        add_header(request, "Priority: high");
}

static char *make_url(const struct webhook_target *target, const struct target_letter *letter)
{
    char *url = NULL;
    size_t length = strlen(target->url);
    // Telegram: the chat's id has gone into the body.
    if (strcmp(target->form.format->name, "telegram") == 0)
        length = strcspn(target->url, "?");
    while (target->form.format->id_in_url && length > 0 && target->url[length - 1] == '/')
        length--;
    if (asprintf(&url, "%.*s%s%s", (int)length, target->url,
                 target->form.format->id_in_url ? "/" : "",
                 target->form.format->id_in_url ? letter->alert_id : "") < 0)
        abort();
    return url;
}

void target_request_init(struct target_request *request, const struct webhook_target *target,
                         const struct target_letter *letter)
{
    *request = (struct target_request){.url = make_url(target, letter)};
    add_header(request, "Content-Type: %s", webhook_form_content_type(&target->form));
    // No wait for "100 Continue" before a body of a few kilobytes.
    add_header(request, "Expect:");
    if (target->form.format->secret == FORMAT_SECRET_SIGNS)
        add_signature(request, target, letter);
    if (target->bearer != NULL)
        add_header(request, "Authorization: Bearer %s", target->bearer);
    if (strcmp(target->form.format->name, "ntfy") == 0)
        add_ntfy(request, letter);
    request->http = (struct http_request){
        .url = request->url,
        .method = target->form.format->method,
        .headers = (const char *const *)request->headers,
        .body = letter->body,
        .body_length = letter->body_length,
        .user_agent = target->user_agent,
        .timeout_ms = TARGET_TIMEOUT_MS,
        .body_limit = TARGET_ANSWER_BYTES_MAX,
        .allow_plain_http = target->local,
        .allow_private_addresses = target->local,
    };
}

void target_request_done(struct target_request *request)
{
    wipe(request->url);
    for (size_t i = 0; i < sizeof request->headers / sizeof *request->headers; i++)
        wipe(request->headers[i]);
}

long target_status(const struct http_response *response)
{
    return response->outcome == HTTP_ANSWERED ? response->status : 0;
}

void target_describe(const struct http_response *response, char *ret_reason, size_t size)
{
    long status = target_status(response);
    if (response->outcome != HTTP_ANSWERED)
        text_copy(ret_reason, size, response->reason != NULL ? response->reason : "no answer");
    else if (status >= 300 && status <= 399)
        snprintf(ret_reason, size, "HTTP status %ld: redirects are not followed", status);
    else if (status < 200 || status > 299)
        snprintf(ret_reason, size, "HTTP status %ld", status);
    else
        text_copy(ret_reason, size, "");
}
