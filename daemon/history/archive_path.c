// SPDX-License-Identifier: MIT
#include "history/archive_path.h"

#include "base/memory.h"
#include "history/archive_name.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_DEPTH_MAX 16

struct archive_path_walk {
    char *const *paths;
    size_t count, next;
    FTS *folder; // open while a folder is walked
};

struct archive_path_walk *archive_path_walk_new(char *const *paths, size_t count)
{
    struct archive_path_walk *walk = memory_allocate_zeroed(1, sizeof *walk);
    walk->paths = paths;
    walk->count = count;
    return walk;
}

void archive_path_walk_free(struct archive_path_walk *walk)
{
    if (walk == NULL)
        return;
    if (walk->folder != NULL)
        fts_close(walk->folder);
    free(walk);
}

static int compare_names(const FTSENT **first, const FTSENT **second)
{
    return strcmp((*first)->fts_name, (*second)->fts_name);
}

static int open_folder(struct archive_path_walk *walk, const char *path, struct error *error)
{
    AUTO_FREE char *copy = memory_copy_string(path);
    char *const roots[] = {copy, NULL};
    // Links are not followed: what a folder holds is in it.
    walk->folder = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, compare_names);
    return walk->folder != NULL ? 0 : error_set(error, -errno, "%s: %s", path, strerror(errno));
}

static bool is_later_part(const char *path)
{
    return archive_name_is_part(path) && !archive_name_is_first_part(path);
}

static int missing_first_part(const char *path, struct error *error)
{
    return error_set(error, -ENODATA,
                     "%s: a part of a split archive without its first part (.tar.aa)", path);
}

static bool first_part_is_beside(const char *path)
{
    AUTO_FREE char *first = memory_copy_string(path);
    memcpy(first + strlen(first) - 2, "aa", 2);
    return access(first, F_OK) == 0;
}

// Whether a later part of a split tar was given together with its first one.
static bool first_part_was_given(const struct archive_path_walk *walk, const char *path)
{
    size_t length = strlen(path) - 2;
    for (size_t i = 0; i < walk->count; i++)
        if (archive_name_is_first_part(walk->paths[i]) && strlen(walk->paths[i]) == length + 2 &&
            strncmp(walk->paths[i], path, length) == 0)
            return true;
    return false;
}

// 1 with a file of the folder that is walked, 0 at its end.
static int next_in_folder(struct archive_path_walk *walk, const char **ret_path,
                          struct error *error)
{
    FTSENT *entry;
    while ((entry = fts_read(walk->folder)) != NULL) {
        const char *path = entry->fts_path;
        if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS)
            return error_set(error, -entry->fts_errno, "%s: %s", path, strerror(entry->fts_errno));
        if (entry->fts_level > FOLDER_DEPTH_MAX)
            fts_set(walk->folder, entry, FTS_SKIP);
        if (entry->fts_info != FTS_F)
            continue;
        if (is_later_part(path)) {
            if (!first_part_is_beside(path))
                return missing_first_part(path, error);
            continue;
        }
        if (archive_name_is_trace(path) || archive_name_is_archive(path)) {
            *ret_path = path;
            return 1;
        }
    }
    fts_close(walk->folder);
    walk->folder = NULL;
    return 0;
}

// 1 with a file, 0 when a folder was opened.
static int enter(struct archive_path_walk *walk, const char *path, const char **ret_path,
                 struct error *error)
{
    struct stat status;
    if (strcmp(path, "-") != 0 && stat(path, &status) < 0)
        return error_set(error, -errno, "%s: %s", path, strerror(errno));
    if (strcmp(path, "-") != 0 && S_ISDIR(status.st_mode))
        return open_folder(walk, path, error);
    *ret_path = path;
    return 1;
}

int archive_path_next(struct archive_path_walk *walk, const char **ret_path, struct error *error)
{
    for (;;) {
        int ret = walk->folder != NULL ? next_in_folder(walk, ret_path, error) : 0;
        if (ret != 0)
            return ret;
        if (walk->next == walk->count)
            return 0;
        const char *path = walk->paths[walk->next++];
        if (is_later_part(path)) {
            if (!first_part_was_given(walk, path))
                return missing_first_part(path, error);
            continue;
        }
        ret = enter(walk, path, ret_path, error);
        if (ret != 0)
            return ret;
    }
}
