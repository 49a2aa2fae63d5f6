// SPDX-License-Identifier: MIT
#include "store/query.h"

#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <libpq-fe.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_TIMEOUT_S "10"

struct query_connection {
    PGconn *connection;
};

struct query {
    PGconn *connection; // borrowed
    PGresult *row;
    bool at_end;
};

// libpq's messages have several lines with indents; ours have one, each run of blanks being one.
static const char *one_line(const char *message, char *buffer, size_t size)
{
    char *end = buffer;
    text_copy_trimmed(buffer, size, message, strlen(message));
    for (const char *at = buffer; *at != '\0'; at++) {
        bool is_blank = *at == '\n' || *at == '\t' || *at == ' ';
        if (!is_blank || end == buffer || end[-1] != ' ')
            *end++ = is_blank ? ' ' : *at;
    }
    *end = '\0';
    return buffer;
}

// PostgreSQL's error codes (appendix A of its manual): whole codes first, then classes of two
// characters.
static const struct {
    const char *sqlstate;
    int code;
    const char *advice;
} meanings[] = {
    {"42P01", -ENOENT, "the schema is absent or of another version; run `skywitness db migrate`"},
    {"3F000", -ENOENT, "the schema is absent; run `skywitness db migrate`"},
    {"42703", -ENOENT, "the schema is of another version; run `skywitness db migrate`"},
    {"42883", -ENOENT, "the schema is of another version; run `skywitness db migrate`"},
    {"42501", -EACCES, "this role may not do that; connect as another one with --db"},
    {"55P03", -EBUSY, "others hold a lock on it; try again"},
    {"57014", -ECANCELED, "it took too long"},
    {"22", -EBADMSG, NULL},
    {"23", -EBADMSG, NULL},
    {"08", -ENOTCONN, NULL},
    {"57P", -ENOTCONN, NULL},
};

static int set_error(struct error *error, PGconn *connection, const PGresult *result)
{
    char line[512];
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (message == NULL)
        message = PQerrorMessage(connection);
    one_line(message, line, sizeof line);
    if (PQstatus(connection) == CONNECTION_BAD)
        return error_set(error, -ENOTCONN, "the connection to the database was lost: %s", line);
    for (size_t i = 0; sqlstate != NULL && i < sizeof meanings / sizeof *meanings; i++) {
        if (strncmp(sqlstate, meanings[i].sqlstate, strlen(meanings[i].sqlstate)) != 0)
            continue;
        const char *advice = meanings[i].advice;
        return error_set(error, meanings[i].code, "database: %s%s%s", line,
                         advice != NULL ? ": " : "", advice != NULL ? advice : "");
    }
    return error_set(error, -EIO, "database: %s%s%s%s", line, sqlstate != NULL ? " (SQLSTATE " : "",
                     sqlstate != NULL ? sqlstate : "", sqlstate != NULL ? ")" : "");
}

// How values are written is decided here, never by the server's or the role's settings.
static const char session_settings[] =
    "SET timezone = 'UTC'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'iso_8601'; "
    "SET extra_float_digits = 1; SET bytea_output = 'hex'; SET client_min_messages = 'warning'";

int query_connect(const char *database, const char *password,
                  struct query_connection **ret_connection, struct error *error)
{
    // dbname is expanded in its place: the string overrides what stands before it and yields to the
    // rest.
    const char *keywords[] = {"fallback_application_name", "connect_timeout", "dbname",
                              "client_encoding",           "password",        NULL};
    const char *values[] = {"skywitness", CONNECT_TIMEOUT_S, database, "UTF8", password, NULL};
    char line[512];
    char *reason = NULL;
    PQconninfoOption *parsed = PQconninfoParse(database, &reason);
    bool is_name = strchr(database, '=') == NULL && strstr(database, "://") == NULL;
    PQconninfoFree(parsed);
    if (parsed == NULL && !is_name) {
        error_set(error, -EINVAL, "database: %s",
                  one_line(reason != NULL ? reason : "not a connection string", line, sizeof line));
        PQfreemem(reason);
        return -EINVAL;
    }
    PQfreemem(reason);

    PGconn *connection = PQconnectdbParams(keywords, values, 1);
    if (PQstatus(connection) != CONNECTION_OK) {
        error_set(error, -ECONNREFUSED, "the database cannot be reached: %s",
                  one_line(PQerrorMessage(connection), line, sizeof line));
        PQfinish(connection);
        return -ECONNREFUSED;
    }
    PGresult *set = PQexec(connection, session_settings);
    bool is_set = PQresultStatus(set) == PGRES_COMMAND_OK;
    if (!is_set)
        set_error(error, connection, set);
    PQclear(set);
    if (!is_set) {
        PQfinish(connection);
        return error != NULL ? error->code : -EIO;
    }
    *ret_connection = memory_allocate(sizeof **ret_connection);
    (*ret_connection)->connection = connection;
    return 0;
}

void query_close(struct query_connection *connection)
{
    if (connection == NULL)
        return;
    PQfinish(connection->connection);
    free(connection);
}

struct pg_conn *query_native(struct query_connection *connection)
{
    return connection->connection;
}

int query_start(struct query_connection *connection, const char *sql, const char *const *parameters,
                size_t parameter_count, struct query **ret_query, struct error *error)
{
    PGconn *native = connection->connection;
    if (!PQsendQueryParams(native, sql, (int)parameter_count, NULL, parameters, NULL, NULL, 0))
        return set_error(error, native, NULL);
    PQsetSingleRowMode(native);
    *ret_query = memory_allocate_zeroed(1, sizeof **ret_query);
    (*ret_query)->connection = native;
    return 0;
}

int query_next(struct query *query, struct error *error)
{
    PQclear(query->row);
    query->row = NULL;
    if (query->at_end)
        return 0;
    PGresult *result = PQgetResult(query->connection);
    switch (PQresultStatus(result)) {
    case PGRES_SINGLE_TUPLE:
        query->row = result;
        return 1;
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
        query->at_end = true;
        PQclear(result);
        return 0;
    default:
        query->at_end = true;
        set_error(error, query->connection, result);
        PQclear(result);
        return error != NULL ? error->code : -EIO;
    }
}

// Tells the server to stop, so that discarding a long answer does not take as long as reading it.
static void cancel(PGconn *connection)
{
    char reason[256];
    PGcancel *handle = PQgetCancel(connection);
    if (handle != NULL)
        PQcancel(handle, reason, sizeof reason);
    PQfreeCancel(handle);
}

void query_finish(struct query *query)
{
    if (query == NULL)
        return;
    PQclear(query->row);
    if (!query->at_end)
        cancel(query->connection);
    PGresult *rest;
    while (PQstatus(query->connection) == CONNECTION_OK &&
           (rest = PQgetResult(query->connection)) != NULL)
        PQclear(rest);
    free(query);
}

int query_execute(struct query_connection *connection, const char *sql,
                  const char *const *parameters, size_t parameter_count, struct error *error)
{
    struct query *query;
    int result = query_start(connection, sql, parameters, parameter_count, &query, error);
    if (result < 0)
        return result;
    do
        result = query_next(query, error);
    while (result == 1);
    query_finish(query);
    return result;
}

const char *query_text(const struct query *query, size_t column)
{
    if (query->row == NULL || (int)column >= PQnfields(query->row) ||
        PQgetisnull(query->row, 0, (int)column))
        return NULL;
    return PQgetvalue(query->row, 0, (int)column);
}

int64_t query_integer(const struct query *query, size_t column, int64_t unknown)
{
    const char *text = query_text(query, column);
    return text != NULL ? strtoll(text, NULL, 10) : unknown;
}

double query_number(const struct query *query, size_t column)
{
    const char *text = query_text(query, column);
    return text != NULL ? strtod(text, NULL) : NAN;
}

bool query_boolean(const struct query *query, size_t column, bool unknown)
{
    const char *text = query_text(query, column);
    return text != NULL ? text[0] == 't' : unknown;
}

utc_us query_time(const struct query *query, size_t column)
{
    // The session's time zone is UTC: "2025-10-26 08:00:00.21+00".
    const char *text = query_text(query, column);
    char copy[UTC_TEXT_SIZE + 8];
    utc_us time = UTC_UNKNOWN;
    if (text == NULL || !text_copy(copy, sizeof copy, text))
        return UTC_UNKNOWN;
    char *zone = strrchr(copy, '+');
    if (zone != NULL && strcmp(zone, "+00") == 0)
        memcpy(zone, "Z", 2);
    return utc_parse(copy, &time) == 0 ? time : UTC_UNKNOWN;
}

int query_server_version(const struct query_connection *connection)
{
    return PQserverVersion(connection->connection);
}

const char *query_database_name(const struct query_connection *connection)
{
    return PQdb(connection->connection);
}

const char *query_role_name(const struct query_connection *connection)
{
    return PQuser(connection->connection);
}
