// SPDX-License-Identifier: MIT
#include "store/query.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/conninfo.h"

#include <errno.h>
#include <libpq-fe.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_TIMEOUT_S 10
// How often a connection that is being made looks whether it is still wanted.
#define CONNECT_LOOK_MS 100

struct query_connection {
    PGconn *native;
    struct query_stop *stop; // NULL: nobody ends it
};

struct query {
    struct query_connection *connection; // borrowed
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

static bool is_stopped(struct query_stop *stop)
{
    return stop != NULL && query_stop_was_asked(stop);
}

// As PQconnectdbParams, but ends when it is stopped. connect_timeout is ignored by PQconnectPoll,
// so the time is ours to keep.
static PGconn *connect_until_stopped(struct conninfo *conninfo, struct query_stop *stop)
{
    uint64_t ends_ms = clock_monotonic_ms() + CONNECT_TIMEOUT_S * UINT64_C(1000);
    PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
    PGconn *native = NULL;
    if (!is_stopped(stop))
        native = PQconnectStartParams(conninfo_keywords(conninfo), conninfo_values(conninfo), 0);
    while (PQstatus(native) != CONNECTION_BAD && !is_stopped(stop) &&
           clock_monotonic_ms() < ends_ms &&
           (wanted == PGRES_POLLING_WRITING || wanted == PGRES_POLLING_READING)) {
        struct pollfd socket = {.fd = PQsocket(native),
                                .events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT};
        if (poll(&socket, 1, CONNECT_LOOK_MS) > 0)
            wanted = PQconnectPoll(native);
    }
    return native;
}

static int check_connected(PGconn *native, struct query_stop *stop, struct error *error)
{
    char line[512];
    if (is_stopped(stop))
        return error_set(error, -ECANCELED, "connecting to the database was stopped");
    if (PQstatus(native) == CONNECTION_OK)
        return 0;
    if (native != NULL && PQstatus(native) != CONNECTION_BAD)
        return error_set(error, -ECONNREFUSED,
                         "the database cannot be reached: no answer within %d s",
                         CONNECT_TIMEOUT_S);
    return error_set(error, -ECONNREFUSED, "the database cannot be reached: %s",
                     one_line(PQerrorMessage(native), line, sizeof line));
}

static int set_up_session(PGconn *native, struct error *error)
{
    struct error failure = {0};
    PGresult *set = PQexec(native, session_settings);
    if (PQresultStatus(set) != PGRES_COMMAND_OK)
        set_error(&failure, native, set);
    PQclear(set);
    return failure.code < 0 ? error_set(error, failure.code, "%s", failure.message) : 0;
}

// Takes `native` over.
static int adopt(PGconn *native, struct query_stop *stop, struct query_connection **ret_connection,
                 struct error *error)
{
    struct query_connection *connection = memory_allocate_zeroed(1, sizeof *connection);
    *connection = (struct query_connection){.native = native, .stop = stop};
    if (stop != NULL && PQsocket(native) >= 0)
        query_stop_watch(stop, PQsocket(native));
    int ret = check_connected(native, stop, error);
    if (ret == 0)
        ret = set_up_session(native, error);
    if (ret < 0)
        query_close(connection);
    else
        *ret_connection = connection;
    return ret;
}

// A name alone is that of a database, as everywhere in PostgreSQL.
static int read_conninfo(const char *database, const char *password, const char *options,
                         struct conninfo *ret_conninfo, struct error *error)
{
    bool is_name =
        database[0] != '\0' && strchr(database, '=') == NULL && strstr(database, "://") == NULL;
    int ret = conninfo_read(is_name ? "" : database, password, NULL, options, ret_conninfo, error);
    if (ret < 0) {
        error_prefix(error, "database");
        return ret;
    }
    if (is_name)
        conninfo_set(ret_conninfo, "dbname", database);
    conninfo_set(ret_conninfo, "fallback_application_name", "skywitness");
    return 0;
}

int query_connect(const char *database, const char *password,
                  struct query_connection **ret_connection, struct error *error)
{
    struct conninfo conninfo;
    char timeout_s[16];
    int ret = read_conninfo(database, password, NULL, &conninfo, error);
    if (ret < 0)
        return ret;
    snprintf(timeout_s, sizeof timeout_s, "%d", CONNECT_TIMEOUT_S);
    if (conninfo_get(&conninfo, "connect_timeout") == NULL)
        conninfo_set(&conninfo, "connect_timeout", timeout_s);
    PGconn *native = PQconnectdbParams(conninfo_keywords(&conninfo), conninfo_values(&conninfo), 0);
    conninfo_done(&conninfo);
    return adopt(native, NULL, ret_connection, error);
}

int query_open(const struct query_settings *settings, struct query_connection **ret_connection,
               struct error *error)
{
    struct conninfo conninfo;
    int ret =
        read_conninfo(settings->database, settings->password, settings->options, &conninfo, error);
    if (ret < 0)
        return ret;
    conninfo_want_writer(&conninfo);
    PGconn *native = connect_until_stopped(&conninfo, settings->stop);
    conninfo_done(&conninfo);
    return adopt(native, settings->stop, ret_connection, error);
}

void query_close(struct query_connection *connection)
{
    if (connection == NULL)
        return;
    PQfinish(connection->native); // it may still have to be ended
    if (connection->stop != NULL)
        query_stop_unwatch(connection->stop);
    free(connection);
}

struct pg_conn *query_native(struct query_connection *connection)
{
    return connection->native;
}

int query_start(struct query_connection *connection, const char *sql, const char *const *parameters,
                size_t parameter_count, struct query **ret_query, struct error *error)
{
    PGconn *native = connection->native;
    *ret_query = NULL;
    if (!PQsendQueryParams(native, sql, (int)parameter_count, NULL, parameters, NULL, NULL, 0))
        return set_error(error, native, NULL);
    PQsetSingleRowMode(native);
    *ret_query = memory_allocate_zeroed(1, sizeof **ret_query);
    (*ret_query)->connection = connection;
    return 0;
}

int query_next(struct query *query, struct error *error)
{
    PQclear(query->row);
    query->row = NULL;
    if (query->at_end)
        return 0;
    PGresult *result = PQgetResult(query->connection->native);
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
        set_error(error, query->connection->native, result);
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

// A short answer is there by now, and no server need be told. Returns whether that was all.
static bool discard_what_came(PGconn *native)
{
    while (PQstatus(native) == CONNECTION_OK && !PQisBusy(native)) {
        PGresult *rest = PQgetResult(native);
        if (rest == NULL)
            return true;
        PQclear(rest);
    }
    return PQstatus(native) != CONNECTION_OK;
}

static void discard(struct query_connection *connection, bool at_end)
{
    PGresult *rest;
    if (discard_what_came(connection->native))
        return;
    if (!at_end && !is_stopped(connection->stop))
        cancel(connection->native);
    while (PQstatus(connection->native) == CONNECTION_OK &&
           (rest = PQgetResult(connection->native)) != NULL)
        PQclear(rest);
}

int query_first(struct query_connection *connection, const char *sql, const char *const *parameters,
                size_t parameter_count, struct query **ret_query, struct error *error)
{
    int ret = query_start(connection, sql, parameters, parameter_count, ret_query, error);
    return ret < 0 ? ret : query_next(*ret_query, error);
}

void query_finish(struct query *query)
{
    if (query == NULL)
        return;
    PQclear(query->row);
    discard(query->connection, query->at_end);
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
    return PQserverVersion(connection->native);
}

const char *query_database_name(const struct query_connection *connection)
{
    return PQdb(connection->native);
}

const char *query_role_name(const struct query_connection *connection)
{
    return PQuser(connection->native);
}
