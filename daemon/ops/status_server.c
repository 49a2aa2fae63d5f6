// SPDX-License-Identifier: MIT
#include "ops/status_server.h"

#include "base/memory.h"
#include "ops/listen_socket.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A scraper, a health check, an operator and some to spare (craft.md 6).
#define CONNECTIONS_MAX 16U
#define CONNECTION_MEMORY_BYTES ((size_t)16 << 10)
#define CONNECTION_TIMEOUT_S 10U
// 32 feeds of some 3 kB each, and room.
#define BODY_BYTES_MAX ((size_t)1 << 20)
// Somebody waits and cannot be accepted, for want of descriptors: so long until it is tried again.
#define ACCEPT_PAUSE_MS 200

struct status_server {
    struct MHD_Daemon *daemon;
    struct listen_socket socket;
    status_handler *handler;
    void *handler_data;
    uv_poll_t poll;
    uv_timer_t timer;
    unsigned connections, connections_moved; // open now; opened and closed so far
    unsigned handles_open;
    void (*on_closed)(void *data);
    void *closed_data;
};

static enum MHD_Result queue(struct MHD_Connection *connection, struct status_answer *answer)
{
    // MHD frees the body, which is from malloc.
    struct MHD_Response *response = MHD_create_response_from_buffer(
        answer->body.length, answer->body.bytes, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        text_done(&answer->body);
        return MHD_NO;
    }
    MHD_add_response_header(response, "Content-Type", answer->content_type);
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    if (answer->status == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, "Allow", "GET, HEAD");
    enum MHD_Result result = MHD_queue_response(connection, answer->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result on_request(void *data, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **request)
{
    (void)version;
    (void)upload;
    struct status_server *server = data;
    // First with the head alone, then with each part of a body, then to be answered.
    static const char seen;
    if (*request == NULL) {
        *request = (void *)(uintptr_t)&seen;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    struct status_answer answer = {.status = MHD_HTTP_NOT_FOUND,
                                   .content_type = "text/plain; charset=utf-8"};
    text_init(&answer.body, BODY_BYTES_MAX);
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        answer.status = MHD_HTTP_METHOD_NOT_ALLOWED;
        text_append(&answer.body, "only GET and HEAD\n");
    } else {
        server->handler(server->handler_data, path, &answer);
    }
    if (answer.body.length == 0)
        text_append(&answer.body, "not found\n");
    return queue(connection, &answer);
}

static void on_connection(void *data, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct status_server *server = data;
    (void)connection;
    (void)context;
    server->connections += what == MHD_CONNECTION_NOTIFY_STARTED ? 1U : -1U;
    server->connections_moved++;
}

static void run(struct status_server *server);
static void became_ready(uv_poll_t *poll, int status, int events);

static void timer_fired(uv_timer_t *timer)
{
    struct status_server *server = timer->data;
    uv_poll_start(&server->poll, UV_READABLE, became_ready);
    run(server);
}

// With no connection of its own that could end, MHD tries a failed accept again at once and for
// ever.
static void became_ready(uv_poll_t *poll, int status, int events)
{
    struct status_server *server = poll->data;
    unsigned moved = server->connections_moved;
    (void)status;
    (void)events;
    run(server);
    if (server->connections > 0 || server->connections_moved != moved)
        return;
    uv_poll_stop(poll);
    uv_timer_start(&server->timer, timer_fired, ACCEPT_PAUSE_MS, 0);
}

static void run(struct status_server *server)
{
    MHD_UNSIGNED_LONG_LONG wait_ms;
    MHD_run(server->daemon);
    if (MHD_get_timeout(server->daemon, &wait_ms) == MHD_YES)
        uv_timer_start(&server->timer, timer_fired, wait_ms, 0);
    else
        uv_timer_stop(&server->timer);
}

static struct MHD_Daemon *start_daemon(struct status_server *server)
{
    return MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, server,
                            MHD_OPTION_LISTEN_SOCKET, server->socket.descriptor,
                            MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
                            MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
                            MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY_BYTES,
                            MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_TIMEOUT_S, MHD_OPTION_END);
}

int status_server_open(uv_loop_t *loop, const char *listen, status_handler *handler, void *data,
                       struct status_server **ret_server, struct error *error)
{
    struct listen_socket socket;
    int result = listen_socket_open(listen, &socket, error);
    if (result < 0)
        return result;
    struct status_server *server = memory_allocate_zeroed(1, sizeof *server);
    server->socket = socket;
    server->handler = handler;
    server->handler_data = data;
    server->daemon = start_daemon(server);
    if (server->daemon == NULL) {
        close(socket.descriptor);
        if (socket.path[0] != '\0')
            unlink(socket.path);
        free(server);
        return error_set(error, -EIO, "%s: the HTTP server does not start", listen);
    }
    int epoll = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    uv_poll_init(loop, &server->poll, epoll);
    uv_timer_init(loop, &server->timer);
    server->poll.data = server->timer.data = server;
    server->handles_open = 2;
    uv_poll_start(&server->poll, UV_READABLE, became_ready);
    run(server);
    *ret_server = server;
    return 0;
}

unsigned status_server_port(const struct status_server *server)
{
    return server->socket.port;
}

static void handle_closed(uv_handle_t *handle)
{
    struct status_server *server = handle->data;
    if (--server->handles_open > 0)
        return;
    // Only now: its epoll descriptor was watched by the loop.
    MHD_stop_daemon(server->daemon);
    if (server->socket.path[0] != '\0')
        unlink(server->socket.path);
    void (*on_closed)(void *data) = server->on_closed;
    void *data = server->closed_data;
    free(server);
    if (on_closed != NULL)
        on_closed(data);
}

void status_server_close(struct status_server *server, void (*on_closed)(void *data), void *data)
{
    server->on_closed = on_closed;
    server->closed_data = data;
    uv_close((uv_handle_t *)&server->poll, handle_closed);
    uv_close((uv_handle_t *)&server->timer, handle_closed);
}
