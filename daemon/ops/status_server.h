// SPDX-License-Identifier: MIT
// A small HTTP server on the loop, for metrics and status: loopback or a unix socket only, GET and
// HEAD only, few connections, little memory.
#pragma once

#include "base/error.h"
#include "base/text.h"

#include <uv.h>

struct status_server;

struct status_answer {
    unsigned status; // HTTP; 404 when the handler leaves it
    const char *content_type;
    struct text body;
};

// Answers one path (without its query). Called on the loop, so it must not block.
typedef void status_handler(void *data, const char *path, struct status_answer *answer);

// `listen` is "127.0.0.1:8124", "[::1]:8124", "localhost:8124" or "unix:/run/...". -EACCES for an
// address that others can reach, -EINVAL for one that is none, or the socket's own errno. A socket
// file that a dead daemon left is replaced. Port 0 takes a free one.
int status_server_open(uv_loop_t *loop, const char *listen, status_handler *handler, void *data,
                       struct status_server **ret_server, struct error *error);

// The TCP port it listens on, or 0 for a unix socket.
unsigned status_server_port(const struct status_server *server);

// Drops what is under way, removes the socket file, closes its handles, frees itself and calls
// back.
void status_server_close(struct status_server *server, void (*on_closed)(void *data), void *data);
