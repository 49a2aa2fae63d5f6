// SPDX-License-Identifier: MIT
#include "store/conninfo.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

#define OPTIONS_LENGTH_MAX 4096

// A dead peer is noticed within a minute even where nothing is sent.
static const char *const our_keywords[][2] = {
    {"client_encoding", "UTF8"},   {"keepalives", "1"},       {"keepalives_idle", "30"},
    {"keepalives_interval", "10"}, {"keepalives_count", "3"}, {"tcp_user_timeout", "30000"},
};

static size_t find(const struct conninfo *conninfo, const char *keyword)
{
    size_t place = 0;
    while (place < conninfo->keywords.count &&
           strcmp(conninfo->keywords.items[place], keyword) != 0)
        place++;
    return place;
}

const char *conninfo_get(const struct conninfo *conninfo, const char *keyword)
{
    size_t place = find(conninfo, keyword);
    return place < conninfo->keywords.count ? conninfo->values.items[place] : NULL;
}

void conninfo_set(struct conninfo *conninfo, const char *keyword, const char *value)
{
    size_t place = find(conninfo, keyword);
    if (place == conninfo->keywords.count) {
        *array_append(&conninfo->keywords) = memory_copy_string(keyword);
        *array_append(&conninfo->values) = memory_copy_string(value);
        return;
    }
    free(conninfo->values.items[place]);
    conninfo->values.items[place] = memory_copy_string(value);
}

// Makes sure that a NULL stands behind the last item without counting it.
static const char *const *terminated(char ***items, size_t count)
{
    (*items)[count] = NULL;
    return (const char *const *)*items;
}

const char *const *conninfo_keywords(struct conninfo *conninfo)
{
    array_reserve(&conninfo->keywords, conninfo->keywords.count + 1);
    return terminated(&conninfo->keywords.items, conninfo->keywords.count);
}

const char *const *conninfo_values(struct conninfo *conninfo)
{
    array_reserve(&conninfo->values, conninfo->values.count + 1);
    return terminated(&conninfo->values.items, conninfo->values.count);
}

void conninfo_done(struct conninfo *conninfo)
{
    for (size_t i = 0; i < conninfo->keywords.count; i++) {
        explicit_bzero(conninfo->values.items[i], strlen(conninfo->values.items[i]));
        free(conninfo->keywords.items[i]);
        free(conninfo->values.items[i]);
    }
    array_free(&conninfo->keywords);
    array_free(&conninfo->values);
}

static int read_string(const char *database, struct conninfo *conninfo, struct error *error)
{
    char *reason = NULL;
    PQconninfoOption *options = PQconninfoParse(database, &reason);
    if (options == NULL) {
        size_t length = reason != NULL ? strcspn(reason, "\n") : 0;
        error_set(error, -EINVAL, "connection string: %.*s", (int)length,
                  reason != NULL ? reason : "");
        PQfreemem(reason);
        return -EINVAL;
    }
    for (const PQconninfoOption *option = options; option->keyword != NULL; option++)
        if (option->val != NULL)
            conninfo_set(conninfo, option->keyword, option->val);
    PQconninfoFree(options);
    return 0;
}

int conninfo_read(const char *database, const char *password, const char *application,
                  const char *options, struct conninfo *ret_conninfo, struct error *error)
{
    struct conninfo conninfo = {0};
    int status = read_string(database, &conninfo, error);
    if (status < 0)
        return status;
    for (size_t i = 0; i < sizeof our_keywords / sizeof *our_keywords; i++)
        if (conninfo_get(&conninfo, our_keywords[i][0]) == NULL)
            conninfo_set(&conninfo, our_keywords[i][0], our_keywords[i][1]);
    conninfo_set(&conninfo, "client_encoding", "UTF8");
    if (application != NULL && conninfo_get(&conninfo, "application_name") == NULL)
        conninfo_set(&conninfo, "application_name", application);
    if (password != NULL)
        conninfo_set(&conninfo, "password", password);
    if (options != NULL) {
        const char *theirs = conninfo_get(&conninfo, "options");
        struct text both;
        text_init(&both, OPTIONS_LENGTH_MAX);
        text_append_format(&both, "%s %s", theirs != NULL ? theirs : "", options);
        if (!both.failed)
            conninfo_set(&conninfo, "options", both.bytes);
        text_done(&both);
    }
    *ret_conninfo = conninfo;
    return 0;
}

void conninfo_want_writer(struct conninfo *conninfo)
{
    if (conninfo_get(conninfo, "target_session_attrs") == NULL)
        conninfo_set(conninfo, "target_session_attrs", "read-write");
}
