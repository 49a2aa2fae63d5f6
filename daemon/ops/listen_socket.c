// SPDX-License-Identifier: MIT
#include "ops/listen_socket.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKLOG 16
#define HOST_SIZE 64

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un local;
};

static int parse_host(const char *host, in_port_t port, union address *ret_address,
                      socklen_t *ret_length)
{
    memset(ret_address, 0, sizeof *ret_address);
    if (strcmp(host, "localhost") == 0)
        host = "127.0.0.1"; // no resolver: it could block, or answer something else
    if (inet_pton(AF_INET, host, &ret_address->v4.sin_addr) == 1) {
        ret_address->v4.sin_family = AF_INET;
        ret_address->v4.sin_port = port;
        *ret_length = sizeof ret_address->v4;
        return (ntohl(ret_address->v4.sin_addr.s_addr) >> 24) == IN_LOOPBACKNET ? 0 : -EACCES;
    }
    if (inet_pton(AF_INET6, host, &ret_address->v6.sin6_addr) == 1) {
        ret_address->v6.sin6_family = AF_INET6;
        ret_address->v6.sin6_port = port;
        *ret_length = sizeof ret_address->v6;
        return IN6_IS_ADDR_LOOPBACK(&ret_address->v6.sin6_addr) ? 0 : -EACCES;
    }
    return -EINVAL;
}

static int parse_tcp(const char *listen, union address *ret_address, socklen_t *ret_length)
{
    char host[HOST_SIZE];
    const char *colon = strrchr(listen, ':');
    if (colon == NULL || colon[1] == '\0')
        return -EINVAL;
    char *end;
    unsigned long port = strtoul(colon + 1, &end, 10);
    if (*end != '\0' || port > UINT16_MAX)
        return -EINVAL;
    bool bracketed = listen[0] == '[' && colon > listen + 1 && colon[-1] == ']';
    const char *first = listen + bracketed, *last = colon - bracketed;
    if (last <= first || !text_copy_bytes(host, sizeof host, first, (size_t)(last - first)))
        return -EINVAL;
    return parse_host(host, htons((uint16_t)port), ret_address, ret_length);
}

// Only a socket is removed, and only one that nobody answers on.
static int remove_dead_socket(const union address *address)
{
    struct stat status;
    if (lstat(address->local.sun_path, &status) < 0)
        return 0;
    if (!S_ISSOCK(status.st_mode))
        return -EEXIST;
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool alive = probe >= 0 && connect(probe, &address->any, sizeof address->local) == 0;
    if (probe >= 0)
        close(probe);
    if (alive)
        return -EADDRINUSE;
    return unlink(address->local.sun_path) < 0 ? -errno : 0;
}

static int start_listening(const union address *address, socklen_t length, int *ret_descriptor)
{
    const int on = 1;
    int descriptor = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return -errno;
    if (address->any.sa_family != AF_UNIX)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    // Group and owner may ask: a scraper is put into the daemon's group.
    mode_t mask = umask(0117);
    int result = bind(descriptor, &address->any, length) < 0 ? -errno : 0;
    umask(mask);
    if (result == 0 && listen(descriptor, BACKLOG) < 0)
        result = -errno;
    if (result < 0)
        close(descriptor);
    else
        *ret_descriptor = descriptor;
    return result;
}

static unsigned bound_port(int descriptor)
{
    union address address = {0};
    socklen_t length = sizeof address;
    if (getsockname(descriptor, &address.any, &length) < 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

int listen_socket_open(const char *listen, struct listen_socket *ret_socket, struct error *error)
{
    static const char unix_prefix[] = "unix:";
    union address address = {0};
    socklen_t length = sizeof address.local;
    struct listen_socket opened = {.descriptor = -1};
    bool is_local = strncmp(listen, unix_prefix, sizeof unix_prefix - 1) == 0;
    int result = 0;
    if (is_local) {
        address.local.sun_family = AF_UNIX;
        if (!text_copy(address.local.sun_path, sizeof address.local.sun_path,
                       listen + sizeof unix_prefix - 1))
            return error_set(error, -ENAMETOOLONG, "%s: too long for a socket's name", listen);
        text_copy(opened.path, sizeof opened.path, address.local.sun_path);
        result = remove_dead_socket(&address);
    } else {
        result = parse_tcp(listen, &address, &length);
        if (result == -EACCES)
            return error_set(error, result,
                             "%s: only loopback addresses and unix sockets are served;"
                             " a reverse proxy can add access control",
                             listen);
        if (result < 0)
            return error_set(error, result, "%s: not an address and port", listen);
    }
    if (result == 0)
        result = start_listening(&address, length, &opened.descriptor);
    if (result < 0)
        return error_set(error, result, "%s: cannot listen there: %s", listen, strerror(-result));
    if (!is_local)
        opened.port = bound_port(opened.descriptor);
    *ret_socket = opened;
    return 0;
}
