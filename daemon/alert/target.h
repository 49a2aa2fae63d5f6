// SPDX-License-Identifier: MIT
// A webhook as something to send to: its address, its secrets, its form, and the request that
// carries an alert.
#pragma once

#include "alert/form.h"
#include "alert/signature.h"
#include "net/http.h"

// Standard Webhooks 1.0.0: 15 to 30 s.
#define TARGET_TIMEOUT_MS 15000
// What an endpoint may answer; nobody reads it (craft.md 5.2).
#define TARGET_ANSWER_BYTES_MAX 65536

struct webhook_target {
    char id[WEBHOOK_ID_SIZE];
    char *url; // with the secret in it where the format wants that; never shown
    struct webhook_form form;
    struct signature_secret secrets[SIGNATURE_SECRETS_MAX];
    size_t secret_count;
    char *bearer; // or NULL
    bool local;
    char user_agent[300];
};

// Reads the secrets and what the form needs. `contact` is the configuration's or NULL.
int webhook_target_load(const struct config_webhook *webhook, const char *contact,
                        struct webhook_target *ret_target, struct error *error);
void webhook_target_done(
    struct webhook_target *target); // wipes the secrets; accepts a zeroed struct

// One alert on its way.
struct target_letter {
    char alert_id[DIGEST_UUID_TEXT_SIZE];
    const char *type;
    const void *body;
    size_t body_length;
    utc_us sent_at; // of this try
};

struct target_request {
    struct http_request http; // points into the rest
    char *url;
    char *headers[10];
};
void target_request_init(struct target_request *request, const struct webhook_target *target,
                         const struct target_letter *letter);
void target_request_done(struct target_request *request);

// What came of it, in words: "" for a 2xx, else "HTTP status 503" or why there was no answer.
void target_describe(const struct http_response *response, char *ret_reason, size_t size);
// The status that the schedule goes by: 0 unless there was a whole answer.
long target_status(const struct http_response *response);
