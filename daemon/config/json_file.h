// SPDX-License-Identifier: MIT
// A file of JSON with // and /* */ comments and nothing else beyond JSON.
#pragma once

#include "config/config.h"

#include <cjson/cJSON.h>
#include <stddef.h>

// Reads and checks a whole file: at most CONFIG_FILE_BYTES_MAX, UTF-8, strict syntax, finite
// numbers, no key twice in one object. Returns 0 with the tree (to be freed by cJSON_Delete), or a
// negative errno with at least one problem that begins with `name`: "name:line:column: expected
// ..." for a syntax error.
int json_file_read(const char *path, const char *name, cJSON **ret_root,
                   struct config_problems *problems);

// The same from bytes in memory.
int json_file_parse(const char *bytes, size_t length, const char *name, cJSON **ret_root,
                    struct config_problems *problems);
