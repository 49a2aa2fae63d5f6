// SPDX-License-Identifier: MIT
// The database's schema as this program knows it: the migrations of sql/, embedded at build time.
#pragma once

#include "base/digest.h"
#include "base/error.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct migration {
    int version;      // 1, 2, 3, ... without a gap
    const char *name; // of its file, without number and suffix
    const char *sql;
    uint8_t sha256[DIGEST_SHA256_SIZE];
};

extern const struct migration schema_migrations[];
extern const size_t schema_migration_count;

enum schema_state {
    SCHEMA_CURRENT,
    SCHEMA_MISSING, // no migration was ever applied
    SCHEMA_OLDER,   // some are still to be applied
    SCHEMA_NEWER,   // made by a newer program
    SCHEMA_CHANGED, // an applied migration is not the one we know
};

// What to ask for schema_judge, in text format. Fails with 3F000 or 42P01 where there is no schema
// at all.
#define SCHEMA_VERSIONS_SQL                                                                        \
    "SELECT version, encode(sha256, 'hex') FROM skywitness_store.schema_version ORDER BY version"

// Holds the rows of SCHEMA_VERSIONS_SQL against the `count` migrations. *ret_version is the newest
// one applied, 0 for none. `error` says what is wrong and what to do for every state but
// SCHEMA_CURRENT.
enum schema_state schema_judge(const PGresult *rows, const struct migration *migrations,
                               size_t count, int *ret_version, struct error *error);

// The words for a state: "current", "missing", ...
const char *schema_state_name(enum schema_state state);
