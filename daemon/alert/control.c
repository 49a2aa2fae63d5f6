// SPDX-License-Identifier: MIT
#include "alert/control.h"

#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CLIENTS_MAX 8
#define ANSWER_PATIENCE_S 10

struct alert_control {
    uv_loop_t *loop;
    uv_pipe_t listener;
    struct alert_delivery *delivery;
    char path[sizeof((struct sockaddr_un *)0)->sun_path];
    struct client *clients;
    size_t client_count;
    bool closing;
    unsigned handles_open;
    void (*on_closed)(void *data);
    void *closed_data;
};

struct client {
    struct alert_control *control; // NULL once that is closing
    struct client *next;
    uv_pipe_t pipe;
    uv_write_t write;
    char line[CONTROL_LINE_SIZE];
    size_t length;
    char answer[CONTROL_LINE_SIZE];
    bool waits; // for the delivery's answer
    bool gone;
};

// --- the daemon's side -------------------------------------------------------------------------

static void free_if_all_closed(struct alert_control *control)
{
    if (--control->handles_open > 0)
        return;
    void (*on_closed)(void *data) = control->on_closed;
    void *data = control->closed_data;
    free(control);
    on_closed(data);
}

static void client_closed(uv_handle_t *handle)
{
    struct client *client = handle->data;
    struct alert_control *control = client->control;
    for (struct client **at = &control->clients; *at != NULL; at = &(*at)->next)
        if (*at == client) {
            *at = client->next;
            break;
        }
    control->client_count--;
    client->gone = true;
    // One that waits for the delivery is freed by its answer.
    if (!client->waits)
        free(client);
    free_if_all_closed(control);
}

static void close_client(struct client *client)
{
    if (!uv_is_closing((uv_handle_t *)&client->pipe))
        uv_close((uv_handle_t *)&client->pipe, client_closed);
}

static void written(uv_write_t *write, int status)
{
    (void)status;
    close_client(write->data);
}

__attribute__((format(printf, 2, 3))) static void answer(struct client *client, const char *format,
                                                         ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(client->answer, sizeof client->answer - 1, format, arguments);
    va_end(arguments);
    strcat(client->answer, "\n");
    uv_buf_t buffer = uv_buf_init(client->answer, (unsigned)strlen(client->answer));
    client->write.data = client;
    if (uv_write(&client->write, (uv_stream_t *)&client->pipe, &buffer, 1, written) < 0)
        close_client(client);
}

static void replayed(void *data, int count)
{
    struct client *client = data;
    client->waits = false;
    if (client->gone)
        free(client);
    else if (uv_is_closing((uv_handle_t *)&client->pipe))
        return; // client_closed frees it
    else if (count < 0)
        answer(client, "error the journal cannot be read or written");
    else if (count == 0)
        answer(client, "error no webhook had that alert, or it is queued there already");
    else
        answer(client, "ok %d", count);
}

static void obey(struct client *client)
{
    struct alert_delivery *delivery = client->control->delivery;
    char verb[16] = "", object[64] = "", webhook[WEBHOOK_ID_SIZE] = "";
    int words = sscanf(client->line, "%15s %63s %32s", verb, object, webhook);
    uint8_t alert_id[DIGEST_UUID_SIZE];
    if (words >= 2 && strcmp(verb, "replay") == 0 && digest_uuid_parse(object, alert_id)) {
        client->waits = true;
        alert_delivery_replay(delivery, alert_id, webhook, replayed, client);
    } else if (words == 2 && strcmp(verb, "enable") == 0) {
        if (alert_delivery_enable(delivery, object))
            answer(client, "ok");
        else
            answer(client, "error no such webhook is configured");
    } else {
        answer(client, "error not understood");
    }
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    struct client *client = handle->data;
    *buffer = uv_buf_init(client->line + client->length,
                          (unsigned)(sizeof client->line - 1 - client->length));
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
    (void)buffer;
    struct client *client = stream->data;
    if (length < 0) {
        close_client(client);
        return;
    }
    client->length += (size_t)length;
    client->line[client->length] = '\0';
    char *end = strchr(client->line, '\n');
    if (end == NULL && client->length < sizeof client->line - 1)
        return;
    uv_read_stop(stream);
    if (end != NULL)
        *end = '\0';
    obey(client);
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct alert_control *control = listener->data;
    if (status < 0)
        return;
    struct client *client = memory_allocate_zeroed(1, sizeof *client);
    client->control = control;
    uv_pipe_init(control->loop, &client->pipe, 0);
    client->pipe.data = client;
    client->next = control->clients;
    control->clients = client;
    control->client_count++;
    control->handles_open++;
    if (uv_accept(listener, (uv_stream_t *)&client->pipe) < 0 ||
        control->client_count > CLIENTS_MAX ||
        uv_read_start((uv_stream_t *)&client->pipe, give_room, on_read) < 0)
        close_client(client);
}

static void failed_to_open(void *data)
{
    (void)data;
}

int alert_control_open(uv_loop_t *loop, const char *path, struct alert_delivery *delivery,
                       struct alert_control **ret_control, struct error *error)
{
    struct alert_control *control = memory_allocate_zeroed(1, sizeof *control);
    if (!text_copy(control->path, sizeof control->path, path)) {
        free(control);
        return error_set(error, -ENAMETOOLONG, "%s: too long for a socket's name", path);
    }
    control->loop = loop;
    control->delivery = delivery;
    uv_pipe_init(loop, &control->listener, 0);
    control->listener.data = control;
    control->handles_open = 1;
    // The journal's lock says that no other daemon has this state directory.
    unlink(path);
    mode_t mask = umask(0117);
    int result = uv_pipe_bind(&control->listener, path);
    umask(mask);
    if (result == 0)
        result = uv_listen((uv_stream_t *)&control->listener, CLIENTS_MAX, on_connection);
    if (result < 0) {
        alert_control_close(control, failed_to_open, NULL);
        return error_set(error, result, "%s: cannot listen there: %s", path, uv_strerror(result));
    }
    *ret_control = control;
    return 0;
}

static void listener_closed(uv_handle_t *handle)
{
    free_if_all_closed(handle->data);
}

void alert_control_close(struct alert_control *control, void (*on_closed)(void *data), void *data)
{
    control->on_closed = on_closed;
    control->closed_data = data;
    control->closing = true;
    for (struct client *client = control->clients; client != NULL; client = client->next)
        close_client(client);
    uv_close((uv_handle_t *)&control->listener, listener_closed);
}

// --- the tool's side ---------------------------------------------------------------------------

static int connect_to(const char *path, int *ret_socket, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const struct timeval patience = {.tv_sec = ANSWER_PATIENCE_S};
    if (!text_copy(address.sun_path, sizeof address.sun_path, path))
        return error_set(error, -ENAMETOOLONG, "%s: too long for a socket's name", path);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0) {
        int code = -errno;
        if (descriptor >= 0)
            close(descriptor);
        return error_set(error, code, "%s: no daemon answers there: %s", path, strerror(-code));
    }
    *ret_socket = descriptor;
    return 0;
}

int alert_control_ask(const char *path, const char *line, char ret_answer[CONTROL_LINE_SIZE],
                      struct error *error)
{
    int descriptor = -1;
    char sent[CONTROL_LINE_SIZE];
    int length = snprintf(sent, sizeof sent, "%s\n", line);
    if (length < 0 || (size_t)length >= sizeof sent)
        return error_set(error, -EINVAL, "too long a request");
    int result = connect_to(path, &descriptor, error);
    if (result < 0)
        return result;
    size_t got = 0;
    ssize_t part = send(descriptor, sent, (size_t)length, MSG_NOSIGNAL) == length ? 1 : -1;
    while (part > 0 && got + 1 < CONTROL_LINE_SIZE) {
        part = recv(descriptor, ret_answer + got, CONTROL_LINE_SIZE - 1 - got, 0);
        got += part > 0 ? (size_t)part : 0;
        if (got > 0 && ret_answer[got - 1] == '\n')
            break;
    }
    close(descriptor);
    if (got == 0 || ret_answer[got - 1] != '\n')
        return error_set(error, -EIO, "%s: the daemon gave no answer", path);
    ret_answer[got - 1] = '\0';
    return 0;
}
