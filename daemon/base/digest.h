// SPDX-License-Identifier: MIT
// SHA-256, and identifiers made from what happened rather than from when we noticed.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_SHA256_SIZE 32
#define DIGEST_UUID_SIZE 16
#define DIGEST_UUID_TEXT_SIZE 37

void digest_sha256(const void *bytes, size_t length, uint8_t ret_digest[DIGEST_SHA256_SIZE]);

// A UUID of version 8 (RFC 9562, 5.8) from the first 122 free bits of the SHA-256 of the formatted
// name. The same name gives the same id on every machine, so that a replay produces the same rows.
void digest_uuid(uint8_t ret_uuid[DIGEST_UUID_SIZE], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

const char *digest_uuid_format(const uint8_t uuid[DIGEST_UUID_SIZE],
                               char buffer[DIGEST_UUID_TEXT_SIZE]);
// Reads a UUID's text, in either case, into its bytes. False, and nothing written, for anything
// else.
bool digest_uuid_parse(const char *text, uint8_t ret_uuid[DIGEST_UUID_SIZE]);
