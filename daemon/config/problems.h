// SPDX-License-Identifier: MIT
// Collecting everything that is wrong with a configuration, one line each.
#pragma once

#include "config/config.h"

// Problems beyond this many are counted but not written.
#define PROBLEMS_WRITTEN_MAX 100
#define PROBLEM_BYTES_MAX 2000 // of one line

void problems_add(struct config_problems *problems, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Says how many were not written.
void problems_finish(struct config_problems *problems);

// Adds ".key" to a path, quoted and escaped where it holds more than letters, digits, '_', '-' and
// '$', so that a key cannot forge a line.
void problems_append_key(struct text *path, const char *key);

// As text_copy, but cuts between UTF-8 characters.
bool problems_copy_start(char *destination, size_t size, const char *text);
