// SPDX-License-Identifier: MIT
// A listening socket that only this machine can reach.
#pragma once

#include "base/error.h"

#include <sys/un.h>

struct listen_socket {
    int descriptor;
    unsigned port;                                        // 0 for a unix socket
    char path[sizeof((struct sockaddr_un *)0)->sun_path]; // "" for TCP
};

// See status_server_open for the forms of `listen` and the errors.
int listen_socket_open(const char *listen, struct listen_socket *ret_socket, struct error *error);
