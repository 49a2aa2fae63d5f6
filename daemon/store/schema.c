// SPDX-License-Identifier: MIT
#include "store/schema.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *schema_state_name(enum schema_state state)
{
    static const char *const names[] = {
        [SCHEMA_CURRENT] = "current", [SCHEMA_MISSING] = "missing", [SCHEMA_OLDER] = "older",
        [SCHEMA_NEWER] = "newer",     [SCHEMA_CHANGED] = "changed",
    };
    return names[state];
}

static bool is_same_sha256(const uint8_t sha256[DIGEST_SHA256_SIZE], const char *hex)
{
    char expected[2 * DIGEST_SHA256_SIZE + 1];
    for (size_t i = 0; i < DIGEST_SHA256_SIZE; i++)
        snprintf(expected + 2 * i, 3, "%02x", sha256[i]);
    return strcmp(expected, hex) == 0;
}

enum schema_state schema_judge(const PGresult *rows, const struct migration *migrations,
                               size_t count, int *ret_version, struct error *error)
{
    int applied = PQntuples(rows);
    int newest = applied > 0 ? atoi(PQgetvalue(rows, applied - 1, 0)) : 0;
    *ret_version = newest;
    if (newest > (int)count) {
        error_set(error, -EPROTO,
                  "the database is at version %d, this program knows version %zu: it is too old",
                  newest, count);
        return SCHEMA_NEWER;
    }
    for (int row = 0; row < applied; row++) {
        const struct migration *known = row < (int)count ? &migrations[row] : NULL;
        if (known == NULL || atoi(PQgetvalue(rows, row, 0)) != known->version ||
            !is_same_sha256(known->sha256, PQgetvalue(rows, row, 1))) {
            error_set(
                error, -EPROTO,
                "migration %s was applied from another file than this program's: migrations must "
                "not change, add a new one",
                PQgetvalue(rows, row, 0));
            return SCHEMA_CHANGED;
        }
    }
    if (newest == 0) {
        error_set(error, -EPROTO, "the database has no schema: run `skywitness db migrate`");
        return SCHEMA_MISSING;
    }
    if (newest < (int)count) {
        error_set(
            error, -EPROTO,
            "the database is at version %d, version %zu is needed: run `skywitness db migrate`",
            newest, count);
        return SCHEMA_OLDER;
    }
    return SCHEMA_CURRENT;
}
