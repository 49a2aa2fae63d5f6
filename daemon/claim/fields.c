// SPDX-License-Identifier: MIT
#include "claim/fields.h"

#include "base/memory.h"
#include "claim/read.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_SIZE 600

void claim_errors_init(struct claim_errors *errors)
{
    *errors = (struct claim_errors){0};
    text_init(&errors->lines, CLAIM_ERRORS_BYTES_MAX);
}

void claim_errors_done(struct claim_errors *errors)
{
    text_done(&errors->lines);
}

static void add_error(struct claim_errors *errors, const char *path, const char *key,
                      const char *message)
{
    errors->count++;
    if (errors->count > CLAIM_ERRORS_MAX)
        return;
    text_append_format(&errors->lines, "%s%s%s: %s\n", path,
                       key[0] != '\0' && key[0] != '[' ? "." : "", key, message);
}

void fields_error(struct fields *fields, const char *key, const char *format, ...)
{
    char message[MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    add_error(fields->errors, fields->path, key, message);
}

void fields_init(struct fields *fields, const cJSON *object, const char *path,
                 struct claim_errors *errors, const struct claim_vocabulary *vocabulary)
{
    *fields = (struct fields){.object = object, .errors = errors, .vocabulary = vocabulary};
    text_copy(fields->path, sizeof fields->path, path);
    if (!cJSON_IsObject(object)) {
        fields_error(fields, "", "expected an object");
        fields->object = NULL;
    }
}

static bool was_asked_for(const struct fields *fields, const char *key)
{
    for (size_t i = 0; i < fields->seen_count; i++)
        if (strcmp(fields->seen[i], key) == 0)
            return true;
    return false;
}

// A key comes from outside: only what cannot forge a line of the report is repeated.
static void printable(const char *text, char *buffer, size_t size)
{
    text_copy(buffer, size, text);
    for (char *at = buffer; *at != '\0'; at++)
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
}

void fields_finish(struct fields *fields)
{
    char key[64];
    for (const cJSON *child = fields->object != NULL ? fields->object->child : NULL; child != NULL;
         child = child->next) {
        printable(child->string, key, sizeof key);
        if (!was_asked_for(fields, child->string))
            fields_error(fields, key, "unknown key");
        for (const cJSON *other = child->next; other != NULL; other = other->next)
            if (strcmp(child->string, other->string) == 0)
                fields_error(fields, key, "key stands twice");
    }
}

const cJSON *fields_get(struct fields *fields, const char *key, bool required)
{
    if (fields->seen_count < FIELDS_KEYS_MAX && !was_asked_for(fields, key))
        fields->seen[fields->seen_count++] = key;
    const cJSON *member =
        fields->object != NULL ? cJSON_GetObjectItemCaseSensitive(fields->object, key) : NULL;
    if (member == NULL && required && fields->object != NULL)
        fields_error(fields, key, "missing");
    return member;
}

static const char *get_string(struct fields *fields, const char *key, bool required, size_t most)
{
    const cJSON *member = fields_get(fields, key, required);
    if (member == NULL)
        return NULL;
    const char *text = cJSON_GetStringValue(member);
    if (text == NULL) {
        fields_error(fields, key, "expected a text");
        return NULL;
    }
    size_t length = strlen(text);
    if (length == 0 || length > most || !text_is_utf8(text, length)) {
        fields_error(fields, key, "expected a text of 1 to %zu bytes of UTF-8", most);
        return NULL;
    }
    return text;
}

char *fields_text(struct fields *fields, const char *key, bool required)
{
    const char *text = get_string(fields, key, required, FIELDS_TEXT_MAX);
    return text != NULL ? memory_copy_string(text) : NULL;
}

bool fields_string(struct fields *fields, const char *key, bool required, char *buffer, size_t size)
{
    const char *text = get_string(fields, key, required, size - 1);
    text_copy(buffer, size, text != NULL ? text : "");
    return text != NULL;
}

static bool is_id(const char *text)
{
    size_t length = strlen(text);
    bool plain = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-") == length;
    return length > 0 && length < CLAIM_ID_SIZE && plain && text[0] != '.' && text[0] != '-';
}

bool fields_id(struct fields *fields, const char *key, bool required, char buffer[CLAIM_ID_SIZE])
{
    if (!fields_string(fields, key, required, buffer, CLAIM_ID_SIZE))
        return false;
    if (is_id(buffer))
        return true;
    fields_error(fields, key, "expected an id of a-z, 0-9, '.' and '-'");
    buffer[0] = '\0';
    return false;
}

bool fields_boolean(struct fields *fields, const char *key, bool missing)
{
    const cJSON *member = fields_get(fields, key, false);
    if (member == NULL)
        return missing;
    if (!cJSON_IsBool(member))
        fields_error(fields, key, "expected true or false");
    return cJSON_IsTrue(member);
}

bool fields_number(struct fields *fields, const char *key, bool required, double least, double most,
                   double *ret_number)
{
    const cJSON *member = fields_get(fields, key, required);
    if (member == NULL)
        return false;
    double number = member->valuedouble;
    if (!cJSON_IsNumber(member) || !isfinite(number) || number < least || number > most) {
        fields_error(fields, key, "expected a number from %g to %g", least, most);
        return false;
    }
    *ret_number = number;
    return true;
}

void fields_ids(struct fields *fields, const char *key, bool required,
                struct claim_id_array *ret_ids)
{
    char path[64];
    size_t index = 0;
    const cJSON *list = fields_get(fields, key, required), *item;
    if (list == NULL)
        return;
    if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > FIELDS_LIST_MAX ||
        (required && list->child == NULL)) {
        fields_error(fields, key, "expected a list of %s%d ids", required ? "1 to " : "up to ",
                     FIELDS_LIST_MAX);
        return;
    }
    cJSON_ArrayForEach(item, list)
    {
        const char *text = cJSON_GetStringValue(item);
        snprintf(path, sizeof path, "%s[%zu]", key, index++);
        if (text == NULL || !is_id(text)) {
            fields_error(fields, path, "expected an id of a-z, 0-9, '.' and '-'");
            continue;
        }
        text_copy(array_append(ret_ids)->text, CLAIM_ID_SIZE, text);
    }
}
