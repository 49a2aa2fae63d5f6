// SPDX-License-Identifier: MIT
// A feed for benchmarks: serves made-up answers (answer.h) over HTTP on 127.0.0.1 to whoever asks
// for anything, uncompressed, and says on standard output when the last byte of each was handed to
// the kernel.
//
//   feed_server AIRCRAFT ANSWERS    answers made beforehand, a second apart from now on; then empty
//   ones feed_server AIRCRAFT live       each answer made when it is asked for, with the time of
//   that moment feed_server address NUMBER      prints the address of that aircraft feed_server
//   addresses COUNT     prints those of the first so many
//
// Prints "port PORT", then for each answer "sent NUMBER NOW_MS CLOCK_NS BYTES" (CLOCK_MONOTONIC).
#include "answer.h"

#include "base/memory.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SEED 20251026
#define BYTES_AN_AIRCRAFT 1000
#define REQUEST_BYTES_MAX 16384

struct prepared {
    struct text body;
    utc_us now;
};

struct server {
    unsigned aircraft;
    bool live;
    struct prepared *answers;
    unsigned count, next;
    pthread_mutex_t lock;
};

static struct server server = {.lock = PTHREAD_MUTEX_INITIALIZER};

static utc_us clock_us(clockid_t which)
{
    struct timespec time;
    clock_gettime(which, &time);
    return time.tv_sec * UTC_SECOND + time.tv_nsec / 1000;
}

static void make_answer(struct text *body, utc_us now, unsigned aircraft)
{
    text_init(body, (size_t)(aircraft + 1) * BYTES_AN_AIRCRAFT);
    const struct answer_options options = {.now = now, .aircraft = aircraft, .seed = SEED};
    answer_write(body, &options);
    if (body->failed)
        abort();
}

static bool send_all(int connection, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(connection, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

static bool send_answer(int connection, const struct text *body)
{
    char head[160];
    int length =
        snprintf(head, sizeof head,
                 "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                 body->length);
    return send_all(connection, head, (size_t)length) &&
           send_all(connection, body->bytes, body->length);
}

static bool serve_one(int connection)
{
    pthread_mutex_lock(&server.lock);
    unsigned number = server.next++;
    pthread_mutex_unlock(&server.lock);
    struct prepared made;
    bool prepared = !server.live && number < server.count;
    if (prepared) {
        made = server.answers[number];
    } else {
        made.now = clock_us(CLOCK_REALTIME) / 1000 * 1000;
        make_answer(&made.body, made.now, server.live ? server.aircraft : 0);
    }
    bool sent = send_answer(connection, &made.body);
    // An answer that was made beforehand is the last; an empty one says nothing worth a line.
    if (sent && (server.live || prepared)) {
        printf("sent %u %" PRId64 " %" PRId64 " %zu\n", number, made.now / 1000,
               clock_us(CLOCK_MONOTONIC) * 1000, made.body.length);
        fflush(stdout);
    }
    if (!prepared)
        text_done(&made.body);
    return sent;
}

// Requests have no body; one ends with an empty line.
static void *serve_connection(void *data)
{
    int connection = (int)(intptr_t)data;
    char request[REQUEST_BYTES_MAX + 1];
    size_t length = 0;
    for (;;) {
        ssize_t got = recv(connection, request + length, REQUEST_BYTES_MAX - length, 0);
        if (got <= 0)
            break;
        length += (size_t)got;
        request[length] = '\0';
        if (strstr(request, "\r\n\r\n") == NULL)
            continue;
        length = 0;
        if (!serve_one(connection))
            break;
    }
    close(connection);
    return NULL;
}

static int listen_somewhere(void)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) < 0 ||
        listen(listener, 16) < 0 || getsockname(listener, (struct sockaddr *)&address, &size) < 0) {
        perror("feed_server");
        exit(1);
    }
    printf("port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

static int print_addresses(unsigned first, unsigned count)
{
    for (unsigned number = first; number < first + count; number++) {
        char address[ANSWER_HEX_SIZE];
        answer_hex(number, address);
        puts(address);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(
            stderr,
            "usage: feed_server AIRCRAFT ANSWERS|live, or address NUMBER, or addresses COUNT\n");
        return 64;
    }
    if (strcmp(argv[1], "address") == 0)
        return print_addresses((unsigned)strtoul(argv[2], NULL, 10), 1);
    if (strcmp(argv[1], "addresses") == 0)
        return print_addresses(0, (unsigned)strtoul(argv[2], NULL, 10));
    server.aircraft = (unsigned)strtoul(argv[1], NULL, 10);
    server.live = strcmp(argv[2], "live") == 0;
    server.count = server.live ? 0 : (unsigned)strtoul(argv[2], NULL, 10);
    server.answers = memory_allocate_zeroed(server.count + 1, sizeof *server.answers);
    utc_us began = clock_us(CLOCK_REALTIME) / UTC_SECOND * UTC_SECOND;
    for (unsigned i = 0; i < server.count; i++) {
        server.answers[i].now = began + i * UTC_SECOND;
        make_answer(&server.answers[i].body, server.answers[i].now, server.aircraft);
    }
    int listener = listen_somewhere();
    for (;;) {
        int connection = accept(listener, NULL, NULL), on = 1;
        if (connection < 0)
            continue;
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve_connection, (void *)(intptr_t)connection) == 0)
            pthread_detach(thread);
        else
            close(connection);
    }
}
