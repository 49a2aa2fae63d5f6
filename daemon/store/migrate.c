// SPDX-License-Identifier: MIT
#include "store/migrate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

// Any constant does, as long as every version of the program has the same: "skywitns" as bytes.
#define MIGRATION_LOCK_SQL "SELECT pg_advisory_xact_lock(8316874690647060083)"
// craft: who waits for a table's lock makes everybody wait behind him. So a migration beside
// running daemons and readers waits for a moment only, and tries again as a whole: for a minute and
// a half in all.
#define PATIENCE_SQL "SET LOCAL lock_timeout = '2s'"
#define ATTEMPTS 30
#define PAUSE_S 1
#define SQLSTATE_LOCK_NOT_AVAILABLE "55P03"

static int fail_with_server_words(PGconn *connection, const char *sqlstate, const char *doing,
                                  struct error *error)
{
    bool busy = sqlstate != NULL && strcmp(sqlstate, SQLSTATE_LOCK_NOT_AVAILABLE) == 0;
    const char *reason = PQerrorMessage(connection);
    size_t length = strlen(reason);
    while (length > 0 && reason[length - 1] == '\n')
        length--;
    return error_set(error, busy ? -EBUSY : -EIO, "%s: %.*s", doing, (int)length, reason);
}

static int run(PGconn *connection, const char *sql, const char *doing, struct error *error)
{
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);
    int ret = 0;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        ret = fail_with_server_words(connection, PQresultErrorField(result, PG_DIAG_SQLSTATE),
                                     doing, error);
    PQclear(result);
    return ret;
}

static int has_schema(PGconn *connection, bool *ret_has, struct error *error)
{
    PGresult *result =
        PQexec(connection, "SELECT to_regclass('skywitness_store.schema_version') IS NOT NULL");
    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        PQclear(result);
        return fail_with_server_words(connection, NULL, "looking for the schema", error);
    }
    *ret_has = PQgetvalue(result, 0, 0)[0] == 't';
    PQclear(result);
    return 0;
}

int migrate_status(PGconn *connection, const struct migration *migrations, size_t count,
                   enum schema_state *ret_state, int *ret_version, struct error *error)
{
    bool has = false;
    int status = has_schema(connection, &has, error);
    if (status < 0)
        return status;
    PGresult *rows = has ? PQexec(connection, SCHEMA_VERSIONS_SQL)
                         : PQmakeEmptyPGresult(connection, PGRES_TUPLES_OK);
    if (PQresultStatus(rows) != PGRES_TUPLES_OK) {
        PQclear(rows);
        return fail_with_server_words(connection, NULL, "reading the schema's version", error);
    }
    *ret_state = schema_judge(rows, migrations, count, ret_version, error);
    PQclear(rows);
    return 0;
}

static int record(PGconn *connection, const struct migration *migration, struct error *error)
{
    char version[16];
    snprintf(version, sizeof version, "%d", migration->version);
    const char *values[] = {version, migration->name, (const char *)migration->sha256};
    const int lengths[] = {0, 0, DIGEST_SHA256_SIZE};
    const int formats[] = {0, 0, 1};
    PGresult *result =
        PQexecParams(connection,
                     "INSERT INTO skywitness_store.schema_version (version, name, sha256) "
                     "VALUES ($1::integer, $2, $3::bytea)",
                     3, NULL, values, lengths, formats, 0);
    ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    return status == PGRES_COMMAND_OK
               ? 0
               : fail_with_server_words(connection, NULL, "recording it", error);
}

// Within a transaction: looks where we are, and takes one step if there is one to take. Returns 1
// when a migration was applied, 0 when there is nothing left.
static int take_step(PGconn *connection, const struct migration *migrations, size_t count,
                     int *ret_version, struct error *error)
{
    enum schema_state state;
    int status = run(connection, MIGRATION_LOCK_SQL, "waiting for the migrations' lock", error);
    if (status == 0)
        status = migrate_status(connection, migrations, count, &state, ret_version, error);
    if (status < 0)
        return status;
    if (state == SCHEMA_CURRENT)
        return 0;
    if (state == SCHEMA_NEWER || state == SCHEMA_CHANGED)
        return -EPROTO;
    const struct migration *next = &migrations[*ret_version];
    status = run(connection, PATIENCE_SQL, "setting its patience", error);
    if (status == 0)
        status = run(connection, next->sql, "applying it", error);
    if (status == 0)
        status = record(connection, next, error);
    if (status < 0)
        return error_prefix(error, "migration %03d-%s", next->version, next->name);
    return 1;
}

// take_step in a transaction of its own; what it changed is undone where it fails.
static int try_step(PGconn *connection, const struct migration *migrations, size_t count,
                    int *ret_version, struct error *error)
{
    int status = run(connection, "BEGIN", "starting a transaction", error);
    if (status < 0)
        return status;
    int step = take_step(connection, migrations, count, ret_version, error);
    if (step < 0) {
        PQclear(PQexec(connection, "ROLLBACK"));
        return step;
    }
    status = run(connection, "COMMIT", "committing", error);
    return status < 0 ? status : step;
}

int migrate_apply(PGconn *connection, const struct migration *migrations, size_t count,
                  int *ret_before, int *ret_after, struct error *error)
{
    int attempts = 0;
    *ret_before = *ret_after = -1;
    for (;;) {
        int version = *ret_after > 0 ? *ret_after : 0;
        int step = try_step(connection, migrations, count, &version, error);
        if (*ret_before < 0)
            *ret_before = version;
        *ret_after = version + (step == 1);
        attempts = step == -EBUSY ? attempts + 1 : 0;
        if (attempts == ATTEMPTS)
            return error_prefix(error, "others hold what it needs");
        if (step == -EBUSY)
            nanosleep(&(struct timespec){.tv_sec = PAUSE_S}, NULL);
        else if (step <= 0)
            return step;
    }
}
