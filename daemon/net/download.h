// SPDX-License-Identifier: MIT
// Fetches large files over HTTP, piece by piece as they are asked for, and goes on where a
// connection broke off. Blocking: for the operator's tool, never for the daemon's loop. A client
// and its downloads may move from one thread to another, but are used by one at a time, and one
// download at a time is open.
//
// Redirects are followed to listed hosts only, never from https to http; nothing but the URL goes
// with them: no credentials are sent anywhere. A program that uses this must ignore SIGPIPE, as
// net/http.h says.
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct download_client;
struct download;

// How long to put up with a server.
struct download_patience {
    double first_wait_s;   // before the second try; doubled from one to the next
    double longest_wait_s; // but never longer than this, nor shorter than the server asks for
    unsigned tries;        // in a row that brought nothing
    double stall_s;        // so long with less than `stall_bytes` is the end of a try
    uint64_t stall_bytes;
};
extern const struct download_patience DOWNLOAD_PATIENCE;

struct download_terms {
    const char *user_agent;
    const char *certificate_authority_file; // NULL: the system's
    char *const *hosts;                     // that may be asked (net/remote_host.h)
    size_t host_count;
    bool local; // private addresses and plain http allowed
    struct download_patience patience;
};

// The terms are borrowed. Never NULL.
struct download_client *download_client_new(const struct download_terms *terms);
void download_client_free(struct download_client *client); // accepts NULL

// Has whatever waits end soon with -ECANCELED, and everything after it. From any thread.
void download_client_stop(struct download_client *client);
// Trouble that lasts, for whoever watches: why, and when the next try comes. From any thread. True
// when there is news since the last call.
bool download_client_trouble(struct download_client *client, char *buffer, size_t size);
// Waits, unless it is stopped. Returns 0 or -ECANCELED.
int download_client_wait(struct download_client *client, double seconds, struct error *error);

// Begins with a file of at most `bytes_max`, and waits until its first answer is there. Errors,
// with the URL in the reason:
//   -ENOENT     there is no such file (404, 410)
//   -EACCES     refused (401, 403 and the like)
//   -EPERM      the host, the scheme or the address is not allowed
//   -ETIMEDOUT  given up after so many tries
//   -ESTALE     it changed while it was fetched
//   -E2BIG      larger than `bytes_max`
//   -EPROTO     not an answer to what was asked
//   -ECANCELED  stopped (download_client_stop)
int download_open(struct download_client *client, const char *url, uint64_t bytes_max,
                  struct download **ret_download, struct error *error);
void download_free(struct download *download); // accepts NULL

// The next bytes, borrowed until the next call. Returns how many, 0 at the end, or an error as
// above.
ssize_t download_read(struct download *download, const uint8_t **ret_bytes, struct error *error);

// Bytes of the whole file; 0 where the server does not say.
uint64_t download_total(const struct download *download);

// Learns whether a file is there and its size (0: not said), without fetching it. Errors as above.
int download_size(struct download_client *client, const char *url, uint64_t *ret_bytes,
                  struct error *error);
