// SPDX-License-Identifier: MIT
// Applies the migrations to a database: `skywitness db migrate` and `db status`. Blocking; not for
// the loop.
#pragma once

#include "base/error.h"
#include "store/schema.h"

#include <libpq-fe.h>

// Applies what is missing of the `count` migrations, in order, each in a transaction of its own
// that holds an advisory lock: two callers at once do the work once. *ret_before and *ret_after are
// the versions found and reached, also when it fails half way. Tables that others use are waited
// for 2 s at a time, and nobody has to wait behind that. Returns 0; -EPROTO for a newer or changed
// schema; -EBUSY when the locks were not to be had within 90 s; -EIO with the server's words for
// anything else; that migration being undone.
int migrate_apply(PGconn *connection, const struct migration *migrations, size_t count,
                  int *ret_before, int *ret_after, struct error *error);

// Says which version is there. Returns 0 with `ret_state` (and `error` filled for all but
// SCHEMA_CURRENT), or -EIO.
int migrate_status(PGconn *connection, const struct migration *migrations, size_t count,
                   enum schema_state *ret_state, int *ret_version, struct error *error);
