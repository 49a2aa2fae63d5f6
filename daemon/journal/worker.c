// SPDX-License-Identifier: MIT
#include "journal/worker.h"

#include "base/memory.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

struct job {
    struct job *next;
    void (*work)(void *data);
    void (*done)(void *data);
    void *data;
};

struct worker {
    uv_loop_t *loop;
    uv_work_t request;
    struct job *first, **last; // waiting
    struct job *running;
    size_t depth;
};

struct worker *worker_new(uv_loop_t *loop)
{
    struct worker *worker = memory_allocate_zeroed(1, sizeof *worker);
    worker->loop = loop;
    worker->last = &worker->first;
    return worker;
}

static void start_next(struct worker *worker);

static void run_job(uv_work_t *request)
{
    struct worker *worker = request->data;
    if (worker->running->work != NULL)
        worker->running->work(worker->running->data);
}

static void job_ran(uv_work_t *request, int status)
{
    (void)status; // jobs are never cancelled
    struct worker *worker = request->data;
    struct job *job = worker->running;
    worker->running = NULL;
    worker->depth--;
    // The next job may run beside this one's `done`, which only touches the loop's own data.
    start_next(worker);
    if (job->done != NULL)
        job->done(job->data);
    free(job);
}

static void start_next(struct worker *worker)
{
    if (worker->running != NULL || worker->first == NULL)
        return;
    worker->running = worker->first;
    worker->first = worker->running->next;
    if (worker->first == NULL)
        worker->last = &worker->first;
    worker->request.data = worker;
    int ret = uv_queue_work(worker->loop, &worker->request, run_job, job_ran);
    assert(ret == 0);
    (void)ret;
}

void worker_submit(struct worker *worker, void (*work)(void *data), void (*done)(void *data),
                   void *data)
{
    struct job *job = memory_allocate_zeroed(1, sizeof *job);
    *job = (struct job){.work = work, .done = done, .data = data};
    *worker->last = job;
    worker->last = &job->next;
    worker->depth++;
    start_next(worker);
}

size_t worker_depth(const struct worker *worker)
{
    return worker->depth;
}

void worker_free(struct worker *worker)
{
    if (worker == NULL)
        return;
    assert(worker->depth == 0);
    free(worker);
}
