// SPDX-License-Identifier: MIT
//
// The socket is shut down, which ends a wait of any kind: for an answer, for room to send, within
// COPY. It is reached by a descriptor of our own: libpq closes its own whenever it likes, and the
// number may be somebody else's by then.
#include "store/query_stop.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

void query_stop_init(struct query_stop *stop)
{
    pthread_mutex_init(&stop->lock, NULL);
    stop->descriptor = -1;
    stop->stopped = false;
}

void query_stop_done(struct query_stop *stop)
{
    pthread_mutex_destroy(&stop->lock);
}

void query_stop_now(struct query_stop *stop)
{
    pthread_mutex_lock(&stop->lock);
    stop->stopped = true;
    if (stop->descriptor >= 0)
        shutdown(stop->descriptor, SHUT_RDWR);
    pthread_mutex_unlock(&stop->lock);
}

bool query_stop_was_asked(struct query_stop *stop)
{
    pthread_mutex_lock(&stop->lock);
    bool stopped = stop->stopped;
    pthread_mutex_unlock(&stop->lock);
    return stopped;
}

void query_stop_watch(struct query_stop *stop, int socket)
{
    int descriptor = fcntl(socket, F_DUPFD_CLOEXEC, 0);
    pthread_mutex_lock(&stop->lock);
    stop->descriptor = descriptor;
    pthread_mutex_unlock(&stop->lock);
}

void query_stop_unwatch(struct query_stop *stop)
{
    pthread_mutex_lock(&stop->lock);
    if (stop->descriptor >= 0)
        close(stop->descriptor);
    stop->descriptor = -1;
    pthread_mutex_unlock(&stop->lock);
}
