// SPDX-License-Identifier: MIT
#include "base/digest.h"

#include <openssl/sha.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void digest_sha256(const void *bytes, size_t length, uint8_t ret_digest[DIGEST_SHA256_SIZE])
{
    SHA256(bytes, length, ret_digest);
}

void digest_uuid(uint8_t ret_uuid[DIGEST_UUID_SIZE], const char *format, ...)
{
    char name[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(name, sizeof name, format, arguments);
    va_end(arguments);
    uint8_t digest[DIGEST_SHA256_SIZE];
    size_t used = length < 0 ? 0 : (size_t)length < sizeof name ? (size_t)length : sizeof name - 1;
    digest_sha256(name, used, digest);
    memcpy(ret_uuid, digest, DIGEST_UUID_SIZE);
    ret_uuid[6] = (uint8_t)((ret_uuid[6] & 0x0f) | 0x80);
    ret_uuid[8] = (uint8_t)((ret_uuid[8] & 0x3f) | 0x80);
}

const char *digest_uuid_format(const uint8_t uuid[DIGEST_UUID_SIZE],
                               char buffer[DIGEST_UUID_TEXT_SIZE])
{
    char *at = buffer;
    for (size_t i = 0; i < DIGEST_UUID_SIZE; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        at += snprintf(at, 3, "%02x", uuid[i]);
    }
    return buffer;
}

bool digest_uuid_parse(const char *text, uint8_t ret_uuid[DIGEST_UUID_SIZE])
{
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    uint8_t uuid[DIGEST_UUID_SIZE] = {0};
    size_t digits = 0;
    if (strlen(text) != sizeof shape - 1)
        return false;
    for (size_t i = 0; shape[i] != '\0'; i++) {
        if (shape[i] == '-' && text[i] == '-')
            continue;
        static const char hex[] = "0123456789abcdef";
        char lower = (char)(text[i] >= 'A' && text[i] <= 'F' ? text[i] + ('a' - 'A') : text[i]);
        const char *found = strchr(hex, lower);
        if (shape[i] == '-' || found == NULL || *found == '\0')
            return false;
        uint8_t value = (uint8_t)(found - hex);
        uuid[digits / 2] = (uint8_t)(uuid[digits / 2] << 4 | value);
        digits++;
    }
    memcpy(ret_uuid, uuid, sizeof uuid);
    return true;
}
