// SPDX-License-Identifier: MIT
// Turns the host names of a connection string into addresses without blocking the loop, which libpq
// would. Private to the store.
#pragma once

#include "base/error.h"
#include "store/conninfo.h"

#include <stdbool.h>
#include <uv.h>

struct resolve;

// False when libpq has nothing to look up: a unix socket, literal addresses, or hostaddr given.
bool resolve_is_needed(const struct conninfo *conninfo);

// Sets hostaddr (and host and port, one for each address) in `conninfo`, which must outlive it,
// then calls back: with NULL, or with an error when no name has an address. Returns NULL when it
// has called back already.
struct resolve *resolve_start(uv_loop_t *loop, struct conninfo *conninfo,
                              void (*on_done)(void *data, const struct error *error), void *data);

// No call back any more. Accepts NULL. What is under way on a thread ends by itself.
void resolve_abandon(struct resolve *resolve);
