// SPDX-License-Identifier: MIT
#include "store/sqlstate.h"

#include <stddef.h>
#include <string.h>

// PostgreSQL's error codes, appendix A of its manual; the first entry that the code begins with
// decides. All others are retried: connection (08), resources (53), shutdown and timeouts (57, 55),
// system errors (58), conflicts of transactions (40), a server that is read-only for now (25006),
// our own cursor (SW001).
static const struct {
    const char *beginning;
    enum sqlstate_policy policy;
} policies[] = {
    {"42P05", SQLSTATE_RETRY}, // a prepared statement that is there already: an odd session
    {"26", SQLSTATE_RETRY},    // or that is not: a pooler in between
    {"21", SQLSTATE_DATA},     // cardinality
    {"22", SQLSTATE_DATA},     // value out of range, not UTF-8, ...
    {"23", SQLSTATE_DATA},     // constraint
    {"54", SQLSTATE_DATA},     // too large for an index
    {"0A", SQLSTATE_REFUSE},   // not supported: another server than we think
    {"3F", SQLSTATE_REFUSE},   // no such schema
    {"42", SQLSTATE_REFUSE},   // no such table, column or function, or no right to it
};

enum sqlstate_policy sqlstate_policy(const char *sqlstate)
{
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++)
        if (strncmp(sqlstate, policies[i].beginning, strlen(policies[i].beginning)) == 0)
            return policies[i].policy;
    return SQLSTATE_RETRY;
}
