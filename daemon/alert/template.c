// SPDX-License-Identifier: MIT
#include "alert/template.h"

#include "base/memory.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct alert_template {
    char *bytes; // terminated
    bool is_json;
};

static int fail_at(const char *bytes, const char *at, const char *what, struct error *error)
{
    unsigned line = 1, column = 1;
    for (; bytes < at; bytes++) {
        column++;
        if (*bytes == '\n') {
            line++;
            column = 1;
        }
    }
    return error_set(error, -EINVAL, "template:%u:%u: %s", line, column, what);
}

// The path between {{ and }}, without blanks. Returns what is behind the }}, or NULL.
static const char *read_path(const char *open, char ret_path[TEMPLATE_PATH_SIZE])
{
    const char *start = open + 2, *end = strstr(start, "}}");
    if (end == NULL)
        return NULL;
    if (!text_copy_trimmed(ret_path, TEMPLATE_PATH_SIZE, start, (size_t)(end - start)))
        ret_path[0] = '\0';
    return end + 2;
}

int alert_template_parse(const char *bytes, size_t length, struct alert_template **ret_template,
                         struct error *error)
{
    if (length > TEMPLATE_BYTES_MAX)
        return error_set(error, -EINVAL, "template: longer than %d bytes", TEMPLATE_BYTES_MAX);
    if (!text_is_utf8(bytes, length))
        return error_set(error, -EINVAL, "template: not UTF-8");
    char *copy = memory_allocate(length + 1);
    if (length > 0)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    char path[TEMPLATE_PATH_SIZE];
    int result = 0;
    for (const char *at = copy; result == 0 && (at = strstr(at, "{{")) != NULL;) {
        const char *behind = read_path(at, path);
        if (behind == NULL)
            result = fail_at(copy, at, "{{ without }}", error);
        else if (path[0] == '\0')
            result = fail_at(copy, at, "an empty or overlong path", error);
        at = behind;
    }
    if (result < 0) {
        free(copy);
        return result;
    }
    *ret_template = memory_allocate_zeroed(1, sizeof **ret_template);
    (*ret_template)->bytes = copy;
    const char *first = copy + strspn(copy, " \t\r\n");
    (*ret_template)->is_json = *first == '[' || (*first == '{' && strncmp(first, "{{", 2) != 0);
    return 0;
}

void alert_template_free(struct alert_template *template)
{
    if (template == NULL)
        return;
    free(template->bytes);
    free(template);
}

bool alert_template_is_json(const struct alert_template *template)
{
    return template->is_json;
}

// Objects by name, lists by number. Names of our own document hold no dots.
static const cJSON *find(const cJSON *value, const char *path)
{
    char step[TEMPLATE_PATH_SIZE];
    while (value != NULL && *path != '\0') {
        size_t length = strcspn(path, ".");
        text_copy_bytes(step, sizeof step, path, length);
        path += length + (path[length] == '.');
        if (cJSON_IsArray(value)) {
            char *end;
            unsigned long index = strtoul(step, &end, 10);
            bool is_number = step[0] >= '0' && step[0] <= '9' && *end == '\0' && index < 1000;
            value = is_number ? cJSON_GetArrayItem(value, (int)index) : NULL;
        } else {
            value = cJSON_GetObjectItemCaseSensitive(value, step);
        }
    }
    return value;
}

// Whether what comes next stands inside a JSON string, by the text that was written so far.
struct json_place {
    bool in_string, escaped;
};

static void move_over(struct json_place *place, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bool escapes = place->in_string && !place->escaped && bytes[i] == '\\';
        if (bytes[i] == '"' && !place->escaped)
            place->in_string = !place->in_string;
        place->escaped = escapes;
    }
}

// As a JSON string, without the quotes inside of one.
static void put_quoted(struct text *text, const char *value, bool in_string)
{
    struct text quoted;
    text_init(&quoted, (size_t)ALERT_BODY_BYTES_MAX * 6);
    text_append_json_string(&quoted, value);
    if (quoted.failed)
        text->failed = true;
    else if (in_string)
        text_append_bytes(text, quoted.bytes + 1, quoted.length - 2);
    else
        text_append(text, quoted.bytes);
    text_done(&quoted);
}

// A text of ours, NULL where the path names none, or a value of the document, NULL where it has
// none.
static void put_plain(struct text *text, const char *words, const cJSON *value)
{
    if (words == NULL)
        words = cJSON_GetStringValue(value);
    char *printed = words == NULL && value != NULL && !cJSON_IsNull(value)
                        ? cJSON_PrintUnformatted(value)
                        : NULL;
    text_append(text, words != NULL ? words : printed != NULL ? printed : "");
    cJSON_free(printed);
}

// So that what was JSON with the marks in it stays JSON: in a string the inside of one, elsewhere a
// value.
static void put_json(struct text *text, const char *words, const cJSON *value, bool in_string)
{
    if (words == NULL)
        words = cJSON_GetStringValue(value);
    char *printed = words == NULL && value != NULL ? cJSON_PrintUnformatted(value) : NULL;
    bool is_absent = printed == NULL || cJSON_IsNull(value);
    if (words != NULL)
        put_quoted(text, words, in_string);
    else if (!in_string)
        text_append(text, printed != NULL ? printed : "null");
    else if (!is_absent)
        put_quoted(text, printed, true);
    cJSON_free(printed);
}

static const char *find_words(const struct alert_message *message, const char *local_time,
                              const char *path)
{
    const struct {
        const char *path, *value;
    } words[] = {
        {"text.title", message->title},
        {"text.sentence", alert_text(&message->sentence)},
        {"text.grade", message->grade},
        {"text.local_time", local_time},
        {"text.map_url", alert_text(&message->map_url)},
        {"text.attribution", alert_text(&message->attribution)},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].path, path) == 0)
            return words[i].value;
    return NULL;
}

static bool is_whole_json(const struct text *text)
{
    cJSON *json = text->bytes != NULL ? cJSON_ParseWithOpts(text->bytes, NULL, true) : NULL;
    bool whole = json != NULL;
    cJSON_Delete(json);
    return whole;
}

void alert_template_write(const struct alert_template *template,
                          const struct alert_message *message, const char *local_time,
                          struct text *text)
{
    cJSON *document = cJSON_Parse(alert_text(&message->document));
    char path[TEMPLATE_PATH_SIZE];
    struct json_place place = {0};
    const char *at = template->bytes;
    for (const char *open; (open = strstr(at, "{{")) != NULL;) {
        text_append_bytes(text, at, (size_t)(open - at));
        move_over(&place, at, (size_t)(open - at));
        at = read_path(open, path); // parsed before: there is one
        const char *words = find_words(message, local_time, path);
        const cJSON *value = words == NULL ? find(document, path) : NULL;
        if (template->is_json)
            put_json(text, words, value, place.in_string);
        else
            put_plain(text, words, value);
    }
    text_append(text, at);
    cJSON_Delete(document);
    if (template->is_json && !is_whole_json(text))
        text->failed = true;
}
