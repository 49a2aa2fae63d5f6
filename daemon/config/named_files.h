// SPDX-License-Identifier: MIT
// The files that a configuration names by patterns.
#pragma once

#include "config/reader.h"

// Finds the files of each pattern (glob(7)), relative to `folder`, in sorted order and none twice.
// A pattern without a match is a problem unless it contains a wildcard. `key` is where the patterns
// stand in the file `name`. The names come back owned, `folder` included.
void named_files_find(const struct watch_pattern_array *patterns, const char *folder,
                      const char *name, const char *key, struct watch_pattern_array *ret_files,
                      struct config_problems *problems);
