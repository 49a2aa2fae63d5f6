// SPDX-License-Identifier: MIT
// Checks the signature of a webhook of skywitness (Standard Webhooks 1.0.0), to be built into a
// receiver of one's own.
//
//     cc -o receiver receiver.c -lcrypto
//     ./receiver SECRET-FILE ID TIMESTAMP SIGNATURES < body    exit status 0: it is signed with
//     that secret
//
// ID, TIMESTAMP and SIGNATURES are the headers webhook-id, webhook-timestamp and webhook-signature
// as they came; behind a web server that runs a program for each request (CGI) they are in
// HTTP_WEBHOOK_ID and so on, which is where this program looks when it is given the file alone. The
// secret is read from a file since everybody on the machine sees what stands on a command line.
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BODY_MAX (64 * 1024)
#define SECRET_MAX 64
#define SECRET_TEXT_MAX 200
#define HEAD_MAX 256
#define TOLERANCE_S 300 // one that is older or newer may have been recorded and sent again

static int decode_secret(const char *text, unsigned char secret[SECRET_MAX + 3])
{
    if (strncmp(text, "whsec_", 6) == 0)
        text += 6;
    size_t length = strlen(text), padding = 0;
    while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
        padding++;
    if (length == 0 || length % 4 != 0 || length / 4 * 3 > SECRET_MAX + 2)
        return -1;
    int decoded = EVP_DecodeBlock(secret, (const unsigned char *)text, (int)length);
    return decoded < 0 ? -1 : decoded - (int)padding;
}

static bool time_is_near(const char *timestamp)
{
    char *end;
    long long sent = strtoll(timestamp, &end, 10), now = (long long)time(NULL);
    return end != timestamp && *end == '\0' && llabs(now - sent) <= TOLERANCE_S;
}

// Compares in constant time with each of the signatures, which blanks separate.
static bool is_among(const char *expected, const char *signatures)
{
    size_t length = strlen(expected);
    bool found = false;
    while (*signatures != '\0') {
        size_t given = strcspn(signatures, " ");
        if (given == length && CRYPTO_memcmp(signatures, expected, length) == 0)
            found = true;
        signatures += given;
        signatures += strspn(signatures, " ");
    }
    return found;
}

static bool is_signed(const char *secret_text, const char *id, const char *timestamp,
                      const char *signatures, const char *body, size_t length)
{
    static char signed_bytes[HEAD_MAX + BODY_MAX];
    unsigned char secret[SECRET_MAX + 3], mac[EVP_MAX_MD_SIZE];
    unsigned mac_length = 0;
    char expected[3 + 64] = "v1,";
    int secret_length = decode_secret(secret_text, secret);
    int head = snprintf(signed_bytes, HEAD_MAX, "%s.%s.", id, timestamp);
    if (secret_length < 0 || head < 0 || head >= HEAD_MAX || !time_is_near(timestamp))
        return false;
    memcpy(signed_bytes + head, body, length);
    if (HMAC(EVP_sha256(), secret, secret_length, (unsigned char *)signed_bytes,
             (size_t)head + length, mac, &mac_length) == NULL)
        return false;
    EVP_EncodeBlock((unsigned char *)expected + 3, mac, (int)mac_length);
    return is_among(expected, signatures);
}

// The first line of the file.
static bool read_secret(const char *path, char text[SECRET_TEXT_MAX])
{
    FILE *file = fopen(path, "re");
    bool good = file != NULL && fgets(text, SECRET_TEXT_MAX, file) != NULL;
    if (file != NULL)
        fclose(file);
    if (good)
        text[strcspn(text, "\r\n")] = '\0';
    return good;
}

static const char *header(int argc, char **argv, int place, const char *variable)
{
    const char *value = argc > place ? argv[place] : getenv(variable);
    return value != NULL ? value : "";
}

int main(int argc, char **argv)
{
    static char body[BODY_MAX + 1];
    char secret[SECRET_TEXT_MAX];
    if (argc != 2 && argc != 5) {
        fprintf(stderr, "usage: %s SECRET-FILE [ID TIMESTAMP SIGNATURES] < body\n", argv[0]);
        return 64;
    }
    if (!read_secret(argv[1], secret)) {
        perror(argv[1]);
        return 66;
    }
    size_t length = fread(body, 1, sizeof body, stdin);
    if (length > BODY_MAX)
        return 65;
    bool good = is_signed(secret, header(argc, argv, 2, "HTTP_WEBHOOK_ID"),
                          header(argc, argv, 3, "HTTP_WEBHOOK_TIMESTAMP"),
                          header(argc, argv, 4, "HTTP_WEBHOOK_SIGNATURE"), body, length);
    if (argc == 2)
        printf("Status: %s\r\n\r\n", good ? "204 No Content" : "401 Unauthorized");
    return good ? 0 : 1;
}
