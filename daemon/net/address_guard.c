// SPDX-License-Identifier: MIT
#include "net/address_guard.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct block {
    uint8_t bytes[16];
    unsigned prefix_bits;
};

// IANA IPv4 Special-Purpose Address Registry, without the few global rows in it (192.0.0.9,
// 192.0.0.10: anycast services that no feed and no webhook lives on).
static const struct block IPV4_NOT_PUBLIC[] = {
    {{0}, 8},             // "this network", RFC 791; connecting to 0.0.0.0 reaches ourselves
    {{10}, 8},            // private, RFC 1918
    {{100, 64}, 10},      // carrier-grade NAT, RFC 6598
    {{127}, 8},           // loopback, RFC 1122
    {{169, 254}, 16},     // link-local, RFC 3927; clouds serve their secrets at 169.254.169.254
    {{172, 16}, 12},      // private, RFC 1918
    {{192, 0, 0}, 24},    // IETF protocol assignments, RFC 6890
    {{192, 0, 2}, 24},    // documentation, RFC 5737
    {{192, 88, 99}, 24},  // 6to4 relays, withdrawn by RFC 7526
    {{192, 168}, 16},     // private, RFC 1918
    {{198, 18}, 15},      // benchmarking, RFC 2544
    {{198, 51, 100}, 24}, // documentation, RFC 5737
    {{203, 0, 113}, 24},  // documentation, RFC 5737
    {{224}, 4},           // multicast, RFC 1112
    {{240}, 4},           // reserved and broadcast, RFC 1112, RFC 8190
};

// Within 2000::/3, the only global unicast space that is handed out (RFC 4291, IANA IPv6 registry).
// What lies outside it (loopback, unspecified, ULA fc00::/7, link-local fe80::/10, site-local,
// multicast) is never public.
static const struct block IPV6_GLOBAL_UNICAST = {{0x20}, 3};
static const struct block IPV6_NOT_PUBLIC[] = {
    {{0x20, 0x01}, 23},             // IETF protocol assignments with Teredo, RFC 2928, RFC 4380
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, // documentation, RFC 3849
    {{0x3f, 0xff}, 20},             // documentation, RFC 9637
};

// IPv4 in IPv6, and at which byte it stands.
static const struct embedding {
    struct block block;
    size_t offset;
} IPV4_IN_IPV6[] = {
    {{{[10] = 0xff, [11] = 0xff}, 96}, 12}, // mapped, RFC 4291
    {{{0x00, 0x64, 0xff, 0x9b}, 96}, 12},   // NAT64, RFC 6052
    {{{0x20, 0x02}, 16}, 2},                // 6to4, RFC 3056
};

static bool in_block(const uint8_t *address, const struct block *block)
{
    size_t whole = block->prefix_bits / 8;
    unsigned rest = block->prefix_bits % 8;

    if (memcmp(address, block->bytes, whole) != 0)
        return false;
    if (rest == 0)
        return true;
    uint8_t mask = (uint8_t)(0xffu << (8 - rest));
    return (address[whole] & mask) == (block->bytes[whole] & mask);
}

static bool ipv4_is_public(const uint8_t address[4])
{
    for (size_t i = 0; i < sizeof IPV4_NOT_PUBLIC / sizeof IPV4_NOT_PUBLIC[0]; i++) {
        if (in_block(address, &IPV4_NOT_PUBLIC[i]))
            return false;
    }
    return true;
}

static bool ipv6_is_public(const uint8_t address[16])
{
    for (size_t i = 0; i < sizeof IPV4_IN_IPV6 / sizeof IPV4_IN_IPV6[0]; i++) {
        if (in_block(address, &IPV4_IN_IPV6[i].block))
            return ipv4_is_public(address + IPV4_IN_IPV6[i].offset);
    }
    if (!in_block(address, &IPV6_GLOBAL_UNICAST))
        return false;
    for (size_t i = 0; i < sizeof IPV6_NOT_PUBLIC / sizeof IPV6_NOT_PUBLIC[0]; i++) {
        if (in_block(address, &IPV6_NOT_PUBLIC[i]))
            return false;
    }
    return true;
}

bool address_is_public(const struct sockaddr *address)
{
    uint8_t bytes[16];

    if (address->sa_family == AF_INET) {
        memcpy(bytes, (const char *)address + offsetof(struct sockaddr_in, sin_addr), 4);
        return ipv4_is_public(bytes);
    }
    if (address->sa_family == AF_INET6) {
        memcpy(bytes, (const char *)address + offsetof(struct sockaddr_in6, sin6_addr), 16);
        return ipv6_is_public(bytes);
    }
    return false;
}

int address_literal_is_public(const char *text, bool *ret_public)
{
    char literal[INET6_ADDRSTRLEN];
    uint8_t bytes[16];
    size_t length = strlen(text);

    if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
        text++;
        length -= 2;
    }
    const char *zone = memchr(text, '%', length);
    if (zone != NULL)
        length = (size_t)(zone - text);
    if (!text_copy_bytes(literal, sizeof literal, text, length))
        return -EINVAL;
    if (inet_pton(AF_INET, literal, bytes) == 1)
        *ret_public = ipv4_is_public(bytes);
    else if (inet_pton(AF_INET6, literal, bytes) == 1)
        *ret_public = ipv6_is_public(bytes);
    else
        return -EINVAL;
    return 0;
}
