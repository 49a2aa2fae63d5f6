// SPDX-License-Identifier: MIT
#include "config/json_file.h"

#include "base/memory.h"
#include "config/json_syntax.h"
#include "config/problems.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES_MAX 512

static int problem_at(struct config_problems *problems, const char *name, const char *bytes,
                      size_t offset, const char *expected)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < offset; i++) {
        if (bytes[i] == '\n') {
            line++;
            column = 1;
        } else if ((bytes[i] & 0xc0) != 0x80) { // characters, not bytes
            column++;
        }
    }
    problems_add(problems, "%s:%zu:%zu: expected %s", name, line, column, expected);
    return -EINVAL;
}

// Looks at each object for a key that stands twice, and at each number for one that is not finite.
static int check_tree(const cJSON *json, struct text *path, const char *name,
                      struct config_problems *problems)
{
    int worst = 0;
    size_t mark = path->length, index = 0;
    if (cJSON_IsNumber(json) && !isfinite(json->valuedouble)) {
        problems_add(problems, "%s: %s: expected a finite number", name, path->bytes);
        return -ERANGE;
    }
    for (const cJSON *child = json->child; child != NULL; child = child->next, index++) {
        if (cJSON_IsObject(json))
            problems_append_key(path, child->string);
        else
            text_append_format(path, "[%zu]", index);
        for (const cJSON *other = child->next; cJSON_IsObject(json) && other != NULL;
             other = other->next) {
            if (strcmp(child->string, other->string) == 0) {
                problems_add(problems, "%s: %s: key stands twice", name, path->bytes);
                worst = -EINVAL;
                break;
            }
        }
        int result = check_tree(child, path, name, problems);
        if (result != 0)
            worst = result;
        path->length = mark;
        if (path->bytes != NULL)
            path->bytes[mark] = '\0';
        path->failed = false;
    }
    return worst;
}

static int parse_tree(const char *bytes, size_t length, const char *name, cJSON **ret_root,
                      struct config_problems *problems)
{
    const char *end = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(bytes, length + 1, &end, true);
    if (root == NULL || end != bytes + length) {
        cJSON_Delete(root);
        return problem_at(problems, name, bytes, end == NULL ? 0 : (size_t)(end - bytes),
                          "JSON that can be read");
    }
    struct text path;
    text_init(&path, PATH_BYTES_MAX);
    text_append(&path, "");
    int result = check_tree(root, &path, name, problems);
    text_done(&path);
    if (result != 0) {
        cJSON_Delete(root);
        return result;
    }
    *ret_root = root;
    return 0;
}

// The first byte that is not part of a well-formed sequence of one to four bytes.
static size_t utf8_error_offset(const char *bytes, size_t length)
{
    size_t at = 0;
    while (at < length) {
        size_t step = 1;
        while (step <= 4 && !(at + step <= length && text_is_utf8(bytes + at, step)))
            step++;
        if (step > 4)
            break;
        at += step;
    }
    return at;
}

int json_file_parse(const char *bytes, size_t length, const char *name, cJSON **ret_root,
                    struct config_problems *problems)
{
    if (length > CONFIG_FILE_BYTES_MAX) {
        problems_add(problems, "%s: larger than %d MiB", name, CONFIG_FILE_BYTES_MAX >> 20);
        return -EFBIG;
    }
    if (!text_is_utf8(bytes, length))
        return problem_at(problems, name, bytes, utf8_error_offset(bytes, length), "UTF-8 text");
    AUTO_FREE char *blanked = memory_allocate(length + 1);
    if (length > 0)
        memcpy(blanked, bytes, length);
    blanked[length] = '\0';
    // Offsets are the same in both; lines and columns are counted in what the author wrote.
    size_t offset = 0;
    const char *expected = NULL;
    if (!json_blank_comments(blanked, length, &offset))
        return problem_at(problems, name, bytes, offset, "\"*/\" at the end of this comment");
    if (!json_syntax_check(blanked, length, &offset, &expected))
        return problem_at(problems, name, bytes, offset, expected);
    return parse_tree(blanked, length, name, ret_root, problems);
}

// Reads up to one byte more than the limit, so that a file that grows while it is read is refused
// too.
static int read_whole(FILE *file, char **ret_bytes, size_t *ret_length)
{
    size_t capacity = 1 << 16, length = 0;
    AUTO_FREE char *bytes = memory_allocate(capacity + 1);
    for (;;) {
        size_t got = fread(bytes + length, 1, capacity - length, file);
        length += got;
        if (got == 0)
            break;
        if (length > CONFIG_FILE_BYTES_MAX)
            return -EFBIG;
        if (length == capacity) {
            capacity *= 2;
            bytes = memory_resize(bytes, capacity + 1, 1);
        }
    }
    if (ferror(file))
        return -EIO;
    bytes[length] = '\0';
    *ret_length = length;
    *ret_bytes = TAKE(bytes);
    return 0;
}

int json_file_read(const char *path, const char *name, cJSON **ret_root,
                   struct config_problems *problems)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        int code = -errno;
        problems_add(problems, "%s: %s", name, strerror(-code));
        return code;
    }
    AUTO_FREE char *bytes = NULL;
    size_t length = 0;
    int result = read_whole(file, &bytes, &length);
    fclose(file);
    if (result == -EFBIG) {
        problems_add(problems, "%s: larger than %d MiB", name, CONFIG_FILE_BYTES_MAX >> 20);
        return result;
    }
    if (result != 0) { // a folder opens, but cannot be read
        problems_add(problems, "%s: cannot be read", name);
        return result;
    }
    return json_file_parse(bytes, length, name, ret_root, problems);
}
