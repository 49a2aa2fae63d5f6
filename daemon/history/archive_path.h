// SPDX-License-Identifier: MIT
// Walks the paths that were given, and the folders among them, and says which files to open one
// after another. Parts of a split archive count as one, by their first.
#pragma once

#include "base/error.h"

#include <stddef.h>

struct archive_path_walk;

// `paths` are borrowed.
struct archive_path_walk *archive_path_walk_new(char *const *paths, size_t count);
void archive_path_walk_free(struct archive_path_walk *walk); // accepts NULL

// Returns 1 with the next path (borrowed until the next call), 0 at the end, or an error with the
// name of what cannot be walked: the next call goes on behind it. Of a folder only traces and
// archives come, by their names and in order of them; links are not followed. -ENODATA for a part
// without its first part.
int archive_path_next(struct archive_path_walk *walk, const char **ret_path, struct error *error);
