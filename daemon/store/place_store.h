// SPDX-License-Identifier: MIT
// Keeps the database's places in step with the configured ones, for analysts' queries by area.
#pragma once

#include "base/error.h"
#include "base/place.h"

#include <stddef.h>

struct query_connection;

// Writes what is new or changed and takes away what is no longer configured, in one statement each;
// blocking. Nothing is written where nothing changed. Errors are those of store/query.h.
int place_store_save(struct query_connection *connection, const struct place *places, size_t count,
                     struct error *error);
