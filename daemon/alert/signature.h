// SPDX-License-Identifier: MIT
// Standard Webhooks 1.0.0: symmetric signatures (v1, HMAC-SHA256). Pure.
#pragma once

#include "base/error.h"
#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

// "24 to 64 bytes" (Standard Webhooks 1.0.0, signature scheme).
#define SIGNATURE_SECRET_BYTES_MIN 24
#define SIGNATURE_SECRET_BYTES_MAX 64
#define SIGNATURE_SECRET_BYTES_NEW 32
#define SIGNATURE_SECRETS_MAX 4
#define SIGNATURE_SECRET_TEXT_SIZE 100

struct signature_secret {
    uint8_t bytes[SIGNATURE_SECRET_BYTES_MAX];
    size_t length;
};

// Reads "whsec_" and base64 (the prefix may be left out). -EINVAL for anything else or a length
// outside the bounds; the message never repeats the secret.
int signature_secret_parse(const char *text, struct signature_secret *ret_secret,
                           struct error *error);
// Writes it as "whsec_...".
void signature_secret_format(const struct signature_secret *secret,
                             char ret_text[SIGNATURE_SECRET_TEXT_SIZE]);

// The value of the header webhook-signature: "v1,BASE64" for each secret, with blanks between, over
// ID.TIMESTAMP.BODY. `timestamp_s` is Unix time of this attempt.
void signature_header(const struct signature_secret *secrets, size_t count, const char *id,
                      int64_t timestamp_s, const void *body, size_t length, struct text *header);
