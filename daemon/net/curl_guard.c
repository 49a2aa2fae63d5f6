// SPDX-License-Identifier: MIT
#include "net/curl_guard.h"

#include "net/address_guard.h"

#include <sys/socket.h>

static const char not_public[] = "the address is not a public one";

// craft.md trap T15: the name that was looked up for a check is not the name that is connected to.
static curl_socket_t on_open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct curl_guard *guard = data;

    (void)purpose;
    if (!guard->allow_private_addresses && !address_is_public(&address->addr)) {
        guard->refused = not_public;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// Called before each request on a connection, a kept one included: one that was opened for a
// request with wider permission must not serve a narrower one.
static int on_before_request(void *data, char *connected_address, char *local_address,
                             int connected_port, int local_port)
{
    struct curl_guard *guard = data;
    bool public = false;

    (void)local_address;
    (void)connected_port;
    (void)local_port;
    if (!guard->allow_private_addresses &&
        (address_literal_is_public(connected_address, &public) != 0 || !public)) {
        guard->refused = not_public;
        return CURL_PREREQFUNC_ABORT;
    }
    guard->refused = NULL; // another address of the same name was refused before
    return CURL_PREREQFUNC_OK;
}

// Sets an option unless one before it failed: no guard may be left out unnoticed.
#define SET(option, value)                                                                         \
    do {                                                                                           \
        if (code == CURLE_OK)                                                                      \
            code = curl_easy_setopt(easy, option, value);                                          \
    } while (0)

CURLcode curl_guard_addresses(CURL *easy, struct curl_guard *guard)
{
    CURLcode code = CURLE_OK;

    SET(CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    SET(CURLOPT_OPENSOCKETDATA, guard);
    SET(CURLOPT_PREREQFUNCTION, on_before_request);
    SET(CURLOPT_PREREQDATA, guard);
    return code;
}

// TLS verification is libcurl's default (peer and host) and has no switch here, not even hidden.
//
// The authorities come from one file, so that libcurl keeps them between connections (for a day,
// its default): with its folder of them as well it does not, and reads the system's anew for each,
// 20 to 30 ms of a stalled loop. A file that the request names thereby stands alone. A libcurl that
// was built with a folder only keeps that.
CURLcode curl_guard_connection(CURL *easy, const char *authority_file)
{
    char *own_file = NULL;
    CURLcode code = CURLE_OK;

    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_getinfo(easy, CURLINFO_CAINFO, &own_file);
    if (authority_file != NULL)
        SET(CURLOPT_CAINFO, authority_file);
    if (authority_file != NULL || own_file != NULL)
        SET(CURLOPT_CAPATH, NULL);
    return code;
}
