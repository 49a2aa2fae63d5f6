// SPDX-License-Identifier: MIT
// Ends what another thread waits for over its connection to PostgreSQL (store/query.h), whatever it
// waits for: a stopped server or a cut network may otherwise take hours.
#pragma once

#include <pthread.h>
#include <stdbool.h>

struct query_stop {
    pthread_mutex_t lock;
    int descriptor; // of the connection's socket, one of our own; -1 without a connection
    bool stopped;
};

void query_stop_init(struct query_stop *stop);
void query_stop_done(struct query_stop *stop); // no connection uses it any more

// From any thread, any number of times: the question under way fails at once with -ENOTCONN, and
// what is connected with this later fails with -ECANCELED.
void query_stop_now(struct query_stop *stop);
bool query_stop_was_asked(struct query_stop *stop);

// For store/query.c: the one connection that is ended. Whoever asked before must be looked for
// after.
void query_stop_watch(struct query_stop *stop, int socket);
void query_stop_unwatch(struct query_stop *stop);
