// SPDX-License-Identifier: MIT
#include "config/reader.h"

#include "base/memory.h"
#include "config/problems.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES_MAX 512
#define EXPECTED_BYTES_MAX 400
// A misspelling is "near" up to this many edits, and never when half the word is different.
#define NEAR_EDITS_MAX 3

void reader_init(struct reader *reader, const char *file, struct config_problems *problems)
{
    *reader = (struct reader){.file = file, .problems = problems};
    text_init(&reader->path, PATH_BYTES_MAX);
    text_append(&reader->path, "");
}

void reader_done(struct reader *reader)
{
    text_done(&reader->path);
}

size_t reader_enter_key(struct reader *reader, const char *key)
{
    size_t mark = reader->path.length;
    problems_append_key(&reader->path, key);
    return mark;
}

size_t reader_enter_index(struct reader *reader, size_t index)
{
    size_t mark = reader->path.length;
    text_append_format(&reader->path, "[%zu]", index);
    return mark;
}

void reader_leave(struct reader *reader, size_t mark)
{
    reader->path.length = mark;
    reader->path.bytes[mark] = '\0';
    reader->path.failed = false;
}

void reader_problem(struct reader *reader, const char *format, ...)
{
    char message[PROBLEM_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    bool at_top = reader->path.length == 0;
    problems_add(reader->problems, "%s: %s%s%s", reader->file, reader->path.bytes,
                 at_top ? "" : ": ", message);
}

// What stands in the file, in few words.
static void describe(const cJSON *json, struct text *ret_words)
{
    if (cJSON_IsString(json)) {
        char start[64];
        bool whole = problems_copy_start(start, sizeof start, json->valuestring);
        text_append_json_string(ret_words, start);
        if (!whole)
            text_append(ret_words, " and more");
    } else if (cJSON_IsNumber(json)) {
        text_append_format(ret_words, "%.15g", json->valuedouble);
    } else {
        text_append(ret_words, cJSON_IsArray(json)    ? "a list"
                               : cJSON_IsObject(json) ? "an object"
                               : cJSON_IsTrue(json)   ? "true"
                               : cJSON_IsFalse(json)  ? "false"
                                                      : "null");
    }
}

void reader_problem_of(struct reader *reader, const char *key, const char *message)
{
    size_t mark = reader_enter_key(reader, key);
    reader_problem(reader, "%s", message);
    reader_leave(reader, mark);
}

bool reader_is_given(const cJSON *json, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(json, key) != NULL;
}

void reader_expected(struct reader *reader, const char *expected, const cJSON *got)
{
    struct text words;
    text_init(&words, EXPECTED_BYTES_MAX);
    describe(got, &words);
    reader_problem(reader, "expected %s, got %s", expected, words.bytes);
    text_done(&words);
}

const char *reader_nearest(const char *word, const char *const *known, size_t count)
{
    const char *nearest = NULL;
    unsigned least = NEAR_EDITS_MAX + 1;
    for (size_t i = 0; i < count; i++) {
        unsigned distance = text_distance(word, known[i]);
        if (distance < least && distance * 2 < strlen(known[i])) {
            least = distance;
            nearest = known[i];
        }
    }
    return nearest;
}

static void expected_words(const struct text_rule *rule, const char *got, struct text *ret_words)
{
    size_t count = 0;
    text_append(ret_words, "one of ");
    for (; rule->words[count] != NULL; count++)
        text_append_format(ret_words, "%s%s", count > 0 ? ", " : "", rule->words[count]);
    const char *nearest = got == NULL ? NULL : reader_nearest(got, rule->words, count);
    if (nearest != NULL)
        text_append_format(ret_words, " (perhaps %s)", nearest);
}

static void broken_rule(struct reader *reader, const struct text_rule *rule, const cJSON *got)
{
    if (rule->may_hold_secret) {
        reader_problem(reader, "expected %s", rule->expected);
    } else if (rule->expected != NULL) {
        reader_expected(reader, rule->expected, got);
    } else {
        struct text words;
        text_init(&words, EXPECTED_BYTES_MAX);
        expected_words(rule, cJSON_GetStringValue(got), &words);
        reader_expected(reader, words.bytes, got);
        text_done(&words);
    }
}

static bool is_word(const struct text_rule *rule, const char *text)
{
    if (rule->words == NULL)
        return true;
    for (size_t i = 0; rule->words[i] != NULL; i++)
        if (strcmp(rule->words[i], text) == 0)
            return true;
    return false;
}

// Control characters have no place in a configuration: they would forge lines of the log and of
// HTTP.
static bool has_control_characters(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

char *reader_text(struct reader *reader, const cJSON *json, const struct text_rule *rule)
{
    if (cJSON_IsString(json)) {
        AUTO_FREE char *text = memory_copy_string(json->valuestring);
        if (rule->letters == TEXT_UPPER)
            text_to_upper(text);
        if (rule->letters == TEXT_LOWER)
            text_to_lower(text);
        size_t length = strlen(text);
        if (length >= rule->length_min && (rule->words != NULL || length <= rule->length_max) &&
            !has_control_characters(text) && is_word(rule, text) &&
            (rule->is_good == NULL || rule->is_good(text)))
            return TAKE(text);
    }
    broken_rule(reader, rule, json);
    return NULL;
}

static bool read_number(struct reader *reader, const cJSON *json, const struct field *field,
                        double *ret_value)
{
    bool whole = field->kind != FIELD_NUMBER;
    double value = cJSON_IsNumber(json) ? json->valuedouble : NAN;
    if (value >= field->min && value <= field->max && !(whole && value != floor(value))) {
        *ret_value = value;
        return true;
    }
    char expected[EXPECTED_BYTES_MAX];
    snprintf(expected, sizeof expected, "a %snumber from %.15g to %.15g", whole ? "whole " : "",
             field->min, field->max);
    reader_expected(reader, expected, json);
    return false;
}

bool reader_list(struct reader *reader, const cJSON *json, size_t min, size_t max,
                 bool (*read)(struct reader *reader, const cJSON *item, void *target), void *target)
{
    size_t count = cJSON_IsArray(json) ? (size_t)cJSON_GetArraySize(json) : 0;
    if (!cJSON_IsArray(json) || count < min || count > max) {
        char expected[EXPECTED_BYTES_MAX];
        snprintf(expected, sizeof expected, min == max ? "a list of %zu" : "a list of %zu to %zu",
                 min, max);
        if (!cJSON_IsArray(json))
            reader_expected(reader, expected, json);
        else
            reader_problem(reader, "expected %s, got %zu", expected, count);
        return false;
    }
    bool good = true;
    size_t index = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, json)
    {
        size_t mark = reader_enter_index(reader, index++);
        good = read(reader, item, target) && good;
        reader_leave(reader, mark);
    }
    return good;
}

bool reader_skip(struct reader *reader, const cJSON *json, void *target)
{
    (void)target;
    if (cJSON_IsString(json))
        return true;
    reader_expected(reader, "a text", json);
    return false;
}

struct texts_target {
    struct watch_pattern_array *texts;
    const struct text_rule *rule;
};

static bool read_one_text(struct reader *reader, const cJSON *item, void *target)
{
    struct texts_target *texts = target;
    char *text = reader_text(reader, item, texts->rule);
    if (text == NULL)
        return false;
    for (size_t i = 0; i < texts->texts->count; i++) {
        if (strcmp(texts->texts->items[i], text) == 0) {
            reader_problem(reader, "\"%s\" stands twice in this list", text);
            free(text);
            return false;
        }
    }
    *array_append(texts->texts) = text;
    return true;
}

static bool read_characters(struct reader *reader, const cJSON *json, const struct field *field,
                            char *ret_characters)
{
    AUTO_FREE char *text = reader_text(reader, json, field->rule);
    if (text != NULL)
        text_copy(ret_characters, field->rule->length_max + 1, text);
    return text != NULL;
}

static bool read_owned_text(struct reader *reader, const cJSON *json, const struct field *field,
                            char **member)
{
    char *text = reader_text(reader, json, field->rule);
    if (text == NULL)
        return false;
    free(*member);
    *member = text;
    return true;
}

static bool read_truth(struct reader *reader, const cJSON *json, int *ret_truth)
{
    if (!cJSON_IsBool(json)) {
        reader_expected(reader, "true or false", json);
        return false;
    }
    *ret_truth = cJSON_IsTrue(json) ? 1 : 0;
    return true;
}

static bool read_field(struct reader *reader, const cJSON *json, const struct field *field,
                       void *target)
{
    void *member = (char *)target + field->offset;
    double number;
    switch (field->kind) {
    case FIELD_TEXT:
        return read_owned_text(reader, json, field, member);
    case FIELD_CHARACTERS:
        return read_characters(reader, json, field, member);
    case FIELD_TEXTS:
        return reader_list(reader, json, (size_t)field->min, (size_t)field->max, read_one_text,
                           &(struct texts_target){member, field->rule});
    case FIELD_TRUTH:
        return read_truth(reader, json, member);
    case FIELD_CUSTOM:
        return field->read(reader, json, target);
    case FIELD_NUMBER:
    case FIELD_WHOLE:
    case FIELD_WHOLE_32:
        break;
    }
    if (!read_number(reader, json, field, &number))
        return false;
    if (field->kind == FIELD_NUMBER)
        *(double *)member = number;
    else if (field->kind == FIELD_WHOLE)
        *(uint64_t *)member = (uint64_t)number;
    else
        *(int32_t *)member = (int32_t)number;
    return true;
}

static void unknown_key(struct reader *reader, const struct field *fields, size_t count,
                        const char *key)
{
    const char *keys[64] = {0};
    size_t known = 0;
    for (; known < count && known < FIELD_COUNT(keys); known++)
        keys[known] = fields[known].key;
    const char *nearest = reader_nearest(key, keys, known);
    if (nearest != NULL) {
        reader_problem(reader, "unknown key, did you mean \"%s\"?", nearest);
        return;
    }
    struct text list;
    text_init(&list, EXPECTED_BYTES_MAX);
    for (size_t i = 0; i < known; i++)
        text_append_format(&list, "%s%s", i > 0 ? ", " : "", keys[i]);
    reader_problem(reader, "unknown key; known here are %s", list.bytes);
    text_done(&list);
}

static const struct field *find_field(const struct field *fields, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].key, key) == 0)
            return &fields[i];
    return NULL;
}

bool reader_object(struct reader *reader, const cJSON *json, const struct field *fields,
                   size_t count, void *target)
{
    if (!cJSON_IsObject(json)) {
        reader_expected(reader, "an object", json);
        return false;
    }
    bool good = true;
    const cJSON *member;
    cJSON_ArrayForEach(member, json)
    {
        size_t mark = reader_enter_key(reader, member->string);
        const struct field *field = find_field(fields, count, member->string);
        if (field == NULL)
            unknown_key(reader, fields, count, member->string);
        good = field != NULL && read_field(reader, member, field, target) && good;
        reader_leave(reader, mark);
    }
    for (size_t i = 0; i < count; i++) {
        if (!fields[i].required || cJSON_GetObjectItemCaseSensitive(json, fields[i].key) != NULL)
            continue;
        size_t mark = reader_enter_key(reader, fields[i].key);
        reader_problem(reader, "missing");
        reader_leave(reader, mark);
        good = false;
    }
    return good;
}

void texts_done(struct watch_pattern_array *texts)
{
    array_foreach (texts, text)
        free(*text);
    array_free(texts);
}
