// SPDX-License-Identifier: MIT
#include "net/curl_loop.h"

#include "base/memory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

// craft.md 3.5: a host is asked by few requests at a time anyway, and a cache of connections that
// are used every few seconds needs few places.
#define CONNECTIONS_A_HOST_MAX 2L
#define CONNECTIONS_KEPT_MAX 16L

struct curl_loop {
    uv_loop_t *loop;
    CURLM *multi;
    uv_timer_t timer;
    struct curl_loop_events events;
    unsigned open_handles; // uv handles whose close callback has not run
    bool closing;
    void (*on_closed)(void *data);
    void *on_closed_data;
};

struct watched_socket {
    uv_poll_t poll; // freed in its close callback, never before (trap T17)
    struct curl_loop *owner;
    curl_socket_t descriptor;
    int events;
};

static void drain(struct curl_loop *self)
{
    CURLMsg *message;
    int left;

    // Always, and until it is empty: the last transfer's end is in the queue when the count of
    // running ones is 0 already (trap T5).
    while ((message = curl_multi_info_read(self->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE)
            continue;
        CURL *easy = message->easy_handle; // the message dies with the removal
        CURLcode result = message->data.result;
        curl_multi_remove_handle(self->multi, easy);
        self->events.on_done(self->events.data, easy, result);
    }
    self->events.on_drained(self->events.data);
}

static void on_timer(uv_timer_t *timer)
{
    struct curl_loop *self = timer->data;
    int running;

    curl_multi_socket_action(self->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    drain(self);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct watched_socket *socket = poll->data;
    struct curl_loop *self = socket->owner;
    int running, bits = 0;

    if (events & UV_READABLE)
        bits |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        bits |= CURL_CSELECT_OUT;
    // libuv says an error once, without events, and stops watching (trap T4). libcurl is told to
    // look at both directions, since bytes that came before a reset can still be read and name the
    // real error.
    if (status < 0)
        bits = CURL_CSELECT_ERR | CURL_CSELECT_IN | CURL_CSELECT_OUT;
    curl_multi_socket_action(self->multi, socket->descriptor, bits, &running);
    // `socket` is still there: its memory goes in the close callback, after this one has returned.
    // When libcurl did not give the socket up it has bytes left to read, and must be woken for
    // them.
    if (status < 0 && !uv_is_closing((uv_handle_t *)poll))
        uv_poll_start(poll, socket->events, on_poll);
    drain(self);
}

static void handle_closed(struct curl_loop *self)
{
    if (--self->open_handles > 0 || !self->closing)
        return;
    void (*on_closed)(void *data) = self->on_closed;
    void *data = self->on_closed_data;
    free(self);
    if (on_closed != NULL)
        on_closed(data);
}

static void on_socket_closed(uv_handle_t *handle)
{
    struct watched_socket *socket = handle->data;
    struct curl_loop *self = socket->owner;

    free(socket);
    handle_closed(self);
}

static void on_timer_closed(uv_handle_t *handle)
{
    handle_closed(handle->data);
}

static struct watched_socket *watch_socket(struct curl_loop *self, curl_socket_t descriptor)
{
    struct watched_socket *socket = memory_allocate_zeroed(1, sizeof *socket);

    if (uv_poll_init_socket(self->loop, &socket->poll, descriptor) != 0) {
        free(socket); // the handle was never registered
        return NULL;
    }
    socket->poll.data = socket;
    socket->owner = self;
    socket->descriptor = descriptor;
    self->open_handles++;
    curl_multi_assign(self->multi, descriptor, socket);
    return socket;
}

// Never returns -1: that would fail every transfer of the multi. A socket that cannot be watched
// costs its own transfer the total timeout and nothing else.
static int on_curl_socket(CURL *easy, curl_socket_t descriptor, int what, void *data,
                          void *socket_data)
{
    struct curl_loop *self = data;
    struct watched_socket *socket = socket_data;

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (socket == NULL)
            return 0;
        // One owner a descriptor: libcurl may close the number now and get it back at once, so the
        // handle goes first and a new use gets a new handle (trap T3).
        curl_multi_assign(self->multi, descriptor, NULL);
        uv_close((uv_handle_t *)&socket->poll, on_socket_closed);
        return 0;
    }
    if (socket == NULL)
        socket = watch_socket(self, descriptor);
    if (socket == NULL)
        return 0;
    socket->events =
        (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    uv_poll_start(&socket->poll, socket->events, on_poll);
    return 0;
}

// Only arms the timer: libcurl must not be entered from its own callback (trap T18). At least 1 ms,
// since libuv runs a timer of 0 that is set from a timer callback again in the same turn, before
// any socket.
static int on_curl_timer(CURLM *multi, long timeout_ms, void *data)
{
    struct curl_loop *self = data;

    (void)multi;
    if (self->closing)
        return 0;
    if (timeout_ms < 0) {
        uv_timer_stop(&self->timer);
        return 0;
    }
    uv_update_time(
        self->loop); // the loop's time is as old as this turn; timers count from it (trap T20)
    uv_timer_start(&self->timer, on_timer, timeout_ms < 1 ? 1 : (uint64_t)timeout_ms, 0);
    return 0;
}

// Never undone by curl_global_cleanup: a resolver thread that was left behind (CURLOPT_QUICK_EXIT)
// may still be inside libcurl when the last client goes.
static void initialise_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct curl_loop *curl_loop_new(uv_loop_t *loop, const struct curl_loop_events *events)
{
    static uv_once_t once = UV_ONCE_INIT;
    struct curl_loop *self = memory_allocate_zeroed(1, sizeof *self);

    uv_once(&once, initialise_curl);
    self->loop = loop;
    self->events = *events;
    self->multi = curl_multi_init();
    if (self->multi == NULL)
        abort(); // only for want of memory
    uv_timer_init(loop, &self->timer);
    self->timer.data = self;
    self->open_handles = 1;
    curl_multi_setopt(self->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
    curl_multi_setopt(self->multi, CURLMOPT_SOCKETDATA, self);
    curl_multi_setopt(self->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    curl_multi_setopt(self->multi, CURLMOPT_TIMERDATA, self);
    curl_multi_setopt(self->multi, CURLMOPT_MAX_HOST_CONNECTIONS, CONNECTIONS_A_HOST_MAX);
    curl_multi_setopt(self->multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_KEPT_MAX);
    return self;
}

int curl_loop_add(struct curl_loop *self, CURL *easy)
{
    return curl_multi_add_handle(self->multi, easy) == CURLM_OK ? 0 : -EINVAL;
}

void curl_loop_remove(struct curl_loop *self, CURL *easy)
{
    curl_multi_remove_handle(self->multi, easy);
}

void curl_loop_close(struct curl_loop *self, void (*on_closed)(void *data), void *data)
{
    self->closing = true;
    self->on_closed = on_closed;
    self->on_closed_data = data;
    // Closes kept connections, and with them their watched sockets through on_curl_socket.
    curl_multi_cleanup(self->multi);
    self->multi = NULL;
    uv_close((uv_handle_t *)&self->timer, on_timer_closed);
}
