// SPDX-License-Identifier: MIT
// One job at a time on libuv's thread pool, in the order of submission. It is what keeps the
// tracker and the journal single-threaded without a lock.
#pragma once

#include <stddef.h>
#include <uv.h>

struct worker;

struct worker *worker_new(uv_loop_t *loop);

// `work` runs on a thread of the pool, then `done` on the loop; either may be NULL. Jobs run
// strictly one after another; `done` of one runs before `work` of the next begins only by chance.
void worker_submit(struct worker *worker, void (*work)(void *data), void (*done)(void *data),
                   void *data);

// Jobs waiting or running.
size_t worker_depth(const struct worker *worker);

// To be called when worker_depth is 0.
void worker_free(struct worker *worker);
