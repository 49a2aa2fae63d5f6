// SPDX-License-Identifier: MIT
#include "stop_limit.h"

#include "base/log.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

// Writing the line may be what hangs: whoever reads it may.
#define LOG_PATIENCE_S 1

// A thread of its own: the loop itself may be what hangs, waiting for another thread to end.
static struct {
    struct timespec after;
    int exit_status;
} limit;

static void *wait_and_end(void *data)
{
    (void)data;
    nanosleep(&limit.after, NULL);
    signal(SIGALRM, SIG_DFL);
    alarm(LOG_PATIENCE_S);
    log_warning(
        "something that was waited for did not end; stopping without it, and nothing that is in "
        "the journal is lost");
    _exit(limit.exit_status);
}

void stop_limit_start(uint64_t after_ms, int exit_status)
{
    pthread_t thread;
    limit.after.tv_sec = (time_t)(after_ms / 1000);
    limit.after.tv_nsec = (long)(after_ms % 1000) * 1000000;
    limit.exit_status = exit_status;
    if (pthread_create(&thread, NULL, wait_and_end, NULL) == 0)
        pthread_detach(thread);
}
