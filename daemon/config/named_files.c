// SPDX-License-Identifier: MIT
#include "config/named_files.h"

#include "base/memory.h"
#include "config/paths.h"
#include "config/problems.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#define WILDCARDS "*?["

// The folder's own name is no pattern.
static char *escape_wildcards(const char *text)
{
    char *escaped = memory_allocate(2 * strlen(text) + 1), *at = escaped;
    for (; *text != '\0'; text++) {
        if (strchr(WILDCARDS "\\", *text) != NULL)
            *at++ = '\\';
        *at++ = *text;
    }
    *at = '\0';
    return escaped;
}

static int compare_names(const void *first, const void *second)
{
    char *const *a = first, *const *b = second;
    return strcmp(*a, *b);
}

static void drop_repeated(struct watch_pattern_array *files)
{
    size_t kept = 0;
    for (size_t i = 0; i < files->count; i++) {
        if (kept > 0 && strcmp(files->items[i], files->items[kept - 1]) == 0)
            free(files->items[i]);
        else
            files->items[kept++] = files->items[i];
    }
    files->count = kept;
}

static void add_matches(const glob_t *found, struct watch_pattern_array *files)
{
    for (size_t i = 0; i < found->gl_pathc && files->count <= CONFIG_FILES_MAX; i++)
        *array_append(files) = memory_copy_string(found->gl_pathv[i]);
}

void named_files_find(const struct watch_pattern_array *patterns, const char *folder,
                      const char *name, const char *key, struct watch_pattern_array *ret_files,
                      struct config_problems *problems)
{
    AUTO_FREE char *literal = escape_wildcards(folder);
    for (size_t i = 0; i < patterns->count; i++) {
        AUTO_FREE char *pattern = path_beside(literal, patterns->items[i]);
        glob_t found = {0};
        int result = glob(pattern, 0, NULL, &found);
        if (result == 0)
            add_matches(&found, ret_files);
        else if (strpbrk(patterns->items[i], WILDCARDS) == NULL)
            problems_add(problems, "%s: %s[%zu]: there is no file \"%s\"", name, key, i,
                         patterns->items[i]);
        globfree(&found);
    }
    if (ret_files->count > CONFIG_FILES_MAX)
        problems_add(problems, "%s: %s: more than %d files", name, key, CONFIG_FILES_MAX);
    if (ret_files->count > 1)
        qsort(ret_files->items, ret_files->count, sizeof *ret_files->items, compare_names);
    drop_repeated(ret_files);
}
