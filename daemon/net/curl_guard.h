// SPDX-License-Identifier: MIT
// What every request of ours is held to, told to libcurl: which addresses it may connect to, and
// whose certificates are believed.
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

// One handle's; must outlive its use.
struct curl_guard {
    bool allow_private_addresses; // else the connected address must be public (net/address_guard.h)
    const char *refused; // why the guard stopped the request; NULL while it did not. Never freed
};

// Has the guard judge each address right where it is used, after look-up and redirects.
CURLcode curl_guard_addresses(CURL *easy, struct curl_guard *guard);

// TLS 1.2 and later, peers verified against `authority_file` alone, or the system's where it is
// NULL; and no proxy, whatever the environment says.
CURLcode curl_guard_connection(CURL *easy, const char *authority_file);
