// SPDX-License-Identifier: MIT
// Which addresses a request may connect to: the guard against being sent into our own network by a
// name, a redirect or a DNS answer that changes between look-up and use. Pure.
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

// True for an address of the public Internet: global unicast outside every block of the IANA
// special-purpose registries (RFC 6890 and its updates). IPv4 inside IPv6 (mapped, NAT64, 6to4) is
// judged by the IPv4 address. False for any family but AF_INET and AF_INET6.
bool address_is_public(const struct sockaddr *address);

// The same for a literal as text, with or without the brackets of a URL and with or without an IPv6
// zone. Returns 0 and sets `ret_public`, or -EINVAL for what is not a literal address (a name).
int address_literal_is_public(const char *text, bool *ret_public);
