// SPDX-License-Identifier: MIT
// Which hosts a download may be fetched from. Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Whether `host` ("github.com", "127.0.0.1:8081": as endpoint.h writes it) is one of the patterns:
// the same text, or "*.example.org", which takes every name below example.org but not itself. Case
// counts: both are lower case.
bool remote_host_is_listed(const char *host, char *const *patterns, size_t count);
