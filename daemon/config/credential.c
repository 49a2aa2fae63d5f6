// SPDX-License-Identifier: MIT
#include "config/credential.h"

#include "base/memory.h"
#include "config/paths.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_BYTES_MAX 4096
#define PATH_BYTES_MAX 4096

static const char advice[] = "expected where the secret is to be found, never the secret itself: "
                             "{\"credential\": \"name\"} (systemd LoadCredential), "
                             "{\"file\": \"path\"} or {\"env\": \"NAME\"}";

static bool is_credential_name(const char *text)
{
    return text[0] != '.' &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
               strlen(text);
}

static bool is_variable_name(const char *text)
{
    return strspn(text, "0123456789") == 0 &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
               strlen(text);
}

static const struct text_rule rule_credential = {
    "a credential's name of letters, digits, '.', '_' and '-'", 1, 64,
    .is_good = is_credential_name};
static const struct text_rule rule_secret_file = {"a file name", 1, 1000, .is_good = NULL};
static const struct text_rule rule_variable = {"the name of an environment variable", 1, 128,
                                               .is_good = is_variable_name};

static const struct {
    const char *key;
    enum credential_kind kind;
    const struct text_rule *rule;
} sources[] = {
    {"credential", CREDENTIAL_SYSTEMD, &rule_credential},
    {"file", CREDENTIAL_FILE, &rule_secret_file},
    {"env", CREDENTIAL_ENVIRONMENT, &rule_variable},
};

bool credential_source_read(struct reader *reader, const cJSON *json, const char *folder,
                            struct credential_source *ret_source)
{
    if (!cJSON_IsObject(json) || cJSON_GetArraySize(json) != 1) {
        reader_problem(reader, "%s", advice);
        return false;
    }
    const cJSON *member = json->child;
    for (size_t i = 0; i < FIELD_COUNT(sources); i++) {
        if (strcmp(member->string, sources[i].key) != 0)
            continue;
        size_t mark = reader_enter_key(reader, member->string);
        AUTO_FREE char *name = reader_text(reader, member, sources[i].rule);
        reader_leave(reader, mark);
        if (name == NULL)
            return false;
        credential_source_done(ret_source);
        ret_source->kind = sources[i].kind;
        ret_source->name =
            sources[i].kind == CREDENTIAL_FILE ? path_beside(folder, name) : TAKE(name);
        return true;
    }
    reader_problem(reader, "%s", advice);
    return false;
}

void credential_source_done(struct credential_source *source)
{
    free(source->name);
    *source = (struct credential_source){0};
}

// Keeps what stands before the line end that editors and `echo` leave; refuses what is empty, too
// long, or holds a byte that cannot stand in a header.
static int take_secret(char *secret, size_t length, const char *where, char **ret_secret,
                       struct error *error)
{
    while (length > 0 && (secret[length - 1] == '\n' || secret[length - 1] == '\r'))
        length--;
    secret[length] = '\0';
    if (length == 0)
        return error_set(error, -ENODATA, "%s holds no secret", where);
    if (length > SECRET_BYTES_MAX)
        return error_set(error, -E2BIG, "%s is longer than %d bytes", where, SECRET_BYTES_MAX);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)secret[i] < 0x20 || secret[i] == 0x7f)
            return error_set(error, -EINVAL, "%s holds a control character", where);
    *ret_secret = memory_copy_string(secret);
    return 0;
}

static int read_secret_file(const char *path, char **ret_secret, struct error *error)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        int code = -errno;
        return error_set(error, code, "%s: %s", path, strerror(-code));
    }
    setvbuf(file, NULL, _IONBF, 0);    // no second copy in stdio's buffer
    char secret[SECRET_BYTES_MAX + 3]; // room for a line end of two, and one more to see "too long"
    size_t length = fread(secret, 1, sizeof secret - 1, file);
    int result = ferror(file) ? error_set(error, -EIO, "%s cannot be read", path)
                              : take_secret(secret, length, path, ret_secret, error);
    explicit_bzero(secret, sizeof secret);
    fclose(file);
    return result;
}

static int read_variable(const char *name, char **ret_secret, struct error *error)
{
    const char *value = getenv(name);
    if (value == NULL)
        return error_set(error, -ENOENT, "the environment has no %s", name);
    size_t length = strnlen(value, SECRET_BYTES_MAX + 1);
    char secret[SECRET_BYTES_MAX + 2];
    memcpy(secret, value, length);
    int result = take_secret(secret, length, name, ret_secret, error);
    explicit_bzero(secret, sizeof secret);
    return result;
}

int credential_read(const struct credential_source *source, char **ret_secret, struct error *error)
{
    switch (source->kind) {
    case CREDENTIAL_ENVIRONMENT:
        return read_variable(source->name, ret_secret, error);
    case CREDENTIAL_FILE:
        return read_secret_file(source->name, ret_secret, error);
    case CREDENTIAL_SYSTEMD: {
        const char *folder = getenv("CREDENTIALS_DIRECTORY");
        if (folder == NULL)
            return error_set(error, -ENOENT,
                             "credential %s: no $CREDENTIALS_DIRECTORY; the unit needs "
                             "LoadCredential=%s:FILE",
                             source->name, source->name);
        char path[PATH_BYTES_MAX];
        if (snprintf(path, sizeof path, "%s/%s", folder, source->name) >= (int)sizeof path)
            return error_set(error, -ENAMETOOLONG, "credential %s: path too long", source->name);
        return read_secret_file(path, ret_secret, error);
    }
    case CREDENTIAL_NONE:
        break;
    }
    return error_set(error, -ENOENT, "no secret is configured");
}
