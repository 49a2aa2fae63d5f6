// SPDX-License-Identifier: MIT
// What libpq is told to connect with: the operator's connection string and our own keywords.
#pragma once

#include "base/array.h"
#include "base/error.h"

#include <libpq-fe.h>

struct conninfo {
    struct conninfo_words ARRAY_OF(char *) keywords; // each owned
    struct conninfo_values ARRAY_OF(char *) values;  // each owned; one for each keyword
};

// Reads a connection string or URI (empty: libpq's environment and defaults), then adds the
// password (which may be NULL; it is never taken from the string's log or the command line), the
// application's name (unless NULL), UTF-8, keepalives, and `options` (or NULL) behind those of the
// string. Returns 0, or -EINVAL with libpq's own words.
int conninfo_read(const char *database, const char *password, const char *application,
                  const char *options, struct conninfo *ret_conninfo, struct error *error);

// Of several servers only one that takes writes will do, unless the string says otherwise.
void conninfo_want_writer(struct conninfo *conninfo);

// The value of a keyword or NULL.
const char *conninfo_get(const struct conninfo *conninfo, const char *keyword);
// Adds or replaces.
void conninfo_set(struct conninfo *conninfo, const char *keyword, const char *value);

// The NULL-terminated lists that PQconnectStartParams takes; valid until the next conninfo_set.
const char *const *conninfo_keywords(struct conninfo *conninfo);
const char *const *conninfo_values(struct conninfo *conninfo);

void conninfo_done(struct conninfo *conninfo); // accepts a zeroed struct; wipes the password
