// SPDX-License-Identifier: MIT
// Blocking questions to PostgreSQL, for the operator's tool and the daemon's worker threads. Rows
// come one at a time, so that an answer of any size takes little memory. The daemon's loop never
// uses this: it must not wait.
#pragma once

#include "base/error.h"
#include "base/utc.h"
#include "store/query_stop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct query_connection;
struct query;

// `database` is a libpq connection string or URI; its environment variables fill in what that
// leaves open. `password` is NULL or the secret to use. The session speaks UTF-8, UTC and ISO
// dates. Errors: -EINVAL for a string that is none, -ECONNREFUSED when the server cannot be reached
// or says no. A server that has vanished from the network is noticed within a minute, for as long
// as its machine answers nothing.
int query_connect(const char *database, const char *password,
                  struct query_connection **ret_connection, struct error *error);
void query_close(struct query_connection *connection); // accepts NULL

// What a thread of the daemon connects with.
struct query_settings {
    const char *database, *password; // as for query_connect
    const char *options;             // "-c name=value ..." for the session; NULL for none
    struct query_stop *stop;         // ends it from another thread; NULL: nobody will
};
// The same, to a server that can be written to. -ECANCELED when it is stopped while connecting.
int query_open(const struct query_settings *settings, struct query_connection **ret_connection,
               struct error *error);

// libpq's own handle (PGconn), for what is written against it (store/migrate.h). Borrowed.
struct pg_conn *query_native(struct query_connection *connection);

// Asks. Parameters are texts, NULL for SQL's null; their types are those of the statement. At most
// one question at a time is open on a connection. Errors by what the server said:
//   -ENOENT   a table, view or column is missing: the schema is absent or of another version
//   -EACCES   the role may not do that
//   -EBADMSG  a value is not acceptable (SQLSTATE class 22 or 23)
//   -EBUSY    a lock was not to be had in time
//   -ECANCELED the statement took too long and was stopped
//   -ENOTCONN the connection was lost
//   -EIO      anything else
// *ret_query is NULL then, so that it may be finished all the same.
int query_start(struct query_connection *connection, const char *sql, const char *const *parameters,
                size_t parameter_count, struct query **ret_query, struct error *error);

// Steps to the next row. Returns 1 with a row, 0 after the last one, or an error as above.
int query_next(struct query *query, struct error *error);

// query_start and the step to the first row: 1 with it, 0 when there is none, or an error as above.
// Whatever it returns, *ret_query is to be finished.
int query_first(struct query_connection *connection, const char *sql, const char *const *parameters,
                size_t parameter_count, struct query **ret_query, struct error *error);

// Frees the question; rows that were not read are discarded. Accepts NULL.
void query_finish(struct query *query);

// A statement whose rows, if any, do not matter.
int query_execute(struct query_connection *connection, const char *sql,
                  const char *const *parameters, size_t parameter_count, struct error *error);

// Cells of the row that query_next stepped to; they are valid until the next step. A column that is
// null or does not exist is unknown: NULL, `unknown`, NAN, UTC_UNKNOWN.
const char *query_text(const struct query *query, size_t column);
int64_t query_integer(const struct query *query, size_t column, int64_t unknown);
double query_number(const struct query *query, size_t column);
bool query_boolean(const struct query *query, size_t column, bool unknown);
utc_us query_time(const struct query *query, size_t column); // timestamptz

// The version of the server as 150012 for 15.12.
int query_server_version(const struct query_connection *connection);
// The database's and the role's name as the session has them.
const char *query_database_name(const struct query_connection *connection);
const char *query_role_name(const struct query_connection *connection);
