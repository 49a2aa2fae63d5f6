// SPDX-License-Identifier: MIT
// What a configured URL says about the other end. Pure.
#pragma once

#include "base/error.h"

#include <stdbool.h>

// A DNS name's 253 characters, a port, a terminator.
#define ENDPOINT_HOST_SIZE 272

struct endpoint {
    // Lower-case host, with the port where it is not the scheme's own ("127.0.0.1:8080"): what
    // requests are counted by.
    char host[ENDPOINT_HOST_SIZE];
    bool plain_http;    // the scheme is http
    bool names_private; // a literal address that is not public, or localhost
};

// Returns 0, or -EINVAL for what is not an http or https URL with a host, or holds a user or
// password (which would end in logs).
int endpoint_parse(const char *url, struct endpoint *ret_endpoint, struct error *error);

struct endpoint_permission {
    bool plain_http;
    bool private_addresses;
};

// What requests to a configured URL may do. Everything is https to public addresses, except where
// the operator's own URL says otherwise: `http:` is a choice of plain http, wherever it leads
// (receivers on the local network have no certificates); a literal private address or localhost is
// a choice of that network. `local` is for feeds that are receivers of one's own by their provider,
// and allows both.
struct endpoint_permission endpoint_permission(const struct endpoint *endpoint, bool local);
