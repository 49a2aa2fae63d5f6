// SPDX-License-Identifier: MIT
// Which addresses may be connected to, and what a configured URL allows.
#include "net/address_guard.h"
#include "net/endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
    const char *address;
    bool public;
} ADDRESSES[] = {
    {"8.8.8.8", true},
    {"1.1.1.1", true},
    {"0.0.0.0", false},
    {"0.255.255.255", false},
    {"9.255.255.255", true},
    {"10.0.0.0", false},
    {"10.255.255.255", false},
    {"11.0.0.0", true},
    {"100.63.255.255", true},
    {"100.64.0.0", false},
    {"100.127.255.255", false},
    {"100.128.0.0", true},
    {"127.0.0.1", false},
    {"127.255.255.254", false},
    {"128.0.0.0", true},
    {"169.253.255.255", true},
    {"169.254.169.254", false},
    {"172.15.255.255", true},
    {"172.16.0.0", false},
    {"172.31.255.255", false},
    {"172.32.0.0", true},
    {"192.0.0.8", false},
    {"192.0.2.1", false},
    {"192.88.99.1", false},
    {"192.167.255.255", true},
    {"192.168.0.1", false},
    {"192.169.0.0", true},
    {"198.17.255.255", true},
    {"198.18.0.0", false},
    {"198.19.255.255", false},
    {"198.20.0.0", true},
    {"198.51.100.7", false},
    {"203.0.113.7", false},
    {"223.255.255.255", true},
    {"224.0.0.1", false},
    {"239.255.255.255", false},
    {"240.0.0.1", false},
    {"255.255.255.255", false},
    {"2a00:1450:4001::1", true},
    {"2606:4700::1111", true},
    {"::", false},
    {"::1", false},
    {"::8.8.8.8", false},
    {"::ffff:8.8.8.8", true},
    {"::ffff:127.0.0.1", false},
    {"::ffff:10.1.2.3", false},
    {"::ffff:169.254.169.254", false},
    {"64:ff9b::8.8.8.8", true},
    {"64:ff9b::192.168.1.1", false},
    {"64:ff9b:1::1", false},
    {"100::1", false},
    {"2001::1", false},
    {"2001:1ff:ffff::1", false},
    {"2001:200::1", true},
    {"2001:db8::1", false},
    {"2002:0808:0808::1", true},
    {"2002:7f00:0001::1", false},
    {"3fff:0fff::1", false},
    {"3fff:1000::1", true},
    {"4000::1", false},
    {"fc00::1", false},
    {"fd12:3456::1", false},
    {"fe80::1", false},
    {"fe80::1%eth0", false},
    {"fec0::1", false},
    {"ff02::1", false},
};

static bool by_socket_address(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return address_is_public((const struct sockaddr *)&v4);
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return address_is_public((const struct sockaddr *)&v6);
}

static void test_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ADDRESSES / sizeof ADDRESSES[0]; i++) {
        const char *text = ADDRESSES[i].address;
        bool public = !ADDRESSES[i].public;
        if (address_literal_is_public(text, &public) != 0 || public != ADDRESSES[i].public)
            fail_msg("%s: expected %s", text, ADDRESSES[i].public ? "public" : "not public");
        if (strchr(text, '%') == NULL && by_socket_address(text) != ADDRESSES[i].public)
            fail_msg("%s as a socket address: expected %d", text, ADDRESSES[i].public);
    }
}

static void test_not_a_literal(void **state)
{
    static const char *const TEXTS[] = {"",
                                        "localhost",
                                        "example.org",
                                        "1.2.3",
                                        "[::1",
                                        "1.2.3.4.5",
                                        "::1::",
                                        "[]",
                                        "0x7f.0.0.1",
                                        "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb"};
    bool public = true;

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++)
        assert_int_equal(address_literal_is_public(TEXTS[i], &public), -EINVAL);
    assert_true(public);
    assert_int_equal(address_literal_is_public("[::1]", &public), 0);
    assert_false(public);
}

static void test_other_families(void **state)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX};

    (void)state;
    assert_false(address_is_public((const struct sockaddr *)&local));
}

static const struct {
    const char *url;
    const char *host; // NULL: refused
    bool plain_http, names_private;
    bool allows_plain_http, allows_private; // of a feed that is not local by its provider
} URLS[] = {
    {"https://api.adsb.lol", "api.adsb.lol", false, false, false, false},
    {"https://API.ADSB.LOL:443/v2", "api.adsb.lol", false, false, false, false},
    {"https://api.adsb.lol:8443", "api.adsb.lol:8443", false, false, false, false},
    {"https://8.8.8.8/", "8.8.8.8", false, false, false, false},
    {"https://192.168.1.5/tar1090", "192.168.1.5", false, true, false, true},
    {"https://[fd00::5]:8443/", "[fd00::5]:8443", false, true, false, true},
    {"https://localhost/", "localhost", false, true, false, true},
    {"https://receiver.localhost/", "receiver.localhost", false, true, false, true},
    {"https://notlocalhost/", "notlocalhost", false, false, false, false},
    {"https://nas.lan/", "nas.lan", false, false, false, false},
    {"http://127.0.0.1:8080/data", "127.0.0.1:8080", true, true, true, true},
    {"http://[::1]/", "[::1]", true, true, true, true},
    {"http://receiver.lan/", "receiver.lan", true, false, true, true},
    {"http://api.adsb.lol/", "api.adsb.lol", true, false, true, true},
    // libcurl reads the old ways to write an IPv4 address; they must not slip through as names.
    {"https://2130706433/", "127.0.0.1", false, true, false, true},
    {"https://0x7f.1/", "127.0.0.1", false, true, false, true},
    {"file:///etc/passwd", NULL, false, false, false, false},
    {"ftp://example.org/", NULL, false, false, false, false},
    {"gopher://127.0.0.1:25/", NULL, false, false, false, false},
    {"https://user:secret@example.org/", NULL, false, false, false, false},
    {"https://user@example.org/", NULL, false, false, false, false},
    {"https://", NULL, false, false, false, false},
    {"example.org", NULL, false, false, false, false},
    {"https://exa mple.org/", NULL, false, false, false, false},
    {"https://example.org/a\r\nX: y", NULL, false, false, false, false},
    {"", NULL, false, false, false, false},
};

static void test_endpoints(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof URLS / sizeof URLS[0]; i++) {
        struct endpoint endpoint = {0};
        struct error error = {0};
        int result = endpoint_parse(URLS[i].url, &endpoint, &error);
        print_message("%s\n", URLS[i].url);
        if (URLS[i].host == NULL) {
            assert_int_equal(result, -EINVAL);
            assert_true(error.message[0] != '\0');
            continue;
        }
        assert_int_equal(result, 0);
        assert_string_equal(endpoint.host, URLS[i].host);
        assert_int_equal(endpoint.plain_http, URLS[i].plain_http);
        assert_int_equal(endpoint.names_private, URLS[i].names_private);
        struct endpoint_permission allowed = endpoint_permission(&endpoint, false);
        assert_int_equal(allowed.plain_http, URLS[i].allows_plain_http);
        assert_int_equal(allowed.private_addresses, URLS[i].allows_private);
        allowed = endpoint_permission(&endpoint, true);
        assert_true(allowed.plain_http && allowed.private_addresses);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_not_a_literal),
        cmocka_unit_test(test_other_families),
        cmocka_unit_test(test_endpoints),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
