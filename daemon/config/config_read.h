// SPDX-License-Identifier: MIT
// The second half of config_load, for a file that has been parsed already.
#pragma once

#include "config/config.h"

#include <cjson/cJSON.h>

// Reads the tree as if it stood in the file `path`. Returns 0 with a new config or -EINVAL with
// problems.
int config_read(const cJSON *root, const char *path, struct config **ret_config,
                struct config_problems *problems);
