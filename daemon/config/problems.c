// SPDX-License-Identifier: MIT
#include "config/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define KEY_BYTES_SHOWN 64

void config_problems_init(struct config_problems *problems)
{
    *problems = (struct config_problems){0};
    text_init(&problems->lines, (PROBLEMS_WRITTEN_MAX + 1) * (PROBLEM_BYTES_MAX + 1));
}

void config_problems_done(struct config_problems *problems)
{
    text_done(&problems->lines);
    problems->count = 0;
}

// Takes the bytes of a character that was cut off the end of a text.
static void drop_cut_character(char *text)
{
    size_t length = strlen(text), back = 0;
    while (back < 3 && back < length && (text[length - 1 - back] & 0xc0) == 0x80)
        back++;
    if (back < length && !text_is_utf8(text + length - 1 - back, back + 1))
        text[length - 1 - back] = '\0';
}

bool problems_copy_start(char *destination, size_t size, const char *text)
{
    if (text_copy(destination, size, text))
        return true;
    drop_cut_character(destination);
    return false;
}

void problems_add(struct config_problems *problems, const char *format, ...)
{
    if (problems->count++ >= PROBLEMS_WRITTEN_MAX)
        return;
    char line[PROBLEM_BYTES_MAX];
    va_list arguments;
    va_start(arguments, format);
    if (vsnprintf(line, sizeof line, format, arguments) >= (int)sizeof line)
        drop_cut_character(line);
    va_end(arguments);
    text_append(&problems->lines, line);
    text_append(&problems->lines, "\n");
}

void problems_finish(struct config_problems *problems)
{
    if (problems->count > PROBLEMS_WRITTEN_MAX)
        text_append_format(&problems->lines, "and %zu more\n",
                           problems->count - PROBLEMS_WRITTEN_MAX);
}

void problems_append_key(struct text *path, const char *key)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-$";
    char start[KEY_BYTES_SHOWN + 1];
    problems_copy_start(start, sizeof start, key);
    if (path->length > 0)
        text_append(path, ".");
    if (start[0] != '\0' && strspn(start, plain) == strlen(start))
        text_append(path, start);
    else
        text_append_json_string(path, start);
}
