// SPDX-License-Identifier: MIT
// print_download URL MAX_BYTES [slow|public] [AUTHORITY_FILE]: fetches from loopback with little
// patience, and prints the size that the server said, how many bytes came and their SHA-256; or the
// error's number and words. "slow": reads with pauses; "public": as from a source that is not one's
// own.
#include "net/download.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int fetch(struct download_client *client, const char *url, uint64_t bytes_max, bool is_slow,
                 struct error *error)
{
    struct download *download;
    const uint8_t *bytes;
    ssize_t length;
    uint64_t count = 0;
    unsigned char digest[EVP_MAX_MD_SIZE];
    int ret = download_open(client, url, bytes_max, &download, error);
    if (ret < 0)
        return ret;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, EVP_sha256(), NULL);
    while ((length = download_read(download, &bytes, error)) > 0) {
        EVP_DigestUpdate(context, bytes, (size_t)length);
        count += (uint64_t)length;
        if (is_slow)
            nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
    }
    EVP_DigestFinal_ex(context, digest, NULL);
    EVP_MD_CTX_free(context);
    if (length == 0) {
        printf("%" PRIu64 " %" PRIu64 " ", download_total(download), count);
        for (size_t i = 0; i < 32; i++)
            printf("%02x", digest[i]);
        printf("\n");
    }
    download_free(download);
    return (int)length;
}

int main(int argc, char **argv)
{
    char host[300] = "";
    char *hosts[] = {host};
    struct error error = {0};
    if (argc < 3 || sscanf(argv[1], "%*[a-z]://%299[^/]", host) != 1)
        return 64;
    signal(SIGPIPE, SIG_IGN);
    const struct download_terms terms = {
        .user_agent = "test",
        .hosts = hosts,
        .host_count = 1,
        .local = argc <= 3 || strcmp(argv[3], "public") != 0,
        .certificate_authority_file =
            argc > 3 && strchr(argv[argc - 1], '/') != NULL ? argv[argc - 1] : NULL,
        .patience = {.first_wait_s = 0.01,
                     .longest_wait_s = 0.05,
                     .tries = 4,
                     .stall_s = 0.5,
                     .stall_bytes = 1000},
    };
    struct download_client *client = download_client_new(&terms);
    // Twice: the second time over what the first one left behind.
    for (int i = 0; i < 2; i++) {
        int ret = fetch(client, argv[1], strtoull(argv[2], NULL, 10),
                        argc > 3 && strcmp(argv[3], "slow") == 0, &error);
        if (ret < 0)
            printf("%d %s\n", ret, error.message);
    }
    download_client_free(client);
    return 0;
}
