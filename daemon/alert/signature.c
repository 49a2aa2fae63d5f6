// SPDX-License-Identifier: MIT
#include "alert/signature.h"

#include "base/memory.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#define PREFIX "whsec_"
#define BASE64_MAX (SIGNATURE_SECRET_BYTES_MAX / 3 * 4 + 8)
#define HMAC_BYTES 32

int signature_secret_parse(const char *text, struct signature_secret *ret_secret,
                           struct error *error)
{
    if (strncmp(text, PREFIX, strlen(PREFIX)) == 0)
        text += strlen(PREFIX);
    size_t length = strlen(text);
    uint8_t decoded[BASE64_MAX];
    size_t padding = 0;
    while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
        padding++;
    int count = -1;
    if (length % 4 == 0 && length > 0 && length / 4 * 3 <= sizeof decoded)
        count = EVP_DecodeBlock(decoded, (const unsigned char *)text, (int)length);
    size_t bytes = count >= 0 ? (size_t)count - padding : 0;
    int result = 0;
    if (bytes < SIGNATURE_SECRET_BYTES_MIN || bytes > SIGNATURE_SECRET_BYTES_MAX) {
        result = error_set(error, -EINVAL,
                           "not a secret: expected \"whsec_\" and base64 of %d to %d bytes, as "
                           "`skywitness webhook secret` makes one",
                           SIGNATURE_SECRET_BYTES_MIN, SIGNATURE_SECRET_BYTES_MAX);
    } else {
        memcpy(ret_secret->bytes, decoded, bytes);
        ret_secret->length = bytes;
    }
    explicit_bzero(decoded, sizeof decoded);
    return result;
}

void signature_secret_format(const struct signature_secret *secret,
                             char ret_text[SIGNATURE_SECRET_TEXT_SIZE])
{
    strcpy(ret_text, PREFIX);
    EVP_EncodeBlock((unsigned char *)ret_text + strlen(PREFIX), secret->bytes, (int)secret->length);
}

static void sign(const struct signature_secret *secret, const char *head, const void *body,
                 size_t length, struct text *header)
{
    uint8_t mac[HMAC_BYTES];
    size_t mac_length = 0;
    char encoded[HMAC_BYTES * 2];
    EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(algorithm);
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string("digest", digest, 0),
        OSSL_PARAM_construct_end(),
    };
    bool good = EVP_MAC_init(context, secret->bytes, secret->length, parameters) == 1 &&
                EVP_MAC_update(context, (const unsigned char *)head, strlen(head)) == 1 &&
                EVP_MAC_update(context, body, length) == 1 &&
                EVP_MAC_final(context, mac, &mac_length, sizeof mac) == 1;
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(algorithm);
    if (!good) { // out of memory only
        header->failed = true;
        return;
    }
    EVP_EncodeBlock((unsigned char *)encoded, mac, (int)mac_length);
    text_append_format(header, "%sv1,%s", header->length > 0 ? " " : "", encoded);
}

void signature_header(const struct signature_secret *secrets, size_t count, const char *id,
                      int64_t timestamp_s, const void *body, size_t length, struct text *header)
{
    char head[128];
    snprintf(head, sizeof head, "%s.%lld.", id, (long long)timestamp_s);
    for (size_t i = 0; i < count; i++)
        sign(&secrets[i], head, body, length, header);
}
